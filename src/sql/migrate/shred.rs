//! Values to rows: the rows of child tables, selected from a value. The mirror of [`super::assemble`].

use super::parts::{child, Parts};
use super::value::{at, field, hold};
use crate::plan::{CollectionPlan, Node, Plan, Source};

/// The rows of one child table.
#[derive(Debug)]
pub(super) struct ChildRows {
    /// Index of the table.
    pub table: usize,
    /// An expression for each of its columns.
    pub columns: Vec<String>,
    /// What they are selected from, behind `s(k, v)`: the root's key and the object of the fields that move.
    pub from: String,
}

/// Rows of all tables below a node, parents first. `value` is what holds the node, `path` where in it.
pub(super) fn child_rows(plan: &Plan, collection: &CollectionPlan, name: &str, node: &Node) -> Vec<ChildRows> {
    let mut rows = Vec::new();
    below(plan, collection, Parts::of(node, &[name.to_owned()]), "s.v", "", &["s.k".to_owned()], &mut rows);
    rows
}

fn below(plan: &Plan, collection: &CollectionPlan, parts: Parts<'_>, value: &str, from: &str, keys: &[String], rows: &mut Vec<ChildRows>) {
    for (path, node) in parts.children {
        let Some(child) = child(node) else { continue };
        let number = rows.len() + 1;
        let (source, alias) = (format!("x{number}.x"), format!("e{number}"));
        let set = match node {
            Node::Array(_) => format!("jsonb_array_elements(CASE jsonb_typeof({source}) WHEN 'array' THEN {source} ELSE '[]' END) WITH ORDINALITY {alias}(v, n)"),
            Node::Map(_) => format!("jsonb_each(CASE WHEN pg_temp.rowlens_plain({source}) THEN {source} ELSE '{{}}' END) {alias}(k, v)"),
            _ => format!("(SELECT {source} WHERE pg_temp.rowlens_plain({source})) {alias}(v)"),
        };
        let from = format!("{from}, LATERAL (SELECT pg_temp.rowlens_open({})) x{number}(x), LATERAL {set}", at(value, &path));
        let (table, value) = (&collection.tables[child.context.table], format!("{alias}.v"));
        let parts = Parts::of(&child.context.tree, &[]);
        let columns: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| match column.source {
                Source::ParentKey(position) => keys.get(position).cloned().unwrap_or_default(),
                Source::Ordinal => format!("({alias}.n - 1)::integer"),
                Source::MapKey => format!("{alias}.k"),
                _ => {
                    let Some((path, ..)) = parts.columns.iter().find(|(_, of, at)| (*of, *at) == (child.context.table, index)) else { return "NULL".to_owned() };
                    let held = hold(&at(&value, path), column, plan);
                    if !field(column).is_some_and(|field| field.identity) {
                        return held;
                    }
                    // What stands in for an identity is a hash that only the core makes.
                    format!("coalesce({held}, pg_temp.rowlens_refuse('an element has no identity that its key column holds')::{})", column.pg.sql(&plan.enums, plan.schema.as_deref()))
                }
            })
            .collect();
        let own: Vec<String> = table.key.iter().filter_map(|k| columns.get(*k).cloned()).collect();
        rows.push(ChildRows { table: child.context.table, columns, from: from.clone() });
        below(plan, collection, parts, &value, &from, &own, rows);
    }
}
