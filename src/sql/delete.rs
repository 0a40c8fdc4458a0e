//! One statement that deletes whole aggregates and leaves tombstones.

use super::apply::SEES_OTHERS;
use super::names::prefix;
use crate::plan::{CollectionPlan, Plan};
use crate::postgres::identifier::{literal, qualify, quote};
use std::fmt::Write;

/// Deletes the aggregates whose keys are `$1` (`text[]`), in the versions `$2` (`bigint[]`; only where the collection has versions);
/// their locks are held. One row for each comes back, all columns text: `key`, `outcome` (`deleted`, `stale`, `tombstoned`,
/// `unchanged`, `isolation`), `written` (always 0) and how many rows were `removed`.
///
/// A state of the same version as the delete goes, whichever of the two comes first.
pub fn delete(plan: &Plan, collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let (p, key) = (prefix(plan, collection), root.root_key());
    let pg = root.columns.get(key).map_or_else(String::new, |column| column.pg.sql(&plan.enums, plan.schema.as_deref()));
    let tombstones = plan.tombstones.as_ref().map(|name| qualify(plan.schema.as_deref(), name));
    let collection_name = literal(&collection.name);
    let mut sql = format!("WITH {p}in AS MATERIALIZED (SELECT k, k::{pg} AS c");
    let (mut stored, mut verdict, mut joined) = (String::new(), String::new(), String::new());
    let guarded = collection.version.as_ref().zip(tombstones);
    match &guarded {
        Some((version, tombstones)) => {
            sql += ", v FROM unnest($1::text[], $2::bigint[]) AS u(k, v)),\n";
            stored = format!(", t.{} AS v", quote(&version.column));
            verdict = "WHEN r.v > i.v THEN 'stale' WHEN r.had IS NULL AND d.version >= i.v THEN 'tombstoned' ".to_owned();
            joined = format!(" LEFT JOIN LATERAL (SELECT t.\"version\" FROM {tombstones} AS t WHERE t.\"collection\" = {collection_name} AND t.\"key\" = i.k OFFSET 0) AS d ON true");
        }
        None => {
            sql += " FROM unnest($1::text[]) AS u(k)),\n";
            verdict += "WHEN r.had IS NULL THEN 'unchanged' ";
        }
    }
    let _ = write!(
        sql,
        "{p}state AS MATERIALIZED (SELECT i.*, CASE WHEN NOT {SEES_OTHERS} THEN 'isolation' {verdict}ELSE 'deleted' END AS outcome FROM {p}in AS i \
         LEFT JOIN LATERAL (SELECT true AS had{stored} FROM {} AS t WHERE t.{} = i.c OFFSET 0) AS r ON true{joined})",
        root.qualified(),
        root.column(key),
    );
    if let Some((_, tombstones)) = &guarded {
        let _ = write!(
            sql,
            ",\n{p}tombs AS (INSERT INTO {tombstones} AS t (\"collection\", \"key\", \"version\") SELECT {collection_name}, k, v FROM {p}state WHERE outcome = 'deleted' \
             ON CONFLICT (\"collection\", \"key\") DO UPDATE SET \"version\" = greatest(t.\"version\", EXCLUDED.\"version\"), \"deleted_at\" = EXCLUDED.\"deleted_at\")"
        );
    }
    let mut facts = format!("SELECT c, k, outcome, 0 AS d FROM {p}state");
    for (index, table) in collection.tables.iter().enumerate().rev() {
        let c = table.column(table.root_key());
        let _ = write!(sql, ",\n{p}gone{index} AS (DELETE FROM {} AS t WHERE t.{c} = ANY (ARRAY(SELECT c FROM {p}state WHERE outcome = 'deleted')) RETURNING t.{c} AS c)", table.qualified());
        let _ = write!(facts, " UNION ALL SELECT c, NULL, NULL, 1 FROM {p}gone{index}");
    }
    let _ = write!(sql, "\nSELECT max(k) AS key, max(outcome) AS outcome, '0' AS written, sum(d)::text AS removed FROM ({facts}) AS facts GROUP BY c");
    sql
}
