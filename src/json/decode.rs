//! The text of json and jsonb columns as BSON values.

use super::build::{Build, Dialect};
use super::key_memory::KeyMemory;
use super::normalize::normalize as normalize_tree;
use super::stream;
use super::tree::{self, JsonTextFault};

/// Appends the bytes of the BSON value that a column's JSON text stands for, and returns its type byte; the inverse of
/// [`encode_json`](super::encode_json). A number is an int32 where it is integral and in range (and not `-0`), else a
/// double. An object that is exactly an Extended JSON wrapper is the value it wraps (a `$date` may be ISO text); any
/// other object is a plain one. `normalize` does first what jsonb does: sorts keys by length and bytes, and keeps the
/// last of repeated ones. Where it fails, `out` is as it was.
pub fn decode_json(text: &[u8], normalize: bool, out: &mut Vec<u8>) -> Result<u8, JsonTextFault> {
    decode_json_noting(text, normalize, out).map(|(kind, _)| kind)
}

/// As [`decode_json`], and whether a number had more digits than a double holds.
#[doc(hidden)]
pub fn decode_json_noting(text: &[u8], normalize: bool, out: &mut Vec<u8>) -> Result<(u8, bool), JsonTextFault> {
    decode_json_remembering(text, normalize, &mut KeyMemory::default(), out)
}

/// As [`decode_json_noting`], with the keys of the texts before.
#[doc(hidden)]
pub fn decode_json_remembering(text: &[u8], normalize: bool, memory: &mut KeyMemory, out: &mut Vec<u8>) -> Result<(u8, bool), JsonTextFault> {
    let start = out.len();
    if let Some(done) = stream::read(text, normalize, memory, out) {
        return Ok(done);
    }
    out.truncate(start);
    decode_json_by_tree(text, normalize, out)
}

/// As [`decode_json`], but always by way of a tree: what the quick way must agree with, for tests.
#[doc(hidden)]
pub fn decode_json_by_tree(text: &[u8], normalize: bool, out: &mut Vec<u8>) -> Result<(u8, bool), JsonTextFault> {
    let mut node = tree::parse(text)?;
    if normalize {
        normalize_tree(&mut node);
    }
    let start = out.len();
    let mut build = Build { dialect: Dialect::Column, out, rounded: false };
    match build.value(&node) {
        Ok(kind) => Ok((kind, build.rounded)),
        Err(fault) => {
            out.truncate(start);
            Err(fault)
        }
    }
}
