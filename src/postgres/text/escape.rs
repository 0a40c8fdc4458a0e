//! COPY's escapes: `\b \t \n \v \f \r \\`. Most text has none of them and is copied whole.

use super::room::room;
use super::slot::Slot;
use crate::lanes::{find, put_unmarked, Lanes, Marks, FEW_WINDOWS};

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

/// Writes a text of any length and a separator at `at`, and gives where that ends.
#[inline(never)]
pub(super) fn put_escaped(text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    if text.len() <= FEW_WINDOWS {
        if let Some((separator, place)) = room(at, text.len() + 1, out).split_last_mut() {
            *separator = b'\t';
            if put_unmarked(place, text, special) {
                return at + text.len() + 1;
            }
        }
    }
    put_long(text, at, out)
}

/// The same: looks for the next byte that needs an escape, copies what is before it, goes on behind it.
#[inline(never)]
fn put_long(text: &[u8], mut at: usize, out: &mut Vec<u8>) -> usize {
    let mut from = 0;
    loop {
        let next = find(text, from, special);
        let run = text.get(from..next.unwrap_or(text.len())).unwrap_or_default();
        let place = room(at, run.len() + 2, out);
        let (copied, behind) = place.split_at_mut(run.len().min(place.len()));
        copied.copy_from_slice(run);
        at += run.len();
        let Some(byte) = next.and_then(|next| text.get(next)) else {
            behind.fill(b'\t');
            return at + 1;
        };
        let escape = letter(*byte);
        behind.copy_from_slice(&escape.map_or([*byte, 0], |letter| [b'\\', letter]));
        at += 1 + usize::from(escape.is_some());
        from += run.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_byte_anywhere_in_texts_of_any_length() {
        for length in (0..40usize).chain([63, 64, 65, 80, 96, 97, 130]) {
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
                        let end = put_escaped(&data[..length], 1, &mut out);
                        let mut slot = [0; 64];
                        if let Some(length) = put_text(&data, 0, length, &mut slot) {
                            assert_eq!(&slot[..length], &expected[1..]);
                        }
                        assert_eq!(out[..end], [&expected[..], b"\t"].concat(), "{text:?}");
                    }
                }
            }
        }
    }
}
