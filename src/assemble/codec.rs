//! One column value back into one document value. The mirror of `shred::codec`.

use crate::bson::{index_digits, kind};
use crate::bytes::{push_run, push_storable, short_text};
use crate::identity;
use crate::json;
use crate::plan::{BsonKind, FieldPlan};
use crate::postgres::numeric::{self, NumericFault};
use crate::postgres::{datetime, PgType};
use crate::shred::codec::{decoded_double_kind, decoded_integer_kind, decoded_numeric_kind, CANONICAL_NAN};

/// Why a column value has no BSON value of its own, or lost something on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Microseconds were cut off.
    Microseconds,
    /// More digits than Decimal128 has: written as a string.
    Digits,
    /// `infinity` of a date or timestamp: written as a string.
    Infinity,
    /// JSON numbers were rounded to doubles.
    JsonDigits,
    /// JSON beyond BSON: written as a string.
    Json,
    /// An array's lower bounds are not 1.
    Bounds,
}

/// Not a value of the column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadValue;

/// How JSON is read.
#[derive(Debug, Default)]
pub struct JsonReading {
    /// As jsonb would have it, where the text is of a jsonb column.
    pub normalize: bool,
    /// The keys that came before.
    pub memory: json::KeyMemory,
}

/// How one column is decoded.
#[derive(Debug, Clone)]
pub struct Decoder {
    common: Common,
    pg: PgType,
    bson: BsonKind,
}

/// What most columns are; see [`Decoder::decode_common`].
#[derive(Debug, Clone, Copy)]
enum Common {
    Text,
    /// Whether the column has a scale of its own.
    Decimal(bool),
    Timestamp,
    ObjectId,
    Int16,
    Int32,
    /// int64 that may well fit int32.
    Narrow,
    Double(BsonKind),
    Boolean,
    Bytes,
    None,
}

impl Common {
    fn new(pg: &PgType, bson: BsonKind) -> Self {
        match (pg, bson) {
            (PgType::Text | PgType::Varchar(_) | PgType::Citext | PgType::Enum(_), BsonKind::String) => Common::Text,
            (PgType::Numeric(typmod), BsonKind::Decimal) => Common::Decimal(typmod.is_some()),
            (PgType::TimestampTz(_) | PgType::Timestamp(_), _) => Common::Timestamp,
            (PgType::Uuid, _) => Common::ObjectId,
            (PgType::SmallInt, BsonKind::Int32 | BsonKind::Number) => Common::Int16,
            (PgType::Integer, BsonKind::Int32 | BsonKind::Number) => Common::Int32,
            (PgType::BigInt, BsonKind::Int32 | BsonKind::Number) => Common::Narrow,
            (PgType::Double, _) => Common::Double(bson),
            (PgType::Bytea, _) if bson != BsonKind::ObjectId => Common::Bytes,
            (PgType::Boolean, _) => Common::Boolean,
            _ => Common::None,
        }
    }
}

impl Decoder {
    /// The decoder of a column.
    pub fn new(pg: &PgType, field: &FieldPlan) -> Self {
        let common = if field.lookup.is_some() { Common::None } else { Common::new(pg, field.bson) };
        Decoder { common, pg: pg.clone(), bson: field.bson }
    }

    /// The BSON type that values mostly get; null where none is more likely.
    pub fn usual(&self) -> u8 {
        match self.common {
            Common::Text => kind::STRING,
            Common::Decimal(_) => kind::DECIMAL128,
            Common::Timestamp => kind::DATE,
            Common::ObjectId => kind::OBJECT_ID,
            Common::Int16 | Common::Int32 | Common::Narrow => kind::INT32,
            Common::Double(_) => kind::DOUBLE,
            Common::Boolean => kind::BOOLEAN,
            Common::Bytes => kind::BINARY,
            Common::None => kind::NULL,
        }
    }

    /// Whether the column is an array.
    pub fn is_array(&self) -> bool {
        matches!(self.pg, PgType::Array(..))
    }

    /// [`Decoder::decode`] for the values that most columns hold; `None` (nothing appended) for all others.
    #[inline(always)]
    pub fn decode_common(&self, data: &[u8], start: usize, end: usize, out: &mut Vec<u8>) -> Option<u8> {
        if let Common::Text = self.common {
            return push_text(out, data, start, end).then_some(kind::STRING);
        }
        if let Common::Bytes = self.common {
            return push_bytes(out, data, start, end);
        }
        let (kind, length, window) = self.decode_fixed(data.get(start..end)?)?;
        // One append for all of them: a window is copied in place, where several appends would be calls.
        out.extend_from_slice(&window);
        out.truncate(out.len() - 16 + length);
        Some(kind)
    }

