//! COPY's escapes: `\b \t \n \v \f \r \\`. Most text has none of them and is copied whole.

use super::slot::Slot;
use crate::bytes::push_run;
use crate::lanes::{any, Lanes, Marks};

/// Bytes below 0x0e, and backslashes: few others than those that need an escape.
#[inline(always)]
pub(super) fn special(window: &[u8; 16]) -> Marks {
    let lanes = Lanes::of(window);
    lanes.up_to(0x0d) | lanes.equal(b'\\')
}

/// Writes a text of up to 32 bytes that needs no escape, and gives its length.
#[inline(always)]
pub(super) fn put_text(data: &[u8], start: usize, end: usize, slot: &mut Slot) -> Option<usize> {
    let length = end.saturating_sub(start);
    let rest = data.get(start..)?;
    if length <= 16 {
        let window = rest.first_chunk::<16>()?;
        slot[..16].copy_from_slice(window);
        return (!special(window).within(length).any()).then_some(length);
    }
    if length > 32 {
        return None;
    }
    let window = rest.first_chunk::<32>()?;
    slot[..32].copy_from_slice(window);
    let (first, last) = (window.first_chunk()?, window.last_chunk()?);
    (!(special(first) | special(last).within(length - 16)).any()).then_some(length)
}

/// Whether a text needs no escape.
#[inline(never)]
fn is_clean(text: &[u8]) -> bool {
    !any(text, special)
}

fn letter(byte: u8) -> Option<u8> {
    Some(match byte {
        8 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        11 => b'v',
        12 => b'f',
        b'\r' => b'r',
        b'\\' => b'\\',
        _ => return None,
    })
}

/// Appends a text, escaped.
#[inline(never)]
pub(super) fn push_escaped(text: &[u8], out: &mut Vec<u8>) {
    let (mut at, mut from) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(window) = rest.first_chunk::<16>() {
            match special(window).first() {
                Some(place) => at += place,
                None => {
                    at += 16;
                    continue;
                }
            }
        }
        if let Some(letter) = text.get(at).and_then(|byte| letter(*byte)) {
            push_run(out, text, from, at);
            out.extend_from_slice(&[b'\\', letter]);
            from = at + 1;
        }
        at += 1;
    }
    push_run(out, text, from, text.len());
}

/// Escapes what stands in `out` from `mark` on.
pub(super) fn escape_tail(out: &mut Vec<u8>, mark: usize) {
    if !is_clean(out.get(mark..).unwrap_or(&[])) {
        let tail = out.split_off(mark);
        push_escaped(&tail, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_byte_anywhere_in_texts_of_any_length() {
        for length in 0..40usize {
            for place in 0..length.max(1) {
                for byte in 0..=255u8 {
                    let mut text = vec![b'x'; length];
                    for at in [place, place + 1] {
                        if let Some(it) = text.get_mut(at) {
                            *it = byte;
                        }
                    }
                    let mut expected = b"-".to_vec();
                    for byte in &text {
                        match byte {
                            8 => expected.extend(b"\\b"),
                            9 => expected.extend(b"\\t"),
                            10 => expected.extend(b"\\n"),
                            11 => expected.extend(b"\\v"),
                            12 => expected.extend(b"\\f"),
                            13 => expected.extend(b"\\r"),
                            b'\\' => expected.extend(b"\\\\"),
                            byte => expected.push(*byte),
                        }
                    }
                    for slack in [&[][..], &[b'\\'; 20], &[0xff; 20]] {
                        let data = [&text[..], slack].concat();
                        let mut out = b"-".to_vec();
                        push_escaped(&text, &mut out);
                        assert!(out.len() == length + 1 || !is_clean(&text));
                        let mut slot = [0; 64];
                        if let Some(length) = put_text(&data, 0, length, &mut slot) {
                            assert_eq!(&slot[..length], &expected[1..]);
                        }
                        assert_eq!(out, expected, "{text:?}");
                    }
                    let mut out = [b"-", &text[..]].concat();
                    escape_tail(&mut out, 1);
                    assert_eq!(out, expected, "{text:?}");
                }
            }
        }
    }
}
