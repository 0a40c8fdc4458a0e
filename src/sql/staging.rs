//! Tables that rows are copied into before they are merged into the live ones.

use super::input::extra;
use super::names::{list, staged};
use crate::identity::fingerprint;
use crate::plan::{CollectionPlan, Plan};
use crate::postgres::identifier::quote;
use std::fmt::Write;

/// Columns of a staging table with their types: those of the table, and of the root also version, digest and key text.
fn columns(plan: &Plan, collection: &CollectionPlan, table: usize) -> String {
    let columns = collection.tables.get(table).map_or(&[][..], |table| &table.columns);
    let mut lines = list(columns.len(), |c| columns.get(c).map_or_else(String::new, |column| format!("c{c} {}", staged(plan, &column.pg).0)));
    for (name, pg) in extra(collection, table) {
        let _ = write!(lines, ", {name} {pg}");
    }
    lines
}

/// The staging table of table number `table`. Its name tells its columns: a connection that outlives a mapping has another for the next.
pub(super) fn staging_name(plan: &Plan, collection: &CollectionPlan, table: usize) -> String {
    let name = collection.tables.get(table).map_or("", |table| &table.name);
    let shape = fingerprint(0, format!("{}:{name}:{}", collection.name, columns(plan, collection, table)).as_bytes());
    format!("pg_temp.{}", quote(&format!("rowlens_staging_{shape}")))
}

/// Makes the staging tables of a collection, where the session does not have them; they are empty after each transaction.
pub fn staging_ddl(plan: &Plan, collection: &CollectionPlan) -> Vec<String> {
    // Whether a table was there is nobody's concern.
    let quietly = "SET LOCAL client_min_messages = warning".to_owned();
    let table = |table: usize| format!("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS", staging_name(plan, collection, table), columns(plan, collection, table));
    std::iter::once(quietly).chain((0..collection.tables.len()).map(table)).collect()
}

/// COPY statements into the staging tables, in the tables' order; what they take is [`copied`](super::parameters::copied).
pub fn staging_copy(plan: &Plan, collection: &CollectionPlan) -> Vec<String> {
    (0..collection.tables.len()).map(|table| format!("COPY {} FROM STDIN WITH (FORMAT binary)", staging_name(plan, collection, table))).collect()
}

/// Empties the staging tables, for transactions that merge several times.
pub fn staging_clear(plan: &Plan, collection: &CollectionPlan) -> Vec<String> {
    (0..collection.tables.len()).map(|table| format!("DELETE FROM {}", staging_name(plan, collection, table))).collect()
}