    /// Type, length and bytes of a value of fixed length.
    #[inline(always)]
    fn decode_fixed(&self, value: &[u8]) -> Option<(u8, usize, [u8; 16])> {
        let padded = |kind, length, low: u64, high: u64| Some((kind, length, (u128::from(high) << 64 | u128::from(low)).to_le_bytes()));
        match self.common {
            Common::Decimal(reduce) => Some((kind::DECIMAL128, 16, numeric::small_decimal128(value, reduce)?)),
            Common::Timestamp => match datetime::millis_from_timestamp(i64::from_be_bytes(value.try_into().ok()?))? {
                (ms, false) => padded(kind::DATE, 8, ms as u64, 0),
                _ => None,
            },
            Common::ObjectId => {
                let id = identity::object_id_from_uuid(value)?;
                let mut window = [0; 16];
                window[..12].copy_from_slice(&id);
                Some((kind::OBJECT_ID, 12, window))
            }
            Common::Int16 => padded(kind::INT32, 4, i64::from(i16::from_be_bytes(value.try_into().ok()?)) as u64, 0),
            Common::Int32 => padded(kind::INT32, 4, u64::from(u32::from_be_bytes(value.try_into().ok()?)), 0),
            Common::Narrow => padded(kind::INT32, 4, i64::from(i32::try_from(i64::from_be_bytes(value.try_into().ok()?)).ok()?) as u64, 0),
            Common::Double(expected) => {
                let bits = u64::from_be_bytes(value.try_into().ok()?);
                let number = f64::from_bits(bits);
                let usual = !number.is_nan() && decoded_double_kind(expected, number) == kind::DOUBLE;
                if usual { padded(kind::DOUBLE, 8, bits, 0) } else { None }
            }
            Common::Boolean => match value {
                [flag @ (0 | 1)] => padded(kind::BOOLEAN, 1, u64::from(*flag), 0),
                _ => None,
            },
            Common::Text | Common::Bytes | Common::None => None,
        }
    }

    /// Appends the value's bytes, returns its BSON type.
    ///
    /// # Errors
    /// [`BadValue`] where the bytes are not of the column's type.
    #[inline]
    pub fn decode(&self, value: &[u8], json: &mut JsonReading, out: &mut Vec<u8>) -> Result<(u8, Option<Loss>), BadValue> {
        decode(&self.pg, self.bson, value, json, out)
    }
}

/// Appends a BSON string that is `data[start..end]`; nothing where it is no text.
#[inline(always)]
fn push_text(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) -> bool {
    let length = end.saturating_sub(start);
    let Some(window) = short_text(data, start, length) else { return push_long_text(out, data, start, end) };
    let mut value = [0; 21];
    value[..4].copy_from_slice(&(length as i32 + 1).to_le_bytes());
    value[4..20].copy_from_slice(window);
    out.extend_from_slice(&value);
    out.truncate(out.len() - 16 + length);
    // What stands behind a text came along.
    if let Some(terminator) = out.last_mut() {
        *terminator = 0;
    }
    true
}

/// Appends a BSON binary that is `data[start..end]`.
#[inline(never)]
fn push_bytes(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) -> Option<u8> {
    let [a, b, c, d] = (end.checked_sub(start)? as i32).to_le_bytes();
    out.extend_from_slice(&[a, b, c, d, 0]);
    push_run(out, data, start, end);
    Some(kind::BINARY)
}

#[inline(never)]
fn push_long_text(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) -> bool {
    let mark = out.len();
    out.extend_from_slice(&(end.saturating_sub(start) as i32 + 1).to_le_bytes());
    let storable = push_storable(out, data, start, end);
    if storable {
        out.push(0);
    } else {
        out.truncate(mark);
    }
    storable
}

fn text(value: &[u8], out: &mut Vec<u8>) -> Result<u8, BadValue> {
    std::str::from_utf8(value).map_err(|_| BadValue)?;
    out.extend_from_slice(&(value.len() as i32 + 1).to_le_bytes());
    out.extend_from_slice(value);
    out.push(0);
    Ok(kind::STRING)
}

fn binary(subtype: u8, value: &[u8], out: &mut Vec<u8>) -> u8 {
    out.extend_from_slice(&(value.len() as i32).to_le_bytes());
    out.push(subtype);
    out.extend_from_slice(value);
    kind::BINARY
}

fn integer(expected: BsonKind, value: i64, out: &mut Vec<u8>) -> u8 {
    let back = decoded_integer_kind(expected, value);
    match back {
        kind::INT32 => out.extend_from_slice(&(value as i32).to_le_bytes()),
        kind::INT64 => out.extend_from_slice(&value.to_le_bytes()),
        _ => out.extend_from_slice(&(value as f64).to_le_bytes()),
    }
    back
}

