//! One statement that writes one whole aggregate where there is none of its key: the common case of a write, at a fraction of the cost.

use super::apply::SEES_OTHERS;
use super::input::{extra, Input, HASH, KEY, VERSION};
use super::names::{carried, prefix};
use crate::plan::{CollectionPlan, Plan, TablePlan};
use crate::postgres::identifier::{literal, qualify};
use crate::postgres::PgType;
use std::fmt::Write;

/// Writes one aggregate, whose lock is held, where its root row is not there and no tombstone forbids it; then one row comes back, with
/// the columns of [`apply`](super::apply::apply). No row: that statement has the answer.
///
/// Parameters are the root row's values one by one, with what root rows have besides (a tuple of [`copied`](super::parameters::copied) for
/// staging tables); then of each child table its arrays of [`parameters`](super::parameters::parameters), or, where a document has one row at
/// most, the row's values, all NULL where there is none.
pub fn apply_new(plan: &Plan, collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let (p, mut parameter) = (prefix(plan, collection), 0);
    let (mut targets, mut values) = (Vec::new(), Vec::new());
    for (index, column) in root.columns.iter().enumerate() {
        targets.push(root.column(index));
        values.push(scalar(plan, &column.pg, &mut parameter));
    }
    let besides: Vec<(&str, String)> = extra(collection, 0).into_iter().map(|(name, of)| (name, next(of, &mut parameter))).collect();
    let value = |name: &str| besides.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value);
    targets.extend(collection.meta_columns().map(|(name, _)| crate::postgres::identifier::quote(name)));
    values.extend([VERSION, HASH].map(value).into_iter().filter(|value| !value.is_empty()).map(str::to_owned));
    let mut sql = format!("WITH {p}put0 AS (INSERT INTO {} ({}) SELECT {} WHERE {SEES_OTHERS}", root.qualified(), targets.join(", "), values.join(", "));
    if let Some((_, tombstones)) = collection.version.as_ref().zip(plan.tombstones.as_ref()) {
        let _ = write!(
            sql,
            " AND NOT EXISTS (SELECT FROM {} AS d WHERE d.\"collection\" = {} AND d.\"key\" = {} AND d.\"version\" >= {})",
            qualify(plan.schema.as_deref(), tombstones),
            literal(&collection.name),
            value(KEY),
            value(VERSION)
        );
    }
    let _ = write!(sql, " ON CONFLICT ({}) DO NOTHING RETURNING 1)", root.key_columns());
    let mut written = "1".to_owned();
    for (index, table) in collection.tables.iter().enumerate().skip(1) {
        let columns: Vec<String> = (0..table.columns.len()).map(|c| table.column(c)).collect();
        let _ = write!(sql, ",\n{p}put{index} AS (INSERT INTO {} ({}) SELECT ", table.qualified(), columns.join(", "));
        if one_to_one(table) {
            let values: Vec<String> = table.columns.iter().map(|column| scalar(plan, &column.pg, &mut parameter)).collect();
            let there = format!("{} IS NOT NULL", values.get(table.root_key()).map_or("", String::as_str));
            let _ = write!(sql, "{} FROM {p}put0 WHERE {there})", values.join(", "));
            let _ = write!(written, " + ({there})::int");
        } else {
            let first = parameter + 1;
            let _ = write!(sql, "i.* FROM {p}put0, ({}) AS i)", Input::Parameters.select(plan, collection, index, &mut parameter));
            let of = table.columns.first().map_or_else(String::new, |column| carried(plan, &column.pg).array_of);
            let _ = write!(written, " + cardinality(${first}::{of}[])");
        }
    }
    let _ = write!(sql, "\nSELECT {} AS key, 'inserted' AS outcome, ({written})::text AS written, '0' AS removed FROM {p}put0", value(KEY));
    sql
}

/// Whether a document has one row of the table at most: its key is that of the root row.
pub(super) fn one_to_one(table: &TablePlan) -> bool {
    table.key.len() == 1
}

/// The next parameter, of that type.
fn next(of: &str, parameter: &mut usize) -> String {
    *parameter += 1;
    format!("${parameter}::{of}")
}

/// A parameter that is one value of that type: types without a fixed OID come as text.
fn scalar(plan: &Plan, pg: &PgType, parameter: &mut usize) -> String {
    let PgType::Array(element, _) = pg else {
        let carried = carried(plan, pg);
        let value = next(&carried.array_of, parameter);
        return carried.cast.map_or_else(|| value.clone(), |cast| format!("{value}::{cast}"));
    };
    let element = carried(plan, element).array_of;
    format!("{}::{}", next(&format!("{element}[]"), parameter), pg.sql(&plan.enums, plan.schema.as_deref()))
}
