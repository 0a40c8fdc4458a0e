//! BSON values as the text of json and jsonb columns.

use super::key_memory::KeyMemory;
use super::read::Fault;
use super::walk::{Walk, COLUMN};

/// Containers may be nested this deep.
const DEPTH: u32 = 128;

/// jsonb refuses strings longer than this.
const JSONB_STRING_MAX: usize = 0x0fff_ffff;

/// How well JSON text says a BSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonFit {
    /// Reading the text back, even after jsonb's normalisation, gives the same value but for the order of keys.
    pub clean: bool,
    /// In every object the keys are strictly ascending in jsonb's order (length, then bytes), so jsonb keeps their order.
    pub ordered: bool,
    /// jsonb takes the text (it refuses U+0000).
    pub storable: bool,
}

/// Why a BSON value has no JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFault {
    /// The bytes are not BSON.
    Malformed {
        /// Offset in the value.
        offset: usize,
    },
    /// Containers are nested more than 128 deep.
    TooDeep,
}

/// Appends the JSON text of a BSON value, given its type byte and its bytes: compact, keys in the document's order.
/// Strings, booleans, null, int32, and doubles that are not integral int32 values are plain; the rest is canonical
/// Extended JSON. Where it fails, `out` is as it was.
///
/// ```
/// let mut text = Vec::new();
/// let fit = rowlens::json::encode_json(0x12, &5i64.to_le_bytes(), &mut text).unwrap();
/// assert_eq!(text, br#"{"$numberLong":"5"}"#);
/// assert!(fit.clean && fit.ordered && fit.storable);
/// ```
pub fn encode_json(kind: u8, value: &[u8], out: &mut Vec<u8>) -> Result<JsonFit, JsonFault> {
    encode_json_remembering(kind, value, &mut KeyMemory::default(), out)
}

/// As [`encode_json`], with the keys of the values before.
pub(crate) fn encode_json_remembering(kind: u8, value: &[u8], keys: &mut KeyMemory, out: &mut Vec<u8>) -> Result<JsonFit, JsonFault> {
    let start = out.len();
    let mut walk = Walk::<COLUMN>::new(value, DEPTH, keys, out);
    let fault = match walk.value(kind, 0, value.len()) {
        Ok(end) if end == value.len() => {
            return Ok(JsonFit { clean: walk.clean, ordered: walk.ordered, storable: !walk.nul && value.len() <= JSONB_STRING_MAX });
        }
        Ok(offset) | Err(Fault::Malformed(offset)) => JsonFault::Malformed { offset },
        Err(Fault::TooDeep(_)) => JsonFault::TooDeep,
    };
    out.truncate(start);
    Err(fault)
}
