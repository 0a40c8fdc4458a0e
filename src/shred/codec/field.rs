//! Fields of tuples: a length, and so many bytes.

use crate::bytes::{push_run, push_storable};
use crate::identity;

pub(super) const NULL: [u8; 4] = (-1i32).to_be_bytes();

/// Appends a field of at most eight bytes: the first `length` ones of `value`, the highest first.
#[inline(always)]
pub(in crate::shred) fn push_eight(out: &mut Vec<u8>, value: u64, length: usize) {
    let mut field = [0; 12];
    field[3] = length as u8;
    field[4..].copy_from_slice(&value.to_be_bytes());
    out.extend_from_slice(&field);
    out.truncate(out.len() - 8 + length);
}

/// Appends the field of an ObjectId's UUID.
#[inline(always)]
pub(in crate::shred) fn push_uuid(out: &mut Vec<u8>, object_id: &[u8]) {
    let mut field = [0; 20];
    field[3] = 16;
    field[4..].copy_from_slice(&identity::uuid_from_object_id(object_id));
    out.extend_from_slice(&field);
}

/// Appends the field of a text of more than 16 bytes, which is `document[start..end]`; nothing where PostgreSQL cannot store it.
#[inline(never)]
pub(super) fn push_long_text(out: &mut Vec<u8>, document: &[u8], start: usize, end: usize) -> bool {
    let mark = out.len();
    out.extend_from_slice(&((end - start) as i32).to_be_bytes());
    let storable = push_storable(out, document, start, end);
    if !storable {
        out.truncate(mark);
    }
    storable
}

/// Appends a field that is `document[start..end]`.
#[inline(always)]
pub(in crate::shred) fn push_field_run(out: &mut Vec<u8>, document: &[u8], start: usize, end: usize) {
    let length = end - start;
    if let (Some(window), true) = (document.get(start..).and_then(|rest| rest.first_chunk::<16>()), length <= 16) {
        let mut field = [0; 20];
        field[..4].copy_from_slice(&(length as i32).to_be_bytes());
        field[4..].copy_from_slice(window);
        out.extend_from_slice(&field);
        out.truncate(out.len() - 16 + length);
        return;
    }
    out.extend_from_slice(&(length as i32).to_be_bytes());
    push_run(out, document, start, end);
}

/// Writes the length of the field whose placeholder stands at `mark`.
#[inline]
pub(in crate::shred) fn patch_length(out: &mut [u8], mark: usize) {
    let length = (out.len() - mark - 4) as i32;
    if let Some(place) = out.get_mut(mark..mark + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}
