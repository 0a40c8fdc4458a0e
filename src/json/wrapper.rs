//! Objects that stand for BSON values: Extended JSON v2 wrappers on the way in.

use super::build::{Build, Dialect};
use super::scalars::sorted;
use super::tree::{fault, Fields, JsonTextFault, Node, Value};
use super::{base64, date, decimal_text, number};

/// The keys that make an object a wrapper.
fn is_reserved(key: &str) -> bool {
    matches!(
        key,
        "$oid" | "$numberInt" | "$numberLong" | "$numberDouble" | "$numberDecimal" | "$date" | "$binary" | "$uuid" | "$code" | "$symbol"
            | "$regularExpression" | "$timestamp" | "$dbPointer" | "$minKey" | "$maxKey" | "$undefined"
    )
}

/// Appends the value that a wrapper stands for and returns its type byte; `None` where the object is a plain one.
pub(super) fn write(build: &mut Build<'_>, fields: &Fields<'_>, offset: usize) -> Result<Option<u8>, JsonTextFault> {
    let lenient = build.dialect == Dialect::Column;
    if lenient && fields.len() > 2 {
        return Ok(None);
    }
    let Some((key, inner)) = fields.iter().find(|(key, _)| is_reserved(key)) else { return Ok(None) };
    if lenient && key == "$uuid" {
        return Ok(None);
    }
    if let (true, Some(scope)) = (fields.len() == 2 && key == "$code", field(fields, "$scope")) {
        if let (Value::String(code), Value::Object(scope_fields)) = (&inner.value, &scope.value) {
            // The scope is a document, never a wrapper, so nothing is converted twice.
            let start = build.open();
            build.string(code, inner.offset)?;
            build.document(scope_fields, scope.offset)?;
            build.set_length(start, offset)?;
            return Ok(Some(0x0f));
        }
    }
    let start = build.out.len();
    let kind = if fields.len() == 1 { scalar(key, inner, build) } else { legacy_binary(key, inner, fields, build) };
    match kind {
        Some(kind) => Ok(Some(kind)),
        None => {
            build.out.truncate(start);
            if lenient { Ok(None) } else { fault(offset, message(key)) }
        }
    }
}

fn field<'f, 'a>(fields: &'f Fields<'a>, name: &str) -> Option<&'f Node<'a>> {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn string<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    if let Value::String(text) = &node.value { Some(text) } else { None }
}

fn number_text<'a>(node: &Node<'a>) -> Option<&'a str> {
    if let Value::Number(text) = node.value { Some(text) } else { None }
}

/// The values of an object that has exactly these two fields.
fn pair<'n, 'a>(node: &'n Node<'a>, first: &str, second: &str) -> Option<(&'n Node<'a>, &'n Node<'a>)> {
    match &node.value {
        Value::Object(fields) if fields.len() == 2 => Some((field(fields, first)?, field(fields, second)?)),
        _ => None,
    }
}

/// The value of an object that has exactly this one field.
fn single<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    match &node.value {
        Value::Object(fields) if fields.len() == 1 => field(fields, name),
        _ => None,
    }
}

/// A wrapper with one field. May leave bytes behind where it returns `None`.
fn scalar(key: &str, inner: &Node<'_>, build: &mut Build<'_>) -> Option<u8> {
    match key {
        "$oid" => {
            object_id(inner, build.out)?;
            Some(0x07)
        }
        "$numberInt" => {
            let n = i32::try_from(number::parse_integer(string(inner)?)?).ok()?;
            build.out.extend_from_slice(&n.to_le_bytes());
            Some(0x10)
        }
        "$numberLong" => {
            build.out.extend_from_slice(&number::parse_integer(string(inner)?)?.to_le_bytes());
            Some(0x12)
        }
        "$numberDouble" => {
            build.out.extend_from_slice(&number::parse_double_extended(string(inner)?)?.to_le_bytes());
            Some(0x01)
        }
        "$numberDecimal" => {
            build.out.extend_from_slice(&decimal_text::decimal128_from_text(string(inner)?.as_bytes())?);
            Some(0x13)
        }
        "$date" => {
            let millis = match &inner.value {
                Value::String(text) => date::parse_iso(text)?,
                Value::Number(text) if build.dialect == Dialect::Extended => number::parse_integer(text)?,
                _ => number::parse_integer(string(single(inner, "$numberLong")?)?)?,
            };
            build.out.extend_from_slice(&millis.to_le_bytes());
            Some(0x09)
        }
        "$binary" => {
            let (content, subtype) = pair(inner, "base64", "subType")?;
            binary(string(content)?, string(subtype)?, build.out)
        }
        "$uuid" => uuid(string(inner)?, build.out),
        "$code" | "$symbol" => {
            build.string(string(inner)?, inner.offset).ok()?;
            Some(if key == "$code" { 0x0d } else { 0x0e })
        }
        "$regularExpression" => {
            let (pattern, options) = pair(inner, "pattern", "options")?;
            let (pattern, options) = (string(pattern)?, string(options)?);
            if pattern.contains('\0') || options.contains('\0') {
                return None;
            }
            for text in [pattern, &sorted(options)] {
                build.out.extend_from_slice(text.as_bytes());
                build.out.push(0);
            }
            Some(0x0b)
        }
        "$timestamp" => {
            let (time, increment) = pair(inner, "t", "i")?;
            for part in [increment, time] {
                let n = u32::try_from(number::parse_integer(number_text(part)?)?).ok()?;
                build.out.extend_from_slice(&n.to_le_bytes());
            }
            Some(0x11)
        }
        "$dbPointer" => {
            let (name, id) = pair(inner, "$ref", "$id")?;
            build.string(string(name)?, name.offset).ok()?;
            object_id(single(id, "$oid")?, build.out)?;
            Some(0x0c)
        }
        "$minKey" => (number_text(inner)? == "1").then_some(0xff),
        "$maxKey" => (number_text(inner)? == "1").then_some(0x7f),
        "$undefined" => matches!(inner.value, Value::Bool(true)).then_some(0x06),
        _ => None,
    }
}

