//! Short runs of bytes, looked at and copied a word at a time: calls to `memcpy` and `memcmp` cost more than the bytes do,
//! in WebAssembly above all. All of it is safe Rust: a window of fixed size is checked once and then has no further checks.

use crate::lanes::{any, push_unmarked, Lanes, Marks, FEW_WINDOWS};

/// The word of eight bytes at `at`, if they are there.
#[inline(always)]
fn word(data: &[u8], at: usize) -> Option<u64> {
    data.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Whether `expected` stands at `at`.
#[inline(always)]
pub(crate) fn starts_with(data: &[u8], at: usize, expected: &[u8]) -> bool {
    let Some(found) = data.get(at..at + expected.len()) else { return false };
    let mut place = 0;
    while let (Some(a), Some(b)) = (word(found, place), word(expected, place)) {
        if a != b {
            return false;
        }
        place += 8;
    }
    match expected.len().checked_sub(8) {
        // The last word overlaps the one before it.
        Some(last) => word(found, last) == word(expected, last),
        None => found == expected,
    }
}

/// Appends `data[start..end]`.
#[inline(always)]
pub(crate) fn push_run(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) {
    let length = end.saturating_sub(start);
    if length <= 16 {
        if let Some(window) = data.get(start..).and_then(|rest| rest.first_chunk::<16>()) {
            out.extend_from_slice(window);
            out.truncate(out.len() - 16 + length);
            return;
        }
    }
    push_long(out, data, start, end);
}

/// Appends `data[start..end]`, which mostly is the field of one UUID: four bytes of length and sixteen.
#[inline(always)]
pub(crate) fn push_key(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) {
    match data.get(start..end).and_then(|key| <&[u8; 20]>::try_from(key).ok()) {
        Some(field) => out.extend_from_slice(field),
        None => push_run(out, data, start, end),
    }
}

#[inline(never)]
fn push_long(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) {
    let Some(run) = data.get(start..end) else { return };
    // A few windows, the last of which may overlap the one before.
    if let (Some(last), true) = (run.last_chunk::<16>(), run.len() <= FEW_WINDOWS) {
        let end = out.len() + run.len();
        for window in run.chunks_exact(16) {
            if let Some(window) = window.first_chunk::<16>() {
                out.extend_from_slice(window);
            }
        }
        out.truncate(end - 16);
        out.extend_from_slice(last);
        return;
    }
    out.extend_from_slice(run);
}

/// Bytes with room behind them, so that [`push_run`] can copy whole windows of them.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    padded: Box<[u8]>,
    length: usize,
}

impl Run {
    pub fn new(bytes: &[u8]) -> Self {
        let mut padded = bytes.to_vec();
        padded.resize(bytes.len() + 16, 0);
        Run { padded: padded.into(), length: bytes.len() }
    }

    /// Appends the bytes.
    #[inline(always)]
    pub fn push(&self, out: &mut Vec<u8>) {
        push_run(out, &self.padded, 0, self.length);
    }
}

/// U+0000, which PostgreSQL cannot store, and bytes that may not be UTF-8.
#[inline(always)]
fn odd(window: &[u8; 16]) -> Marks {
    Lanes::of(window).outside(0)
}

/// The window that begins with the text of `length` bytes at `start`, if that is short ASCII without U+0000 and something stands behind it.
#[inline(always)]
pub(crate) fn short_text(data: &[u8], start: usize, length: usize) -> Option<&[u8; 16]> {
    let window = data.get(start..)?.first_chunk::<16>().filter(|_| length <= 16)?;
    (!odd(window).within(length).any()).then_some(window)
}

/// Whether `data[start..end]` is text that PostgreSQL can store: UTF-8 without U+0000.
#[inline(always)]
pub(crate) fn is_storable_text(data: &[u8], start: usize, end: usize) -> bool {
    short_text(data, start, end.saturating_sub(start)).is_some() || is_storable_long(data.get(start..end).unwrap_or(&[]))
}

/// Appends `data[start..end]` if it is text that PostgreSQL can store, else nothing.
#[inline(always)]
pub(crate) fn push_storable(out: &mut Vec<u8>, data: &[u8], start: usize, end: usize) -> bool {
    let Some(run) = data.get(start..end) else { return false };
    push_unmarked(out, run, odd) || push_storable_odd(out, run)
}

#[inline(never)]
fn push_storable_odd(out: &mut Vec<u8>, text: &[u8]) -> bool {
    let storable = is_storable_odd(text);
    if storable {
        out.extend_from_slice(text);
    }
    storable
}

#[inline(never)]
fn is_storable_odd(text: &[u8]) -> bool {
    !text.contains(&0) && std::str::from_utf8(text).is_ok()
}

#[inline(never)]
fn is_storable_long(text: &[u8]) -> bool {
    !any(text, odd) || is_storable_odd(text)
}

/// The two words of a window.
#[inline(always)]
pub(crate) fn halves(window: &[u8; 16]) -> (u64, u64) {
    let value = u128::from_le_bytes(*window);
    (value as u64, (value >> 64) as u64)
}

/// Masks of the first `length` bytes of a window.
static MASKS: [(u64, u64); 17] = {
    let mut masks = [(u64::MAX, u64::MAX); 17];
    let mut length = 0;
    while length < 16 {
        masks[length] = if length < 8 { ((1 << (8 * length)) - 1, 0) } else { (u64::MAX, (1 << (8 * (length - 8))) - 1) };
        length += 1;
    }
    masks
};

