//! Extended JSON v2 for files and the command line: whole documents, both ways.

use super::build::{Build, Dialect};
use super::key_memory::KeyMemory;
use super::read::Fault;
use super::tree::{self, fault, JsonTextFault, Value};
use super::walk::{Walk, EXTENDED};

/// Why Extended JSON was refused.
pub type ExtendedJsonFault = JsonTextFault;

/// Containers of a document that is written may be nested this deep. Less than what the parser takes, for the wrappers.
const DEPTH: u32 = 500;

/// Parses one document: canonical, relaxed, or with the older `{"$date": ms}` and `{"$binary": "..", "$type": ".."}`.
/// Plain integers become int32, int64 or double, the first that holds them; other plain numbers become doubles.
/// Repeated keys and the order of keys are kept.
///
/// ```
/// let bson = rowlens::json::parse_extended_json(br#"{"n": {"$numberLong": "5"}}"#).unwrap();
/// assert_eq!(bson, b"\x10\0\0\0\x12n\0\x05\0\0\0\0\0\0\0\0");
/// ```
pub fn parse_extended_json(text: &[u8]) -> Result<Vec<u8>, ExtendedJsonFault> {
    if let Some(rest) = text.strip_prefix(b"\xef\xbb\xbf") {
        return parse(rest).map_err(|f| JsonTextFault { offset: f.offset + 3, ..f });
    }
    parse(text)
}

fn parse(text: &[u8]) -> Result<Vec<u8>, ExtendedJsonFault> {
    let node = tree::parse(text)?;
    if !matches!(node.value, Value::Object(_)) {
        return fault(node.offset, "expected a document");
    }
    let mut out = Vec::with_capacity(text.len());
    match (Build { dialect: Dialect::Extended, out: &mut out, rounded: false }).value(&node)? {
        0x03 => Ok(out),
        _ => fault(node.offset, "expected a document, found a wrapped value"),
    }
}

/// Appends a document as Extended JSON, canonical or relaxed. Fails with the byte offset of what is not valid BSON
/// (or nested more than 500 deep); `out` is then as it was.
pub fn to_extended_json(document: &[u8], relaxed: bool, out: &mut Vec<u8>) -> Result<(), usize> {
    let start = out.len();
    let mut keys = KeyMemory::default();
    let mut walk = Walk::<EXTENDED>::new(document, DEPTH, &mut keys, out);
    walk.relaxed = relaxed;
    let offset = match walk.value(0x03, 0, document.len()) {
        Ok(end) if end == document.len() => return Ok(()),
        Ok(offset) | Err(Fault::Malformed(offset) | Fault::TooDeep(offset)) => offset,
    };
    out.truncate(start);
    Err(offset)
}
