//! PostgreSQL arrays.

use super::PgType;

/// Most dimensions that PostgreSQL allows.
pub const MAX_DIMENSIONS: usize = 6;

/// The OID of an array's element type. Types without a fixed OID (enums, citext) go as text, which PostgreSQL 14 and later accept.
pub fn element_oid(element: &PgType) -> u32 {
    match element {
        PgType::Text | PgType::Citext | PgType::Enum(_) => 25,
        PgType::Varchar(_) => 1043,
        PgType::Char(_) => 1042,
        PgType::Boolean => 16,
        PgType::SmallInt => 21,
        PgType::Integer => 23,
        PgType::BigInt => 20,
        PgType::Real => 700,
        PgType::Double => 701,
        PgType::Numeric(_) => 1700,
        PgType::Date => 1082,
        PgType::Timestamp(_) => 1114,
        PgType::TimestampTz(_) => 1184,
        PgType::Uuid => 2950,
        PgType::Bytea => 17,
        PgType::Jsonb => 3802,
        PgType::Json => 114,
        PgType::Array(element, _) => element_oid(element),
    }
}
