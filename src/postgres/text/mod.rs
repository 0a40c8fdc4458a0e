//! Values as PostgreSQL prints them: COPY's text format of tuples, made without going through any other form.
//!
//! Every writer appends to one buffer and allocates nothing per value. Output functions of PostgreSQL (`numeric_out`, `float8out`,
//! `array_out`, …) are followed to the byte, with `DateStyle = ISO`, `TimeZone = UTC`, `bytea_output = hex`, `extra_float_digits >= 1`.

mod array;
mod copy;
mod datetime;
mod digits;
mod escape;
mod float;
mod hex;
mod numeric;
mod room;
mod slot;
mod value;

pub use copy::{BadField, CopyText};
pub(crate) use numeric::push_numeric;

/// A value in binary form as text, unescaped; `None` where it is not of the type, or not UTF-8.
pub(crate) fn value_text(pg: &super::PgType, value: &[u8]) -> Option<String> {
    let value::Column { kind, array } = value::Column::new(pg);
    let mut out = Vec::new();
    if array {
        array::push_array(kind, value, &mut out)?;
    } else {
        value::push_value(kind, value, &mut out)?;
    }
    String::from_utf8(out).ok()
}

/// Appends an array in binary form as its literal; `None` where it is not an array of that type.
pub(crate) fn push_array_text(pg: &super::PgType, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    array::push_array(value::Column::new(pg).kind, value, out).map(drop)
}