fn double(expected: BsonKind, value: f64, out: &mut Vec<u8>) -> u8 {
    let value = if value.is_nan() { f64::from_bits(CANONICAL_NAN) } else { value };
    let back = decoded_double_kind(expected, value);
    match back {
        kind::INT32 => out.extend_from_slice(&(value as i32).to_le_bytes()),
        kind::INT64 => out.extend_from_slice(&(value as i64).to_le_bytes()),
        _ => out.extend_from_slice(&value.to_le_bytes()),
    }
    back
}

/// A numeric as the BSON type `expected` gives for it.
pub fn decode_numeric(typmod: Option<(u16, i16)>, expected: BsonKind, value: &[u8], out: &mut Vec<u8>) -> Option<(u8, Option<Loss>)> {
    if expected != BsonKind::Decimal {
        let whole = numeric::i64_from_numeric(value);
        let back = decoded_numeric_kind(expected, whole, numeric::f64_from_numeric(value));
        match (back, whole) {
            (kind::INT32, Some(whole)) => out.extend_from_slice(&(whole as i32).to_le_bytes()),
            (kind::INT64, Some(whole)) => out.extend_from_slice(&whole.to_le_bytes()),
            (kind::DOUBLE, _) => out.extend_from_slice(&numeric::f64_from_numeric(value)?.to_le_bytes()),
            _ => return decimal(typmod, value, out),
        }
        return Some((back, None));
    }
    decimal(typmod, value, out)
}

fn decimal(typmod: Option<(u16, i16)>, value: &[u8], out: &mut Vec<u8>) -> Option<(u8, Option<Loss>)> {
    match numeric::decimal128_from_numeric(value, typmod) {
        Ok(bytes) => {
            out.extend_from_slice(&bytes);
            Some((kind::DECIMAL128, None))
        }
        Err(NumericFault::TooManyDigits) => {
            let mut digits = Vec::new();
            if !numeric::numeric_to_text(value, &mut digits) {
                return None;
            }
            text(&digits, out).ok()?;
            Some((kind::STRING, Some(Loss::Digits)))
        }
        Err(_) => None,
    }
}

fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], BadValue> {
    value.try_into().map_err(|_| BadValue)
}

/// Decodes one value of type `pg`.
fn decode(pg: &PgType, bson: BsonKind, value: &[u8], json: &mut JsonReading, out: &mut Vec<u8>) -> Result<(u8, Option<Loss>), BadValue> {
    let plain = |kind| Ok((kind, None));
    match pg {
        PgType::Text | PgType::Varchar(_) | PgType::Citext | PgType::Enum(_) => {
            if bson == BsonKind::ObjectId {
                if let Some(id) = identity::object_id_from_hex(value) {
                    out.extend_from_slice(&id);
                    return plain(kind::OBJECT_ID);
                }
            }
            plain(text(value, out)?)
        }
        PgType::Char(_) => {
            let end = value.iter().rposition(|&b| b != b' ').map_or(0, |last| last + 1);
            let trimmed = &value[..end];
            if bson == BsonKind::ObjectId {
                if let Some(id) = identity::object_id_from_hex(trimmed) {
                    out.extend_from_slice(&id);
                    return plain(kind::OBJECT_ID);
                }
            }
            plain(text(trimmed, out)?)
        }
        PgType::Boolean => match value {
            [flag @ (0 | 1)] => {
                out.push(*flag);
                plain(kind::BOOLEAN)
            }
            _ => Err(BadValue),
        },
        PgType::SmallInt => plain(integer(bson, i16::from_be_bytes(fixed(value)?).into(), out)),
        PgType::Integer => plain(integer(bson, i32::from_be_bytes(fixed(value)?).into(), out)),
        PgType::BigInt => plain(integer(bson, i64::from_be_bytes(fixed(value)?), out)),
        PgType::Real => plain(double(bson, f32::from_be_bytes(fixed(value)?).into(), out)),
        PgType::Double => plain(double(bson, f64::from_be_bytes(fixed(value)?), out)),
        PgType::Numeric(typmod) => decode_numeric(*typmod, bson, value, out).ok_or(BadValue),
        PgType::Date => match datetime::millis_from_date(i32::from_be_bytes(fixed(value)?)) {
            Some(ms) => {
                out.extend_from_slice(&ms.to_le_bytes());
                plain(kind::DATE)
            }
            None => infinity(value[0] & 0x80 != 0, out),
        },
        PgType::Timestamp(_) | PgType::TimestampTz(_) => match datetime::millis_from_timestamp(i64::from_be_bytes(fixed(value)?)) {
            Some((ms, lost)) => {
                out.extend_from_slice(&ms.to_le_bytes());
                Ok((kind::DATE, lost.then_some(Loss::Microseconds)))
            }
            None => infinity(value[0] & 0x80 != 0, out),
        },
        PgType::Uuid => {
            if let Some(id) = identity::object_id_from_uuid(value) {
                out.extend_from_slice(&id);
                return plain(kind::OBJECT_ID);
            }
            let uuid: [u8; 16] = fixed(value)?;
            plain(binary(4, &uuid, out))
        }
        PgType::Bytea => {
            if bson == BsonKind::ObjectId && value.len() == 12 {
                out.extend_from_slice(value);
                return plain(kind::OBJECT_ID);
            }
            plain(binary(0, value, out))
        }
        PgType::Jsonb => match value.split_first() {
            Some((1, text)) => json_value(text, json.normalize, &mut json.memory, out),
            _ => Err(BadValue),
        },
        PgType::Json => json_value(value, false, &mut json.memory, out),
        PgType::Array(element, _) => array(element, bson, value, json, out),
    }
}

