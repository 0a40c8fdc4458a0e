//! Rows to values: the expression of what a part of the document is, before the complement has its say. The mirror of [`super::shred`].

use super::value::{null_is_null, show};
use super::variants::{alias, in_row, is_own, shapes};
use crate::plan::{Absent, Child, CollectionPlan, Context, Node, ObjectNode, Source};
use crate::postgres::identifier::{literal, quote};

/// Writes expressions over rows of one collection; every table in them has a number of its own.
pub(super) struct Assemble<'p> {
    collection: &'p CollectionPlan,
    aliases: usize,
}

/// A value's expression (NULL: missing), and the condition under which it is more than what absence stands for.
pub(super) struct Assembled {
    pub value: String,
    real: String,
}

/// The object of those fields that are there.
pub(super) fn object<'f>(fields: impl IntoIterator<Item = (&'f str, String)>) -> String {
    let (names, values): (Vec<String>, Vec<String>) = fields.into_iter().map(|(name, value)| (literal(name), value)).unzip();
    if names.is_empty() {
        return "'{}'::jsonb".to_owned();
    }
    format!("(SELECT coalesce(jsonb_object_agg(f.k, f.x), '{{}}') FROM unnest(ARRAY[{}], ARRAY[{}]::jsonb[]) f(k, x) WHERE f.x IS NOT NULL)", names.join(", "), values.join(", "))
}

/// The value whose condition holds; NULL: none.
pub(super) fn choose(cases: impl IntoIterator<Item = (Option<String>, String)>) -> String {
    let mut whens = String::new();
    for (condition, value) in cases {
        match condition {
            Some(condition) => whens.push_str(&format!(" WHEN {condition} THEN {value}")),
            None => return value,
        }
    }
    if whens.is_empty() { "NULL".to_owned() } else { format!("CASE{whens} END") }
}

impl<'p> Assemble<'p> {
    pub(super) fn new(collection: &'p CollectionPlan) -> Self {
        Assemble { collection, aliases: 0 }
    }

    /// A variant's table has its own name beside the row's.
    fn alias_of(&self, table: usize, row: &str) -> String {
        if is_own(self.collection, table) { alias(table) } else { row.to_owned() }
    }

    /// What stands at `node` in the row `alias`.
    pub(super) fn node(&mut self, node: &Node, alias: &str) -> Assembled {
        match node {
            Node::Column { table, column } => {
                let column = &self.collection.tables[*table].columns[*column];
                let name = format!("{}.{}", self.alias_of(*table, alias), quote(&column.name));
                let value = show(&name, column);
                Assembled { value: if null_is_null(column) { format!("coalesce({value}, 'null')") } else { value }, real: format!("{name} IS NOT NULL") }
            }
            Node::Object(inner) => {
                let (value, real) = self.fields(inner, alias);
                Assembled { value: format!("CASE WHEN {real} THEN {value} END"), real }
            }
            Node::One(child) => self.rows(child, alias, |element, _| element, "null"),
            Node::Array(child) => self.rows(child, alias, |element, position| format!("jsonb_agg({element} ORDER BY {position})"), "[]"),
            Node::Map(child) => self.rows(child, alias, |element, position| format!("pg_temp.rowlens_object(jsonb_object_agg({position}, {element}))"), "{}"),
        }
    }

    fn fields(&mut self, node: &ObjectNode, alias: &str) -> (String, String) {
        let mut real = Vec::new();
        let fields: Vec<(&str, String)> = node
            .fields
            .iter()
            .map(|(name, node)| {
                let inner = self.node(node, alias);
                real.push(inner.real);
                (name.as_str(), inner.value)
            })
            .collect();
        let real = if real.is_empty() { "false".to_owned() } else { format!("({})", real.join(" OR ")) };
        let look_alike = fields.iter().any(|(name, _)| name.starts_with('$'));
        let value = object(fields);
        (if look_alike { format!("pg_temp.rowlens_object({value})") } else { value }, real)
    }

    fn rows(&mut self, child: &Child, above: &str, gather: impl Fn(String, String) -> String, empty: &str) -> Assembled {
        let table = &self.collection.tables[child.context.table];
        self.aliases += 1;
        let alias = format!("t{}", self.aliases);
        let parent = table.parent.and_then(|parent| self.collection.tables.get(parent));
        let keys = parent.iter().flat_map(|parent| parent.key.iter().filter_map(|k| parent.columns.get(*k)));
        let above = table.parent.map_or_else(|| above.to_owned(), |parent| self.alias_of(parent, above));
        let joined: Vec<String> = table.columns.iter().zip(keys).map(|(own, theirs)| format!("{alias}.{} = {above}.{}", quote(&own.name), quote(&theirs.name))).collect();
        let from = format!("FROM {} {alias} WHERE {}", table.qualified(), joined.join(" AND "));
        let position = table.columns.iter().find(|c| matches!(c.source, Source::Ordinal | Source::MapKey)).map(|c| format!("{alias}.{}", quote(&c.name))).unwrap_or_default();
        let element = self.element(&child.context, &alias);
        let value = format!("(SELECT {} {from})", gather(element, position));
        let value = match child.absent {
            Absent::Missing => value,
            Absent::Null => format!("coalesce({value}, 'null')"),
            Absent::Empty => format!("coalesce({value}, '{empty}')"),
        };
        Assembled { value, real: format!("EXISTS (SELECT {from})") }
    }

    /// What one row is: never missing.
    fn element(&mut self, context: &Context, alias: &str) -> String {
        let discriminator = in_row(self.collection, context, alias);
        let shapes = shapes(context).into_iter().map(|case| {
            let value = match case.node {
                Node::Object(node) => self.fields(node, alias).0,
                node => format!("coalesce({}, 'null')", self.node(node, alias).value),
            };
            (case.when.condition(&discriminator), value)
        });
        choose(shapes)
    }
}