/// Masks of the first `length` (at most 16) bytes of a window.
#[inline(always)]
pub(crate) fn masks(length: usize) -> (u64, u64) {
    MASKS.get(length).copied().unwrap_or((u64::MAX, u64::MAX))
}

/// The first bytes of a name with its NUL: all of it, if it is short.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Head {
    bytes: (u64, u64),
    keep: (u64, u64),
    length: u32,
}

impl Head {
    /// Of a name with its NUL, or of something else that ends itself.
    pub fn of(name: &[u8]) -> Self {
        let mut window = [0; 16];
        for (place, byte) in window.iter_mut().zip(name) {
            *place = *byte;
        }
        Head { bytes: halves(&window), keep: masks(name.len().min(16)), length: name.len() as u32 }
    }

    /// Length of the whole name with its NUL.
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.length as usize
    }

    /// Whether it is the whole name.
    pub fn is_whole(&self) -> bool {
        self.length <= 16
    }

    /// Whether the window begins with it.
    #[inline(always)]
    pub fn begins(&self, window: &[u8; 16]) -> bool {
        let (low, high) = halves(window);
        ((low ^ self.bytes.0) & self.keep.0) | ((high ^ self.bytes.1) & self.keep.1) == 0
    }
}

/// A name with its NUL, ready to be compared with what stands in a document.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    head: Head,
    bytes: Box<[u8]>,
}

impl Name {
    /// `name` without its NUL.
    pub fn new(name: &[u8]) -> Self {
        let mut bytes = name.to_vec();
        bytes.push(0);
        Name { head: Head::of(&bytes), bytes: bytes.into() }
    }

    /// How it begins.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Length with the NUL.
    #[inline(always)]
    pub fn length(&self) -> usize {
        self.head.length()
    }

    /// Whether it is `name` (without a NUL).
    pub fn is(&self, name: &[u8]) -> bool {
        self.bytes.strip_suffix(&[0]) == Some(name)
    }

    /// Whether `rest` begins with it, its NUL included.
    #[inline(always)]
    pub fn begins(&self, rest: &[u8]) -> bool {
        match rest.first_chunk::<16>() {
            Some(window) => self.head.begins(window) && (self.head.is_whole() || self.ends(rest)),
            None => self.begins_slowly(rest),
        }
    }

    /// Whether `rest`, which begins with its head, goes on with what is behind that.
    #[inline(always)]
    pub fn ends(&self, rest: &[u8]) -> bool {
        // Two windows, the second of which mostly overlaps the first.
        match (rest.get(..self.length()).and_then(<[u8]>::last_chunk::<16>), self.bytes.last_chunk::<16>()) {
            (Some(found), Some(last)) if self.bytes.len() <= 32 => found == last,
            _ => self.begins_slowly(rest),
        }
    }

    #[inline(never)]
    fn begins_slowly(&self, rest: &[u8]) -> bool {
        rest.starts_with(&self.bytes)
    }
}

/// Where the first NUL is.
#[inline(always)]
pub(crate) fn find_nul(rest: &[u8]) -> Option<usize> {
    if let Some(window) = rest.first_chunk::<16>() {
        if let Some(place) = Lanes::of(window).equal(0).first() {
            return Some(place);
        }
    }
    find_nul_slowly(rest)
}

#[inline(never)]
fn find_nul_slowly(rest: &[u8]) -> Option<usize> {
    rest.iter().position(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storable_text_is_what_the_slow_way_says() {
        for length in 0..40usize {
            for odd_at in 0..=length {
                for byte in [0u8, 1, b'a', 0x7f, 0x80, 0xff] {
                    let mut data = vec![b'x'; length];
                    if let Some(place) = data.get_mut(odd_at) {
                        *place = byte;
                    }
                    let text = data.clone();
                    data.extend_from_slice(&[0xff; 20]);
                    let slow = !text.contains(&0) && std::str::from_utf8(&text).is_ok();
                    assert_eq!(is_storable_text(&data, 0, length), slow, "{text:?}");
                    assert_eq!(is_storable_text(&text, 0, length), slow, "{text:?} without slack");
                }
            }
        }
        assert!(is_storable_text("größer".as_bytes(), 0, "größer".len()));
    }

    #[test]
    fn runs_and_names_of_every_length() {
        for length in 0..40usize {
            let bytes: Vec<u8> = (0..length).map(|i| b'a' + (i % 26) as u8).collect();
            let mut out = b"-".to_vec();
            push_run(&mut out, &bytes, 0, length);
            let mut key = Vec::new();
            push_key(&mut key, &bytes, 0, length);
            assert_eq!(key, bytes);
            Run::new(&bytes).push(&mut out);
            assert_eq!(out, [b"-", &bytes[..], &bytes[..]].concat());
            let name = Name::new(&bytes);
            let stored = [&bytes[..], b"\0", &[b'z'; 20]].concat();
            assert!(name.begins(&stored) && name.begins(&stored[..length + 1]));
            assert!(!name.begins(&stored[..length]), "cut before its NUL");
            assert!(!Name::new(&[&bytes[..], b"x"].concat()).begins(&stored));
            assert_eq!((find_nul(&stored), find_nul(&stored[..length + 1]), find_nul(&bytes)), (Some(length), Some(length), None));
            assert_eq!(name.length(), length + 1);
            assert!(starts_with(&stored, 0, &bytes) && starts_with(&bytes, 0, &bytes) && !starts_with(&bytes, 1, &bytes) || length == 0);
            assert!(!starts_with(&stored, 0, &[&bytes[..], b"x"].concat()));
        }
    }
}
