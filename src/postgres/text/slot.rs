//! Where the common short values are written: a window of fixed size, so that one check is enough and lengths stay in registers. A buffer
//! that grows by each piece would write its length to memory, and read it again, for each.

use super::datetime::put_timestamp;
use super::digits::put_signed;
use super::escape::put_text;
use super::float::put_double;
use super::hex::put_uuid;
use super::numeric::put_numeric;
use super::value::{Column, Kind};

/// Bytes of a window.
pub(super) const SLOT: usize = 64;

/// A window.
pub(super) type Slot = [u8; SLOT];

/// Longest text of [`put`]: a separator fits behind it.
pub(super) const LONGEST: usize = SLOT - 1;

/// Writes `data[start..end]` with COPY's escapes and gives its length, at most [`LONGEST`]; `None` where that is not so short, or takes
/// [`Column::push_value`], which also judges bytes that are not of the column's type.
#[inline(always)]
pub(super) fn put(column: Column, data: &[u8], start: usize, end: usize, slot: &mut Slot) -> Option<usize> {
    if column.array {
        return None;
    }
    let value = data.get(start..end)?;
    match column.kind {
        Kind::Text => put_text(data, start, end, slot),
        Kind::Numeric => put_numeric(value, slot),
        Kind::Uuid => {
            put_uuid(value.try_into().ok()?, slot);
            Some(36)
        }
        Kind::Timestamp => put_timestamp(i64::from_be_bytes(value.try_into().ok()?), false, slot),
        Kind::TimestampTz => put_timestamp(i64::from_be_bytes(value.try_into().ok()?), true, slot),
        Kind::SmallInt => put_signed(i16::from_be_bytes(value.try_into().ok()?).into(), slot),
        Kind::Integer => put_signed(i32::from_be_bytes(value.try_into().ok()?).into(), slot),
        Kind::BigInt => put_signed(i64::from_be_bytes(value.try_into().ok()?), slot),
        Kind::Double => put_double(f64::from_be_bytes(value.try_into().ok()?), slot),
        Kind::Boolean => {
            slot[0] = match value {
                [0] => b'f',
                [1] => b't',
                _ => return None,
            };
            Some(1)
        }
        _ => None,
    }
}
