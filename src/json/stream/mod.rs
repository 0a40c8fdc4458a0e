//! JSON text to BSON in one pass, without a tree: the quick way for the text of columns. It gives what the tree gives, or
//! gives up; the tree then has the last word, and it alone says what is wrong.

mod numbers;
mod strings;

use super::build::{Build, Dialect};
use super::key_memory::{KeyMemory, KeyNumber, Place, NONE};
use super::keys::{jsonb_order, Positions};
use super::normalize::{normalize, sort_document};
use super::scan::space;
use super::tree::{Parser, DEPTH};
use std::num::NonZeroUsize;

/// Appends the value that `text` stands for; its type byte, and whether a number had more digits than a double holds.
/// `None` where the tree must decide; what was appended by then is of no use.
pub(super) fn read(text: &[u8], normalize: bool, memory: &mut KeyMemory, out: &mut Vec<u8>) -> Option<(u8, bool)> {
    let column = memory.column();
    let mut stream = Stream { text, checked: None, normalize, kind: 0, rounded: false, memory, out };
    let end = stream.value(space(text, 0), DEPTH, column)?.get();
    if space(text, end) != text.len() {
        return None;
    }
    Some((stream.kind, stream.rounded))
}

/// Where a value ends, which is never at 0: so that `None` takes no memory, through which every value would have to wait for the one before.
type End = NonZeroUsize;

/// Methods take the offset where they begin and return the one where they end.
struct Stream<'a, 'o> {
    text: &'a [u8],
    /// The text, once it was found to be UTF-8.
    checked: Option<&'a str>,
    normalize: bool,
    /// Type byte of the last value.
    kind: u8,
    rounded: bool,
    memory: &'o mut KeyMemory,
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
    fn value(&mut self, at: usize, depth: u32, key: KeyNumber) -> Option<End> {
        match self.text.get(at)? {
            b'"' => self.string(at),
            b'{' => self.object(at, depth, key),
            b'[' => self.array(at, depth, key),
            b'-' | b'0'..=b'9' => self.number(at),
            _ => self.literal(at),
        }
    }

    #[inline(never)]
    fn literal(&mut self, at: usize) -> Option<End> {
        match self.text.get(at)? {
            b't' => self.word(at, b"true", 0x08, &[1]),
            b'f' => self.word(at, b"false", 0x08, &[0]),
            _ => self.word(at, b"null", 0x0a, &[]),
        }
    }

    #[inline(always)]
    fn word(&mut self, at: usize, word: &[u8], kind: u8, value: &[u8]) -> Option<End> {
        let end = at + word.len();
        if self.text.get(at..end)? != word {
            return None;
        }
        self.kind = kind;
        self.out.extend_from_slice(value);
        End::new(end)
    }

    #[inline(never)]
    fn object(&mut self, opening: usize, depth: u32, key: KeyNumber) -> Option<End> {
        let inner = depth.checked_sub(1)?;
        let (text, start) = (self.text, self.out.len());
        self.out.extend_from_slice(&[0; 4]);
        let mut at = space(text, opening + 1);
        let (mut last, mut sorted) = (0..0, true);
        let mut place = Place { previous: key, first: true };
        let mut more = text.get(at) != Some(&b'}');
        while more {
            at = space(text, at);
            if *text.get(at)? != b'"' {
                return None;
            }
            let kind_at = self.out.len();
            if let Some((number, behind, ascends)) = self.recognise(at, place) {
                sorted &= ascends || !self.normalize;
                (place, at) = (Place { previous: number, first: false }, behind);
            } else {
                let quote = at;
                at = self.name(at)?;
                // A wrapper has no other keys than such.
                if kind_at == start + 4 && self.out.get(kind_at + 1) == Some(&b'$') {
                    self.out.truncate(start);
                    return self.by_tree(opening, depth);
                }
                let name = kind_at + 1..self.out.len() - 1;
                let ascends = kind_at == start + 4 || jsonb_order(self.out.get(last)?, self.out.get(name)?).is_lt();
                sorted &= ascends || !self.normalize;
                at = space(text, at);
                if *text.get(at)? != b':' {
                    return None;
                }
                at += 1;
                place = Place { previous: self.learn(quote, at, kind_at, place, ascends), first: false };
            }
            last = kind_at + 1..self.out.len() - 1;
            at = self.value(space(text, at), inner, place.previous)?.get();
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
        End::new(at + 1)
    }

    /// Appends the start of an element whose key was expected at `place`; its number, where its value stands, and whether it is greater than
    /// the key before it.
    #[inline(always)]
    fn recognise(&mut self, quote: usize, place: Place) -> Option<(KeyNumber, usize, bool)> {
        let window = self.text.get(quote + 1..)?.first_chunk()?;
        let key = self.memory.recognise(place, window)?;
        let mark = self.out.len();
        self.out.extend_from_slice(key.target);
        // A type byte and a NUL are as long as a quote and a colon.
        self.out.truncate(mark + key.length);
        Some((key.number, quote + 1 + key.length, key.ascends))
    }

    /// Remembers the key that stands from `quote` to `end` and was appended at `mark`, if it is short and was written without escapes.
    #[inline(never)]
    fn learn(&mut self, quote: usize, end: usize, mark: usize, place: Place, ascends: bool) -> KeyNumber {
        match (self.text.get(quote + 1..end), self.out.get(mark..)) {
            (Some(source), Some(target)) if source.len() == target.len() && source.ends_with(b"\":") => self.memory.learn(place, source, target, ascends, 0),
            _ => NONE,
        }
    }

    #[inline(never)]
    fn array(&mut self, opening: usize, depth: u32, key: KeyNumber) -> Option<End> {
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
            at = self.value(space(text, at), inner, key)?.get();
            *self.out.get_mut(kind_at)? = self.kind;
            at = space(text, at);
            match text.get(at)? {
                b',' => at += 1,
                b']' => more = false,
                _ => return None,
            }
        }
        self.close(start, 0x04)?;
        End::new(at + 1)
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
    fn by_tree(&mut self, at: usize, depth: u32) -> Option<End> {
        let mut parser = Parser { text: self.checked()?, at };
        let mut node = parser.value(depth).ok()?;
        if self.normalize {
            normalize(&mut node);
        }
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        self.kind = build.value(&node).ok()?;
        self.rounded |= build.rounded;
        End::new(parser.at)
    }
}

/// The bytes that `text` begins with, as long as they are of a kind of ASCII.
fn ascii(text: &[u8], kind: impl Fn(&u8) -> bool) -> &str {
    let length = text.iter().position(|byte| !kind(byte)).unwrap_or(text.len());
    text.get(..length).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}
