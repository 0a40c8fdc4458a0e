//! COPY straight into the tables of a collection: into empty ones, or of aggregates that are all new.

use super::apply::SEES_OTHERS;
use crate::plan::{CollectionPlan, Plan, TablePlan};
use crate::postgres::identifier::{literal, qualify, quote};

/// Keeps other writers out of the collection's tables until the transaction ends; readers go on.
pub fn load_lock(collection: &CollectionPlan) -> String {
    format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", collection.tables.iter().map(TablePlan::qualified).collect::<Vec<_>>().join(", "))
}

/// Names of those of the collection's tables that have rows, and of the tombstones where some are of it, one a row in `not_empty`.
pub fn load_check(plan: &Plan, collection: &CollectionPlan) -> String {
    let one = |name: &str, from: String| format!("SELECT {} AS not_empty WHERE EXISTS (SELECT FROM {from})", literal(name));
    let tombstones = collection.version.as_ref().and(plan.tombstones.as_ref());
    let mut all: Vec<String> = collection.tables.iter().map(|table| one(&table.name, table.qualified())).collect();
    all.extend(tombstones.map(|name| one(name, format!("{} WHERE \"collection\" = {}", qualify(plan.schema.as_deref(), name), literal(&collection.name)))));
    all.join(" UNION ALL ")
}

/// Whether the aggregates with the keys `$1` (`text[]`), whose locks are held ([`lock`](super::lock::lock)), are all new and COPY writes them as
/// [`apply`](super::apply::apply) would: one row, `all_new` (`true`, `false`).
///
/// Nothing of theirs may be there, no tombstone either. What COPY passes by (rules, which INSERT obeys), is refused (row-level security), or does
/// not tell of (rows that triggers drop or change) is the other way's.
pub fn all_new(plan: &Plan, collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let key = root.columns.get(root.root_key()).map_or_else(String::new, |column| column.pg.sql(&plan.enums, plan.schema.as_deref()));
    // Look-ups by key, whatever the planner believes of the number of rows.
    let each = |of: String| format!(" AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS u(k) CROSS JOIN LATERAL (SELECT FROM {of} OFFSET 0) AS r)");
    let mut sql = format!("SELECT ({SEES_OTHERS}{}", each(format!("{} AS t WHERE t.{} = u.k::{key}", root.qualified(), root.column(root.root_key()))));
    if let Some((_, name)) = collection.version.as_ref().zip(plan.tombstones.as_ref()) {
        sql += &each(format!(r#"{} AS t WHERE t."collection" = {} AND t."key" = u.k"#, qualify(plan.schema.as_deref(), name), literal(&collection.name)));
    }
    let tables = collection.tables.iter().map(|table| format!("{}::regclass", literal(&table.qualified()))).collect::<Vec<_>>().join(", ");
    let mut none = |of: &str, table: &str, what: &str| sql += &format!(" AND NOT EXISTS (SELECT FROM pg_catalog.{of} AS x WHERE x.{table} = ANY (ARRAY[{tables}]){what})");
    none("pg_class", "oid", " AND (x.relkind <> 'r' OR x.relrowsecurity)");
    none("pg_rewrite", "ev_class", "");
    // Of a row, before it, and on INSERT: 1, 2 and 4.
    none("pg_trigger", "tgrelid", " AND NOT x.tgisinternal AND x.tgtype & 7 = 7");
    sql + ")::text AS all_new"
}

/// The COPY statement of one of its tables, which takes what [`copied`](super::parameters::copied) makes for
/// [`Target::Table`](super::parameters::Target::Table).
pub fn load_copy(collection: &CollectionPlan, table: &TablePlan) -> String {
    let mut columns: Vec<String> = (0..table.columns.len()).map(|c| table.column(c)).collect();
    if table.parent.is_none() {
        columns.extend(collection.meta_columns().map(|(name, _)| quote(name)));
    }
    format!("COPY {} ({}) FROM STDIN WITH (FORMAT binary)", table.qualified(), columns.join(", "))
}
