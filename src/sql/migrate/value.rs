//! Calls that turn a column into the value it stands for, and back.

use crate::plan::{Absent, BsonKind, ColumnPlan, FieldPlan, Plan, Source};
use crate::postgres::identifier::literal;
use crate::postgres::PgType;

/// The field a column holds, where it holds one.
pub(super) fn field(column: &ColumnPlan) -> Option<&FieldPlan> {
    match &column.source {
        Source::Field(field) => Some(field),
        _ => None,
    }
}

/// Whether SQL NULL in the column stands for BSON's null.
pub(super) fn null_is_null(column: &ColumnPlan) -> bool {
    field(column).is_some_and(|field| field.absent == Absent::Null)
}

fn split(pg: &PgType) -> (&PgType, u8) {
    match pg {
        PgType::Array(element, dimensions) => (element, *dimensions),
        pg => (pg, 0),
    }
}

/// Family and two numbers of a column's values, as the SQL functions take them: those of its type, or that they are looked up, and in which collection.
fn values(column: &ColumnPlan, element: &PgType) -> (&'static str, Option<i32>, Option<i32>) {
    looked_up(column).map_or_else(|| family(element), |of| ("lookup", i32::try_from(of).ok(), None))
}

/// The collection whose ids the column holds by their keys.
pub(super) fn looked_up(column: &ColumnPlan) -> Option<usize> {
    field(column)?.lookup
}

/// Family and two numbers of a type.
fn family(pg: &PgType) -> (&'static str, Option<i32>, Option<i32>) {
    let one = |family, n: u32| (family, Some(n as i32), None);
    match pg {
        PgType::Text | PgType::Citext => ("text", None, None),
        PgType::Varchar(n) => ("text", n.map(|n| n as i32), None),
        PgType::Char(n) => one("char", *n),
        PgType::Enum(_) => ("label", None, None),
        PgType::Boolean => ("boolean", None, None),
        PgType::SmallInt => one("integer", 2),
        PgType::Integer => one("integer", 4),
        PgType::BigInt => one("integer", 8),
        PgType::Real => one("double", 4),
        PgType::Double => one("double", 8),
        PgType::Numeric(typmod) => ("numeric", typmod.map(|(p, _)| p.into()), typmod.map(|(_, s)| s.into())),
        PgType::Date => ("date", None, None),
        PgType::Timestamp(p) | PgType::TimestampTz(p) => one("timestamp", (*p).into()),
        PgType::Uuid => ("uuid", None, None),
        PgType::Bytea => ("bytea", None, None),
        PgType::Jsonb | PgType::Json | PgType::Array(..) => ("json", None, None),
    }
}

fn kind(column: &ColumnPlan) -> &'static str {
    if looked_up(column).is_some() {
        return "";
    }
    match field(column).map_or(BsonKind::Any, |field| field.bson) {
        BsonKind::ObjectId => "objectId",
        BsonKind::Int32 => "int32",
        BsonKind::Int64 => "int64",
        BsonKind::Double => "double",
        BsonKind::Number => "number",
        BsonKind::Decimal => "decimal",
        _ => "",
    }
}

fn number(n: Option<i32>) -> String {
    n.map_or("NULL".to_owned(), |n| n.to_string())
}

/// The value that the column gives; NULL where it is NULL.
pub(super) fn show(sql: &str, column: &ColumnPlan) -> String {
    let (element, dimensions) = split(&column.pg);
    match (&column.pg, kind(column)) {
        // What says all by itself.
        _ if looked_up(column).is_some() => {}
        (PgType::Text | PgType::Citext | PgType::Varchar(_) | PgType::Enum(_), kind) if kind != "objectId" => return format!("to_jsonb({sql}::text)"),
        (PgType::Boolean, _) | (PgType::SmallInt | PgType::Integer, "int32" | "number") => return format!("to_jsonb({sql})"),
        _ => {}
    }
    let (family, n, _) = values(column, element);
    let (function, text) = if dimensions > 0 { ("show_array", format!("to_jsonb({sql}::text[])")) } else { ("show", format!("{sql}::text")) };
    format!("pg_temp.rowlens_{function}({text}, '{family}', '{}', {})", kind(column), number(n))
}

/// What the column holds of the value; NULL where it cannot.
pub(super) fn hold(value: &str, column: &ColumnPlan, plan: &Plan) -> String {
    let (element, dimensions) = split(&column.pg);
    let (family, n, m) = values(column, element);
    let labels = match element {
        PgType::Enum(index) => {
            let labels: Vec<String> = plan.enums.get(*index).iter().flat_map(|e| &e.labels).map(|label| literal(label)).collect();
            format!("ARRAY[{}]", labels.join(", "))
        }
        _ => "NULL".to_owned(),
    };
    let function = if dimensions > 0 { format!("hold_array({value}, {dimensions}") } else { format!("hold({value}") };
    format!("pg_temp.rowlens_{function}, '{family}', '{}', {}, {}, {labels})::{}", kind(column), number(n), number(m), column.pg.sql(&plan.enums, plan.schema.as_deref()))
}

/// Names as a text array.
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let list: Vec<String> = names.into_iter().map(literal).collect();
    format!("ARRAY[{}]::text[]", list.join(", "))
}

/// The object of a document's fields that move, as statements name it: made by them, so it is an object.
pub(super) const DOCUMENT: &str = "s.v";

/// What stands at a path below a value.
pub(super) fn at(value: &str, path: &[String]) -> String {
    let Some((name, rest)) = path.split_first() else { return value.to_owned() };
    if value == DOCUMENT {
        return at(&format!("({value} -> {})", literal(name)), rest);
    }
    format!("pg_temp.rowlens_at({value}, {})", names(path.iter().map(String::as_str)))
}
