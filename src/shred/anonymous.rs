//! Documents without an identity: what stands for it in the key column.

use super::codec::Codec;
use crate::bson::{kind, Elements};

/// Deeper parts are hashed as they stand.
const DEPTH: usize = 100;

/// What the substitute of a missing identity is a hash of: the document, whatever the order of its keys.
pub(super) fn seed(document: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.len());
    value(kind::DOCUMENT, document, 0, &mut out);
    out
}

fn value(of: u8, bytes: &[u8], depth: usize, out: &mut Vec<u8>) {
    let list = if depth < DEPTH && (of == kind::DOCUMENT || of == kind::ARRAY) { elements(bytes) } else { None };
    // Malformed bytes are hashed too: that they are malformed is found where everything is checked.
    let Some(mut list) = list else { return out.extend_from_slice(bytes) };
    if of == kind::DOCUMENT {
        list.sort_by_key(|(_, name, _)| *name);
    }
    for (of, name, inner) in list {
        out.push(of);
        out.extend_from_slice(name);
        out.push(0);
        value(of, inner, depth + 1, out);
    }
    out.push(0);
}

type Element<'d> = (u8, &'d [u8], &'d [u8]);

fn elements(bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Elements::new(bytes, 0, bytes.len()).ok()?;
    let mut list = Vec::new();
    while let Some(e) = elements.next_element().ok()? {
        list.push((e.kind, bytes.get(e.name..e.name_end)?, bytes.get(e.start..e.end)?));
    }
    Some(list)
}

impl Codec {
    /// Whether the column's bytes are a stand-in that [`Codec::substitute`] made.
    pub(super) fn is_substitute(&self, value: &[u8]) -> bool {
        match self {
            Codec::Uuid => crate::identity::is_substitute_uuid(value),
            Codec::HexChar(_) | Codec::Text(_) | Codec::HexText(_) => value.first() == Some(&b'~'),
            Codec::Bytea | Codec::ByteaObjectId => value.first() == Some(&0x7e) && value.len() == 17,
            _ => false,
        }
    }
}
