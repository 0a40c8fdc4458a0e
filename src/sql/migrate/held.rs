//! What the columns of documents' own rows, tables by variant included, hold of the fields that move.

use super::compare::Change;
use super::parts::Parts;
use super::value::{at, hold};
use super::variants::{cases, in_value};
use crate::plan::{CollectionPlan, Plan};

/// A column with what it holds of `s.v`.
#[derive(Debug)]
pub(super) struct Held {
    pub table: usize,
    pub column: usize,
    /// Conditions (none: always) and expressions.
    pub shapes: Vec<(Option<String>, String)>,
}

pub(super) fn held(plan: &Plan, collection: &CollectionPlan, moved: &[(String, Change)]) -> Vec<Held> {
    let mut columns: Vec<Held> = Vec::new();
    let kind = in_value(&collection.root, "s.v");
    for (name, _) in moved {
        for case in cases(&collection.root, name) {
            for (path, table, index) in Parts::of(case.node, &[name.to_owned()]).columns {
                let Some(column) = collection.tables.get(table).and_then(|table| table.columns.get(index)) else { continue };
                let shape = (case.when.condition(&kind), hold(&at("s.v", &path), column, plan));
                match columns.iter_mut().find(|held| (held.table, held.column) == (table, index)) {
                    Some(held) => held.shapes.push(shape),
                    None => columns.push(Held { table, column: index, shapes: vec![shape] }),
                }
            }
        }
    }
    columns
}
