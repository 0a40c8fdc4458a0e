//! By which ways documents lead to tables and columns: fields, with the variants they are of.

use crate::plan::{CollectionPlan, Context, Node};
use crate::postgres::identifier::literal;

/// The ways to each table, and to each column of it, in order.
#[derive(Debug)]
pub(super) struct Routes {
    pub tables: Vec<Vec<String>>,
    pub columns: Vec<Vec<Vec<String>>>,
}

impl Routes {
    pub(super) fn of(collection: &CollectionPlan) -> Self {
        let mut routes = Routes { tables: vec![Vec::new(); collection.tables.len()], columns: collection.tables.iter().map(|table| vec![Vec::new(); table.columns.len()]).collect() };
        routes.context(&collection.root, "");
        routes.tables.iter_mut().chain(routes.columns.iter_mut().flatten()).for_each(|ways| ways.sort_unstable());
        routes
    }

    fn context(&mut self, context: &Context, route: &str) {
        self.tables[context.table].push(route.to_owned());
        self.node(&context.tree, route);
        for variant in context.discriminator.iter().flat_map(|it| &it.variants) {
            // No path has such quotes behind a bar.
            let route = format!("{route}|{}", literal(&variant.value));
            if let Some(table) = variant.table {
                self.tables[table].push(route.clone());
            }
            self.node(&variant.tree, &route);
        }
    }

    fn node(&mut self, node: &Node, route: &str) {
        match node {
            Node::Column { table, column } => self.columns[*table][*column].push(route.to_owned()),
            Node::Object(object) => {
                for (name, inner) in &object.fields {
                    self.node(inner, &format!("{route}.{}", literal(name)));
                }
            }
            Node::One(child) => self.context(&child.context, route),
            Node::Array(child) => self.context(&child.context, &format!("{route}[]")),
            Node::Map(child) => self.context(&child.context, &format!("{route}{{}}")),
        }
    }
}
