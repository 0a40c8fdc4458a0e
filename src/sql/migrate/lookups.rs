//! Ids that are looked up: what `id_map` says, in a temporary table that columns become values by, and values columns.
//!
//! Answers are taken by the old names of collections before anything changes, and by the new ones after `id_map` has followed them. Ids are found by their BSON bytes: so
//! numbers of different types are different ids, as they are in the core, and it is one look into an index.

use super::compare::{Change, Pair};
use super::faults::{columns_of, tables_below};
use super::value::field;
use super::versions;
use crate::plan::{CollectionPlan, ColumnPlan, Plan, Source, ID_MAP};
use crate::postgres::identifier::{literal, qualify};
use crate::postgres::PgType;
use std::collections::BTreeSet;

const IDS: &str = "pg_temp.rowlens_ids";

/// The number under which statements know each collection of the new mapping: that of its counterpart in the old one, else one beyond these.
fn numbers(old: &Plan, new: &Plan) -> Vec<usize> {
    let counterpart = |is: &CollectionPlan| old.collections.iter().position(|was| super::counterpart(old, new, was).is_some_and(|found| found.name == is.name));
    new.collections.iter().enumerate().map(|(index, is)| counterpart(is).unwrap_or(old.collections.len() + index)).collect()
}

/// The new mapping with these numbers in its columns, so that the same number means the same collection in both.
pub(super) fn aligned(old: &Plan, new: &Plan) -> Plan {
    let (numbers, mut plan) = (numbers(old, new), new.clone());
    for column in plan.collections.iter_mut().flat_map(|collection| &mut collection.tables).flat_map(|table| &mut table.columns) {
        if let Source::Field(field) = &mut column.source {
            field.lookup = field.lookup.and_then(|of| numbers.get(of).copied());
        }
    }
    plan
}

/// The collections whose answers statements need, by number, on either side.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    old: BTreeSet<usize>,
    new: BTreeSet<usize>,
}

impl Lookups {
    /// What the fields that move need, and that which the version comes from.
    pub(super) fn add(&mut self, pair: &Pair<'_>, moved: &[(String, Change)]) {
        let names = || moved.iter().map(|(name, _)| name.as_str());
        let version = pair.new.version.as_ref().filter(|_| versions::come(pair)).and_then(|version| version.path.first());
        self.old.extend(names().flat_map(|name| of(pair.old, name)));
        self.new.extend(names().chain(version.map(String::as_str)).flat_map(|name| of(pair.new, name)));
    }

    /// Before anything is taken: `id_map` is locked ahead of all tables, as whoever writes comes by them, and what it says stays what it is.
    pub(super) fn take(&self, old: &Plan, new: &Plan) -> Vec<String> {
        if self.old.is_empty() && self.new.is_empty() {
            return Vec::new();
        }
        // What the rest of the migration needs of it is taken at once.
        let renamed = old.schema != new.schema || old.collections.iter().any(|was| super::counterpart(old, new, was).is_some_and(|is| is.name != was.name));
        let mode = if renamed { "ACCESS EXCLUSIVE" } else { "SHARE" };
        let id_map = qualify(if old.looks_up() { old } else { new }.schema.as_deref(), ID_MAP);
        // One that the old mapping does not have may be there of an earlier one; else it comes. Whoever resolves ids by other means has none.
        let gone = if old.looks_up() { "RAISE EXCEPTION 'rowlens: there is no table `id_map`, and ids that are looked up move' USING HINT = 'nothing was changed; make it, and give it the keys of all ids'" } else { "NULL" };
        let mut out = vec![format!("DO $rowlens$\nBEGIN\n  IF to_regclass({}) IS NULL THEN {gone}; ELSE LOCK TABLE {id_map} IN {mode} MODE; END IF;\nEND $rowlens$;", literal(&id_map))];
        out.push(format!("CREATE TEMPORARY TABLE {} (c integer, k text, v jsonb, raw bytea, odd boolean);", IDS.trim_start_matches("pg_temp.")));
        out.extend(["k", "raw"].map(|column| format!("CREATE INDEX ON {IDS} USING hash ({column});")));
        out.extend(self.old.iter().filter_map(|number| Some(answers(old, old.collections.get(*number)?, *number))));
        out.push(format!("ANALYZE {IDS};"));
        out
    }

    /// Before anything is put: what is not there yet, and the names that collections have now.
    pub(super) fn put(&self, old: &Plan, new: &Plan) -> Vec<String> {
        let named = numbers(old, new).into_iter().zip(&new.collections).filter(|(number, _)| self.new.contains(number));
        let mut out: Vec<String> = named.map(|(number, of)| if self.old.contains(&number) { name(of, number) } else { answers(new, of, number) }).collect();
        if !self.new.is_subset(&self.old) {
            out.push(format!("ANALYZE {IDS};"));
        }
        out
    }

