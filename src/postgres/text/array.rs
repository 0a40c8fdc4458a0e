//! Arrays as `array_out` prints them.

use super::digits::push_signed;
use super::room::room;
use super::value::{push_value, Kind};
use crate::lanes::{push_unmarked, put_unmarked, Lanes, Marks};
use crate::postgres::array::MAX_DIMENSIONS;

const QUOTED: u8 = 1;
const ESCAPED: u8 = 2;
/// What a byte asks for.
const MARKS: [u8; 256] = {
    let mut marks = [0; 256];
    let quoted = *b"{}, \t\n\x0b\x0c\r\"\\";
    let mut at = 0;
    while at < quoted.len() {
        marks[quoted[at] as usize] = QUOTED;
        at += 1;
    }
    marks[b'"' as usize] |= ESCAPED;
    marks[b'\\' as usize] |= ESCAPED;
    marks
};

/// Appends an array; `None` where the bytes are not an array of `kind`.
pub(super) fn push_array(kind: Kind, value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let int = |at: usize| value.get(at..)?.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes));
    let count = usize::try_from(int(0)?).ok().filter(|count| *count <= MAX_DIMENSIONS)?;
    let mut lengths = [0u32; MAX_DIMENSIONS];
    let mut bounds = [1i32; MAX_DIMENSIONS];
    for (dimension, (length, bound)) in lengths.iter_mut().zip(&mut bounds).take(count).enumerate() {
        *length = u32::try_from(int(12 + 8 * dimension)?).ok()?;
        *bound = int(16 + 8 * dimension)?;
    }
    let lengths = lengths.get(..count)?;
    let mut at = 12 + 8 * count;
    if lengths.is_empty() || lengths.contains(&0) {
        out.extend_from_slice(b"{}");
    } else {
        // Bounds are told only where one of them is not the usual one.
        if bounds.iter().any(|bound| *bound != 1) {
            for (length, bound) in lengths.iter().zip(&bounds) {
                out.push(b'[');
                push_signed(i64::from(*bound), out);
                out.push(b':');
                push_signed(i64::from(*bound) + i64::from(*length) - 1, out);
                out.push(b']');
            }
            out.push(b'=');
        }
        push_level(kind, lengths, value, &mut at, out)?;
    }
    (at == value.len()).then_some(())
}

/// Writes an array of one dimension whose texts stand in it as they are, and a separator, at `at`; gives where that ends, `None` where it takes
/// [`push_array`]. What an array quotes is all that COPY escapes, and more.
#[inline(never)]
pub(super) fn put_plain_array(value: &[u8], mut at: usize, out: &mut Vec<u8>) -> Option<usize> {
    let int = |at: usize| value.get(at..)?.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes));
    let (count, mut from) = (int(12)?, 20);
    if int(0)? != 1 || int(16)? != 1 || count < 1 {
        return None;
    }
    *room(at, 1, out).first_mut()? = b'{';
    at += 1;
    for _ in 0..count {
        let length = usize::try_from(int(from)?).ok()?;
        let text = value.get(from + 4..)?.get(..length)?;
        let (separator, place) = room(at, length + 1, out).split_last_mut()?;
        *separator = b',';
        if length == 0 || is_null(text) || !put_unmarked(place, text, special) {
            return None;
        }
        (from, at) = (from + 4 + length, at + length + 1);
    }
    room(at - 1, 2, out).copy_from_slice(b"}\t");
    (from == value.len()).then_some(at + 1)
}

/// The word that stands for NULL.
#[inline(always)]
fn is_null(text: &[u8]) -> bool {
    text.len() == 4 && text.eq_ignore_ascii_case(b"null")
}

/// Appends one level of braces.
fn push_level(kind: Kind, lengths: &[u32], value: &[u8], at: &mut usize, out: &mut Vec<u8>) -> Option<()> {
    let (length, inner) = lengths.split_first()?;
    out.push(b'{');
    for _ in 0..*length {
        if inner.is_empty() {
            push_element(kind, value, at, out)?;
        } else {
            push_level(kind, inner, value, at, out)?;
        }
        out.push(b',');
    }
    if let Some(last) = out.last_mut() {
        *last = b'}';
    }
    Some(())
}

fn push_element(kind: Kind, value: &[u8], at: &mut usize, out: &mut Vec<u8>) -> Option<()> {
    let length = i32::from_be_bytes(*value.get(*at..)?.first_chunk()?);
    *at += 4;
    if length == -1 {
        out.extend_from_slice(b"NULL");
        return Some(());
    }
    let element = value.get(*at..)?.get(..usize::try_from(length).ok()?)?;
    *at += element.len();
    if kind == Kind::Text && push_plain(element, out) {
        return Some(());
    }
    let mark = out.len();
    push_value(kind, element, out)?;
    if !kind.is_plain() {
        quote_tail(out, mark);
    }
    Some(())
}

/// White space, quotes, and the other characters that ask for something, among few others.
#[inline(always)]
fn special(window: &[u8; 16]) -> Marks {
    let lanes = Lanes::of(window);
    lanes.up_to(b'"') | lanes.equal(b',') | lanes.equal(b'\\') | lanes.equal(b'{') | lanes.equal(b'}')
}

/// Appends a text that stands in an array as it is, or nothing.
#[inline(never)]
fn push_plain(text: &[u8], out: &mut Vec<u8>) -> bool {
    !text.is_empty() && !is_null(text) && push_unmarked(out, text, special)
}

/// Quotes what stands in `out` from `mark` on, where it needs quotes.
fn quote_tail(out: &mut Vec<u8>, mark: usize) {
    let text = out.get(mark..).unwrap_or(&[]);
    let found = text.iter().fold(0, |found, byte| found | MARKS[usize::from(*byte)]);
    if found == 0 && !text.is_empty() && !is_null(text) {
        return;
    }
    if found & ESCAPED == 0 {
        out.insert(mark, b'"');
    } else {
        let text = out.split_off(mark);
        out.push(b'"');
        for byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
    }
    out.push(b'"');
}
