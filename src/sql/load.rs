//! COPY straight into the tables of a collection: into empty ones, or of aggregates that are all new.

use super::apply::SEES_OTHERS;
use super::names::list;
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
/// Nothing of theirs may be there, no tombstone either. And the tables must be those of the mapping: COPY takes the bytes of one type for those of another, passes by what
/// INSERT obeys (rules, identity columns), is refused (row-level security), needs no key, and triggers would find a document without its children.
pub fn all_new(plan: &Plan, collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let key = root.columns.get(root.root_key()).map_or_else(String::new, |column| column.pg.sql(&plan.enums, plan.schema.as_deref()));
    // Look-ups by key, whatever the planner believes of the number of rows.
    let each = |of: String| format!(" AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS u(k) CROSS JOIN LATERAL (SELECT FROM {of} OFFSET 0) AS r)");
    let mut sql = format!("SELECT ({SEES_OTHERS}{}", each(format!("{} AS t WHERE t.{} = u.k::{key}", root.qualified(), root.column(root.root_key()))));
    if let Some((_, name)) = collection.version.as_ref().zip(plan.tombstones.as_ref()) {
        sql += &each(format!(r#"{} AS t WHERE t."collection" = {} AND t."key" = u.k"#, qualify(plan.schema.as_deref(), name), literal(&collection.name)));
    }
    let table = |table: &TablePlan| format!("{}::regclass", literal(&table.qualified()));
    let mut none = |of: &str, what: &str| sql += &format!(" AND NOT EXISTS (SELECT FROM {of} WHERE {what})");
    let tables = list(collection.tables.len(), |t| collection.tables.get(t).map_or_else(String::new, table));
    none("pg_catalog.pg_class AS x", &format!("x.oid = ANY (ARRAY[{tables}]) AND (x.relkind <> 'r' OR x.relrowsecurity)"));
    none("pg_catalog.pg_rewrite AS x", &format!("x.ev_class = ANY (ARRAY[{tables}])"));
    // Of INSERT: 4.
    none("pg_catalog.pg_trigger AS x", &format!("x.tgrelid = ANY (ARRAY[{tables}]) AND NOT x.tgisinternal AND x.tgtype & 4 <> 0"));
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for own in &collection.tables {
        let meta = collection.meta_columns().filter(|_| own.parent.is_none()).map(|(name, of)| (name.to_owned(), of.to_owned()));
        let mapped = own.columns.iter().map(|column| (column.name.clone(), column.pg.sql(&plan.enums, plan.schema.as_deref())));
        columns.extend(mapped.chain(meta).map(|(name, of)| format!("({}, {}, {}::regtype)", table(own), literal(&name), literal(&of))));
        let mut key: Vec<&str> = own.key.iter().filter_map(|k| Some(own.columns.get(*k)?.name.as_str())).collect();
        key.sort_unstable();
        keys.push(format!("({}, ARRAY[{}])", table(own), list(key.len(), |k| literal(key[k]))));
    }
    none(
        &format!("(VALUES {}) AS x(t, c, y) LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.t AND a.attname = x.c", columns.join(", ")),
        "a.atttypid IS DISTINCT FROM x.y OR a.attidentity = 'a' OR a.attgenerated <> ''",
    );
    none(
        &format!("(VALUES {}) AS x(t, k)", keys.join(", ")),
        "NOT EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = x.t AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL \
         AND ARRAY(SELECT a.attname::text COLLATE \"C\" FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) ORDER BY 1) = x.k)",
    );
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
