//! Whether what the complement says of elements still agrees with the rows of tables below: an entry that would change a row which was written since is not kept in silence.

use super::shred::ChildRows;
use super::value::{field, looked_up};
use crate::plan::{CollectionPlan, ColumnPlan, TablePlan};
use crate::postgres::identifier::literal;
use crate::postgres::PgType;

/// Statements that refuse to go on; `moving` is the table of the documents that move, `rows` are the rows that values of theirs give.
pub(super) fn guards(collection: &CollectionPlan, rows: &[ChildRows], moving: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (index, table) in collection.tables.iter().enumerate() {
        let rows: Vec<&ChildRows> = rows.iter().filter(|rows| rows.table == index).collect();
        if rows.is_empty() {
            continue;
        }
        let refuse = format!("SELECT pg_temp.rowlens_refuse({})\nFROM {moving} m WHERE m.touched\nAND", literal(&format!("the complement no longer agrees with rows of `{}`", table.name)));
        let all = |value: &str| format!("(SELECT array_agg(r ORDER BY r) FROM ({}) x(r))", select(table, &rows, value, &[&|_, column| !unresolvable(column)]));
        out.push(format!("{refuse} {}\nIS DISTINCT FROM {};", all("v"), all("b")));
        if table.columns.iter().any(unresolvable) {
            let each = |value: &str| select(table, &rows, value, &[&|at, _| table.key.contains(&at), &|_, column| unresolvable(column)]);
            out.push(format!("{refuse} EXISTS (SELECT FROM ({}) v(k, x)\nJOIN ({}) b(k, x) ON v.k = b.k, unnest(v.x, b.x) u(v, b) WHERE u.b IS NOT NULL AND u.v IS DISTINCT FROM u.b);", each("v"), each("b")));
        }
    }
    out
}

/// Whether the column may be NULL beside an id that had no key when it was written, and may have one now.
fn unresolvable(column: &ColumnPlan) -> bool {
    looked_up(column).is_some() && !field(column).is_some_and(|field| field.identity)
}

/// Whether a column is meant, by its place and what it is.
type Which<'f> = &'f dyn Fn(usize, &ColumnPlan) -> bool;

/// The rows that a value of each document gives, as arrays of those columns.
fn select(table: &TablePlan, rows: &[&ChildRows], value: &str, which: &[Which<'_>]) -> String {
    let one = |rows: &&ChildRows| {
        let array = |which: &Which<'_>| {
            let columns = rows.columns.iter().zip(&table.columns).enumerate().filter(|(at, (_, column))| which(*at, column)).map(|(_, (sql, column))| text(sql, &column.pg));
            format!("ARRAY[{}]::text[]", columns.collect::<Vec<_>>().join(", "))
        };
        format!("SELECT {} FROM (SELECT m.k, m.{value} || '{{}}' OFFSET 0) s(k, v){}", which.iter().map(array).collect::<Vec<_>>().join(", "), rows.from)
    };
    rows.iter().map(one).collect::<Vec<_>>().join("\nUNION ALL ")
}

/// What is exactly the same number says the same: its scale the complement may know.
fn text(sql: &str, pg: &PgType) -> String {
    match pg {
        PgType::Json => format!("{sql}::jsonb::text"),
        PgType::Numeric(_) => format!("trim_scale({sql})::text"),
        PgType::Array(element, _) if matches!(**element, PgType::Numeric(_)) => format!("array_dims({sql}) || ARRAY(SELECT trim_scale(x) FROM unnest({sql}) x)::text"),
        _ => format!("{sql}::text"),
    }
}
