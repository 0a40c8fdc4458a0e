//! One statement that applies whole aggregates: guarded by version and tombstone, and nothing written that is the same already.

use super::input::{Input, HASH, KEY, VERSION};
use super::names::{list, prefix};
use crate::plan::{CollectionPlan, Plan, TablePlan};
use crate::postgres::identifier::{literal, qualify, quote};
use std::fmt::Write;

/// Whether rowlens' guards can see what others have committed meanwhile.
pub(super) const SEES_OTHERS: &str = "current_setting('transaction_isolation') IN ('read committed', 'read uncommitted')";

/// Applies the aggregates of `input`, whose locks are held ([`lock`](super::lock::lock)); one row for each comes back, all columns text:
/// `key`, `outcome` (`inserted`, `updated`, `unchanged`, `stale`, `tombstoned`, `isolation`), and how many rows were `written` and
/// `removed`.
///
/// The text does not depend on how many aggregates or rows there are. Rows of tables are only ever found by key, whatever the
/// planner believes of their number: look-ups stand where it cannot turn them into joins.
pub fn apply(plan: &Plan, collection: &CollectionPlan, input: Input) -> String {
    let p = prefix(plan, collection);
    let mut sql = "WITH ".to_owned();
    let mut parameter = 0;
    for index in 0..collection.tables.len() {
        let _ = writeln!(sql, "{p}in{index} AS MATERIALIZED ({}),", input.select(plan, collection, index, &mut parameter));
    }
    if let Some(root) = collection.tables.first() {
        state(&mut sql, &p, plan, collection, root);
        root_put(&mut sql, &p, collection, root);
    }
    let mut facts = format!("SELECT c, k, verdict, had, same, 0 AS roots, 0 AS w, 0 AS d FROM {p}state UNION ALL SELECT c, NULL, NULL, NULL, NULL, 1, 1, 0 FROM {p}put0");
    if collection.tables.len() > 1 {
        let _ = write!(sql, ",\n{p}go AS MATERIALIZED (SELECT c, had FROM {p}state WHERE verdict = 'won' AND (same OR c IN (SELECT c FROM {p}put0)))");
    }
    for (index, table) in collection.tables.iter().enumerate().skip(1) {
        child(&mut sql, &p, index, table);
        let _ = write!(facts, " UNION ALL SELECT c, NULL, NULL, NULL, NULL, 0, 1, 0 FROM {p}put{index} UNION ALL SELECT c, NULL, NULL, NULL, NULL, 0, 0, 1 FROM {p}gone{index}");
    }
    let outcome = "CASE WHEN max(verdict) <> 'won' THEN max(verdict) WHEN NOT bool_or(same) AND sum(roots) = 0 THEN 'stale' WHEN NOT bool_or(had) THEN 'inserted' WHEN sum(w + d) = 0 THEN 'unchanged' ELSE 'updated' END";
    let _ = write!(sql, "\nSELECT max(k) AS key, {outcome} AS outcome, sum(w)::text AS written, sum(d)::text AS removed FROM ({facts}) AS facts GROUP BY c");
    sql
}

/// What stands against each aggregate, and whether its root row is the same already.
fn state(sql: &mut String, p: &str, plan: &Plan, collection: &CollectionPlan, root: &TablePlan) {
    let key = root.root_key();
    let (mut theirs, mut ours) = (columns(root, "t"), list(root.columns.len(), |c| format!("i.c{c}")));
    let (mut stored, mut verdict, mut tombstone) = (String::new(), String::new(), String::new());
    if let Some((version, tombstones)) = collection.version.as_ref().zip(plan.tombstones.as_ref()) {
        let column = format!(", t.{}", quote(&version.column));
        theirs += &column;
        let _ = write!(ours, ", i.{VERSION}");
        stored = column + " AS v";
        verdict += "WHEN d.version >= i.v THEN 'tombstoned' WHEN r.v > i.v THEN 'stale' ";
        tombstone = format!(
            " LEFT JOIN LATERAL (SELECT t.\"version\" FROM {} AS t WHERE t.\"collection\" = {} AND t.\"key\" = i.{KEY} OFFSET 0) AS d ON true",
            qualify(plan.schema.as_deref(), tombstones),
            literal(&collection.name)
        );
    }
    if let Some(hash) = &collection.hash {
        let _ = write!(theirs, ", t.{}", quote(hash));
        let _ = write!(ours, ", i.{HASH}");
    }
    let _ = writeln!(
        sql,
        "{p}state AS MATERIALIZED (SELECT i.c{key} AS c, i.{KEY} AS k, coalesce(r.had, false) AS had, coalesce(r.same, false) AS same, CASE WHEN NOT {SEES_OTHERS} THEN 'isolation' {verdict}ELSE 'won' END AS verdict \
         FROM {p}in0 AS i LEFT JOIN LATERAL (SELECT true AS had, record_image_eq(row({theirs}), row({ours})) AS same{stored} FROM {} AS t WHERE t.{} = i.c{key} OFFSET 0) AS r ON true{tombstone}),",
        root.qualified(),
        root.column(key),
    );
}

