//! What JSON text is made of below its values: white space, digits, and the plain runs of strings, a word at a time.

use crate::lanes::Lanes;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Where in a window of a string's characters something else than plain ASCII stands: its quote, as a rule.
#[inline(always)]
pub(super) fn ends(window: &[u8; 16]) -> Option<usize> {
    let lanes = Lanes::of(window);
    // The quote changes places with the space: it and the control characters are then all that is below 0x21.
    (lanes.turned(0x02).outside(0x20) | lanes.equal(b'\\')).first()
}

/// The lowest bit that is set is in the first byte that is a quote, a backslash, or a control character.
#[inline(always)]
fn marks(word: u64) -> u64 {
    // The quote changes places with the space: it and the control characters are then all that is below 0x21.
    let low = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let slash = (word ^ (ONES * 0x5c)).wrapping_sub(ONES);
    (low | slash) & !word & HIGH
}

/// Where something else than white space stands, from `at` on.
#[inline(always)]
pub(super) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        // Nearly always there is none.
        if *byte > b' ' || !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

/// The end of the digits that stand at `at`, which are added to `mantissa` (it may wrap). One by one: that is foreseen well, while where
/// a word's digits end must be waited for.
#[inline(always)]
pub(super) fn digits(text: &[u8], mut at: usize, mantissa: &mut u64) -> usize {
    while let Some(byte @ b'0'..=b'9') = text.get(at) {
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        at += 1;
    }
    at
}

/// Where the next quote, backslash or control character stands, from `at` on. What it went by is or-ed into `seen`, with
/// maybe some bytes behind.
#[inline(always)]
pub(super) fn run(text: &[u8], at: usize, seen: &mut u64) -> Option<usize> {
    let mut rest = text.get(at..)?;
    while let Some((window, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*window);
        *seen |= word;
        let marks = marks(word);
        if marks != 0 {
            return Some(text.len() - rest.len() + marks.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    last_run(text, text.len() - rest.len(), seen)
}

/// The same for the last few bytes of the text.
#[inline(never)]
fn last_run(text: &[u8], at: usize, seen: &mut u64) -> Option<usize> {
    let rest = text.get(at..)?;
    *seen |= rest.iter().fold(0, |all, byte| all | u64::from(*byte));
    Some(at + rest.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\')?)
}

/// Was one of the bytes that were or-ed together not ASCII?
#[inline(always)]
pub(super) fn beyond_ascii(seen: u64) -> bool {
    seen & HIGH != 0
}
