//! Decimal128 to numeric and back in words of 64 bits, for the values that most columns hold: 128-bit arithmetic is a call in WebAssembly.

use super::{EXPONENT_BIAS, MAX_COEFFICIENT, NEGATIVE, POWERS};
use crate::bytes::push_run;
use crate::postgres::fit::Fit;

/// Appends the whole field (length and numeric) of a finite Decimal128 that is not zero; `None` (nothing appended) where it takes
/// [`numeric_from_decimal128`](super::numeric_from_decimal128). Same bytes, without 128-bit arithmetic (calls in WebAssembly) and in one write.
#[inline]
pub fn push_decimal128(value: &[u8; 16], typmod: Option<(u16, i16)>, out: &mut Vec<u8>) -> Option<Fit> {
    let (low, high) = (u128::from_le_bytes(*value) as u64, (u128::from_le_bytes(*value) >> 64) as u64);
    let exponent = ((high >> 49) & 0x3fff) as i32 - EXPONENT_BIAS;
    // Also refuses the other coefficient form, NaN and infinities: their exponents read as positive here.
    if !(-64..=0).contains(&exponent) {
        return None;
    }
    let above = high & ((1 << 49) - 1);
    let negative = high >> 63 != 0;
    if above != 0 {
        return push_wide(above, low, negative, exponent, typmod, out);
    }
    let (dscale, fit) = match typmod {
        None if low != 0 => (-exponent, Fit::Exact),
        _ => scale_of(low.checked_ilog10()? as i32 + 1, low % 10 != 0, exponent, typmod)?,
    };
    let shift = exponent & 3;
    if low < 10_000_000_000_000 {
        // Shifted by up to three digits it has at most sixteen: four of base 10000, in one word.
        let scaled = low * POWERS[shift as usize];
        let (upper, lower) = if scaled < 100_000_000 { (0, scaled as u32) } else { ((scaled / 100_000_000) as u32, (scaled % 100_000_000) as u32) };
        let pair = |part: u32| u64::from(part % 10_000) | u64::from(part / 10_000) << 16;
        write_digits(pair(upper) << 32 | pair(lower), exponent >> 2, dscale, negative, out);
        return Some(fit);
    }
    let mut digits = Digits::default();
    let mut rest = low;
    if shift != 0 {
        let (cut, scale) = CUTS[shift as usize];
        rest = low / cut;
        digits.push((low - rest * cut) as u32 * scale);
    }
    digits.push_all(rest);
    digits.write(exponent >> 2, dscale, negative, out);
    Some(fit)
}

/// Appends the field of at most four digits of base 10000, the lowest in the lowest 16 bits; `group` is the power of 10000 of the lowest.
/// At least one digit is not zero.
#[inline(always)]
fn write_digits(digits: u64, group: i32, dscale: i32, negative: bool, out: &mut Vec<u8>) {
    let zeros = digits.trailing_zeros() / 16;
    let digits = digits >> (16 * zeros);
    let used = 4 - digits.leading_zeros() / 16;
    let mut field = [0u8; 20];
    field[3] = 8 + 2 * used as u8;
    field[4..12].copy_from_slice(&header(used, group + (zeros + used) as i32 - 1, dscale, negative).to_be_bytes());
    // The highest digit first.
    field[12..].copy_from_slice(&(digits << (16 * (4 - used))).to_be_bytes());
    out.extend_from_slice(&field);
    out.truncate(out.len() - 8 + 2 * used as usize);
}

/// What stands before the digits: their count, weight, sign and dscale.
#[inline(always)]
fn header(used: u32, weight: i32, dscale: i32, negative: bool) -> u64 {
    let sign = if negative { u64::from(NEGATIVE) } else { 0 };
    u64::from(used) << 48 | u64::from(weight as u16) << 32 | sign << 16 | u64::from(dscale as u16)
}

/// What the lowest digits are divided and multiplied by, so that the others stand at multiples of four.
const CUTS: [(u64, u32); 4] = [(1, 1), (1_000, 10), (100, 100), (10, 1_000)];

/// The dscale of a value of `count` decimal digits, and whether it comes back as it is; `None` where it does not fit, or may not.
#[inline]
fn scale_of(count: i32, odd_end: bool, exponent: i32, typmod: Option<(u16, i16)>) -> Option<(i32, Fit)> {
    match typmod {
        None => Some((-exponent, Fit::Exact)),
        Some((precision, scale)) => {
            let (precision, scale) = (i32::from(precision), i32::from(scale));
            if -exponent > scale || count + exponent > precision - scale {
                return None;
            }
            Some((scale, if exponent == 0 || odd_end { Fit::Exact } else { Fit::Differs }))
        }
    }
}

