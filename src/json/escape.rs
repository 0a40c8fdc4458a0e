//! JSON strings from bytes: one scan for what needs no escape, runs copied whole.

use crate::lanes::{find, push_unmarked, Lanes, Marks};

/// What a string turned out to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    /// Is valid UTF-8 (else what was written is the lossy form).
    pub(super) valid: bool,
    /// Holds U+0000.
    pub(super) nul: bool,
}

const PLAIN: Text = Text { valid: true, nul: false };

const fn table() -> [u8; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 0x20 {
        t[i] = b'u';
        i += 1;
    }
    t[0x08] = b'b';
    t[0x09] = b't';
    t[0x0a] = b'n';
    t[0x0c] = b'f';
    t[0x0d] = b'r';
    t[b'"' as usize] = b'"';
    t[b'\\' as usize] = b'\\';
    t
}

/// 0: as it is; `u`: `\u00XX`; else the character behind the backslash.
static ESCAPES: [u8; 256] = table();

/// Bytes below 0x20, quotes, backslashes, and bytes beyond ASCII.
#[inline(always)]
fn odd(window: &[u8; 16]) -> Marks {
    let lanes = Lanes::of(window);
    // The quote changes places with the space: it and the control characters are then all that is below 0x21.
    lanes.turned(0x02).outside(0x20) | lanes.equal(b'\\')
}

/// Bytes below 0x20, quotes and backslashes.
#[inline(always)]
fn escaped(window: &[u8; 16]) -> Marks {
    let lanes = Lanes::of(window);
    lanes.turned(0x02).up_to(0x20) | lanes.equal(b'\\')
}

/// The window at `start`, if the text of `length` bytes there is short and plain, and something stands behind it.
#[inline(always)]
fn short_window(bytes: &[u8], start: usize, length: usize) -> Option<&[u8; 16]> {
    let window = bytes.get(start..)?.first_chunk::<16>().filter(|_| length <= 16)?;
    (!odd(window).within(length).any()).then_some(window)
}

/// Appends `bytes[start..start + length]` as a JSON string, if it is short and plain and something stands behind it; else nothing.
#[inline(always)]
pub(super) fn write_short_string(bytes: &[u8], start: usize, length: usize, out: &mut Vec<u8>) -> bool {
    let Some(window) = short_window(bytes, start, length) else { return false };
    let mut quoted = [b'"'; 18];
    quoted[1..17].copy_from_slice(window);
    out.extend_from_slice(&quoted);
    out.truncate(out.len() - 17 + length);
    out.push(b'"');
    true
}

/// As [`write_short_string`]: `before`, the string and a colon.
#[inline(always)]
pub(super) fn write_short_key(before: u8, bytes: &[u8], start: usize, length: usize, out: &mut Vec<u8>) -> bool {
    let Some(window) = short_window(bytes, start, length) else { return false };
    let mut quoted = [b'"'; 18];
    quoted[0] = before;
    quoted[2..].copy_from_slice(window);
    out.extend_from_slice(&quoted);
    out.truncate(out.len() - 16 + length);
    out.extend_from_slice(b"\":");
    true
}

/// Appends `bytes` as a JSON string, with its quotes.
#[inline]
pub(super) fn write_string(bytes: &[u8], out: &mut Vec<u8>) -> Text {
    out.reserve(bytes.len() + 4);
    out.push(b'"');
    let text = if push_unmarked(out, bytes, odd) { PLAIN } else { write_odd(bytes, out) };
    out.push(b'"');
    text
}

#[inline(never)]
fn write_odd(bytes: &[u8], out: &mut Vec<u8>) -> Text {
    let mut text = PLAIN;
    let lossy;
    let bytes = match std::str::from_utf8(bytes) {
        Ok(_) => bytes,
        Err(_) => {
            text.valid = false;
            lossy = String::from_utf8_lossy(bytes);
            lossy.as_bytes()
        }
    };
    let mut rest = bytes;
    while let Some(run) = find(rest, 0, escaped) {
        let (plain, tail) = rest.split_at(run);
        out.extend_from_slice(plain);
        let Some((&b, tail)) = tail.split_first() else { break };
        text.nul |= b == 0;
        match ESCAPES[usize::from(b)] {
            b'u' => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
            c => out.extend_from_slice(&[b'\\', c]),
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    text
}
