//! `numeric` as `numeric_out` prints it: base-10000 digits straight to text, with the display scale.

use super::digits::four;

const NEGATIVE: u16 = 0x4000;
const MAX_SCALE: usize = 0x3fff;

/// Appends a numeric; `None` where the bytes are not a numeric's.
#[inline]
pub(crate) fn push_numeric(value: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let header = value.first_chunk::<8>()?;
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (count, weight, sign, scale) = (usize::from(word(0)), i32::from(word(2) as i16), word(4), usize::from(word(6)));
    let digits = value.get(8..)?;
    if digits.len() != 2 * count {
        return None;
    }
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
    if weight < 0 || count == 0 {
        out.push(b'0');
        gap = if count == 0 { scale } else { (-1 - weight) as usize };
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
    use super::push_numeric;

    fn shown(count: i16, weight: i16, sign: u16, scale: u16, digits: &[u16]) -> Option<String> {
        let head = [count as u16, weight as u16, sign, scale];
        let bytes: Vec<u8> = head.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect();
        let mut out = Vec::new();
        push_numeric(&bytes, &mut out)?;
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
        assert_eq!(shown(1, 0, 0x4000, 0, &[5]).unwrap(), "-5");
        assert_eq!(shown(0, 0, 0xc000, 0, &[]).unwrap(), "NaN");
        assert_eq!(shown(0, 0, 0xd000, 32, &[]).unwrap(), "Infinity");
        assert_eq!(shown(0, 0, 0xf000, 32, &[]).unwrap(), "-Infinity");
        assert_eq!(of(32_767, 0, &[1]).len(), 4 * 32_767 + 1);
        assert_eq!(of(0, 16_383, &[1]).len(), 16_385);
    }

    #[test]
    fn what_is_no_numeric() {
        for (count, sign, scale, digits) in [(1, 0, 0, &[10_000u16][..]), (2, 0, 0, &[1]), (-1, 0, 0, &[]), (0, 0x8000, 0, &[]), (0, 0, 0x4000, &[]), (2, 0, 4, &[1, 10_000])] {
            assert_eq!(shown(count, 0, sign, scale, digits), None);
        }
        assert_eq!(push_numeric(&[0; 7], &mut Vec::new()), None);
    }
}
