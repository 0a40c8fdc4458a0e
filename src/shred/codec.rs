//! One document value into one column value, and what that says about the way back.

use crate::bson::{index_digits, kind, read_f64, read_i32, read_i64, string_bytes, Elements};
use crate::identity;
use crate::json;
use crate::lookup::Lookup;
use crate::plan::{BsonKind, EnumPlan, FieldPlan};
use crate::postgres::array::element_oid;
use crate::postgres::datetime;
use crate::postgres::fit::Fit;
use crate::postgres::numeric;
use crate::postgres::PgType;

/// How values of one column are encoded. Its mirror is `assemble::codec`.
#[derive(Debug, Clone)]
pub enum Codec {
    /// text, varchar, citext: most characters, if limited.
    Text(Option<u32>),
    /// text-like column that holds an ObjectId as hex: most characters, if limited.
    HexText(Option<u32>),
    /// char(24) or longer that holds an identity.
    HexChar(u32),
    Char(u32),
    Labels(Vec<String>),
    Boolean,
    /// Width in bytes and the BSON type that comes back.
    Integer(u8, BsonKind),
    Real(BsonKind),
    Double(BsonKind),
    Numeric(Option<(u16, i16)>, BsonKind),
    Date,
    Timestamp(u8),
    Uuid,
    Bytea,
    ByteaObjectId,
    Json,
    /// Whether key order counts (fidelity exact): PostgreSQL reorders.
    Jsonb(bool),
    Array(Box<Codec>, u32, u8),
    /// Through `id_map`.
    Lookup(Lookup),
}

/// Whether a double is an integer that int64 can say. -0.0 has no integer of its own; 2^63 would saturate and must not pass.
fn is_integral(number: f64) -> bool {
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) && number.trunc() == number && !(number == 0.0 && number.is_sign_negative())
}

