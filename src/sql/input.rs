//! Where the rows of a statement come from: parameters, or tables that they were copied into.

use super::names::{carried, list, staged};
use super::staging::staging_name;
use crate::plan::{CollectionPlan, Plan};
use std::fmt::Write;

/// Name of the root rows' version among their columns `c0`, `c1`, …
pub(super) const VERSION: &str = "v";
/// Name of their digest.
pub(super) const HASH: &str = "h";
/// Name of their key as text, which names locks and tombstones.
pub(super) const KEY: &str = "k";

/// Where the rows of [`apply`](super::apply::apply) come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// One array per table and column: [`parameters`](super::parameters::parameters).
    Parameters,
    /// The tables of [`staging_ddl`](super::staging::staging_ddl).
    Staging,
}

/// What a root row has besides its columns: names and types.
pub(super) fn extra(collection: &CollectionPlan, table: usize) -> Vec<(&'static str, &'static str)> {
    if table > 0 {
        return Vec::new();
    }
    let version = collection.version.as_ref().map(|_| (VERSION, "bigint"));
    let hash = collection.hash.as_ref().map(|_| (HASH, "bytea"));
    version.into_iter().chain(hash).chain([(KEY, "text")]).collect()
}

impl Input {
    /// Selects the rows of table number `table` as `c0`, `c1`, … and what root rows have besides.
    pub(super) fn select(self, plan: &Plan, collection: &CollectionPlan, table: usize, parameter: &mut usize) -> String {
        let columns = collection.tables.get(table).map_or(&[][..], |table| &table.columns);
        let extra = extra(collection, table);
        let mut names = list(columns.len(), |c| format!("c{c}"));
        for (name, _) in &extra {
            let _ = write!(names, ", {name}");
        }
        if self == Input::Staging {
            let values = columns.iter().enumerate().map(|(index, column)| staged(plan, &column.pg).1.map_or_else(|| format!("c{index}"), |cast| format!("c{index}::{cast} AS c{index}")));
            let all: Vec<String> = values.chain(extra.iter().map(|(name, _)| (*name).to_owned())).collect();
            return format!("SELECT {} FROM {}", all.join(", "), staging_name(plan, collection, table));
        }
        let (mut arrays, mut selected) = (Vec::new(), Vec::new());
        let mut array = |of: &str| {
            *parameter += 1;
            arrays.push(format!("${parameter}::{of}[]"));
        };
        for (index, column) in columns.iter().enumerate() {
            let carried = carried(plan, &column.pg);
            array(&carried.array_of);
            selected.push(carried.cast.map_or_else(|| format!("c{index}"), |cast| format!("c{index}::{cast} AS c{index}")));
        }
        for (name, of) in extra {
            array(of);
            selected.push(name.to_owned());
        }
        format!("SELECT {} FROM unnest({}) AS u({names})", selected.join(", "), arrays.join(", "))
    }
}
