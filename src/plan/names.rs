//! Names that must not meet: tables, enum types, and the tables that rowlens itself keeps.

use super::fault::{join, Faults};
use super::{CollectionPlan, Plan, Source, TablePlan};
use crate::postgres::identifier::{qualify, quote, shorten};
use crate::json::Object;
use std::collections::HashMap;

/// The table of looked-up keys.
pub const ID_MAP: &str = "id_map";
/// The table of deleted documents, where the mapping gives it no other name.
const TOMBSTONES: &str = "rowlens_tombstones";

impl TablePlan {
    /// The table's quoted name, with its schema.
    pub fn qualified(&self) -> String {
        qualify(self.schema.as_deref(), &self.name)
    }

    /// Whether column number `index` is `NOT NULL` in the DDL.
    pub fn required(&self, index: usize) -> bool {
        self.key.contains(&index) || self.columns.get(index).is_some_and(|column| column.not_null || column.source == Source::Ordinal)
    }

    /// The primary key's columns, quoted, in a list.
    pub fn key_columns(&self) -> String {
        self.key.iter().filter_map(|k| self.columns.get(*k)).map(|c| quote(&c.name)).collect::<Vec<_>>().join(", ")
    }
}

impl CollectionPlan {
    /// Whether ids are looked up in its documents.
    pub fn looks_up(&self) -> bool {
        self.tables.iter().flat_map(|t| &t.columns).any(|c| matches!(&c.source, Source::Field(f) if f.lookup.is_some()))
    }
}

impl Plan {
    /// Whether ids are looked up, so that the table [`ID_MAP`] is needed.
    pub fn looks_up(&self) -> bool {
        self.collections.iter().any(CollectionPlan::looks_up)
    }

    /// Reads `tombstones`, when the collections are known.
    pub(super) fn read_tombstones(&mut self, mapping: &Object<'_>, faults: &mut Faults) {
        let named = faults.text(mapping, "tombstones", "", false);
        if let Some(name) = &named {
            faults.name(name, "tombstones");
        }
        if self.collections.iter().any(|c| c.version.is_some()) {
            self.tombstones = Some(named.unwrap_or_else(|| TOMBSTONES.into()));
        } else if named.is_some() {
            faults.warn("tombstones-unused", "tombstones", "no collection has a `version`, so no tombstone can say what it is newer than".into(), "give collections a `version`, or remove `tombstones`");
        }
    }
}

/// Tables share one name space with each other, with enum types (every table is a type too) and with the tables that rowlens keeps.
/// A table's name is its own in the whole mapping, whatever its schema: files of rows and issues say no more than the name.
pub(super) fn check(plan: &Plan, faults: &mut Faults) {
    let kept = [(plan.looks_up().then_some(ID_MAP), "the table of looked-up keys"), (plan.tombstones.as_deref(), "the table of tombstones")];
    // Every table has an index, which shares the tables' name space.
    let keys: HashMap<String, &str> = plan.collections.iter().flat_map(|c| &c.tables).map(|table| (shorten(&format!("{}_pkey", table.name)), table.name.as_str())).collect();
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for collection in &plan.collections {
        let path = join("collections", &collection.name);
        for table in collection.tables.iter().filter(|t| !t.name.is_empty()) {
            if let Some(other) = seen.insert(&table.name, &collection.name) {
                faults.error("table-collision", &path, format!("table `{}` is also a table of `{other}`", table.name), "give one of them another name");
            }
            if let Some(other) = keys.get(&table.name) {
                faults.error("table-collision", &path, format!("table `{}` has the name of the primary key of table `{other}`", table.name), "give one of them another name");
            }
            if plan.enums.iter().any(|e| e.name == table.name) {
                faults.error("table-collision", &path, format!("table `{}` has the name of an enum; in PostgreSQL every table is a type too", table.name), "give one of them another name");
            }
            for (_, what) in kept.iter().filter(|(name, _)| *name == Some(&table.name)) {
                faults.error("table-collision", &path, format!("`{}` is {what}", table.name), "give this table another name");
            }
        }
    }
    if let Some(name) = plan.tombstones.as_deref() {
        if plan.enums.iter().any(|e| e.name == name) || (plan.looks_up() && name == ID_MAP) {
            faults.error("table-collision", "tombstones", format!("`{name}` is the name of an enum or of the table of looked-up keys"), "write another name under `tombstones`");
        }
    }
}
