//! JSON text to BSON in one pass, without a tree: the quick way for the text of columns. It gives what the tree gives, or
//! gives up; the tree then has the last word, and it alone says what is wrong.

use super::build::{Build, Dialect};
use super::keys::{jsonb_order, Positions};
use super::normalize::{normalize, sort_document};
use super::number;
use super::scan::{self, digits, space};
use super::tree::{Parser, DEPTH};
use crate::bytes::push_run;

/// Appends the value that `text` stands for; its type byte, and whether a number had more digits than a double holds.
/// `None` where the tree must decide; what was appended by then is of no use.
pub(super) fn read(text: &[u8], normalize: bool, out: &mut Vec<u8>) -> Option<(u8, bool)> {
    let mut stream = Stream { text, checked: None, normalize, kind: 0, seen: 0, rounded: false, out };
    let end = stream.value(space(text, 0), DEPTH)?;
    if space(text, end) != text.len() {
        return None;
    }
    // Only strings can hold what is not ASCII, else the grammar would have failed: so one look at the end is enough.
    if scan::beyond_ascii(stream.seen) {
        stream.checked()?;
    }
    Some((stream.kind, stream.rounded))
}

/// Methods take the offset where they begin and return the one where they end.
struct Stream<'a, 'o> {
    text: &'a [u8],
    /// The text, once it was found to be UTF-8.
    checked: Option<&'a str>,
    normalize: bool,
    /// Type byte of the last value.
    kind: u8,
    /// Bytes of strings (and maybe some beside them), or-ed together.
    seen: u64,
    rounded: bool,
    out: &'o mut Vec<u8>,
}

