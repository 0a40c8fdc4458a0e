//! Decimal digits without a table and without a loop: four or eight at once, in the bytes of a word.

use super::slot::Slot;

const ZEROS: u32 = 0x3030_3030;
const WIDE_ZEROS: u64 = 0x3030_3030_3030_3030;

/// Two digits of a number below 100.
#[inline(always)]
pub(super) fn two(value: u32) -> [u8; 2] {
    let tens = (value * 103) >> 10;
    [b'0' + tens as u8, b'0' + (value - 10 * tens) as u8]
}

/// Four digits of a number below 10 000.
#[inline(always)]
pub(super) fn four(value: u32) -> [u8; 4] {
    let hundreds = (value * 5_243) >> 19;
    let pairs = hundreds | (value - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f;
    ((tens | (pairs - 10 * tens) << 8) + ZEROS).to_le_bytes()
}

/// Eight digits of a number below 100 000 000; the first is the lowest byte, each is its value.
#[inline(always)]
fn eight(value: u32) -> u64 {
    let high = value / 10_000;
    quads(high, value - 10_000 * high)
}

/// The same of two numbers below 10 000.
#[inline(always)]
fn quads(high: u32, low: u32) -> u64 {
    let quads = u64::from(high) | u64::from(low) << 32;
    let hundreds = ((quads * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | (quads - 100 * hundreds) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - 10 * tens) << 8
}

/// Eight digits of two numbers below 10 000; larger ones count as 9999.
#[inline(always)]
pub(super) fn four_and_four(high: u32, low: u32) -> [u8; 8] {
    (quads(high.min(9_999), low.min(9_999)) | WIDE_ZEROS).to_le_bytes()
}

/// Millionths as six digits (and two zeros), and how many of them are left without trailing zeros.
#[inline(always)]
pub(super) fn fraction_digits(millionths: u32) -> ([u8; 8], usize) {
    let digits = eight(millionths * 100);
    ((digits | WIDE_ZEROS).to_le_bytes(), 8 - digits.leading_zeros() as usize / 8)
}

/// Appends a number below 100 000 000 without leading zeros.
#[inline(always)]
fn push_short(value: u32, out: &mut Vec<u8>) {
    let (digits, length) = whole_digits(value);
    out.extend_from_slice(&digits);
    out.truncate(out.len() - 8 + length);
}

/// The digits of a number below 100 000 000 without leading zeros, and how many they are.
#[inline(always)]
pub(super) fn whole_digits(value: u32) -> ([u8; 8], usize) {
    let digits = eight(value);
    // The last digit is never left out.
    let skipped = (digits | 1 << 56).trailing_zeros() / 8;
    (((digits | WIDE_ZEROS) >> (8 * skipped)).to_le_bytes(), 8 - skipped as usize)
}

/// Writes a number of up to eight digits with its sign, and gives the length.
#[inline(always)]
pub(super) fn put_signed(value: i64, slot: &mut Slot) -> Option<usize> {
    let size = u32::try_from(value.unsigned_abs()).ok().filter(|size| *size < 100_000_000)?;
    let (digits, length) = whole_digits(size);
    let sign = usize::from(value < 0);
    slot[0] = b'-';
    slot[sign..sign + 8].copy_from_slice(&digits);
    Some(sign + length)
}

#[inline(always)]
fn push_eight(value: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&(eight(value) | WIDE_ZEROS).to_le_bytes());
}

/// Appends a number.
#[inline(always)]
pub(super) fn push_unsigned(value: u64, out: &mut Vec<u8>) {
    if value < 100_000_000 {
        push_short(value as u32, out);
    } else {
        push_large(value, out);
    }
}

#[inline(never)]
fn push_large(value: u64, out: &mut Vec<u8>) {
    let above = value / 100_000_000;
    let low = (value - above * 100_000_000) as u32;
    if above < 100_000_000 {
        push_short(above as u32, out);
    } else {
        let top = above / 100_000_000;
        push_short(top as u32, out);
        push_eight((above - top * 100_000_000) as u32, out);
    }
    push_eight(low, out);
}

/// Appends a number with its sign.
#[inline(always)]
pub(super) fn push_signed(value: i64, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    push_unsigned(value.unsigned_abs(), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_short_number_and_the_edges_of_long_ones() {
        for value in 0..10_000u32 {
            assert_eq!(four(value), format!("{value:04}").as_bytes());
            if value < 100 {
                assert_eq!(two(value), format!("{value:02}").as_bytes());
            }
            // Every group of four beside every kind of neighbour.
            for number in [value * 10_000 + 9_999, value * 10_000, 99_990_000 + value] {
                assert_eq!((eight(number) | WIDE_ZEROS).to_le_bytes(), format!("{number:08}").as_bytes());
            }
        }
        let powers = (0..20).map(|power| 10u64.pow(power));
        for value in powers.flat_map(|power| [power - 1, power, power + 1]).chain([u64::MAX, i64::MAX as u64, 1 << 63, 12_345_678_901_234_567_890]) {
            let mut out = b"=".to_vec();
            push_unsigned(value, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), format!("={value}"));
            for signed in [value as i64, (value as i64).wrapping_neg()] {
                let mut out = Vec::new();
                push_signed(signed, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), signed.to_string());
                let mut slot = [0; 64];
                let length = put_signed(signed, &mut slot);
                assert_eq!(length.is_some(), signed.unsigned_abs() < 100_000_000);
                assert_eq!(&slot[..length.unwrap_or(0)], if length.is_some() { signed.to_string() } else { String::new() }.as_bytes());
            }
        }
    }
}
