//! PostgreSQL's binary `numeric` and IEEE Decimal128 (BID, as BSON has it): base-10000 digits here, a 34-digit coefficient there.
//!
//! Layout of a numeric: `int16` digit count, weight, sign, dscale, then the digits; leading and trailing zero digits are stripped.

mod read;
mod words;
mod write;

pub use read::{decimal128_from_numeric, f64_from_numeric, i64_from_numeric, numeric_to_text};
pub use words::{push_decimal128, small_decimal128};
pub use write::{numeric_from_decimal128, numeric_from_f64, numeric_from_i64};

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

const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut index = 1;
    while index < 20 {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::read::{coefficient as taken, parts, raise};
    use super::*;
    use crate::postgres::fit::Fit;

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
                    let (whole, power) = taken(&parts).expect("at most 34 digits");
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