impl<'a> Stream<'a, '_> {
    fn checked(&mut self) -> Option<&'a str> {
        if self.checked.is_none() {
            self.checked = std::str::from_utf8(self.text).ok();
        }
        self.checked
    }

    #[inline(always)]
    fn value(&mut self, at: usize, depth: u32) -> Option<usize> {
        match self.text.get(at)? {
            b'"' => self.string(at),
            b'{' => self.object(at, depth),
            b'[' => self.array(at, depth),
            b'-' | b'0'..=b'9' => self.number(at),
            _ => self.literal(at),
        }
    }

    #[inline(never)]
    fn literal(&mut self, at: usize) -> Option<usize> {
        match self.text.get(at)? {
            b't' => self.word(at, b"true", 0x08, &[1]),
            b'f' => self.word(at, b"false", 0x08, &[0]),
            _ => self.word(at, b"null", 0x0a, &[]),
        }
    }

    #[inline(always)]
    fn word(&mut self, at: usize, word: &[u8], kind: u8, value: &[u8]) -> Option<usize> {
        let end = at + word.len();
        if self.text.get(at..end)? != word {
            return None;
        }
        self.kind = kind;
        self.out.extend_from_slice(value);
        Some(end)
    }

    #[inline(never)]
    fn object(&mut self, opening: usize, depth: u32) -> Option<usize> {
        let inner = depth.checked_sub(1)?;
        let (text, start) = (self.text, self.out.len());
        self.out.extend_from_slice(&[0; 4]);
        let mut at = space(text, opening + 1);
        let (mut last, mut sorted) = (0..0, true);
        let mut more = text.get(at) != Some(&b'}');
        while more {
            at = space(text, at);
            if *text.get(at)? != b'"' {
                return None;
            }
            let kind_at = self.out.len();
            at = self.name(at)?;
            if kind_at == start + 4 {
                // A wrapper has no other keys than such.
                if self.out.get(kind_at + 1) == Some(&b'$') {
                    self.out.truncate(start);
                    return self.by_tree(opening, depth);
                }
            }
            if self.normalize {
                let name = kind_at + 1..self.out.len() - 1;
                sorted &= kind_at == start + 4 || jsonb_order(self.out.get(last)?, self.out.get(name.clone())?).is_lt();
                last = name;
            }
            at = space(text, at);
            if *text.get(at)? != b':' {
                return None;
            }
            at = space(text, at + 1);
            at = self.value(at, inner)?;
            *self.out.get_mut(kind_at)? = self.kind;
            at = space(text, at);
            match text.get(at)? {
                b',' => at += 1,
                b'}' => more = false,
                _ => return None,
            }
        }
        if !sorted {
            self.sort(start + 4)?;
        }
        self.close(start, 0x03)?;
        Some(at + 1)
    }

    #[inline(never)]
    fn array(&mut self, opening: usize, depth: u32) -> Option<usize> {
        let inner = depth.checked_sub(1)?;
        let (text, start) = (self.text, self.out.len());
        self.out.extend_from_slice(&[0; 4]);
        let mut at = space(text, opening + 1);
        let mut positions = Positions::new();
        let mut more = text.get(at) != Some(&b']');
        while more {
            let kind_at = self.out.len();
            positions.push_element(self.out);
            positions.advance();
            at = self.value(space(text, at), inner)?;
            *self.out.get_mut(kind_at)? = self.kind;
            at = space(text, at);
            match text.get(at)? {
                b',' => at += 1,
                b']' => more = false,
                _ => return None,
            }
        }
        self.close(start, 0x04)?;
        Some(at + 1)
    }

    /// Ends the document that started at `start`.
    #[inline(always)]
    fn close(&mut self, start: usize, kind: u8) -> Option<()> {
        self.out.push(0);
        self.kind = kind;
        self.set_length(start, self.out.len() - start)
    }

    #[inline(always)]
    fn set_length(&mut self, at: usize, length: usize) -> Option<()> {
        *self.out.get_mut(at..)?.first_chunk_mut()? = i32::try_from(length).ok()?.to_le_bytes();
        Some(())
    }

    /// Sorts the elements from `first` on, as jsonb does.
    #[inline(never)]
    fn sort(&mut self, first: usize) -> Option<()> {
        let dropped = sort_document(self.out, first)?;
        // It may have been a dropped value that had too many digits.
        (!dropped || !self.rounded).then_some(())
    }

    /// The object that stands here, by way of the tree: it may be a wrapper.
    #[inline(never)]
    fn by_tree(&mut self, at: usize, depth: u32) -> Option<usize> {
        let mut parser = Parser { text: self.checked()?, at };
        let mut node = parser.value(depth).ok()?;
        if self.normalize {
            normalize(&mut node);
        }
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        self.kind = build.value(&node).ok()?;
        self.rounded |= build.rounded;
        Some(parser.at)
    }

    #[inline(never)]
    fn string(&mut self, quote: usize) -> Option<usize> {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        let end = self.characters(quote + 1, quote + 1)?.0;
        self.set_length(start, self.out.len() - start - 4)?;
        self.kind = 0x02;
        Some(end)
    }

    /// Appends a field's name between room for its type byte and its NUL.
    #[inline(always)]
    fn name(&mut self, quote: usize) -> Option<usize> {
        let start = self.out.len();
        // The opening quote makes the room.
        let (end, escaped) = self.characters(quote + 1, quote)?;
        // Only an escape can say U+0000, which BSON's names cannot hold.
        if escaped && self.out.get(start..self.out.len() - 1)?.contains(&0) {
            return None;
        }
        Some(end)
    }

    /// Appends the text from `from` on to the end of the string whose characters stand at `at`, and NUL. Were there escapes?
    #[inline(always)]
    fn characters(&mut self, at: usize, from: usize) -> Option<(usize, bool)> {
        let end = self.run(at)?;
        match self.text.get(end)? {
            b'"' => {
                push_run(self.out, self.text, from, end + 1);
                // The closing quote makes the room.
                *self.out.last_mut()? = 0;
                Some((end + 1, false))
            }
            b'\\' => Some((self.escaped(end, from)?, true)),
            _ => None,
        }
    }

    /// As [`Stream::characters`], from the first backslash on.
    #[inline(never)]
    fn escaped(&mut self, mut end: usize, mut from: usize) -> Option<usize> {
        loop {
            self.out.extend_from_slice(self.text.get(from..end)?);
            match self.text.get(end)? {
                b'"' => break,
                b'\\' => {}
                _ => return None,
            }
            let mut parser = Parser { text: self.checked()?, at: end + 1 };
            let character = parser.escape().ok()?;
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            from = parser.at;
            end = self.run(from)?;
        }
        self.out.push(0);
        Some(end + 1)
    }

    /// Where the next quote, backslash or control character stands.
    #[inline(always)]
    fn run(&mut self, at: usize) -> Option<usize> {
        scan::run(self.text, at, &mut self.seen)
    }

    #[inline(never)]
    fn number(&mut self, start: usize) -> Option<usize> {
        let text = self.text;
        let negative = text.get(start) == Some(&b'-');
        let first = start + usize::from(negative);
        let mut mantissa = 0;
        let mut at = if text.get(first) == Some(&b'0') { first + 1 } else { digits(text, first, &mut mantissa) };
        if at == first {
            return None;
        }
        let (mut count, mut fraction) = (at - first, 0);
        if text.get(at) == Some(&b'.') {
            let point = at + 1;
            at = digits(text, point, &mut mantissa);
            fraction = at - point;
            count += fraction;
            if fraction == 0 {
                return None;
            }
        }
        if count > number::SHORT || matches!(text.get(at), Some(b'e' | b'E')) {
            return self.long_number(start);
        }
        if fraction == 0 && count < 10 && (mantissa != 0 || !negative) {
            let integer = mantissa as i32;
            self.kind = 0x10;
            self.out.extend_from_slice(&if negative { -integer } else { integer }.to_le_bytes());
            return Some(at);
        }
        let double = number::short_double(negative, mantissa, fraction);
        if let Some(integer) = number::as_int32(double) {
            self.kind = 0x10;
            self.out.extend_from_slice(&integer.to_le_bytes());
        } else {
            self.kind = 0x01;
            self.out.extend_from_slice(&double.to_le_bytes());
        }
        Some(at)
    }

    #[inline(never)]
    fn long_number(&mut self, at: usize) -> Option<usize> {
        let mut parser = Parser { text: self.checked()?, at };
        let text = parser.number().ok()?;
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        self.kind = build.number(text, at).ok()?;
        self.rounded |= build.rounded;
        Some(parser.at)
    }
}
