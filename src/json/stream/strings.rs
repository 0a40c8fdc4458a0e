//! Strings and names. Most are plain ASCII and are copied as they are looked at.

use super::{ascii, End, Stream};
use crate::bytes::push_run;
use crate::json::scan;
use crate::json::tree::Parser;

/// How far a string's plain characters go.
enum Plain {
    /// To its end: where what is behind the quote stands.
    To(usize),
    /// Something else stands there.
    Until(usize),
}

impl Stream<'_, '_> {
    #[inline(never)]
    pub(super) fn string(&mut self, quote: usize) -> Option<End> {
        let start = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        let end = match self.plain(quote + 1)? {
            Plain::To(end) => end,
            Plain::Until(at) => self.characters(at, at)?.0,
        };
        self.set_length(start, self.out.len() - start - 4)?;
        self.kind = 0x02;
        End::new(end)
    }

    /// Appends the plain ASCII characters that stand at `at`, up to their quote, and NUL, or as far as they go. Copies what it looks at:
    /// how long a string is cannot be foreseen, and should not be waited for twice.
    #[inline(always)]
    fn plain(&mut self, mut at: usize) -> Option<Plain> {
        loop {
            let Some(window) = self.text.get(at..)?.first_chunk::<16>() else { return Some(Plain::Until(at)) };
            self.out.extend_from_slice(window);
            match scan::ends(window) {
                None => at += 16,
                Some(length) if window.get(length) == Some(&b'"') => {
                    self.out.truncate(self.out.len() - 15 + length);
                    *self.out.last_mut()? = 0;
                    return Some(Plain::To(at + length + 1));
                }
                Some(length) => {
                    self.out.truncate(self.out.len() - 16 + length);
                    return Some(Plain::Until(at + length));
                }
            }
        }
    }

    /// Appends a field's name between room for its type byte and its NUL.
    #[inline(always)]
    pub(super) fn name(&mut self, quote: usize) -> Option<usize> {
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
            b'\\' => Some((self.escaped(end, from)?.get(), true)),
            _ => None,
        }
    }

    /// As [`Stream::characters`], from the first backslash on.
    #[inline(never)]
    fn escaped(&mut self, mut end: usize, mut from: usize) -> Option<End> {
        loop {
            self.out.extend_from_slice(self.text.get(from..end)?);
            match self.text.get(end)? {
                b'"' => break,
                b'\\' => {}
                _ => return None,
            }
            // 0: one that takes more.
            let character = match self.text.get(end + 1)? {
                byte @ (b'"' | b'\\' | b'/') => *byte,
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                _ => 0,
            };
            from = end + 2;
            if character != 0 {
                self.out.push(character);
            } else {
                // Both halves of a surrogate pair are the longest.
                let escape = self.text.get(end..)?;
                let mut parser = Parser { text: ascii(escape.get(..12).unwrap_or(escape), u8::is_ascii), at: 1 };
                let character = parser.escape().ok()?;
                self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                from = end + parser.at;
            }
            end = self.run(from)?;
        }
        self.out.push(0);
        End::new(end + 1)
    }

    /// Where the next quote, backslash or control character stands; what is before it is UTF-8.
    #[inline(always)]
    fn run(&mut self, at: usize) -> Option<usize> {
        let mut seen = 0;
        let end = scan::run(self.text, at, &mut seen)?;
        if scan::beyond_ascii(seen) && !self.is_utf8(at, end) {
            return None;
        }
        Some(end)
    }

    #[inline(never)]
    fn is_utf8(&self, at: usize, end: usize) -> bool {
        self.text.get(at..end).is_some_and(|text| std::str::from_utf8(text).is_ok())
    }
}
