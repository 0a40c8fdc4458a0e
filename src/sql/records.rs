//! What the statements that read rows are made of.

use crate::plan::{ColumnPlan, Plan, TablePlan};
use crate::postgres::identifier::{qualify, quote};
use crate::postgres::PgType;

/// The column as it stands in records: enums and citext as text, whose OID is the same in every database.
fn recorded(column: &ColumnPlan) -> String {
    let name = format!("t.{}", quote(&column.name));
    match &column.pg {
        PgType::Enum(_) | PgType::Citext => name + "::text",
        PgType::Array(element, _) if matches!(**element, PgType::Enum(_) | PgType::Citext) => name + "::text[]",
        _ => name,
    }
}

/// `record_send(row(…))` of a row of the table, which is called `t`; `first` stands before its columns.
pub(super) fn record(table: &TablePlan, first: Option<String>) -> String {
    let columns: Vec<String> = first.into_iter().chain(table.columns.iter().map(recorded)).collect();
    format!("record_send(row({}))", columns.join(", "))
}

/// `"table" t`.
pub(super) fn from(table: &TablePlan) -> String {
    qualify(table.schema.as_deref(), &table.name) + " t"
}

/// `t."id"`: the column that holds the root row's key, in the root table or below.
pub(super) fn root_key(table: &TablePlan) -> String {
    format!("t.{}", table.column(table.root_key()))
}

/// The root key's type, and what makes its order that of its bytes: keys that are text are compared by them, whatever the database's collation.
pub(super) fn key_type(plan: &Plan, root: &TablePlan) -> (String, &'static str) {
    let Some(key) = root.columns.get(root.root_key()) else { return (String::new(), "") };
    let collate = if matches!(key.pg, PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext) { " COLLATE \"C\"" } else { "" };
    (key.pg.sql(&plan.enums, root.schema.as_deref()), collate)
}
