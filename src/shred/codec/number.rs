//! Numbers: which columns hold them, and what they come back as.

use super::fit;
use crate::bson::{kind, read_f64, read_i32, read_i64};
use crate::plan::BsonKind;
use crate::postgres::fit::Fit;
use crate::postgres::numeric;

/// Whether a double is an integer that int64 can say. -0.0 has no integer of its own; 2^63 would saturate and must not pass.
fn is_integral(number: f64) -> bool {
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) && number.trunc() == number && !(number == 0.0 && number.is_sign_negative())
}

/// Integer value of an int32, int64 or integral double.
pub(super) fn integral(kind: u8, value: &[u8]) -> Option<i64> {
    match kind {
        kind::INT32 => read_i32(value).map(i64::from),
        kind::INT64 => read_i64(value),
        kind::DOUBLE => {
            let number = read_f64(value)?;
            let integer = number as i64;
            is_integral(number).then_some(integer)
        }
        _ => None,
    }
}

/// The BSON type that `expected` gives back for an integral value.
fn integral_kind(expected: BsonKind, value: i64) -> u8 {
    match expected {
        BsonKind::Int32 => kind::INT32,
        BsonKind::Int64 => kind::INT64,
        BsonKind::Number if i32::try_from(value).is_ok() => kind::INT32,
        _ => kind::DOUBLE,
    }
}

/// The BSON type an integer column gives back; wider than asked for where the value needs it.
pub fn decoded_integer_kind(expected: BsonKind, value: i64) -> u8 {
    match integral_kind(expected, value) {
        kind::INT32 if i32::try_from(value).is_err() => kind::INT64,
        kind::DOUBLE if (value as f64) as i128 != i128::from(value) => kind::INT64,
        other => other,
    }
}

/// The only NaN that is written and read unchanged everywhere.
pub const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// The double of a number, and how well it says it; `None` where no double does.
pub(super) fn double_value(expected: BsonKind, kind: u8, value: &[u8]) -> Option<(f64, Fit)> {
    let number = match kind {
        kind::DOUBLE => read_f64(value).filter(|number| !number.is_nan() || number.to_bits() == CANONICAL_NAN)?,
        kind::INT32 | kind::INT64 => integral(kind, value).filter(|integer| (*integer as f64) as i128 == i128::from(*integer))? as f64,
        _ => return None,
    };
    Some((number, fit(decoded_double_kind(expected, number) == kind)))
}

/// The BSON type a double comes back as.
pub fn decoded_double_kind(expected: BsonKind, number: f64) -> u8 {
    let integer = number as i64;
    let integral = is_integral(number);
    match expected {
        BsonKind::Int32 | BsonKind::Number if integral && i32::try_from(integer).is_ok() => kind::INT32,
        BsonKind::Int64 if integral => kind::INT64,
        _ => kind::DOUBLE,
    }
}

/// The BSON type a numeric comes back as, given its value as integer and as double where it has one.
pub fn decoded_numeric_kind(expected: BsonKind, integer: Option<i64>, double: Option<f64>) -> u8 {
    match (expected, integer) {
        (BsonKind::Int32 | BsonKind::Number, Some(value)) if i32::try_from(value).is_ok() => kind::INT32,
        (BsonKind::Int64, Some(_)) => kind::INT64,
        (BsonKind::Int32 | BsonKind::Int64 | BsonKind::Number | BsonKind::Double, _) if double.is_some() => kind::DOUBLE,
        _ => kind::DECIMAL128,
    }
}

pub(super) fn encode_numeric(typmod: Option<(u16, i16)>, expected: BsonKind, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let mark = out.len();
    match kind {
        kind::DECIMAL128 => {
            let Ok(bytes) = <&[u8; 16]>::try_from(value) else { return Fit::Misfit };
            let fitting = numeric::numeric_from_decimal128(bytes, typmod, out);
            if expected == BsonKind::Decimal || matches!(fitting, Fit::Misfit) {
                return fitting;
            }
        }
        kind::INT32 | kind::INT64 => {
            let Some(integer) = integral(kind, value) else { return Fit::Misfit };
            if !numeric::numeric_from_i64(integer, typmod, out) {
                return Fit::Misfit;
            }
        }
        kind::DOUBLE => {
            let Some(number) = read_f64(value) else { return Fit::Misfit };
            if !numeric::numeric_from_f64(number, typmod, out) {
                return Fit::Misfit;
            }
        }
        _ => return Fit::Misfit,
    }
    if expected == BsonKind::Decimal {
        return Fit::Differs;
    }
    // An integer or double that a numeric holds comes back unchanged whenever its type does.
    if kind != kind::DECIMAL128 {
        let whole = integral(kind, value);
        let double = match kind {
            kind::DOUBLE => read_f64(value),
            _ => whole.map(|whole| whole as f64).filter(|double| double.abs() < 9.0e15),
        };
        if double.is_some() {
            return fit(decoded_numeric_kind(expected, whole, double) == kind);
        }
    }
    // Whatever the column says must come back as this very value.
    let mut back = Vec::with_capacity(16);
    let written = out.get(mark..).unwrap_or(&[]);
    let back_kind = crate::assemble::codec::decode_numeric(typmod, expected, written, &mut back).map(|(kind, _)| kind);
    fit(back_kind == Some(kind) && back == value)
}
