//! One document value into one column value, and what that says about the way back.

mod array;
mod field;
mod number;

pub(super) use field::{patch_length, push_eight, push_field_run, push_uuid};
pub use number::{decoded_double_kind, decoded_integer_kind, decoded_numeric_kind, CANONICAL_NAN};

use array::encode_array;
use field::{push_long_text, NULL};
use number::{double_value, encode_numeric, integral};
use crate::bson::{kind, read_f64, read_i32, read_i64, string_bytes};
use crate::bytes::{is_storable_text, Name};
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
    Labels(Vec<Name>),
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
            PgType::Varchar(n) if object_id => Codec::HexText(*n),
            PgType::Char(n) if object_id => Codec::HexChar(*n),
            PgType::Text | PgType::Citext => Codec::Text(None),
            PgType::Varchar(n) => Codec::Text(*n),
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
            PgType::Enum(index) => Codec::Labels(enums.get(*index).map(|e| e.labels.iter().map(|label| Name::new(label.as_bytes())).collect()).unwrap_or_default()),
            PgType::Array(element, dimensions) => {
                Codec::Array(Box::new(Codec::new(element, &FieldPlan { lookup: None, ..field.clone() }, enums, exact)), element_oid(element), *dimensions)
            }
        }
    }

    /// Whether null is a value of the column's own.
    pub fn is_json(&self) -> bool {
        matches!(self, Codec::Json | Codec::Jsonb(_))
    }

    /// Appends a field: its length and the bytes of the value `document[start..end]`; NULL where it is a misfit.
    pub fn encode(&self, kind: u8, document: &[u8], start: usize, end: usize, out: &mut Vec<u8>) -> Fit {
        let usual = if kind == self.usual() { self.encode_usual(document, start, end, out) } else { None };
        usual.unwrap_or_else(|| self.encode_rare(kind, document, start, end, out))
    }

    /// Type of the values that [`Codec::encode_usual`] takes.
    pub fn usual(&self) -> u8 {
        match self {
            Codec::Text(_) | Codec::Labels(_) => kind::STRING,
            Codec::Numeric(_, BsonKind::Decimal) => kind::DECIMAL128,
            Codec::Timestamp(_) => kind::DATE,
            Codec::Uuid => kind::OBJECT_ID,
            Codec::Integer(..) => kind::INT32,
            Codec::Double(_) => kind::DOUBLE,
            Codec::Bytea => kind::BINARY,
            Codec::Boolean => kind::BOOLEAN,
            _ => NO_KIND,
        }
    }

    /// [`Codec::encode`] of values whose type is [`Codec::usual`]; `None` (nothing appended) for those that need a closer look.
    #[inline(always)]
    pub fn encode_usual(&self, document: &[u8], start: usize, end: usize, out: &mut Vec<u8>) -> Option<Fit> {
        match self {
            Codec::Text(limit) => {
                let (from, to) = (start + 4, end.saturating_sub(1));
                if limit.is_none() && to > from + 16 {
                    return push_long_text(out, document, from, to).then_some(Fit::Exact);
                }
                if !is_storable_text(document, from, to) || limit.is_some_and(|limit| to - from > limit as usize && characters(document, from, to) > limit as usize) {
                    return None;
                }
                push_field_run(out, document, from, to);
            }
            Codec::Numeric(typmod, _) => return numeric::push_decimal128(document.get(start..end)?.first_chunk()?, *typmod, out),
            Codec::Timestamp(precision) => {
                push_eight(out, datetime::timestamp_from_millis(read_i64(document.get(start..end)?)?, *precision)? as u64, 8);
            }
            Codec::Uuid => {
                push_uuid(out, document.get(start..end)?);
            }
            Codec::Labels(labels) => {
                // What stands behind the text may be looked at: the length says where it ends.
                let (text, length) = (document.get(start + 4..)?, end - start - 4);
                if !labels.iter().any(|label| label.length() == length && label.begins(text)) {
                    return None;
                }
                push_field_run(out, document, start + 4, end - 1);
            }
            Codec::Integer(width, expected) => {
                let integer = read_i32(document.get(start..end)?)?;
                if *width == 2 && i16::try_from(integer).is_err() {
                    return None;
                }
                push_eight(out, (i64::from(integer) as u64) << (64 - 8 * u32::from(*width)), (*width).into());
                return Some(fit(decoded_integer_kind(*expected, integer.into()) == kind::INT32));
            }
            Codec::Double(expected) => {
                let number = read_f64(document.get(start..end)?).filter(|number| !number.is_nan())?;
                push_eight(out, number.to_bits(), 8);
                return Some(fit(decoded_double_kind(*expected, number) == kind::DOUBLE));
            }
            // Of the generic subtype.
            Codec::Bytea if document.get(start + 4) == Some(&0) => push_field_run(out, document, start + 5, end),
            Codec::Boolean => out.extend_from_slice(&[0, 0, 0, 1, *document.get(start)?]),
            _ => return None,
        }
        Some(Fit::Exact)
    }

    /// [`Codec::encode`] of all other values.
    #[inline(never)]
    pub fn encode_rare(&self, kind: u8, document: &[u8], start: usize, end: usize, out: &mut Vec<u8>) -> Fit {
        let mark = out.len();
        out.extend_from_slice(&NULL);
        let fit = self.encode_other(kind, document.get(start..end).unwrap_or(&[]), out);
        if fit != Fit::Misfit {
            patch_length(out, mark);
        }
        fit
    }

    /// [`Codec::encode`] of a JSON column's value, with the keys that came in it before.
    #[inline(never)]
    pub fn encode_remembering(&self, kind: u8, value: &[u8], keys: &mut json::KeyMemory, out: &mut Vec<u8>) -> Fit {
        let mark = out.len();
        out.extend_from_slice(&NULL);
        let jsonb = if let Codec::Jsonb(exact) = self { Some(*exact) } else { None };
        let fit = encode_json(jsonb, kind, value, keys, out);
        if fit != Fit::Misfit {
            patch_length(out, mark);
        }
        fit
    }

    /// Appends the value's bytes (no length). On `Misfit` nothing stays written.
    fn encode_other(&self, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
        match self {
            Codec::Uuid if kind == kind::BINARY && value.len() == 21 && value[4] == 4 => {
                out.extend_from_slice(&value[5..]);
                fit(identity::object_id_from_uuid(&value[5..]).is_none())
            }
            Codec::Numeric(typmod, expected) => encode_numeric(*typmod, *expected, kind, value, out),
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
            Codec::Double(expected) => {
                let Some((number, fitting)) = double_value(*expected, kind, value) else { return Fit::Misfit };
                out.extend_from_slice(&number.to_be_bytes());
                fitting
            }
            Codec::Real(expected) => {
                let Some((number, fitting)) = double_value(*expected, kind, value) else { return Fit::Misfit };
                let narrow = number as f32;
                if f64::from(narrow).to_bits() != number.to_bits() && !number.is_nan() {
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
            Codec::Json => encode_json(None, kind, value, &mut json::KeyMemory::default(), out),
            Codec::Jsonb(exact) => encode_json(Some(*exact), kind, value, &mut json::KeyMemory::default(), out),
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

/// Text that PostgreSQL can store: UTF-8 without NUL.
fn storable_text(value: &[u8]) -> Option<&str> {
    let bytes = string_bytes(value);
    if bytes.contains(&0) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

fn encode_json(jsonb: Option<bool>, kind: u8, value: &[u8], keys: &mut json::KeyMemory, out: &mut Vec<u8>) -> Fit {
    let mark = out.len();
    if jsonb.is_some() {
        out.push(1);
    }
    match json::encode_json_remembering(kind, value, keys, out) {
        Ok(found) if found.storable => fit(found.clean && (found.ordered || jsonb != Some(true))),
        _ => {
            out.truncate(mark);
            Fit::Misfit
        }
    }
}

/// No value has this type.
const NO_KIND: u8 = 0xfe;

#[inline(never)]
fn characters(document: &[u8], start: usize, end: usize) -> usize {
    document.get(start..end).and_then(|text| std::str::from_utf8(text).ok()).map_or(usize::MAX, |text| text.chars().count())
}