/// Integer value of an int32, int64 or integral double.
fn integral(kind: u8, value: &[u8]) -> Option<i64> {
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

fn fit(exact: bool) -> Fit {
    if exact {
        Fit::Exact
    } else {
        Fit::Differs
    }
}

impl Codec {
    /// The codec of a column.
    pub fn new(pg: &PgType, field: &FieldPlan, enums: &[EnumPlan], exact: bool) -> Self {
        if let Some(collection) = field.lookup {
            let array = if let PgType::Array(element, dimensions) = pg { Some((element_oid(element), *dimensions)) } else { None };
            return Codec::Lookup(Lookup { collection, array });
        }
        let object_id = field.bson == BsonKind::ObjectId;
        match pg {
            PgType::Text | PgType::Citext if object_id => Codec::HexText(None),
            PgType::Varchar(n) if object_id => Codec::HexText(Some(*n)),
            PgType::Char(n) if object_id => Codec::HexChar(*n),
            PgType::Text | PgType::Citext => Codec::Text(None),
            PgType::Varchar(n) => Codec::Text(Some(*n)),
            PgType::Char(n) => Codec::Char(*n),
            PgType::Boolean => Codec::Boolean,
            PgType::SmallInt => Codec::Integer(2, field.bson),
            PgType::Integer => Codec::Integer(4, field.bson),
            PgType::BigInt => Codec::Integer(8, field.bson),
            PgType::Real => Codec::Real(field.bson),
            PgType::Double => Codec::Double(field.bson),
            PgType::Numeric(typmod) => Codec::Numeric(*typmod, field.bson),
            PgType::Date => Codec::Date,
            PgType::Timestamp(precision) | PgType::TimestampTz(precision) => Codec::Timestamp(*precision),
            PgType::Uuid => Codec::Uuid,
            PgType::Bytea if object_id => Codec::ByteaObjectId,
            PgType::Bytea => Codec::Bytea,
            PgType::Json => Codec::Json,
            PgType::Jsonb => Codec::Jsonb(exact),
            PgType::Enum(index) => Codec::Labels(enums.get(*index).map(|e| e.labels.clone()).unwrap_or_default()),
            PgType::Array(element, dimensions) => {
                Codec::Array(Box::new(Codec::new(element, &FieldPlan { lookup: None, ..field.clone() }, enums, exact)), element_oid(element), *dimensions)
            }
        }
    }

    /// Appends the column value's bytes (no length). On `Misfit` nothing stays written.
    #[inline]
    pub fn encode(&self, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
        match self {
            Codec::Text(limit) => {
                if kind != kind::STRING {
                    return Fit::Misfit;
                }
                let Some(text) = storable_text(value) else { return Fit::Misfit };
                if limit.is_some_and(|limit| text.len() > limit as usize && text.chars().count() > limit as usize) {
                    return Fit::Misfit;
                }
                out.extend_from_slice(text.as_bytes());
                Fit::Exact
            }
            Codec::Timestamp(precision) => {
                if kind != kind::DATE {
                    return Fit::Misfit;
                }
                match read_i64(value).and_then(|ms| datetime::timestamp_from_millis(ms, *precision)) {
                    Some(microseconds) => {
                        out.extend_from_slice(&microseconds.to_be_bytes());
                        Fit::Exact
                    }
                    None => Fit::Misfit,
                }
            }
            Codec::Uuid => match kind {
                kind::OBJECT_ID => {
                    out.extend_from_slice(&identity::uuid_from_object_id(value));
                    Fit::Exact
                }
                kind::BINARY if value.len() == 21 && value[4] == 4 => {
                    out.extend_from_slice(&value[5..]);
                    fit(identity::object_id_from_uuid(&value[5..]).is_none())
                }
                _ => Fit::Misfit,
            },
            Codec::Numeric(typmod, expected) => encode_numeric(*typmod, *expected, kind, value, out),
            _ => self.encode_other(kind, value, out),
        }
    }

    fn encode_other(&self, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
        match self {
            Codec::Boolean if kind == kind::BOOLEAN => {
                out.extend_from_slice(value);
                Fit::Exact
            }
            Codec::Integer(width, expected) => {
                let Some(integer) = integral(kind, value) else { return Fit::Misfit };
                match width {
                    2 => match i16::try_from(integer) {
                        Ok(small) => out.extend_from_slice(&small.to_be_bytes()),
                        Err(_) => return Fit::Misfit,
                    },
                    4 => match i32::try_from(integer) {
                        Ok(int) => out.extend_from_slice(&int.to_be_bytes()),
                        Err(_) => return Fit::Misfit,
                    },
                    _ => out.extend_from_slice(&integer.to_be_bytes()),
                }
                // Decoding to int32 what is beyond it, or to a double what a double cannot say, would lose: int64 comes back then.
                fit(decoded_integer_kind(*expected, integer) == kind)
            }
            Codec::Double(expected) => encode_double(*expected, kind, value, out),
            Codec::Real(expected) => {
                let mark = out.len();
                let mut wide = Vec::with_capacity(8);
                let fitting = encode_double(*expected, kind, value, &mut wide);
                let (Some(bytes), false) = (wide.get(..8), matches!(fitting, Fit::Misfit)) else { return Fit::Misfit };
                let number = f64::from_be_bytes(bytes.try_into().unwrap_or_default());
                let narrow = number as f32;
                if f64::from(narrow).to_bits() != number.to_bits() && !number.is_nan() {
                    out.truncate(mark);
                    return Fit::Misfit;
                }
                out.extend_from_slice(&narrow.to_be_bytes());
                fitting
            }
            Codec::Date if kind == kind::DATE => match read_i64(value).and_then(datetime::date_from_millis) {
                Some(days) => {
                    out.extend_from_slice(&days.to_be_bytes());
                    Fit::Exact
                }
                None => Fit::Misfit,
            },
            Codec::Char(length) if kind == kind::STRING => {
                let Some(text) = storable_text(value) else { return Fit::Misfit };
                let count = text.chars().count();
                if count > *length as usize || text.ends_with(' ') {
                    return Fit::Misfit;
                }
                out.extend_from_slice(text.as_bytes());
                out.resize(out.len() + (*length as usize - count), b' ');
                Fit::Exact
            }
            Codec::HexText(limit) => match kind {
                kind::OBJECT_ID => {
                    identity::push_hex(value, out);
                    Fit::Exact
                }
                kind::STRING => match storable_text(value) {
                    Some(text) if !identity::is_object_id_hex(text.as_bytes()) && limit.is_none_or(|limit| text.chars().count() <= limit as usize) => {
                        out.extend_from_slice(text.as_bytes());
                        Fit::Exact
                    }
                    _ => Fit::Misfit,
                },
                _ => Fit::Misfit,
            },
            Codec::HexChar(length) => match kind {
                kind::OBJECT_ID if *length >= 24 => {
                    identity::push_hex(value, out);
                    out.resize(out.len() + *length as usize - 24, b' ');
                    Fit::Exact
                }
                kind::STRING => match storable_text(value) {
                    Some(text) if text.chars().count() <= *length as usize && !text.ends_with(' ') && !identity::is_object_id_hex(text.as_bytes()) => {
                        out.extend_from_slice(text.as_bytes());
                        out.resize(out.len() + *length as usize - text.chars().count(), b' ');
                        Fit::Exact
                    }
                    _ => Fit::Misfit,
                },
                _ => Fit::Misfit,
            },
            Codec::Labels(labels) if kind == kind::STRING => {
                let text = string_bytes(value);
                if labels.iter().any(|label| label.as_bytes() == text) {
                    out.extend_from_slice(text);
                    Fit::Exact
                } else {
                    Fit::Misfit
                }
            }
            Codec::Bytea if kind == kind::BINARY && value.len() >= 5 => {
                let old = value[4] == 2;
                out.extend_from_slice(&value[if old { 9.min(value.len()) } else { 5 }..]);
                fit(value[4] == 0)
            }
            Codec::ByteaObjectId => match kind {
                kind::OBJECT_ID => {
                    out.extend_from_slice(value);
                    Fit::Exact
                }
                kind::BINARY if value.len() >= 5 && value[4] == 0 && value.len() != 17 => {
                    out.extend_from_slice(&value[5..]);
                    Fit::Exact
                }
                _ => Fit::Misfit,
            },
            Codec::Json => encode_json(None, kind, value, out),
            Codec::Jsonb(exact) => encode_json(Some(*exact), kind, value, out),
            Codec::Array(element, oid, dimensions) if kind == kind::ARRAY => encode_array(element, *oid, *dimensions, value, out),
            _ => Fit::Misfit,
        }
    }

    /// A stand-in for an identity the column cannot hold, or `None` where the type has no room for one.
    pub fn substitute(&self, kind: u8, value: &[u8], out: &mut Vec<u8>) -> bool {
        match self {
            Codec::Uuid => out.extend_from_slice(&identity::substitute_uuid(kind, value)),
            Codec::HexChar(length) if *length >= 24 => {
                identity::substitute_hex(kind, value, 23, out);
                out.resize(out.len() + *length as usize - 24, b' ');
            }
            Codec::Text(_) | Codec::HexText(_) => identity::substitute_hex(kind, value, 32, out),
            Codec::Bytea | Codec::ByteaObjectId => identity::substitute_bytes(kind, value, out),
            _ => return false,
        }
        true
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

/// Text that PostgreSQL can store: UTF-8 without NUL.
#[inline]
fn storable_text(value: &[u8]) -> Option<&str> {
    let bytes = string_bytes(value);
    if bytes.contains(&0) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

/// The only NaN that is written and read unchanged everywhere.
pub const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

fn encode_double(expected: BsonKind, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let number = match kind {
        kind::DOUBLE => match read_f64(value) {
            Some(number) if !number.is_nan() || number.to_bits() == CANONICAL_NAN => number,
            _ => return Fit::Misfit,
        },
        kind::INT32 | kind::INT64 => match integral(kind, value) {
            Some(integer) if (integer as f64) as i128 == i128::from(integer) => integer as f64,
            _ => return Fit::Misfit,
        },
        _ => return Fit::Misfit,
    };
    out.extend_from_slice(&number.to_be_bytes());
    fit(decoded_double_kind(expected, number) == kind)
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

fn encode_numeric(typmod: Option<(u16, i16)>, expected: BsonKind, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
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

fn encode_json(jsonb: Option<bool>, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let mark = out.len();
    if jsonb.is_some() {
        out.push(1);
    }
    match json::encode_json(kind, value, out) {
        Ok(found) if found.storable => fit(found.clean && (found.ordered || jsonb != Some(true))),
        _ => {
            out.truncate(mark);
            Fit::Misfit
        }
    }
}

fn encode_array(element: &Codec, oid: u32, dimensions: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let mark = out.len();
    out.extend_from_slice(&[0; 20]);
    let mut state = ArrayState { lengths: vec![None; dimensions as usize], nulls: false, exact: true };
    let done = array_level(element, value, 0, &mut state, out);
    let lengths: Option<Vec<u32>> = state.lengths.iter().copied().collect();
    let (true, Some(lengths)) = (done, lengths) else {
        out.truncate(mark);
        return Fit::Misfit;
    };
    if lengths.first() == Some(&0) {
        out.truncate(mark);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&oid.to_be_bytes());
        return fit(state.exact);
    }
    if lengths.contains(&0) {
        out.truncate(mark);
        return Fit::Misfit;
    }
    if let [length] = lengths.as_slice() {
        // Room for a header of one dimension was left.
        let mut header = [0u8; 20];
        header[3] = 1;
        header[7] = u8::from(state.nulls);
        header[8..12].copy_from_slice(&oid.to_be_bytes());
        header[12..16].copy_from_slice(&length.to_be_bytes());
        header[19] = 1;
        if let Some(place) = out.get_mut(mark..mark + 20) {
            place.copy_from_slice(&header);
        }
        return fit(state.exact);
    }
    let mut header = Vec::with_capacity(12 + 8 * lengths.len());
    header.extend_from_slice(&(lengths.len() as u32).to_be_bytes());
    header.extend_from_slice(&u32::from(state.nulls).to_be_bytes());
    header.extend_from_slice(&oid.to_be_bytes());
    for length in &lengths {
        header.extend_from_slice(&length.to_be_bytes());
        header.extend_from_slice(&1u32.to_be_bytes());
    }
    out.splice(mark..mark + 20, header);
    fit(state.exact)
}

struct ArrayState {
    /// Length of each dimension, once known; the first level of an empty array leaves the deeper ones unknown.
    lengths: Vec<Option<u32>>,
    nulls: bool,
    exact: bool,
}

fn array_level(element: &Codec, value: &[u8], level: usize, state: &mut ArrayState, out: &mut Vec<u8>) -> bool {
    let Ok(mut elements) = Elements::new(value, 0, value.len()) else { return false };
    let innermost = level + 1 == state.lengths.len();
    let mut count = 0u32;
    let mut digits = [0; 10];
    loop {
        let item = match elements.next_element() {
            Ok(Some(item)) => item,
            Ok(None) => break,
            Err(_) => return false,
        };
        let length = index_digits(count, &mut digits);
        state.exact &= value.get(item.name..item.name_end) == Some(&digits[..length]);
        let bytes = value.get(item.start..item.end).unwrap_or(&[]);
        if !innermost {
            if item.kind != kind::ARRAY || !array_level(element, bytes, level + 1, state, out) {
                return false;
            }
        } else if item.kind == kind::NULL && !matches!(element, Codec::Json | Codec::Jsonb(_)) {
            state.nulls = true;
            out.extend_from_slice(&(-1i32).to_be_bytes());
        } else {
            let mark = out.len();
            out.extend_from_slice(&[0; 4]);
            match element.encode(item.kind, bytes, out) {
                Fit::Exact => {}
                Fit::Differs => state.exact = false,
                Fit::Misfit => return false,
            }
            let length = (out.len() - mark - 4) as i32;
            out[mark..mark + 4].copy_from_slice(&length.to_be_bytes());
        }
        count += 1;
    }
    if level == 0 && count == 0 {
        state.lengths.iter_mut().for_each(|length| *length = Some(0));
        return true;
    }
    match state.lengths[level] {
        None => state.lengths[level] = Some(count),
        // PostgreSQL's arrays are rectangular.
        Some(known) => return known == count,
    }
    true
}
