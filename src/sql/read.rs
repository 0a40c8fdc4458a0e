//! Reading whole aggregates: some by key, or all in order.

use super::records::{from, key_type, looked_up, record, root_key, Selected};
use crate::plan::{CollectionPlan, Plan};

/// One statement, so one round trip and one snapshot, that gives all rows of the aggregates whose keys are `$1`, an array.
///
/// Its one row has `missing`, positions in `$1` (from 1, with commas) without a root row, and `t0`, `t1`, …: the records of each table, root rows in
/// the order of `$1`; NULL where there are none. Where the mapping looks ids up, one more has what `id_map` says of those in the rows.
pub fn read_statement(plan: &Plan, collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let (kind, _) = key_type(plan, root);
    let keys = format!("unnest($1::{kind}[]) WITH ORDINALITY k(key, n)");
    let mut columns = vec![format!("(SELECT string_agg(k.n::text, ',' ORDER BY k.n) FROM {keys} WHERE NOT EXISTS (SELECT FROM {} WHERE {} = k.key)) AS missing", from(root), root_key(root))];
    for (number, table) in collection.tables.iter().enumerate() {
        let (order, rows) = if number == 0 {
            // One key may be named in two spellings.
            (" ORDER BY k.n", format!("(SELECT key, min(n) AS n FROM {keys} GROUP BY key) k JOIN {} ON {} = k.key", from(table), root_key(table)))
        } else {
            ("", format!("{} WHERE {} = ANY ($1::{kind}[])", from(table), root_key(table)))
        };
        columns.push(format!("(SELECT string_agg({}, ''::bytea{order}) FROM {rows}) AS t{number}", record(table, None)));
    }
    let found: Vec<String> = looked_up(plan, collection).iter().map(|it| format!("SELECT {} AS r FROM {} WHERE {} = ANY ($1::{kind}[])", it.record, it.from, it.key)).collect();
    if !found.is_empty() {
        columns.push(format!("(SELECT string_agg(r, ''::bytea) FROM ({}) s) AS t{}", found.join(" UNION "), collection.tables.len()));
    }
    format!("SELECT {}", columns.join(", "))
}

/// `COPY` of all aggregates in the order of their keys: number of the table (or one more, for what `id_map` says) and record, all rows of one aggregate
/// one after the other.
pub fn stream_statement(plan: &Plan, collection: &CollectionPlan) -> String {
    let tables = collection.tables.iter().map(|table| Selected { key: root_key(table), record: record(table, None), from: from(table) });
    let last = collection.tables.len();
    let queries = tables.chain(looked_up(plan, collection)).enumerate().map(|(number, it)| format!("SELECT {} AS k, {}::smallint AS n, {} AS r FROM {}", it.key, number.min(last), it.record, it.from));
    format!("COPY (SELECT n, r FROM ({}) s ORDER BY k) TO STDOUT (FORMAT binary)", queries.collect::<Vec<_>>().join(" UNION ALL "))
}
