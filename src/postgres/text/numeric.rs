//! `numeric` as `numeric_out` prints it: base-10000 digits straight to text, with the display scale.

use super::digits::{four, four_and_four};
use super::slot::Slot;

const NEGATIVE: u16 = 0x4000;
const MAX_SCALE: usize = 0x3fff;
const SHORT_WEIGHT: i32 = 3;
const SHORT_SCALE: usize = 24;
/// As many pairs of groups as such numbers have, and one of slack.
const SHORT_PAIRS: usize = 6;

/// The four words before the digits, and the digits.
#[inline(always)]
fn parts(value: &[u8]) -> Option<(usize, i32, u16, usize, &[u8])> {
    let header = value.first_chunk::<8>()?;
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (count, weight, sign, scale) = (usize::from(word(0)), i32::from(word(2) as i16), word(4), usize::from(word(6)));
    let digits = value.get(8..)?;
    (digits.len() == 2 * count).then_some((count, weight, sign, scale, digits))
}

/// Appends a numeric; `None` where the bytes are not a numeric's.
#[inline(never)]
pub(crate) fn push_numeric(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (_, weight, sign, scale, digits) = parts(value)?;
    if sign & !NEGATIVE != 0 {
        out.extend_from_slice(match sign {
            0xc000 => &b"NaN"[..],
            0xd000 => b"Infinity",
            0xf000 => b"-Infinity",
            _ => return None,
        });
        return Some(());
    }
    if scale > MAX_SCALE {
        return None;
    }
    if sign == NEGATIVE {
        out.push(b'-');
    }
    push_digits(digits, weight, scale, out)
}

/// Writes a number below 10^16 with up to 24 decimals, which nearly all are, and gives its length: all digits first, then the parts of
/// them before and behind the point.
#[inline(always)]
pub(super) fn put_numeric(value: &[u8], slot: &mut Slot) -> Option<usize> {
    let (count, weight, sign, scale, groups) = parts(value)?;
    if !(1..=2 * SHORT_PAIRS).contains(&count) || !(-1..=SHORT_WEIGHT).contains(&weight) || scale > SHORT_SCALE || sign & !NEGATIVE != 0 {
        return None;
    }
    // What no group says is zero.
    let mut digits = [b'0'; 8 * SHORT_PAIRS];
    let mut odd = false;
    let mut pairs = groups.chunks_exact(4);
    for (place, pair) in digits.chunks_exact_mut(8).zip(&mut pairs) {
        let (high, low) = (u32::from(u16::from_be_bytes([pair[0], pair[1]])), u32::from(u16::from_be_bytes([pair[2], pair[3]])));
        odd |= high > 9_999 || low > 9_999;
        place.copy_from_slice(&four_and_four(high, low));
    }
    if let [high, low] = *pairs.remainder() {
        let last = u32::from(u16::from_be_bytes([high, low]));
        odd |= last > 9_999;
        let at = (2 * groups.len()).saturating_sub(4);
        digits.get_mut(at..at + 4)?.copy_from_slice(&four(last.min(9_999)));
    }
    if odd {
        return None;
    }
    let mut at = usize::from(sign == NEGATIVE);
    slot[0] = b'-';
    let whole = 4 * (weight + 1) as usize;
    if whole == 0 {
        slot[at] = b'0';
        at += 1;
    } else {
        let skipped = leading_zeros([digits[0], digits[1], digits[2], digits[3]]);
        slot[at..at + 16].copy_from_slice(digits.get(skipped..skipped + 16)?);
        at += whole - skipped;
    }
    if scale > 0 {
        let place = slot.get_mut(at..at + 25)?;
        place[0] = b'.';
        place[1..].copy_from_slice(digits.get(whole..whole + 24)?);
        at += 1 + scale;
    }
    Some(at)
}

