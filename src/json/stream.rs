//! JSON text to BSON in one pass, without a tree: the quick way for the text of columns. It gives what the tree gives, or
//! gives up; the tree then has the last word, and it alone says what is wrong.

use super::build::{Build, Dialect};
use super::keys::{jsonb_order, Positions};
use super::normalize::{normalize, sort_document};
use super::number;
use super::tree::{Parser, DEPTH};

/// Appends the value that `text` stands for; its type byte, and whether a number had more digits than a double holds.
/// `None` where the tree must decide; what was appended by then is of no use.
pub(super) fn read(text: &[u8], normalize: bool, out: &mut Vec<u8>) -> Option<(u8, bool)> {
    let mut stream = Stream { text, at: 0, checked: None, normalize, seen: 0, rounded: false, out };
    stream.space();
    let kind = stream.value(DEPTH)?;
    stream.space();
    if stream.at != text.len() {
        return None;
    }
    // Only strings can hold what is not ASCII, else the grammar would have failed: so one look at the end is enough.
    if stream.seen & HIGH != 0 {
        stream.checked()?;
    }
    Some((kind, stream.rounded))
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The lowest high bit that is set belongs to the first byte that is a quote, a backslash, or a control character.
#[inline(always)]
fn marks(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let slash = word ^ (ONES * 0x5c);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | quote.wrapping_sub(ONES) & !quote | slash.wrapping_sub(ONES) & !slash) & HIGH
}

