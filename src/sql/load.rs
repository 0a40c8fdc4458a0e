//! COPY straight into tables that nobody has written to.

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

/// The COPY statement of one of its tables, which takes what [`copied`](super::parameters::copied) makes for
/// [`Target::Table`](super::parameters::Target::Table).
pub fn load_copy(collection: &CollectionPlan, table: &TablePlan) -> String {
    let mut columns: Vec<String> = (0..table.columns.len()).map(|c| table.column(c)).collect();
    if table.parent.is_none() {
        columns.extend(collection.meta_columns().map(|(name, _)| quote(name)));
    }
    format!("COPY {} ({}) FROM STDIN WITH (FORMAT binary)", table.qualified(), columns.join(", "))
}
