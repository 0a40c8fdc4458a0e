//! Any number as a numeric: the long way, and the last word on what fits.

use super::{EXPONENT_BIAS, INFINITY, MAX_COEFFICIENT, MINUS_INFINITY, NAN, NEGATIVE, POSITIVE};
use crate::postgres::fit::Fit;

/// NaN or an infinity, as `numeric_send` writes it: infinities claim 32 decimals.
fn special(sign: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&[0, if sign >= INFINITY { 32 } else { 0 }]);
}

pub(super) fn trailing_zeros(coefficient: u128) -> i32 {
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

/// No trailing zeros in the fraction, no exponent above zero.
fn reduced(coefficient: u128, exponent: i32) -> bool {
    exponent == 0 || (exponent < 0 && coefficient != 0 && trailing_zeros(coefficient) == 0)
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
pub(super) fn shortest(value: f64) -> Option<(bool, u128, i32)> {
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
