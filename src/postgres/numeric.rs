//! PostgreSQL's binary `numeric` and IEEE Decimal128 (BID, as BSON has it): base-10000 digits here, a 34-digit coefficient there.
//!
//! Layout of a numeric: `int16` digit count, weight, sign, dscale, then the digits; leading and trailing zero digits are stripped.

use super::fit::Fit;
use crate::bytes::push_run;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;
const MAX_COEFFICIENT: u128 = 10u128.pow(34) - 1;
const EXPONENT_BIAS: i32 = 6176;
const MAX_EXPONENT: i32 = 6111;

/// Why a numeric has no Decimal128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumericFault {
    /// More than 34 significant digits, or an exponent out of range.
    TooManyDigits,
    /// Not a numeric's bytes.
    Malformed,
}

/// NaN or an infinity, as `numeric_send` writes it: infinities claim 32 decimals.
fn special(sign: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&[0, if sign >= INFINITY { 32 } else { 0 }]);
}

fn trailing_zeros(coefficient: u128) -> i32 {
    let mut count = 0;
    if let Ok(mut small) = u64::try_from(coefficient) {
        while small != 0 && small % 10 == 0 {
            small /= 10;
            count += 1;
        }
        return count;
    }
    let mut coefficient = coefficient;
    while coefficient % 10 == 0 {
        coefficient /= 10;
        count += 1;
    }
    count
}

fn digit_count(coefficient: u128) -> i32 {
    coefficient.checked_ilog10().map_or(0, |log| log as i32 + 1)
}

/// Whether `coefficient × 10^exponent` fits `numeric(p,s)` without rounding; if so, its dscale.
fn fits(coefficient: u128, exponent: i32, typmod: Option<(u16, i16)>) -> Option<u16> {
    match typmod {
        None => u16::try_from((-exponent).max(0)).ok().filter(|scale| *scale <= 16_383),
        Some((precision, scale)) => {
            let scale = i32::from(scale);
            let lowest = exponent + trailing_zeros(coefficient);
            let integer_digits = digit_count(coefficient) + exponent;
            (coefficient == 0 || (lowest >= -scale && integer_digits <= i32::from(precision) - scale)).then_some(scale.max(0) as u16)
        }
    }
}

