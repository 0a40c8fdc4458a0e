//! Values to rows: the rows of child tables, selected from a value. The mirror of [`super::assemble`].

use super::assemble::choose;
use super::parts::{child, Parts};
use super::value::{at, field, hold};
use super::variants::{cases, in_value, shapes, Case};
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

/// Rows of all tables below a field of the document, parents first; `s.v` is what holds it.
pub(super) fn child_rows(plan: &Plan, collection: &CollectionPlan, name: &str) -> Vec<ChildRows> {
    let mut rows = Vec::new();
    let kind = in_value(&collection.root, "s.v");
    for case in cases(&collection.root, name) {
        let from = only(&case, &kind, &mut rows);
        below(plan, collection, Parts::of(case.node, &[name.to_owned()]), "s.v", &from, &["s.k".to_owned()], &mut rows);
    }
    rows
}

/// The rows of one shape only.
fn only(case: &Case<'_>, kind: &str, rows: &mut [ChildRows]) -> String {
    case.when.condition(kind).map_or_else(String::new, |condition| format!(", LATERAL (SELECT 1 WHERE {condition}) w{}(x)", rows.len()))
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
        let from = format!("{from}, LATERAL (SELECT pg_temp.rowlens_open({}) OFFSET 0) x{number}(x), LATERAL {set}", at(value, &path));
        let (table, value) = (&collection.tables[child.context.table], format!("{alias}.v"));
        let kind = in_value(&child.context, &value);
        let shapes: Vec<(Case<'_>, Parts<'_>)> = shapes(&child.context).into_iter().map(|case| { let parts = Parts::of(case.node, &[]); (case, parts) }).collect();
        let columns: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| match column.source {
                Source::ParentKey(position) => keys.get(position).cloned().unwrap_or_default(),
                Source::Ordinal => format!("({alias}.n - 1)::integer"),
                Source::MapKey => format!("{alias}.k"),
                _ => {
                    let held: Vec<(&Case<'_>, String)> = shapes.iter().filter_map(|(case, parts)| {
                        let (path, ..) = parts.columns.iter().find(|(_, of, at)| (*of, *at) == (child.context.table, index))?;
                        Some((case, hold(&at(&value, path), column, plan)))
                    }).collect();
                    // What all shapes have needs no condition.
                    let everywhere = held.len() == shapes.len() && held.iter().all(|(_, sql)| held.first().is_some_and(|(_, first)| first == sql));
                    let held = if everywhere { held.into_iter().next().map_or_else(String::new, |(_, sql)| sql) } else { choose(held.into_iter().map(|(case, sql)| (case.when.condition(&kind), sql))) };
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
        for (case, parts) in shapes {
            let from = format!("{from}{}", only(&case, &kind, rows));
            below(plan, collection, parts, &value, &from, &own, rows);
        }
    }
}
