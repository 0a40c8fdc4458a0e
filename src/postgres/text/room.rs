//! A buffer that is longer than what is in it: bytes are written over what stands there, by windows, and where it ends is a number beside it.

use super::slot::{Slot, SLOT};

/// By how much it grows at once: filling it with zeros costs, too.
const STEP: usize = 1024;

/// Room for `length` bytes at `at`.
#[inline(always)]
pub(super) fn room(at: usize, length: usize, out: &mut Vec<u8>) -> &mut [u8] {
    let end = at + length;
    if out.len() < end {
        grow(end, out);
    }
    out.get_mut(at..end).unwrap_or_default()
}

/// A window at `at`.
#[inline(always)]
pub(super) fn slot(at: usize, out: &mut Vec<u8>) -> Option<&mut Slot> {
    if out.len() < at + SLOT {
        grow(at + SLOT, out);
    }
    out.get_mut(at..)?.first_chunk_mut()
}

#[cold]
#[inline(never)]
fn grow(end: usize, out: &mut Vec<u8>) {
    out.resize(end + STEP, 0);
}