/// Writes the root rows that won and differ. A writer that took no lock may have come between: the guard stands in the write, too.
fn root_put(sql: &mut String, p: &str, collection: &CollectionPlan, root: &TablePlan) {
    let key = root.root_key();
    let mut targets: Vec<String> = (0..root.columns.len()).map(|c| root.column(c)).collect();
    let mut values = list(root.columns.len(), |c| format!("i.c{c}"));
    let mut guard = String::new();
    if let Some(version) = &collection.version {
        let column = quote(&version.column);
        guard = format!(" WHERE t.{column} IS NULL OR t.{column} <= EXCLUDED.{column}");
        targets.push(column);
        let _ = write!(values, ", i.{VERSION}");
    }
    if let Some(hash) = &collection.hash {
        targets.push(quote(hash));
        let _ = write!(values, ", i.{HASH}");
    }
    let _ = write!(
        sql,
        "{p}put0 AS (INSERT INTO {} AS t ({}) SELECT {values} FROM {p}in0 AS i WHERE (i.c{key} IN (SELECT c FROM {p}state WHERE verdict = 'won' AND NOT same)) IS TRUE ON CONFLICT ({}) {}{guard} RETURNING t.{} AS c)",
        root.qualified(),
        targets.join(", "),
        root.key_columns(),
        update(root, &targets),
        root.column(key),
    );
}

/// Removes the rows of one child table that are no longer there, then writes those that are new or differ.
fn child(sql: &mut String, p: &str, index: usize, table: &TablePlan) {
    let (root, own) = (table.root_key(), &table.key);
    let targets: Vec<String> = (0..table.columns.len()).map(|c| table.column(c)).collect();
    let _ = write!(
        sql,
        ",\n{p}gone{index} AS (DELETE FROM {name} AS t WHERE t.{c} = ANY (ARRAY(SELECT c FROM {p}go WHERE had)) AND ({theirs}) NOT IN (SELECT {ours} FROM {p}in{index}) RETURNING t.{c} AS c),\n\
         {p}put{index} AS (INSERT INTO {name} AS t ({into}) SELECT {values} FROM {p}in{index} AS i WHERE (SELECT count(*) FROM {p}gone{index}) >= 0 \
         AND CASE WHEN i.c{root} IN (SELECT c FROM {p}go WHERE NOT had) THEN true WHEN i.c{root} IN (SELECT c FROM {p}go) \
         THEN NOT EXISTS (SELECT FROM {name} AS t WHERE {same_key} AND record_image_eq(row({columns}), row({values}))) ELSE false END \
         ON CONFLICT ({key}) {update} RETURNING t.{c} AS c)",
        name = table.qualified(),
        c = table.column(root),
        theirs = own.iter().map(|c| format!("t.{}", table.column(*c))).collect::<Vec<_>>().join(", "),
        ours = own.iter().map(|c| format!("c{c}")).collect::<Vec<_>>().join(", "),
        into = targets.join(", "),
        values = list(table.columns.len(), |c| format!("i.c{c}")),
        same_key = own.iter().map(|c| format!("t.{} = i.c{c}", table.column(*c))).collect::<Vec<_>>().join(" AND "),
        columns = columns(table, "t"),
        key = table.key_columns(),
        update = update(table, &targets),
    );
}

/// A table's columns, each behind `alias`.
fn columns(table: &TablePlan, alias: &str) -> String {
    list(table.columns.len(), |c| format!("{alias}.{}", table.column(c)))
}

/// Takes all columns that are not of the key; a row that is all key is written as it is, so that it comes back from `RETURNING`.
fn update(table: &TablePlan, targets: &[String]) -> String {
    let key: Vec<String> = table.key.iter().map(|c| table.column(*c)).collect();
    let mut set: Vec<&String> = targets.iter().filter(|target| !key.contains(target)).collect();
    if set.is_empty() {
        set.extend(key.first());
    }
    format!("DO UPDATE SET {}", set.iter().map(|column| format!("{column} = EXCLUDED.{column}")).collect::<Vec<_>>().join(", "))
}
