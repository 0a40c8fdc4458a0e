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
mod slot;
mod value;

pub use copy::{BadField, CopyText};
pub(crate) use numeric::push_numeric;
