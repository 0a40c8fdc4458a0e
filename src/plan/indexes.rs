//! Indexes that a mapping asks for.

use super::context::Builder;
use super::fault::{join, nearest, Faults};
use super::{names, IndexPlan, Plan};
use crate::json::{Json, Object};
use crate::mapping::keys;
use crate::postgres::identifier::shorten;
use crate::postgres::PgType;
use std::collections::HashSet;

impl Builder<'_, '_> {
    /// Reads the `indexes` of a collection, child or variant whose columns are in `table`.
    pub(super) fn indexes(&mut self, table: usize, mapping: &Object<'_>, path: &str) {
        let path = join(path, "indexes");
        let list = match mapping.get("indexes") {
            None => return,
            Some(Json::Array(list)) => list,
            Some(_) => return self.faults.error("mapping-type", &path, "`indexes` is not a list".into(), "write a list of indexes: [{ \"columns\": [\"status\"] }]"),
        };
        for (position, value) in list.iter().enumerate() {
            let mut at = path.clone();
            crate::path::push_index(&mut at, position as u32);
            if let Some(index) = self.index(value, &at) {
                // Columns may come after: those of variants, the complement, the version. So they are looked up at the end.
                self.indexed.push((table, self.tables[table].indexes.len(), at));
                self.tables[table].indexes.push(index);
            }
        }
    }

    fn index(&mut self, value: &Json<'_>, path: &str) -> Option<IndexPlan> {
        let faults = &mut *self.faults;
        let object = faults.object(value, path, keys::INDEX)?;
        let columns: Vec<String> = match object.get("columns") {
            None => {
                faults.error("mapping-key-missing", path, "`columns` is missing".into(), "add `columns`: a list of column names");
                Vec::new()
            }
            Some(columns) => columns.as_array().and_then(|list| list.iter().map(|c| c.as_str().map(str::to_owned)).collect()).filter(|list: &Vec<String>| !list.is_empty()).unwrap_or_else(|| {
                faults.error("mapping-type", &join(path, "columns"), "`columns` is not a list of column names".into(), "write a list of strings, at least one");
                Vec::new()
            }),
        };
        let [unique, nulls_not_distinct, deferrable] = ["unique", "nullsNotDistinct", "deferrable"].map(|key| faults.flag(object, key, path));
        let [name, method, condition] = ["name", "using", "where"].map(|key| faults.text(object, key, path, false));
        for (key, text) in [("name", &name), ("using", &method)] {
            if let Some(text) = text {
                faults.name(text, &join(path, key));
            }
        }
        if condition.as_ref().is_some_and(|sql| sql.trim().is_empty() || sql.contains('\0')) {
            faults.error("name-invalid", &join(path, "where"), "`where` is empty or holds a NUL".into(), "write a condition in SQL, or remove it");
        }
        for key in ["nullsNotDistinct", "deferrable"] {
            if matches!(object.get(key), Some(Json::Bool(true))) && !unique {
                faults.error("index-shape", &join(path, key), format!("`{key}` goes with `unique` only"), "add \"unique\": true, or remove it");
            }
        }
        if unique && method.as_ref().is_some_and(|method| method != "btree") {
            faults.error("index-shape", &join(path, "using"), "only `btree` indexes are unique".into(), "remove `using` or `unique`");
        }
        if deferrable && condition.is_some() {
            faults.error("index-shape", &join(path, "where"), "what is deferrable is a constraint, and a constraint has no `where`".into(), "remove `where` or `deferrable`");
        }
        Some(IndexPlan { name: name.unwrap_or_default(), columns, unique, nulls_not_distinct, deferrable, method, condition })
    }

    /// Looks up the columns of all indexes, when all tables have theirs; `meta` are the root table's that no tuple holds.
    pub(super) fn check_indexes(&mut self, meta: &[&str]) {
        for (table, number, path) in std::mem::take(&mut self.indexed) {
            let table_plan = &self.tables[table];
            let index = &table_plan.indexes[number];
            for (position, name) in index.columns.iter().enumerate() {
                let mut at = join(&path, "columns");
                crate::path::push_index(&mut at, position as u32);
                let meta = if table == 0 { meta } else { &[] };
                let known = || table_plan.columns.iter().map(|c| c.name.as_str()).chain(meta.iter().copied());
                if !known().any(|column| column == name) {
                    let help = nearest(name, known()).map_or_else(|| "name a column of this table".to_owned(), |near| format!("did you mean `{near}`?"));
                    self.faults.error("index-column", &at, format!("table `{}` has no column `{name}`", table_plan.name), help);
                } else if index.columns[..position].contains(name) {
                    self.faults.error("index-column", &at, format!("`{name}` stands in this index a second time"), "remove one");
                } else if table_plan.columns.iter().any(|c| c.name == *name && element_is_json(&c.pg)) {
                    self.faults.error("index-column", &at, format!("`{name}` is `json`, which PostgreSQL cannot compare"), "use `jsonb`, or remove it from the index");
                }
            }
        }
    }
}

fn element_is_json(pg: &PgType) -> bool {
    *super::kinds::element(pg) == PgType::Json
}

/// Gives names to indexes that have none, as PostgreSQL would: `<table>_<columns>_idx`, `_key` for constraints, and a number where that is taken.
pub(super) fn name_indexes(plan: &mut Plan, faults: &mut Faults) {
    // Indexes and tables share a name space.
    let mut taken: HashSet<String> = plan.collections.iter().flat_map(|c| &c.tables).flat_map(|t| [t.name.clone(), shorten(&format!("{}_pkey", t.name))]).collect();
    for kept in [plan.tombstones.clone(), plan.looks_up().then(|| names::ID_MAP.to_owned())].into_iter().flatten() {
        taken.insert(format!("{kept}_pkey"));
        taken.insert(kept);
    }
    let given: Vec<(String, String)> = plan.collections.iter().flat_map(|c| c.tables.iter().flat_map(|t| &t.indexes).map(|i| (join("collections", &c.name), i.name.clone()))).filter(|(_, name)| !name.is_empty()).collect();
    for (path, name) in given {
        if !taken.insert(name.clone()) {
            faults.error("index-collision", &path, format!("index `{name}` has the name of another index or of a table"), "give it another name");
        }
    }
    for table in plan.collections.iter_mut().flat_map(|c| &mut c.tables) {
        for index in table.indexes.iter_mut().filter(|index| index.name.is_empty()) {
            let suffix = if index.deferrable { "key" } else { "idx" };
            let base = format!("{}_{}_{suffix}", table.name, index.columns.join("_"));
            index.name = (0..).map(|n: u32| shorten(&if n == 0 { base.clone() } else { format!("{base}{n}") })).find(|name| !taken.contains(name)).unwrap_or_default();
            taken.insert(index.name.clone());
        }
    }
}