/// [`push_decimal128`] for coefficients beyond 64 bits: `above` has the 49 higher ones.
#[inline(never)]
fn push_wide(above: u64, low: u64, negative: bool, exponent: i32, typmod: Option<(u16, i16)>, out: &mut Vec<u8>) -> Option<Fit> {
    // Long division by 10^8, twice, in limbs of 32 bits.
    let mut limbs = [(above >> 32) as u32, above as u32, (low >> 32) as u32, low as u32];
    let mut cut = || {
        let mut rest = 0u64;
        for limb in &mut limbs {
            let part = rest << 32 | u64::from(*limb);
            let quotient = part / 100_000_000;
            *limb = quotient as u32;
            rest = part - quotient * 100_000_000;
        }
        rest
    };
    let lower = cut() + cut() * 100_000_000;
    // 10^34 / 10^16 has 60 bits; what a decimal cannot hold has more, and counts as zero.
    if limbs[0] != 0 || limbs[1] != 0 {
        return None;
    }
    let upper = u64::from(limbs[2]) << 32 | u64::from(limbs[3]);
    if upper >= 1_000_000_000_000_000_000 {
        return None;
    }
    let (dscale, fit) = scale_of(17 + upper.checked_ilog10()? as i32, lower % 10 != 0, exponent, typmod)?;
    let mut digits = Digits::default();
    let shift = exponent & 3;
    let (cut, scale) = CUTS[shift as usize];
    let (mut middle, mut rest) = (lower, upper);
    if shift != 0 {
        digits.push((lower % cut) as u32 * scale);
        // 16 digits again, with the lowest ones of the upper part.
        rest = upper / cut;
        middle = lower / cut + (upper - rest * cut) * (10_000_000_000_000_000 / cut);
    }
    let (high, low) = (middle / 100_000_000, middle % 100_000_000);
    for part in [low as u32, high as u32] {
        digits.push(part % 10_000);
        digits.push(part / 10_000);
    }
    digits.push_all(rest);
    digits.write(exponent >> 2, dscale, negative, out);
    Some(fit)
}

/// Digits of base 10000, the lowest first; at most ten: 34 decimal digits, shifted by up to three.
#[derive(Default)]
struct Digits {
    words: [u64; 3],
    count: u32,
}

impl Digits {
    #[inline(always)]
    fn push(&mut self, digit: u32) {
        self.words[(self.count >> 2) as usize % 3] |= u64::from(digit) << (16 * (self.count & 3));
        self.count += 1;
    }

    /// All digits of a value.
    #[inline(always)]
    fn push_all(&mut self, mut value: u64) {
        while value >> 32 != 0 {
            let above = value / 100_000_000;
            let part = (value - above * 100_000_000) as u32;
            self.push(part % 10_000);
            self.push(part / 10_000);
            value = above;
        }
        let mut part = value as u32;
        while part > 0 {
            self.push(part % 10_000);
            part /= 10_000;
        }
    }

    /// Appends the field; `group` is the power of 10000 of the lowest digit. At least one digit is not zero.
    #[inline(always)]
    fn write(self, mut group: i32, dscale: i32, negative: bool, out: &mut Vec<u8>) {
        let [mut low, mut middle, mut high] = self.words;
        while low & 0xffff == 0 {
            low = low >> 16 | middle << 48;
            middle = middle >> 16 | high << 48;
            high >>= 16;
            group += 1;
        }
        let digits_of = |word: u64| 4 - word.leading_zeros() / 16;
        let used = if high != 0 {
            8 + digits_of(high)
        } else if middle != 0 {
            4 + digits_of(middle)
        } else {
            digits_of(low)
        };
        if used <= 4 {
            return write_digits(low, group, dscale, negative, out);
        }
        let mut field = [0u8; 12];
        field[3] = 8 + 2 * used as u8;
        field[4..].copy_from_slice(&header(used, group + used as i32 - 1, dscale, negative).to_be_bytes());
        out.extend_from_slice(&field);
        let mut all = [0u8; 40];
        all[..8].copy_from_slice(&high.to_be_bytes());
        all[8..16].copy_from_slice(&middle.to_be_bytes());
        all[16..24].copy_from_slice(&low.to_be_bytes());
        push_run(out, &all, 24 - 2 * used as usize, 24);
    }
}