/// `{"$binary": "base64", "$type": "00"}`, which older tools wrote.
fn legacy_binary(key: &str, inner: &Node<'_>, fields: &Fields<'_>, build: &mut Build<'_>) -> Option<u8> {
    if key != "$binary" || fields.len() != 2 || build.dialect == Dialect::Column {
        return None;
    }
    binary(string(inner)?, string(field(fields, "$type")?)?, build.out)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// Appends the bytes that pairs of hex digits stand for.
fn hex(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    for pair in text.chunks(2) {
        let [high, low] = *pair else { return None };
        out.push(hex_digit(high)? << 4 | hex_digit(low)?);
    }
    Some(())
}

fn object_id(node: &Node<'_>, out: &mut Vec<u8>) -> Option<()> {
    let text = string(node)?;
    if text.len() != 24 {
        return None;
    }
    hex(text.as_bytes(), out)
}

fn binary(content: &str, subtype: &str, out: &mut Vec<u8>) -> Option<u8> {
    let subtype = match *subtype.as_bytes() {
        [low] => hex_digit(low)?,
        [high, low] => hex_digit(high)? << 4 | hex_digit(low)?,
        _ => return None,
    };
    let mut bytes = Vec::new();
    base64::decode(content.as_bytes(), &mut bytes)?;
    let len = i32::try_from(bytes.len()).ok().filter(|len| *len < i32::MAX - 4)?;
    out.extend_from_slice(&if subtype == 2 { len + 4 } else { len }.to_le_bytes());
    out.push(subtype);
    if subtype == 2 {
        out.extend_from_slice(&len.to_le_bytes());
    }
    out.extend_from_slice(&bytes);
    Some(0x05)
}

fn uuid(text: &str, out: &mut Vec<u8>) -> Option<u8> {
    out.extend_from_slice(&[16, 0, 0, 0, 4]);
    let mut parts = text.split('-');
    for len in [8, 4, 4, 4, 12] {
        let part = parts.next().filter(|part| part.len() == len)?;
        hex(part.as_bytes(), out)?;
    }
    parts.next().is_none().then_some(0x05)
}

fn message(key: &str) -> &'static str {
    match key {
        "$oid" => "`$oid` takes 24 hex digits and no other field",
        "$numberInt" => "`$numberInt` takes an int32 in a string and no other field",
        "$numberLong" => "`$numberLong` takes an int64 in a string and no other field",
        "$numberDouble" => "`$numberDouble` takes a double in a string and no other field",
        "$numberDecimal" => "`$numberDecimal` takes an exact decimal128 in a string and no other field",
        "$date" => "`$date` takes ISO text or `$numberLong` and no other field",
        "$binary" => "`$binary` takes `base64` and `subType` and no other field",
        "$uuid" => "`$uuid` takes a UUID with hyphens and no other field",
        "$code" => "`$code` takes a string, and `$scope` an object, and no other field",
        "$symbol" => "`$symbol` takes a string and no other field",
        "$regularExpression" => "`$regularExpression` takes `pattern` and `options` without U+0000 and no other field",
        "$timestamp" => "`$timestamp` takes the numbers `t` and `i` and no other field",
        "$dbPointer" => "`$dbPointer` takes `$ref` and `$id` and no other field",
        "$minKey" | "$maxKey" => "`$minKey` and `$maxKey` take 1 and no other field",
        _ => "`$undefined` takes true and no other field",
    }
}