/// Writes `±coefficient × 10^exponent` with `dscale`.
fn write(negative: bool, coefficient: u128, exponent: i32, dscale: u16, out: &mut Vec<u8>) {
    if coefficient == 0 {
        special(POSITIVE, out);
        let end = out.len();
        if let Some(place) = out.get_mut(end - 2..) {
            place.copy_from_slice(&dscale.to_be_bytes());
        }
        return;
    }
    // Shift so that the exponent is a multiple of 4: the base-10000 digits then stand at fixed places.
    let shift = exponent.rem_euclid(4);
    let mut group = (exponent - shift) / 4;
    let mut digits = [0u16; 10];
    let mut count = 0;
    // Low digit first. The first digit takes the 4 - shift lowest decimal digits.
    let mut rest = coefficient;
    if shift != 0 {
        let (cut, scale) = [(1_000u16, 10u16), (100, 100), (10, 1_000)][shift as usize - 1];
        let low = if let Ok(small) = u64::try_from(coefficient) {
            rest = u128::from(small / u64::from(cut));
            (small % u64::from(cut)) as u16
        } else {
            rest = coefficient / u128::from(cut);
            (coefficient % u128::from(cut)) as u16
        };
        digits[count] = low * scale;
        count += 1;
    }
    // At most one more division of 128 bits: those are slow, in WebAssembly above all.
    let mut low = rest as u64;
    if rest > u128::from(u64::MAX) {
        const LIMB: u128 = 10u128.pow(16);
        low = (rest % LIMB) as u64;
        for _ in 0..4 {
            digits[count] = (low % 10_000) as u16;
            low /= 10_000;
            count += 1;
        }
        low = (rest / LIMB) as u64;
    }
    while low > 0 {
        digits[count] = (low % 10_000) as u16;
        low /= 10_000;
        count += 1;
    }
    let mut from = 0;
    while from < count && digits[from] == 0 {
        from += 1;
        group += 1;
    }
    while count > from && digits[count - 1] == 0 {
        count -= 1;
    }
    let used = count - from;
    let weight = group + used as i32 - 1;
    out.extend_from_slice(&(used as i16).to_be_bytes());
    out.extend_from_slice(&(weight as i16).to_be_bytes());
    out.extend_from_slice(&(if negative { NEGATIVE } else { POSITIVE }).to_be_bytes());
    out.extend_from_slice(&dscale.to_be_bytes());
    for digit in digits[from..count].iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

/// A Decimal128 as numeric. `typmod`: precision and scale; without it the scale of the value is kept.
pub fn numeric_from_decimal128(value: &[u8; 16], typmod: Option<(u16, i16)>, out: &mut Vec<u8>) -> Fit {
    let bits = u128::from_le_bytes(*value);
    let high = (bits >> 112) as u16;
    if high & 0x7800 == 0x7800 {
        let sign = match (high, bits << 16) {
            (0x7c00, 0) => NAN,
            (0x7800, 0) if typmod.is_none() => INFINITY,
            (0xf800, 0) if typmod.is_none() => MINUS_INFINITY,
            _ => return Fit::Misfit,
        };
        special(sign, out);
        return Fit::Exact;
    }
    // The other form has coefficients beyond 10^34, which count as zero.
    if high & 0x6000 == 0x6000 {
        return Fit::Misfit;
    }
    let exponent = i32::from((high >> 1) & 0x3fff) - EXPONENT_BIAS;
    let coefficient = bits & ((1 << 113) - 1);
    let negative = high & 0x8000 != 0;
    if coefficient > MAX_COEFFICIENT || (coefficient == 0 && negative) {
        return Fit::Misfit;
    }
    let Some(dscale) = fits(coefficient, exponent, typmod) else { return Fit::Misfit };
    write(negative, coefficient, exponent, dscale, out);
    let comes_back = match typmod {
        None => exponent <= 0 && (coefficient != 0 || exponent >= -16_383),
        Some(_) => reduced(coefficient, exponent),
    };
    if comes_back {
        Fit::Exact
    } else {
        Fit::Differs
    }
}

/// Appends the whole field (length and numeric) of a finite Decimal128 that is not zero; `None` (nothing appended) where it takes
/// [`numeric_from_decimal128`]. Same bytes, without 128-bit arithmetic (calls in WebAssembly) and in one write.
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

/// No trailing zeros in the fraction, no exponent above zero.
fn reduced(coefficient: u128, exponent: i32) -> bool {
    exponent == 0 || (exponent < 0 && coefficient != 0 && trailing_zeros(coefficient) == 0)
}

/// A numeric taken apart: sign, coefficient, exponent (of the last base-10000 digit), dscale.
struct Parts {
    negative: bool,
    digits: Vec<u16>,
    /// Power of ten of the last digit.
    exponent: i32,
    dscale: i32,
    special: Option<u16>,
}

fn parts(value: &[u8]) -> Option<Parts> {
    let word = |at: usize| value.get(at..at + 2).and_then(|b| b.try_into().ok()).map(u16::from_be_bytes);
    let (count, weight, sign, dscale) = (word(0)? as usize, i32::from(word(2)? as i16), word(4)?, i32::from(word(6)?));
    if value.len() != 8 + 2 * count {
        return None;
    }
    let digits: Vec<u16> = (0..count).filter_map(|index| word(8 + 2 * index)).collect();
    if digits.iter().any(|digit| *digit > 9_999) {
        return None;
    }
    let special = match sign {
        POSITIVE | NEGATIVE => None,
        NAN | INFINITY | MINUS_INFINITY => Some(sign),
        _ => return None,
    };
    Some(Parts { negative: sign == NEGATIVE, exponent: 4 * (weight + 1 - count as i32), digits, dscale, special })
}

/// The coefficient and exponent without trailing zeros; `None` beyond 34 digits.
fn coefficient(parts: &Parts) -> Option<(u128, i32)> {
    let mut exponent = parts.exponent;
    // Ten base-10000 digits can exceed 34 decimal ones; the tail is cut to its significant part first.
    let mut digits = parts.digits.as_slice();
    while let [rest @ .., 0] = digits {
        digits = rest;
        exponent += 4;
    }
    let Some((&last, before)) = digits.split_last() else { return Some((0, 0)) };
    if before.len() > 9 {
        return None;
    }
    // Four digits at a time: multiplications of 128 bits are calls in WebAssembly.
    let mut coefficient = 0u128;
    for part in before.chunks(4) {
        let value = part.iter().fold(0u64, |value, digit| value * 10_000 + u64::from(*digit));
        coefficient = coefficient * u128::from(POWERS[4 * part.len()]) + u128::from(value);
    }
    // Only the last digit can end in zeros.
    let (mut last, mut zeros) = (last, 0);
    while last % 10 == 0 {
        last /= 10;
        zeros += 1;
    }
    let coefficient = coefficient.checked_mul(u128::from(POWERS[4 - zeros]))?.checked_add(u128::from(last))?;
    (coefficient <= MAX_COEFFICIENT).then_some((coefficient, exponent + zeros as i32))
}

fn raise(coefficient: u128, from: i32, to: i32) -> Option<u128> {
    let raised = coefficient.checked_mul(10u128.checked_pow(u32::try_from(from - to).ok()?)?)?;
    (raised <= MAX_COEFFICIENT).then_some(raised)
}

/// A numeric as Decimal128: with its scale where the column has none of its own, reduced where it has.
///
/// # Errors
/// [`NumericFault`].
pub fn decimal128_from_numeric(value: &[u8], typmod: Option<(u16, i16)>) -> Result<[u8; 16], NumericFault> {
    if let Some(bytes) = small_decimal128(value, typmod.is_some()) {
        return Ok(bytes);
    }
    let parts = parts(value).ok_or(NumericFault::Malformed)?;
    if let Some(special) = parts.special {
        let high: u16 = match special {
            NAN => 0x7c00,
            INFINITY => 0x7800,
            _ => 0xf800,
        };
        return Ok((u128::from(high) << 112).to_le_bytes());
    }
    let (coefficient, exponent) = coefficient(&parts).ok_or(NumericFault::TooManyDigits)?;
    let wanted = if typmod.is_some() { exponent.min(0) } else { -parts.dscale };
    let (coefficient, exponent) = if coefficient == 0 {
        (0, if typmod.is_some() { 0 } else { wanted })
    } else if exponent >= wanted {
        match raise(coefficient, exponent, wanted) {
            Some(raised) => (raised, wanted),
            None => raise(coefficient, exponent, exponent.min(0)).map_or((coefficient, exponent), |raised| (raised, exponent.min(0))),
        }
    } else {
        (coefficient, exponent)
    };
    let (coefficient, exponent) = if exponent > MAX_EXPONENT { raise(coefficient, exponent, MAX_EXPONENT).map_or((coefficient, exponent), |raised| (raised, MAX_EXPONENT)) } else { (coefficient, exponent) };
    if !(-EXPONENT_BIAS..=MAX_EXPONENT).contains(&exponent) {
        return Err(NumericFault::TooManyDigits);
    }
    let mut bits = coefficient | (((exponent + EXPONENT_BIAS) as u128) << 113);
    if parts.negative && coefficient != 0 {
        bits |= 1 << 127;
    }
    Ok(bits.to_le_bytes())
}

const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut index = 1;
    while index < 20 {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// [`decimal128_from_numeric`] without 128-bit arithmetic where 64 bits are enough, with one multiplication beyond. `reduce`: the column
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

/// An integer as numeric; false where it does not fit.
pub fn numeric_from_i64(value: i64, typmod: Option<(u16, i16)>, out: &mut Vec<u8>) -> bool {
    let coefficient = u128::from(value.unsigned_abs());
    match fits(coefficient, 0, typmod) {
        Some(dscale) => {
            write(value < 0, coefficient, 0, dscale, out);
            true
        }
        None => false,
    }
}

/// A double's shortest decimal as (negative, coefficient, exponent).
fn shortest(value: f64) -> Option<(bool, u128, i32)> {
    if !value.is_finite() || (value == 0.0 && value.is_sign_negative()) {
        return None;
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once('e').map_or((text, 0), |(m, e)| (m, e.parse().unwrap_or(0)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let coefficient: u128 = format!("{whole}{fraction}").parse().ok()?;
    Some((negative, coefficient, exponent - fraction.len() as i32))
}

/// A double as the numeric of its shortest round-trip decimal; false for NaN, ±Infinity, -0, and what does not fit.
pub fn numeric_from_f64(value: f64, typmod: Option<(u16, i16)>, out: &mut Vec<u8>) -> bool {
    let Some((negative, coefficient, exponent)) = shortest(value) else { return false };
    match fits(coefficient, exponent, typmod) {
        Some(dscale) => {
            write(negative, coefficient, exponent, dscale, out);
            true
        }
        None => false,
    }
}

/// The value as an integer, where it is one in range.
pub fn i64_from_numeric(value: &[u8]) -> Option<i64> {
    let parts = parts(value)?;
    if parts.special.is_some() {
        return None;
    }
    let (coefficient, exponent) = coefficient(&parts)?;
    let whole = if exponent < 0 { return None } else { raise(coefficient, exponent, 0)? };
    let whole = i128::try_from(whole).ok()?;
    i64::try_from(if parts.negative { -whole } else { whole }).ok()
}

/// The double whose shortest decimal is this value, where there is one.
pub fn f64_from_numeric(value: &[u8]) -> Option<f64> {
    let parts = parts(value)?;
    if parts.special.is_some() {
        return None;
    }
    let (coefficient, exponent) = coefficient(&parts)?;
    let sign = if parts.negative { "-" } else { "" };
    let number: f64 = format!("{sign}{coefficient}e{exponent}").parse().ok()?;
    let (negative, back, back_exponent) = shortest(number)?;
    let zeros = trailing_zeros(back);
    let same = back / 10u128.checked_pow(zeros as u32)? == coefficient && (coefficient == 0 || back_exponent + zeros == exponent) && negative == parts.negative;
    same.then_some(number)
}

/// The value as PostgreSQL prints it; false where the bytes are not a numeric's.
pub fn numeric_to_text(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mark = out.len();
    let written = super::text::push_numeric(value, out).is_some();
    if !written {
        out.truncate(mark);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of every length, with zeros at both ends of their digits.
    fn coefficients() -> impl Iterator<Item = u128> {
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        (0..60_000).map(move |round| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let wide = u128::from(state) * u128::from(state.rotate_left(29) | 1);
            let kept = wide % 10u128.pow(1 + (state >> 7) as u32 % 34);
            let zeros = 10u128.pow(round % 5 * 3 % 17);
            (kept / zeros * zeros).max(u128::from(round % 2))
        })
    }

    #[test]
    fn quick_decimals_are_what_the_slow_way_says() {
        let typmods = [None, Some((38, 18)), Some((12, 2)), Some((34, 0)), Some((5, 5))];
        for (round, coefficient) in coefficients().enumerate() {
            let exponent = -((round % 70) as i32);
            let bits = coefficient | ((exponent + EXPONENT_BIAS) as u128) << 113 | ((round % 3 == 0) as u128) << 127;
            for typmod in typmods {
                let (mut slow, mut quick) = (vec![0; 4], Vec::new());
                let fit = numeric_from_decimal128(&bits.to_le_bytes(), typmod, &mut slow);
                let length = slow.len() as u32 - 4;
                slow[..4].copy_from_slice(&length.to_be_bytes());
                if let Some(found) = push_decimal128(&bits.to_le_bytes(), typmod, &mut quick) {
                    assert_eq!((found, &quick), (fit, &slow), "{coefficient}e{exponent} {typmod:?}");
                }
                if fit != Fit::Misfit {
                    let parts = parts(&slow[4..]).expect("what was written");
                    let back = small_decimal128(&slow[4..], typmod.is_some());
                    let (whole, power) = super::coefficient(&parts).expect("at most 34 digits");
                    if let Some(back) = back.map(u128::from_le_bytes) {
                        let (found, at) = (back & ((1 << 113) - 1), ((back >> 113) & 0x3fff) as i32 - EXPONENT_BIAS);
                        let wanted = if typmod.is_some() { power.min(0) } else { -parts.dscale };
                        assert_eq!((Some(found), at, back >> 127 == 1), (raise(whole, power, wanted), wanted, parts.negative), "{coefficient}e{exponent} {typmod:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn most_decimals_are_quick() {
        let quick = |text: &str| {
            let bits = crate::json::decimal_text::decimal128_from_text(text.as_bytes()).expect("a decimal");
            let mut out = Vec::new();
            push_decimal128(&bits, None, &mut out).is_some() && small_decimal128(&out[4..], false) == Some(bits)
        };
        for text in ["1", "-12.50", "0.000000000000000001", "123456789.123456789123456789", "9999999999999999999999999999999999", "-1234567890123456789012.123456789012"] {
            assert!(quick(text), "{text}");
        }
    }
}