/// JSON that BSON has no room for (numbers beyond a double, U+0000 in a key, nesting without end) is given as a string of its text.
fn json_value(json: &[u8], normalize: bool, memory: &mut json::KeyMemory, out: &mut Vec<u8>) -> Result<(u8, Option<Loss>), BadValue> {
    match json::decode_json_remembering(json, normalize, memory, out) {
        Ok((kind, rounded)) => Ok((kind, rounded.then_some(Loss::JsonDigits))),
        Err(fault) if fault.limit => Ok((text(json, out)?, Some(Loss::Json))),
        Err(_) => Err(BadValue),
    }
}

fn infinity(negative: bool, out: &mut Vec<u8>) -> Result<(u8, Option<Loss>), BadValue> {
    text(if negative { b"-infinity" } else { b"infinity" }, out)?;
    Ok((kind::STRING, Some(Loss::Infinity)))
}

fn read_u32(value: &[u8], at: usize) -> Result<u32, BadValue> {
    Ok(u32::from_be_bytes(fixed(value.get(at..at + 4).ok_or(BadValue)?)?))
}

fn array(element: &PgType, bson: BsonKind, value: &[u8], json: &mut JsonReading, out: &mut Vec<u8>) -> Result<(u8, Option<Loss>), BadValue> {
    let dimensions = read_u32(value, 0)? as usize;
    let mut lengths = Vec::new();
    let mut loss = None;
    if dimensions > 6 {
        return Err(BadValue);
    }
    for dimension in 0..dimensions {
        lengths.push(read_u32(value, 12 + 8 * dimension)?);
        if read_u32(value, 16 + 8 * dimension)? != 1 {
            loss = Some(Loss::Bounds);
        }
    }
    // PostgreSQL has no dimension of length 0, and every element takes its length's four bytes: a lying header costs nothing.
    let elements = lengths.iter().try_fold(1usize, |all, length| all.checked_mul(*length as usize));
    if dimensions > 0 && elements.is_none_or(|elements| elements == 0 || elements > value.len() / 4) {
        return Err(BadValue);
    }
    let mut at = 12 + 8 * dimensions;
    level(element, bson, value, &lengths, &mut at, json, out, &mut loss)?;
    Ok((kind::ARRAY, loss))
}

#[allow(clippy::too_many_arguments)]
fn level(element: &PgType, bson: BsonKind, value: &[u8], lengths: &[u32], at: &mut usize, json: &mut JsonReading, out: &mut Vec<u8>, loss: &mut Option<Loss>) -> Result<(), BadValue> {
    let mark = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut digits = [0; 10];
    for index in 0..lengths.first().copied().unwrap_or(0) {
        let kind_at = out.len();
        out.push(kind::NULL);
        let length = index_digits(index, &mut digits);
        out.extend_from_slice(&digits[..length]);
        out.push(0);
        if lengths.len() > 1 {
            out[kind_at] = kind::ARRAY;
            level(element, bson, value, &lengths[1..], at, json, out, loss)?;
            continue;
        }
        let size = read_u32(value, *at)?;
        *at += 4;
        if size == u32::MAX {
            continue;
        }
        let bytes = value.get(*at..*at + size as usize).ok_or(BadValue)?;
        *at += size as usize;
        let (kind, lost) = decode(element, bson, bytes, json, out)?;
        out[kind_at] = kind;
        *loss = loss.or(lost);
    }
    out.push(0);
    let total = (out.len() - mark) as i32;
    out[mark..mark + 4].copy_from_slice(&total.to_le_bytes());
    Ok(())
}