/// [`decimal128_from_numeric`](super::decimal128_from_numeric) without 128-bit arithmetic where 64 bits are enough, with one multiplication beyond. `reduce`: the column
/// has a scale of its own.
#[inline]
pub fn small_decimal128(value: &[u8], reduce: bool) -> Option<[u8; 16]> {
    let header = value.first_chunk::<8>()?;
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (count, weight, sign, dscale) = (word(0) as usize, i32::from(word(2) as i16), word(4), i32::from(word(6)));
    let digits = value.get(8..)?;
    if count == 0 || digits.len() != 2 * count || sign & !NEGATIVE != 0 {
        return None;
    }
    if count > 4 {
        return wide_decimal128(digits, 4 * (weight + 1 - count as i32), dscale, sign, reduce);
    }
    let mut coefficient = 0u64;
    for pair in digits.chunks_exact(2) {
        let digit = u64::from(u16::from_be_bytes([pair[0], pair[1]]));
        if digit > 9_999 {
            return None;
        }
        coefficient = coefficient * 10_000 + digit;
    }
    let mut exponent = 4 * (weight + 1 - count as i32);
    let wanted = if reduce { exponent.min(0) } else { -dscale };
    if exponent > wanted {
        let power = *POWERS.get((exponent - wanted) as usize)?;
        coefficient = coefficient.checked_mul(power)?;
    } else if exponent < wanted {
        // The divisors that occur, as constants: those are not divided by.
        let (quotient, power) = match wanted - exponent {
            1 => (coefficient / 10, 10),
            2 => (coefficient / 100, 100),
            3 => (coefficient / 1_000, 1_000),
            more => {
                let power = *POWERS.get(more as usize)?;
                (coefficient / power, power)
            }
        };
        if quotient * power != coefficient {
            return None;
        }
        coefficient = quotient;
    }
    exponent = wanted;
    while reduce && exponent < 0 && coefficient % 10 == 0 && coefficient != 0 {
        coefficient /= 10;
        exponent += 1;
    }
    if coefficient == 0 || !(-EXPONENT_BIAS..=0).contains(&exponent) {
        return None;
    }
    let high = (((exponent + EXPONENT_BIAS) as u64) << 49) | (u64::from(sign >> 14) << 63);
    Some((u128::from(coefficient) | (u128::from(high) << 64)).to_le_bytes())
}

/// [`small_decimal128`] for five to nine digits; `exponent` is the power of ten of the last one.
#[inline(never)]
fn wide_decimal128(digits: &[u8], exponent: i32, dscale: i32, sign: u16, reduce: bool) -> Option<[u8; 16]> {
    let word = |pairs: &[u8]| {
        pairs.chunks_exact(2).try_fold(0u64, |word, pair| {
            let digit = u64::from(u16::from_be_bytes([pair[0], pair[1]]));
            (digit <= 9_999 && word < 1_844_000_000_000_000).then(|| word * 10_000 + digit)
        })
    };
    let (before, last) = digits.split_at_checked(digits.len().checked_sub(8)?)?;
    let (upper, mut lower) = (word(before)?, word(last)?);
    let mut dropped = if reduce { 0 } else { -dscale - exponent };
    if reduce {
        while dropped < 3 && exponent + dropped < 0 && (lower / POWERS[dropped as usize]) % 10 == 0 {
            dropped += 1;
        }
        if exponent + dropped < 0 && (lower / POWERS[dropped as usize]) % 10 == 0 || exponent > 0 {
            return None;
        }
    }
    if !(0..=3).contains(&dropped) {
        return None;
    }
    let power = POWERS[dropped as usize];
    let kept = lower / power;
    if kept * power != lower {
        return None;
    }
    lower = kept;
    let coefficient = u128::from(upper) * u128::from(POWERS[16 - dropped as usize]) + u128::from(lower);
    let exponent = exponent + dropped;
    if coefficient == 0 || coefficient > MAX_COEFFICIENT || !(-EXPONENT_BIAS..=0).contains(&exponent) {
        return None;
    }
    Some((coefficient | (((exponent + EXPONENT_BIAS) as u128) << 113) | u128::from(sign >> 14) << 127).to_le_bytes())
}
