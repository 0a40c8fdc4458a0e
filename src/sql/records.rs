//! What the statements that read rows are made of.

use crate::plan::{CollectionPlan, ColumnPlan, Plan, Source, TablePlan, ID_MAP};
use crate::postgres::identifier::{literal, qualify, quote};
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

/// Rows of a query: the root row's key, the record, and what stands behind FROM.
pub(super) struct Selected {
    pub key: String,
    pub record: String,
    pub from: String,
}

/// What `id_map` says of the ids in the rows of a collection, per column of looked-up ids; its records are the root row's key and a row of `id_map`.
pub(super) fn looked_up(plan: &Plan, collection: &CollectionPlan) -> Vec<Selected> {
    let id_map = qualify(plan.schema.as_deref(), ID_MAP);
    let mut all = Vec::new();
    for table in &collection.tables {
        for column in &table.columns {
            let Source::Field(field) = &column.source else { continue };
            let Some(of) = field.lookup.and_then(|of| plan.collections.get(of)) else { continue };
            let name = format!("t.{}", quote(&column.name));
            let (ids, id) = if matches!(column.pg, PgType::Array(..)) { (format!(" CROSS JOIN unnest({name}) u(id)"), "u.id") } else { (String::new(), name.as_str()) };
            let key = root_key(table);
            all.push(Selected {
                record: format!("record_send(row({key}, m.collection, m.mongo_id, m.pg_id))"),
                from: format!("{}{ids} JOIN {id_map} m ON m.collection = {} AND m.pg_id = {id}::text", from(table), literal(&of.name)),
                key,
            });
        }
    }
    all
}
