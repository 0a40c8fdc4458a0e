//! COPY's text format of tuples.

use super::escape::put_escaped;
use super::room::{room, slot};
use super::slot::{put, LONGEST};
use super::value::Column;
use crate::postgres::PgType;
use std::fmt;

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
        let written = self.write_over(tuples, mark, out);
        out.truncate(written.map_or(mark, |(_, end)| end));
        written.map(|(count, _)| count)
    }

    /// Writes one line per tuple over what stands in `out` from `at` on, and gives how many and where they end. `out` may be longer, and stays
    /// so: whoever uses it again need not fill it with zeros again, which costs a call for each piece.
    pub(crate) fn write_over(&self, tuples: &[u8], mut at: usize, out: &mut Vec<u8>) -> Result<(u32, usize), BadField> {
        // Text is a little longer than the binary form, as a rule.
        out.reserve((at + tuples.len() + tuples.len() / 2).saturating_sub(out.len()));
        let (mut from, mut count) = (0, 0);
        let mut rare = Vec::new();
        while from < tuples.len() {
            self.line(tuples, &mut from, &mut at, out, &mut rare)?;
            count += 1;
        }
        Ok((count, at))
    }

    /// One line. `out` is longer than `at`, where its text ends, so that there is always room for a [`Slot`](super::slot::Slot). What fits in
    /// none and is no text yet is made in `rare`.
    #[inline(always)]
    fn line(&self, tuples: &[u8], from: &mut usize, at: &mut usize, out: &mut Vec<u8>, rare: &mut Vec<u8>) -> Result<(), BadField> {
        let fields = tuples.get(*from..).and_then(|rest| rest.first_chunk()).map(|bytes| u16::from_be_bytes(*bytes));
        if fields.map(usize::from) != Some(self.columns.len()) {
            return Err(BadField { offset: *from, reason: "tuple has another number of fields than the table" });
        }
        *from += 2;
        for column in &self.columns {
            let Some(length) = tuples.get(*from..).and_then(|rest| rest.first_chunk()).map(|bytes| i32::from_be_bytes(*bytes)) else {
                return Err(BadField { offset: *from, reason: "tuple is cut off" });
            };
            let start = *from + 4;
            let Some(slot) = slot(*at, out) else { continue };
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
                    if let Some(end) = column.put_plain_array(tuples, start, end, *at, out) {
                        *at = end;
                        continue;
                    }
                    let text = match column.text(tuples, start, end) {
                        Some(text) => text,
                        None => {
                            rare.clear();
                            column.push_value(tuples, start, end, rare).ok_or(BadField { offset: start, reason: "value is not of the column's type" })?;
                            rare.as_slice()
                        }
                    };
                    *at = put_escaped(text, *at, out);
                }
            }
        }
        // The last separator; a table without columns has none.
        match out.get_mut(..*at).and_then(<[u8]>::last_mut) {
            Some(last) if !self.columns.is_empty() => *last = b'\n',
            _ => {
                room(*at, 1, out).fill(b'\n');
                *at += 1;
            }
        }
        Ok(())
    }
}
