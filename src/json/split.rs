//! Where the values of a file are: one a line, one after the other, or in one JSON array.

use std::ops::Range;

/// Iterates over the byte ranges of the values in `text`: NDJSON, concatenated values, or the elements of an array.
/// Nothing is parsed here: what is no value comes as a range too (an empty one where the array is not closed), so that
/// parsing every range finds every fault.
///
/// ```
/// let ranges: Vec<_> = rowlens::json::split_values(b"[{}, {\"a\":1}]").collect();
/// assert_eq!(ranges, [1..3, 5..12]);
/// ```
pub fn split_values(text: &[u8]) -> SplitValues<'_> {
    let at = if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    SplitValues { text, at, state: State::Outside }
}

/// Iterator over the values of a file. See [`split_values`].
#[derive(Debug, Clone)]
pub struct SplitValues<'a> {
    text: &'a [u8],
    at: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    /// Not in an array.
    Outside,
    /// Behind `[`.
    First,
    /// Behind an element.
    Between,
    /// Behind a comma.
    Next,
}

impl SplitValues<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The value that starts here: a container to its end, a string, or a run of other characters (at least one).
    fn value(&mut self) -> Range<usize> {
        let start = self.at;
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                _ if depth == 0 => self.word(),
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        start..self.at
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => break,
                b'\\' if self.at < self.text.len() => self.at += 1,
                _ => {}
            }
        }
    }

    fn word(&mut self) {
        self.at += 1;
        while !matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}' | b'"')) {
            self.at += 1;
        }
    }
}

impl Iterator for SplitValues<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            self.space();
            let Some(byte) = self.peek() else {
                let open = self.state != State::Outside;
                self.state = State::Outside;
                return open.then_some(self.at..self.at);
            };
            let next = match (self.state, byte) {
                (State::Outside, b'[') => State::First,
                (State::First | State::Between, b']') => State::Outside,
                (State::Between, b',') => State::Next,
                (State::First | State::Next, _) => {
                    self.state = State::Between;
                    return Some(self.value());
                }
                // Behind an element anything else is a fault; outside, values need nothing between them.
                (State::Between, _) => {
                    let start = self.at;
                    self.at = self.text.len();
                    self.state = State::Outside;
                    return Some(start..start);
                }
                (State::Outside, _) => return Some(self.value()),
            };
            self.state = next;
            self.at += 1;
        }
    }
}
