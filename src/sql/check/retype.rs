//! What to do about a column of another type: the statement that changes it, where that loses nothing.

use super::{is, number, text};
use crate::issue::Severity;
use crate::json::Json;
use crate::plan::Plan;
use crate::postgres::array::element_oid;
use crate::postgres::PgType;

/// What to do about a column that was found to be another type than `wanted`.
///
/// A cast in PostgreSQL cuts texts off, rounds, and takes the session's time zone without a word. So there is a statement only where every value
/// stays what it is, or the statement fails; otherwise it is the mapping that is to change, or the user who must say what happens to the values.
pub(super) fn help(plan: &Plan, alter: &str, column: &str, wanted: &PgType, found: &Json<'_>, severity: Severity) -> String {
    let sql = wanted.sql(&plan.enums, plan.schema.as_deref());
    if severity == Severity::Error && is(found, "array") == matches!(wanted, PgType::Array(..)) && keeps_values(wanted, found) {
        // An enum's labels are known by their names.
        let through = match wanted {
            PgType::Enum(_) => "::text",
            PgType::Array(element, _) if matches!(**element, PgType::Enum(_)) => "::text[]",
            _ => "",
        };
        return format!("{alter} ALTER COLUMN {column} TYPE {sql} USING {column}{through}::{sql};");
    }
    let there = text(found, "type");
    let declare = PgType::parse(there, &plan.enums).map(|pg| pg.sql(&plan.enums, None)).map(|name| format!("declare the column as it is, \"type\": \"{name}\" in the mapping"));
    if severity != Severity::Error {
        return declare.unwrap_or_else(|| "nothing has to be done".to_owned());
    }
    let zone = match (number(found, "base"), wanted) {
        (Some(1114), PgType::TimestampTz(_)) | (Some(1184), PgType::Timestamp(_)) => "; say which time zone is meant: AT TIME ZONE",
        _ => "",
    };
    format!("{}change it to {sql} by a statement of your own: a plain cast may cut off, round or shift values{zone}", declare.map_or_else(String::new, |declare| declare + ", or "))
}

/// Whether a cast to `wanted` gives every value unchanged or fails.
fn keeps_values(wanted: &PgType, found: &Json<'_>) -> bool {
    let element = match wanted {
        PgType::Array(element, _) => element,
        pg => pg,
    };
    let modifier = number(found, "modifier").filter(|modifier| *modifier >= 0);
    let domain_of = number(found, "domainOf");
    let is_enum = is(found, "enum");
    let Some(base) = domain_of.or_else(|| number(found, "base")) else { return false };
    let is_one_of = |types: &[PgType]| types.iter().any(|pg| base == i64::from(element_oid(pg)));
    let (texts, integers) = ([PgType::Text, PgType::Varchar(None)], [PgType::SmallInt, PgType::Integer, PgType::BigInt]);
    let citext = text(found, "baseName") == "citext";
    // The scale of a numeric; none where it has no modifier.
    let scale = |modifier: i64| (((modifier - 4) & 0x7ff) ^ 0x400) - 0x400;
    let numeric_scale = modifier.filter(|_| is_one_of(&[PgType::Numeric(None)])).map(scale);
    match element {
        PgType::Text => is_enum || citext || is_one_of(&texts) || is_one_of(&integers) || is_one_of(&[PgType::Uuid]),
        PgType::Enum(_) => is_enum || citext || is_one_of(&texts),
        PgType::Varchar(None) => is_enum || citext || is_one_of(&texts),
        PgType::Varchar(Some(length)) => is_one_of(&[PgType::Varchar(None)]) && modifier.is_some_and(|there| there <= i64::from(*length) + 4),
        PgType::SmallInt | PgType::Integer | PgType::BigInt => is_one_of(&integers) || numeric_scale.is_some_and(|scale| scale <= 0),
        PgType::Numeric(None) => is_one_of(&integers) || is_one_of(&[PgType::Numeric(None)]),
        PgType::Numeric(Some((_, scale))) => (*scale >= 0 && is_one_of(&integers)) || numeric_scale.is_some_and(|there| there <= i64::from(*scale)),
        PgType::Double => is_one_of(&integers[..2]),
        PgType::Timestamp(digits) | PgType::TimestampTz(digits) => is_one_of(std::slice::from_ref(element)) && modifier.unwrap_or(6) <= i64::from(*digits),
        PgType::Boolean | PgType::Uuid | PgType::Bytea | PgType::Json | PgType::Date => is_one_of(std::slice::from_ref(element)),
        PgType::Char(_) | PgType::Citext | PgType::Real | PgType::Jsonb | PgType::Array(..) => false,
    }
}