    pub(super) fn end(&self) -> Option<String> {
        (!self.old.is_empty() || !self.new.is_empty()).then(|| format!("DROP TABLE {IDS};"))
    }
}

/// The collections whose ids a field of the document holds.
fn of(collection: &CollectionPlan, name: &str) -> BTreeSet<usize> {
    let below = tables_below(collection, name).into_iter().filter_map(|table| collection.tables.get(table)).flat_map(|table| &table.columns);
    let own = columns_of(collection, name).into_iter().filter_map(|(table, column)| collection.tables.get(table)?.columns.get(column));
    own.chain(below).filter_map(|column| field(column)?.lookup).collect()
}

fn name(collection: &CollectionPlan, number: usize) -> String {
    format!("SELECT set_config('rowlens.lookup_{number}', {}, true);", literal(&collection.name))
}

/// What `id_map` says of a collection. A key that is spelled as its column never prints it is none, as it is in the core.
fn answers(plan: &Plan, collection: &CollectionPlan, number: usize) -> String {
    let key = match root_key(collection).map(|key| &key.pg) {
        Some(PgType::Uuid) => "CASE WHEN m.\"pg_id\" ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN lower(m.\"pg_id\") END",
        Some(PgType::BigInt) => "CASE WHEN m.\"pg_id\" ~ '^(0|-?[1-9][0-9]{0,18})$' AND m.\"pg_id\"::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN m.\"pg_id\" END",
        Some(PgType::Integer) => "CASE WHEN m.\"pg_id\" ~ '^(0|-?[1-9][0-9]{0,9})$' AND m.\"pg_id\"::numeric BETWEEN -2147483648 AND 2147483647 THEN m.\"pg_id\" END",
        Some(PgType::Text) => "m.\"pg_id\"",
        _ => "NULL",
    };
    let from = format!("{} m, LATERAL pg_temp.rowlens_id_entry(m.\"mongo_id\") e WHERE m.\"collection\" = {}", qualify(plan.schema.as_deref(), ID_MAP), literal(&collection.name));
    format!("{}\nINSERT INTO {IDS} SELECT {number}, {key}, e.v, e.raw, e.odd FROM {from};", name(collection, number))
}

/// The key's column, where it is looked up: of no other can `id_map` say anything.
fn root_key(collection: &CollectionPlan) -> Option<&ColumnPlan> {
    collection.tables.first()?.columns.iter().find(|column| field(column).is_some_and(|field| field.identity && field.lookup.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{compile_str, CompileOptions};

    fn plan(collections: &[(&str, &str, &str)]) -> Plan {
        let one = |(name, table, columns): &(&str, &str, &str)| format!(r#""{name}":{{"table":"{table}","key":{{"column":"id","as":"lookup"}},"complement":"rest","columns":{{{columns}}}}}"#);
        let mapping = format!(r#"{{"version":1,"collections":{{{}}}}}"#, collections.iter().map(one).collect::<Vec<_>>().join(","));
        compile_str(&mapping, &CompileOptions::default()).unwrap().plan
    }

    #[test]
    fn a_collection_has_one_number_whatever_its_name_and_place() {
        let old = plan(&[("users", "u", ""), ("things", "t", "")]);
        let new = plan(&[("come", "c", ""), ("objects", "t", r#""a":{"path":"a","type":"uuid","ref":"users"},"b":{"path":"b","type":"uuid","ref":"come"},"c":{"path":"c","type":"uuid","ref":"objects"}"#), ("users", "u", "")]);
        assert_eq!(numbers(&old, &new), [2, 1, 0]);
        let columns = &aligned(&old, &new).collections[1].tables[0].columns;
        assert_eq!(columns.iter().filter_map(|column| field(column)?.lookup).collect::<Vec<_>>(), [1, 0, 2, 1]);
    }

    #[test]
    fn answers_are_taken_only_where_they_are_needed_and_once() {
        let refers = r#""a":{"path":"a","type":"uuid","ref":"users"}"#;
        let other = r#""n":{"path":"n","type":"integer"}"#;
        let taken = |from: &str, to: &str| {
            let statements = crate::migrate(&plan(&[("users", "u", ""), ("things", "t", from)]), &plan(&[("users", "u", ""), ("things", "t", to)])).unwrap().statements;
            ["LOCK TABLE \"id_map\"", "INSERT INTO pg_temp.rowlens_ids"].map(|what| statements.iter().filter(|statement| statement.contains(what)).count())
        };
        assert_eq!(taken(refers, ""), [1, 1]);
        assert_eq!(taken("", refers), [1, 1]);
        assert_eq!(taken(refers, &refers.replace("},", "}").replace("\"ref\"", "\"absent\":\"null\",\"ref\"")), [1, 1]);
        assert_eq!(taken(refers, &format!("{refers},{other}")), [0, 0]);
    }
}
