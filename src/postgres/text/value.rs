//! One value in binary form as text.

use super::array::{push_array, put_plain_array};
use super::datetime::{push_date, push_timestamp};
use super::digits::push_signed;
use super::float::{push_double, push_real};
use super::hex::{push_hex, push_uuid};
use super::numeric::push_numeric;
use crate::bytes::push_run;
use crate::postgres::PgType;

/// How values of a type become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text already: text, varchar, char (padded already), citext, enums, json.
    Text,
    Jsonb,
    Boolean,
    SmallInt,
    Integer,
    BigInt,
    Real,
    Double,
    Numeric,
    Date,
    Timestamp,
    TimestampTz,
    Uuid,
    Bytea,
}

impl Kind {
    /// Never has a character that arrays quote.
    pub fn is_plain(self) -> bool {
        !matches!(self, Kind::Text | Kind::Jsonb | Kind::Date | Kind::Timestamp | Kind::TimestampTz | Kind::Bytea)
    }
}

/// A column: its kind, or its elements'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub kind: Kind,
    pub array: bool,
}

impl Column {
    pub fn new(pg: &PgType) -> Self {
        let kind = match pg {
            PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext | PgType::Enum(_) | PgType::Json => Kind::Text,
            PgType::Jsonb => Kind::Jsonb,
            PgType::Boolean => Kind::Boolean,
            PgType::SmallInt => Kind::SmallInt,
            PgType::Integer => Kind::Integer,
            PgType::BigInt => Kind::BigInt,
            PgType::Real => Kind::Real,
            PgType::Double => Kind::Double,
            PgType::Numeric(_) => Kind::Numeric,
            PgType::Date => Kind::Date,
            PgType::Timestamp(_) => Kind::Timestamp,
            PgType::TimestampTz(_) => Kind::TimestampTz,
            PgType::Uuid => Kind::Uuid,
            PgType::Bytea => Kind::Bytea,
            PgType::Array(element, _) => return Column { kind: Column::new(element).kind, array: true },
        };
        Column { kind, array: false }
    }

    /// By the name of its kind; `[]` for each dimension.
    pub fn of_kind(name: &str) -> Option<Self> {
        let scalar = name.trim_end_matches("[]");
        let kind = match scalar {
            "text" | "varchar" | "char" | "citext" | "enum" | "json" => Kind::Text,
            "jsonb" => Kind::Jsonb,
            "boolean" => Kind::Boolean,
            "smallint" => Kind::SmallInt,
            "integer" => Kind::Integer,
            "bigint" => Kind::BigInt,
            "real" => Kind::Real,
            "double precision" => Kind::Double,
            "numeric" => Kind::Numeric,
            "date" => Kind::Date,
            "timestamp" => Kind::Timestamp,
            "timestamptz" => Kind::TimestampTz,
            "uuid" => Kind::Uuid,
            "bytea" => Kind::Bytea,
            _ => return None,
        };
        Some(Column { kind, array: scalar.len() < name.len() })
    }

    /// The text that `data[start..end]` is.
    #[inline(always)]
    pub fn text(self, data: &[u8], start: usize, end: usize) -> Option<&[u8]> {
        match self {
            Column { array: false, kind: Kind::Text } => data.get(start..end),
            Column { array: false, kind: Kind::Jsonb } => jsonb(data.get(start..end)?),
            _ => None,
        }
    }

    /// See [`put_plain_array`].
    #[inline(always)]
    pub fn put_plain_array(self, data: &[u8], start: usize, end: usize, at: usize, out: &mut Vec<u8>) -> Option<usize> {
        if !self.array || self.kind != Kind::Text {
            return None;
        }
        put_plain_array(data.get(start..end)?, at, out)
    }

    /// Appends what `data[start..end]` is as text; `None` where it is not of the column's type.
    #[inline(never)]
    pub fn push_value(self, data: &[u8], start: usize, end: usize, out: &mut Vec<u8>) -> Option<()> {
        let value = data.get(start..end)?;
        if self.array {
            push_array(self.kind, value, out)
        } else {
            push_value(self.kind, value, out)
        }
    }
}

/// The text in a jsonb's binary form.
fn jsonb(value: &[u8]) -> Option<&[u8]> {
    value.split_first().and_then(|(version, text)| (*version == 1).then_some(text))
}

/// Appends a value that is no array, unescaped; `None` where the bytes are not of the kind.
#[inline(never)]
pub(super) fn push_value(kind: Kind, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    match kind {
        Kind::Text => push_run(out, value, 0, value.len()),
        Kind::Jsonb => out.extend_from_slice(jsonb(value)?),
        Kind::Boolean => match value {
            [0] => out.push(b'f'),
            [1] => out.push(b't'),
            _ => return None,
        },
        Kind::SmallInt => push_signed(i16::from_be_bytes(value.try_into().ok()?).into(), out),
        Kind::Integer => push_signed(i32::from_be_bytes(value.try_into().ok()?).into(), out),
        Kind::BigInt => push_signed(i64::from_be_bytes(value.try_into().ok()?), out),
        Kind::Real => push_real(f32::from_be_bytes(value.try_into().ok()?), out),
        Kind::Double => push_double(f64::from_be_bytes(value.try_into().ok()?), out),
        Kind::Numeric => return push_numeric(value, out),
        Kind::Date => return push_date(i32::from_be_bytes(value.try_into().ok()?), out),
        Kind::Timestamp => return push_timestamp(i64::from_be_bytes(value.try_into().ok()?), false, out),
        Kind::TimestampTz => return push_timestamp(i64::from_be_bytes(value.try_into().ok()?), true, out),
        Kind::Uuid => push_uuid(value.try_into().ok()?, out),
        Kind::Bytea => {
            out.extend_from_slice(br"\x");
            push_hex(value, out);
        }
    }
    Some(())
}