fn push_digits(digits: &[u8], weight: i32, scale: usize, out: &mut Vec<u8>) -> Option<()> {
    let mut groups = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => u32::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    });
    let mut next = || match groups.next() {
        Some(group) if group > 9_999 => None,
        group => Some(four(group.unwrap_or(0))),
    };
    // Zero groups between the point and the first digit.
    let mut gap = 0;
    if weight < 0 || digits.is_empty() {
        out.push(b'0');
        gap = if digits.is_empty() { scale } else { (-1 - weight) as usize };
    } else {
        let first = next()?;
        let skipped = leading_zeros(first);
        out.extend_from_slice(&(u32::from_le_bytes(first) >> (8 * skipped)).to_le_bytes());
        out.truncate(out.len() - skipped);
        for _ in 0..weight {
            out.extend_from_slice(&next()?);
        }
    }
    if scale > 0 {
        out.push(b'.');
        let end = out.len() + scale;
        while out.len() < end {
            if gap > 0 {
                gap -= 1;
                out.extend_from_slice(b"0000");
            } else {
                out.extend_from_slice(&next()?);
            }
        }
        out.truncate(end);
    }
    Some(())
}

/// How many of the four digits are leading zeros; the last one never is.
fn leading_zeros(digits: [u8; 4]) -> usize {
    ((u32::from_le_bytes(digits) ^ 0x3030_3030) | 1 << 24).trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::{push_numeric, put_numeric};

    fn shown(count: i16, weight: i16, sign: u16, scale: u16, digits: &[u16]) -> Option<String> {
        let head = [count as u16, weight as u16, sign, scale];
        let bytes: Vec<u8> = head.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect();
        let mut out = Vec::new();
        push_numeric(&bytes, &mut out)?;
        let mut slot = [0; 64];
        if let Some(length) = put_numeric(&bytes, &mut slot) {
            assert_eq!(slot[..length], out);
        }
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn edges() {
        let of = |weight, scale, digits: &[u16]| shown(digits.len() as i16, weight, 0, scale, digits).unwrap();
        assert_eq!(of(0, 0, &[]), "0");
        assert_eq!(of(0, 2, &[]), "0.00");
        assert_eq!(of(0, 9, &[]), "0.000000000");
        assert_eq!(of(0, 2, &[12, 5_000]), "12.50");
        assert_eq!(of(1, 0, &[1]), "10000");
        assert_eq!(of(2, 5, &[9_999]), "999900000000.00000");
        assert_eq!(of(1, 4, &[9_999, 0, 1]), "99990000.0001");
        assert_eq!(of(-1, 1, &[1_000]), "0.1");
        assert_eq!(of(-1, 4, &[1]), "0.0001");
        assert_eq!(of(-2, 8, &[12]), "0.00000012");
        assert_eq!(of(-3, 9, &[1_200]), "0.000000001", "cut at the scale, as numeric_out does");
        assert_eq!(of(0, 1, &[7, 4_321]), "7.4");
        assert_eq!(of(0, 24, &[7]), "7.000000000000000000000000");
        assert_eq!(of(0, 25, &[7]), "7.0000000000000000000000000");
        assert_eq!(of(3, 24, &[9_999, 1, 0, 10, 1_234, 5_678, 9_012, 3_456, 7_890, 1_234]), "9999000100000010.123456789012345678901234");
        assert_eq!(of(4, 1, &[1, 0, 0, 0, 10, 1_234]), "10000000000000010.1");
        assert_eq!(of(3, 2, &[100]), "100000000000000.00");
        assert_eq!(shown(1, 0, 0x4000, 0, &[5]).unwrap(), "-5");
        assert_eq!(shown(0, 0, 0xc000, 0, &[]).unwrap(), "NaN");
        assert_eq!(shown(0, 0, 0xd000, 32, &[]).unwrap(), "Infinity");
        assert_eq!(shown(0, 0, 0xf000, 32, &[]).unwrap(), "-Infinity");
        assert_eq!(of(32_767, 0, &[1]).len(), 4 * 32_767 + 1);
        assert_eq!(of(0, 16_383, &[1]).len(), 16_385);
    }

    #[test]
    fn what_is_no_numeric() {
        for (count, sign, scale, digits) in [(1, 0, 0, &[10_000u16][..]), (2, 0, 0, &[1]), (-1, 0, 0, &[]), (0, 0x8000, 0, &[]), (0, 0, 0x4000, &[]), (2, 0, 4, &[1, 10_000]), (2, 0, 60, &[1, 10_000])] {
            assert_eq!(shown(count, 0, sign, scale, digits), None);
        }
        assert_eq!(push_numeric(&[0; 7], &mut Vec::new()), None);
    }
}
