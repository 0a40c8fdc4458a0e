//! A numeric taken apart: as Decimal128, integer, double, or text.

use super::write::{shortest, trailing_zeros};
use super::{small_decimal128, NumericFault, EXPONENT_BIAS, INFINITY, MAX_COEFFICIENT, MAX_EXPONENT, MINUS_INFINITY, NAN, NEGATIVE, POSITIVE, POWERS};

/// A numeric taken apart: sign, coefficient, exponent (of the last base-10000 digit), dscale.
pub(super) struct Parts {
    pub(super) negative: bool,
    digits: Vec<u16>,
    /// Power of ten of the last digit.
    exponent: i32,
    pub(super) dscale: i32,
    special: Option<u16>,
}

pub(super) fn parts(value: &[u8]) -> Option<Parts> {
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
pub(super) fn coefficient(parts: &Parts) -> Option<(u128, i32)> {
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

pub(super) fn raise(coefficient: u128, from: i32, to: i32) -> Option<u128> {
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
    let written = crate::postgres::text::push_numeric(value, out).is_some();
    if !written {
        out.truncate(mark);
    }
    written
}
