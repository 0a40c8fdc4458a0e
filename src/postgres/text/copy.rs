//! COPY's text format of tuples.

use super::escape::{push_escaped, special};
use super::slot::{put, LONGEST, SLOT};
use super::value::Column;
use crate::lanes::put_unmarked;
use crate::postgres::PgType;
use std::fmt;

/// By how much the buffer is longer than its text: filling it with zeros costs, too.
const STEP: usize = 1024;

/// Why tuples have no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadField {
    /// Byte offset in the tuples.
    pub offset: usize,
    /// What is wrong.
    pub reason: &'static str,
}

impl fmt::Display for BadField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.offset)
    }
}

impl std::error::Error for BadField {}

/// Turns tuples of one table into COPY's text format: what `COPY … FROM STDIN` takes, and what `COPY … TO STDOUT` gives for the same
/// rows, to the byte.
///
/// ```
/// use rowlens::postgres::{text::CopyText, PgType};
///
/// let lines = CopyText::new(&[PgType::Integer, PgType::Text, PgType::Array(Box::new(PgType::Boolean), 1)]);
/// let tuples = b"\0\x03\0\0\0\x04\xff\xff\xff\xf9\0\0\0\x03a\tb\xff\xff\xff\xff"; // (-7, 'a⇥b', NULL)
/// let mut out = Vec::new();
/// assert_eq!(lines.write(tuples, &mut out), Ok(1));
/// assert_eq!(out, b"-7\ta\\tb\t\\N\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyText {
    columns: Box<[Column]>,
}

impl CopyText {
    /// For a table with columns of these types.
    pub fn new<'a>(types: impl IntoIterator<Item = &'a PgType>) -> Self {
        CopyText { columns: types.into_iter().map(Column::new).collect() }
    }

    /// For columns named by their kinds as a plan's description has them (`varchar`, `enum`, `numeric[]`), one a line; `None` where one is
    /// unknown.
    pub fn of_kinds(kinds: &str) -> Option<Self> {
        Some(CopyText { columns: kinds.lines().map(Column::of_kind).collect::<Option<_>>()? })
    }

    /// Appends one line per tuple; gives how many.
    ///
    /// # Errors
    /// [`BadField`] where the bytes are not tuples of these types; then nothing is appended.
    pub fn write(&self, tuples: &[u8], out: &mut Vec<u8>) -> Result<u32, BadField> {
        let mark = out.len();
        // Text is a little longer than the binary form, as a rule.
        out.reserve(tuples.len() + tuples.len() / 2);
        let (mut from, mut at, mut count) = (0, mark, 0);
        let mut rare = Vec::new();
        while from < tuples.len() {
            if let Err(bad) = self.line(tuples, &mut from, &mut at, out, &mut rare) {
                out.truncate(mark);
                return Err(bad);
            }
            count += 1;
        }
        out.truncate(at);
        Ok(count)
    }

    /// One line. `out` is longer than `at`, where its text ends, so that there is always room for a [`Slot`](super::slot::Slot). What is
    /// neither that nor a text as it is gets made in `rare`.
    #[inline(always)]
    fn line(&self, tuples: &[u8], from: &mut usize, at: &mut usize, out: &mut Vec<u8>, rare: &mut Vec<u8>) -> Result<(), BadField> {
        let fields = tuples.get(*from..).and_then(|rest| rest.first_chunk()).map(|bytes| u16::from_be_bytes(*bytes));
        if fields.map(usize::from) != Some(self.columns.len()) {
            return Err(BadField { offset: *from, reason: "tuple has another number of fields than the table" });
        }
        *from += 2;
        for column in &self.columns {
            if out.len() < *at + SLOT {
                out.resize(*at + STEP, 0);
            }
            let Some(length) = tuples.get(*from..).and_then(|rest| rest.first_chunk()).map(|bytes| i32::from_be_bytes(*bytes)) else {
                return Err(BadField { offset: *from, reason: "tuple is cut off" });
            };
            let start = *from + 4;
            let Some(slot) = out.get_mut(*at..).and_then(|rest| rest.first_chunk_mut::<SLOT>()) else { continue };
            if length == -1 {
                slot[..3].copy_from_slice(b"\\N\t");
                *at += 3;
                *from = start;
                continue;
            }
            let Some(end) = usize::try_from(length).ok().and_then(|length| start.checked_add(length)).filter(|end| *end <= tuples.len()) else {
                return Err(BadField { offset: *from, reason: "tuple is cut off" });
            };
            *from = end;
            match put(*column, tuples, start, end, slot) {
                Some(length) => {
                    slot[length.min(LONGEST)] = b'\t';
                    *at += length + 1;
                }
                None => {
                    let text = column.text(tuples, start, end);
                    // Most are copied as they are.
                    if let Some(text) = text.filter(|text| put_clean(text, *at, out)) {
                        *at += text.len() + 1;
                        continue;
                    }
                    rare.clear();
                    match text {
                        Some(text) => push_escaped(text, rare),
                        None => column.push_escaped(tuples, start, end, rare).ok_or(BadField { offset: start, reason: "value is not of the column's type" })?,
                    }
                    put_long(rare, *at, out);
                    *at += rare.len() + 1;
                }
            }
        }
        // The last separator; a table without columns has none.
        match out.get_mut(..*at).and_then(<[u8]>::last_mut) {
            Some(last) if !self.columns.is_empty() => *last = b'\n',
            _ => {
                out.truncate(*at);
                out.push(b'\n');
                *at += 1;
            }
        }
        Ok(())
    }
}

/// Room for `length` bytes and a separator at `at`.
#[inline(always)]
fn room(length: usize, at: usize, out: &mut Vec<u8>) -> Option<(&mut u8, &mut [u8])> {
    let end = at + length;
    if out.len() <= end {
        out.resize(end + STEP, 0);
    }
    out.get_mut(at..=end)?.split_last_mut()
}

/// Writes a text of any length and a separator at `at`, unless something in it needs an escape.
#[inline(never)]
fn put_clean(text: &[u8], at: usize, out: &mut Vec<u8>) -> bool {
    let Some((separator, place)) = room(text.len(), at, out) else { return false };
    *separator = b'\t';
    put_unmarked(place, text, special)
}

/// Writes a text of any length, which is escaped, and a separator at `at`.
#[inline(never)]
fn put_long(text: &[u8], at: usize, out: &mut Vec<u8>) {
    if let Some((separator, place)) = room(text.len(), at, out) {
        place.copy_from_slice(text);
        *separator = b'\t';
    }
}