struct Stream<'a, 'o> {
    text: &'a [u8],
    at: usize,
    /// The text, once it was found to be UTF-8.
    checked: Option<&'a str>,
    normalize: bool,
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
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline(always)]
    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes the next byte that is no white space.
    #[inline(always)]
    fn mark(&mut self) -> Option<u8> {
        self.space();
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn value(&mut self, depth: u32) -> Option<u8> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b't' => self.word(b"true", 0x08, &[1]),
            b'f' => self.word(b"false", 0x08, &[0]),
            b'n' => self.word(b"null", 0x0a, &[]),
            _ => self.number(),
        }
    }

    #[inline(always)]
    fn word(&mut self, word: &[u8], kind: u8, value: &[u8]) -> Option<u8> {
        let end = self.at + word.len();
        if self.text.get(self.at..end)? != word {
            return None;
        }
        self.at = end;
        self.out.extend_from_slice(value);
        Some(kind)
    }

    #[inline]
    fn object(&mut self, depth: u32) -> Option<u8> {
        let inner = depth.checked_sub(1)?;
        let (start, text_start) = (self.out.len(), self.at);
        self.at += 1;
        self.out.extend_from_slice(&[0; 4]);
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
            return self.close(start, 0x03);
        }
        let (mut last, mut sorted) = (0..0, true);
        loop {
            if self.mark()? != b'"' {
                return None;
            }
            let kind_at = self.out.len();
            self.out.push(0);
            self.name(kind_at + 1)?;
            let name = kind_at + 1..self.out.len();
            if kind_at == start + 4 {
                // A wrapper has no other keys than such.
                if self.out.get(name.start) == Some(&b'$') {
                    self.out.truncate(start);
                    self.at = text_start;
                    return self.by_tree(depth);
                }
            } else if self.normalize {
                sorted &= jsonb_order(self.out.get(last)?, self.out.get(name.clone())?).is_lt();
            }
            last = name;
            self.out.push(0);
            if self.mark()? != b':' {
                return None;
            }
            self.space();
            let kind = self.value(inner)?;
            *self.out.get_mut(kind_at)? = kind;
            match self.mark()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        if !sorted {
            self.sort(start + 4)?;
        }
        self.close(start, 0x03)
    }

    #[inline]
    fn array(&mut self, depth: u32) -> Option<u8> {
        let inner = depth.checked_sub(1)?;
        let start = self.out.len();
        self.at += 1;
        self.out.extend_from_slice(&[0; 4]);
        self.space();
        if self.peek()? == b']' {
            self.at += 1;
            return self.close(start, 0x04);
        }
        let mut positions = Positions::new();
        loop {
            let kind_at = self.out.len();
            positions.push_element(self.out);
            positions.advance();
            self.space();
            let kind = self.value(inner)?;
            *self.out.get_mut(kind_at)? = kind;
            match self.mark()? {
                b',' => {}
                b']' => return self.close(start, 0x04),
                _ => return None,
            }
        }
    }

    /// Ends the document that started at `start`.
    #[inline(always)]
    fn close(&mut self, start: usize, kind: u8) -> Option<u8> {
        self.out.push(0);
        self.set_length(start, self.out.len() - start)?;
        Some(kind)
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

    /// The object that starts here, by way of the tree: it may be a wrapper.
    #[inline(never)]
    fn by_tree(&mut self, depth: u32) -> Option<u8> {
        let mut parser = Parser { text: self.checked()?, at: self.at };
        let mut node = parser.value(depth).ok()?;
        self.at = parser.at;
        if self.normalize {
            normalize(&mut node);
        }
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        let kind = build.value(&node).ok()?;
        self.rounded |= build.rounded;
        Some(kind)
    }

    #[inline(always)]
    fn string(&mut self) -> Option<u8> {
        self.at += 1;
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        self.characters()?;
        self.out.push(0);
        self.set_length(start, self.out.len() - start - 4)?;
        Some(0x02)
    }

    /// Appends a field's name, at `start`; its opening quote is behind.
    #[inline(always)]
    fn name(&mut self, start: usize) -> Option<()> {
        let escaped = self.characters()?;
        // Only an escape can say U+0000, which BSON's names cannot hold.
        if escaped && self.out.get(start..)?.contains(&0) {
            return None;
        }
        Some(())
    }

    /// Appends a string's characters and takes its closing quote. Were there escapes?
    #[inline(always)]
    fn characters(&mut self) -> Option<bool> {
        match self.run()? {
            b'"' => Some(false),
            b'\\' => self.escaped(),
            _ => None,
        }
    }

    /// As [`Stream::characters`], behind the first backslash.
    #[inline(never)]
    fn escaped(&mut self) -> Option<bool> {
        loop {
            let mut parser = Parser { text: self.checked()?, at: self.at };
            let character = parser.escape().ok()?;
            self.at = parser.at;
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            match self.run()? {
                b'"' => return Some(true),
                b'\\' => {}
                _ => return None,
            }
        }
    }

    /// Appends what stands before the next quote, backslash or control character; takes that too and returns it.
    #[inline(always)]
    fn run(&mut self) -> Option<u8> {
        while let Some(window) = self.text.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            let word = u64::from_le_bytes(*window);
            self.seen |= word;
            self.out.extend_from_slice(window);
            let marks = marks(word);
            if marks != 0 {
                let plain = marks.trailing_zeros() / 8;
                self.out.truncate(self.out.len() - 8 + plain as usize);
                self.at += plain as usize + 1;
                return Some((word >> (8 * plain)) as u8);
            }
            self.at += 8;
        }
        self.last_run()
    }

    /// The same for the last few bytes of the text.
    #[inline(never)]
    fn last_run(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            self.at += 1;
            if byte < 0x20 || byte == b'"' || byte == b'\\' {
                return Some(byte);
            }
            self.seen |= u64::from(byte);
            self.out.push(byte);
        }
    }

    /// Adds the digits that stand here to `mantissa` (which may wrap); returns how many.
    #[inline(always)]
    fn digits(&mut self, mantissa: &mut u64) -> usize {
        let start = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            self.at += 1;
        }
        self.at - start
    }

    #[inline]
    fn number(&mut self) -> Option<u8> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let (mut mantissa, mut fraction) = (0, 0);
        let whole = if self.peek() == Some(b'0') {
            self.at += 1;
            1
        } else {
            self.digits(&mut mantissa)
        };
        if self.peek() == Some(b'.') {
            self.at += 1;
            fraction = self.digits(&mut mantissa);
            if fraction == 0 {
                return None;
            }
        }
        if whole == 0 {
            return None;
        }
        if whole + fraction > number::SHORT || matches!(self.peek(), Some(b'e' | b'E')) {
            return self.long_number(start);
        }
        let double = number::short_double(negative, mantissa, fraction);
        if let Some(integer) = number::as_int32(double) {
            self.out.extend_from_slice(&integer.to_le_bytes());
            return Some(0x10);
        }
        self.out.extend_from_slice(&double.to_le_bytes());
        Some(0x01)
    }

    #[inline(never)]
    fn long_number(&mut self, start: usize) -> Option<u8> {
        let mut parser = Parser { text: self.checked()?, at: start };
        let text = parser.number().ok()?;
        self.at = parser.at;
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        let kind = build.number(text, start).ok()?;
        self.rounded |= build.rounded;
        Some(kind)
    }
}
