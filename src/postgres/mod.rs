//! PostgreSQL's side: types, binary and text forms of values, tuples. Pure bytes, no I/O.

/// A PostgreSQL column type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PgType {
    Text,
    Varchar(Option<u32>),
    Char(u32),
    Citext,
    Boolean,
    SmallInt,
    Integer,
    BigInt,
    Real,
    Double,
    /// `numeric` or `numeric(precision, scale)`.
    Numeric(Option<(u16, i16)>),
    Date,
    /// Fractional digits, 0 to 6.
    Timestamp(u8),
    /// Fractional digits, 0 to 6.
    TimestampTz(u8),
    Uuid,
    Bytea,
    Jsonb,
    Json,
    /// Index into `Plan::enums`.
    Enum(usize),
    /// Element type and number of dimensions.
    Array(Box<PgType>, u8),
}

pub mod array;
pub mod datetime;
pub mod fit;
pub mod identifier;
pub mod numeric;
pub mod record;
mod parse;
pub mod text;
pub mod tuple;
