//! Which BSON kinds go with which column types and identities.

use super::BsonKind;
use crate::postgres::PgType;

/// Column type of an identity.
pub(super) fn identity_type(kind: &str, lookup: Option<&str>) -> Option<PgType> {
    Some(match kind {
        "uuid" => PgType::Uuid,
        "hex" => PgType::Char(24),
        "bytea" => PgType::Bytea,
        "text" => PgType::Text,
        "bigint" => PgType::BigInt,
        "integer" => PgType::Integer,
        "lookup" => match lookup.unwrap_or("uuid") {
            "uuid" => PgType::Uuid,
            "bigint" => PgType::BigInt,
            "integer" => PgType::Integer,
            "text" => PgType::Text,
            _ => return None,
        },
        _ => return None,
    })
}

/// BSON kind of an identity.
pub(super) fn identity_kind(kind: &str) -> BsonKind {
    match kind {
        "text" => BsonKind::String,
        "bigint" => BsonKind::Int64,
        "integer" => BsonKind::Int32,
        _ => BsonKind::ObjectId,
    }
}

/// The element's type of an array, else the type itself.
pub(super) fn element(pg: &PgType) -> &PgType {
    match pg {
        PgType::Array(element, _) => element,
        pg => pg,
    }
}

/// Whether a column of this type can have `as: kind`.
pub(super) fn holds_identity(pg: &PgType, kind: &str) -> bool {
    match element(pg) {
        PgType::Uuid => kind == "uuid",
        PgType::Bytea => kind == "bytea",
        PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext => kind == "hex",
        _ => false,
    }
}

/// The kind where the mapping names none.
pub(super) fn default_kind(pg: &PgType) -> BsonKind {
    match pg {
        PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext | PgType::Enum(_) => BsonKind::String,
        PgType::Boolean => BsonKind::Boolean,
        PgType::SmallInt | PgType::Integer => BsonKind::Int32,
        PgType::BigInt => BsonKind::Int64,
        PgType::Real | PgType::Double => BsonKind::Double,
        PgType::Numeric(_) => BsonKind::Decimal,
        PgType::Date | PgType::Timestamp(_) | PgType::TimestampTz(_) => BsonKind::Date,
        PgType::Uuid => BsonKind::Uuid,
        PgType::Bytea => BsonKind::Binary,
        PgType::Json | PgType::Jsonb => BsonKind::Any,
        PgType::Array(element, _) => default_kind(element),
    }
}

/// Whether a column of this type can stand for this kind.
pub(super) fn allowed(pg: &PgType, kind: BsonKind) -> bool {
    use BsonKind::{Double, Int32, Int64, Number, ObjectId};
    kind == default_kind(pg)
        || match pg {
            PgType::Varchar(Some(n)) | PgType::Char(n) => kind == ObjectId && *n >= 24,
            PgType::Text | PgType::Varchar(None) | PgType::Citext | PgType::Uuid | PgType::Bytea => kind == ObjectId,
            PgType::SmallInt | PgType::Integer | PgType::BigInt | PgType::Real | PgType::Double | PgType::Numeric(_) => matches!(kind, Number | Int32 | Int64 | Double),
            PgType::Array(element, _) => allowed(element, kind),
            _ => false,
        }
}

/// What a column of this type cannot say of this kind, and the type that can.
pub(super) fn lossy(pg: &PgType, kind: BsonKind) -> Option<(&'static str, &'static str)> {
    use BsonKind::{Double, Int64};
    Some(match (element(pg), kind) {
        (PgType::Real, _) => ("`real` holds few doubles exactly", "use `double precision`"),
        (PgType::Date, _) => ("`date` holds days, BSON dates have milliseconds", "use `timestamptz(3)`"),
        (PgType::Timestamp(0..=2) | PgType::TimestampTz(0..=2), _) => ("BSON dates have milliseconds", "use 3 fractional digits"),
        (PgType::SmallInt | PgType::Integer | PgType::BigInt, Double) => ("an integer column holds no fractions", "use `double precision` or `numeric`"),
        (PgType::SmallInt | PgType::Integer, Int64) => ("the column is narrower than an int64", "use `bigint`"),
        (PgType::Double, Int64) => ("`double precision` holds integers up to 2^53 exactly", "use `bigint`"),
        _ => return None,
    })
}

/// Kinds by the names a mapping gives them.
pub(super) const KINDS: [(&str, BsonKind); 12] = [
    ("string", BsonKind::String),
    ("boolean", BsonKind::Boolean),
    ("int32", BsonKind::Int32),
    ("int64", BsonKind::Int64),
    ("double", BsonKind::Double),
    ("number", BsonKind::Number),
    ("decimal", BsonKind::Decimal),
    ("date", BsonKind::Date),
    ("objectId", BsonKind::ObjectId),
    ("uuid", BsonKind::Uuid),
    ("binary", BsonKind::Binary),
    ("any", BsonKind::Any),
];
