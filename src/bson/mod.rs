//! Raw BSON: reading elements in place, with every length checked, and writing documents.

mod read;
mod write;

pub(crate) use read::{behind, validate_place, value_end, varying_end};
pub use read::{document_length, validate_document, validate_value, Element, Elements, Fault};
pub use write::Writer;

/// BSON element type bytes (<https://bsonspec.org/spec.html>).
#[allow(missing_docs)]
pub mod kind {
    pub const DOUBLE: u8 = 0x01;
    pub const STRING: u8 = 0x02;
    pub const DOCUMENT: u8 = 0x03;
    pub const ARRAY: u8 = 0x04;
    pub const BINARY: u8 = 0x05;
    pub const UNDEFINED: u8 = 0x06;
    pub const OBJECT_ID: u8 = 0x07;
    pub const BOOLEAN: u8 = 0x08;
    pub const DATE: u8 = 0x09;
    pub const NULL: u8 = 0x0A;
    pub const REGEX: u8 = 0x0B;
    pub const DB_POINTER: u8 = 0x0C;
    pub const CODE: u8 = 0x0D;
    pub const SYMBOL: u8 = 0x0E;
    pub const CODE_WITH_SCOPE: u8 = 0x0F;
    pub const INT32: u8 = 0x10;
    pub const TIMESTAMP: u8 = 0x11;
    pub const INT64: u8 = 0x12;
    pub const DECIMAL128: u8 = 0x13;
    pub const MIN_KEY: u8 = 0xFF;
    pub const MAX_KEY: u8 = 0x7F;
}

/// A short name of a BSON type, as MongoDB's `$type` aliases spell it.
pub fn kind_name(kind: u8) -> &'static str {
    match kind {
        kind::DOUBLE => "double",
        kind::STRING => "string",
        kind::DOCUMENT => "object",
        kind::ARRAY => "array",
        kind::BINARY => "binData",
        kind::UNDEFINED => "undefined",
        kind::OBJECT_ID => "objectId",
        kind::BOOLEAN => "bool",
        kind::DATE => "date",
        kind::NULL => "null",
        kind::REGEX => "regex",
        kind::DB_POINTER => "dbPointer",
        kind::CODE => "javascript",
        kind::SYMBOL => "symbol",
        kind::CODE_WITH_SCOPE => "javascriptWithScope",
        kind::INT32 => "int",
        kind::TIMESTAMP => "timestamp",
        kind::INT64 => "long",
        kind::DECIMAL128 => "decimal",
        kind::MIN_KEY => "minKey",
        kind::MAX_KEY => "maxKey",
        _ => "missing",
    }
}

/// The `i32` at the start of `bytes`, if there are four bytes.
#[inline]
pub fn read_i32(bytes: &[u8]) -> Option<i32> {
    Some(i32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// The `i64` at the start of `bytes`, if there are eight bytes.
#[inline]
pub fn read_i64(bytes: &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// The `f64` at the start of `bytes`, if there are eight bytes.
#[inline]
pub fn read_f64(bytes: &[u8]) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(..8)?.try_into().ok()?))
}

/// The text of a string-like value (string, code, symbol): its bytes without length and terminator, not yet checked as UTF-8.
#[inline]
pub fn string_bytes(value: &[u8]) -> &[u8] {
    value.get(4..value.len().saturating_sub(1)).unwrap_or(&[])
}

/// `0`, `1`, `2`, … as an array's keys must be: writes the decimal digits of `index`, returns their count.
#[inline]
pub fn index_digits(index: u32, out: &mut [u8; 10]) -> usize {
    if index < 10 {
        out[0] = b'0' + index as u8;
        return 1;
    }
    let mut reversed = [0u8; 10];
    let (mut n, mut rest) = (0, index);
    while rest > 0 {
        reversed[n] = b'0' + (rest % 10) as u8;
        rest /= 10;
        n += 1;
    }
    for i in 0..n {
        out[i] = reversed[n - 1 - i];
    }
    n
}
