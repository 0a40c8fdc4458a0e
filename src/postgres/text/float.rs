//! `real` and `double precision` as PostgreSQL prints them since version 12: the shortest digits that give the same number back,
//! with an exponent below 1e-4 and from 1e15 on (1e6 for `real`).

use super::digits::{fraction_digits, push_unsigned, whole_digits};
use super::slot::Slot;

/// Digits of a number `0.d₁d₂d₃… × 10^(exponent + 1)`, without trailing zeros.
struct Decimal {
    digits: [u8; 20],
    count: usize,
    /// Power of ten of the first digit.
    exponent: i32,
}

impl Decimal {
    /// Of a text like `12.5`, `1e23` or `1.25e-7`.
    fn parse(text: &[u8]) -> Self {
        let mut it = Decimal { digits: [0; 20], count: 0, exponent: -1 };
        let (mut whole, mut scale) = (true, 0i32);
        let mut rest = text.iter();
        while let Some(byte) = rest.next() {
            match byte {
                b'0'..=b'9' => {
                    if whole {
                        it.exponent += i32::from(it.count > 0 || *byte != b'0');
                    } else if it.count == 0 && *byte == b'0' {
                        it.exponent -= 1;
                    }
                    if it.count > 0 || *byte != b'0' {
                        if let Some(place) = it.digits.get_mut(it.count) {
                            *place = *byte;
                            it.count += 1;
                        }
                    }
                }
                b'.' => whole = false,
                b'e' => scale = std::str::from_utf8(rest.as_slice()).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
                // The exponent's own bytes.
                _ => break,
            }
            if *byte == b'e' {
                break;
            }
        }
        it.exponent += scale;
        while it.count > 1 && it.digits.get(it.count - 1) == Some(&b'0') {
            it.count -= 1;
        }
        it
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.count).unwrap_or(&[])
    }

    /// Appends it; `limit`: from which power of ten on there is an exponent.
    fn push(&self, limit: i32, out: &mut Vec<u8>) {
        let digits = self.digits();
        if !(-4..limit).contains(&self.exponent) {
            let (first, rest) = digits.split_at(1.min(digits.len()));
            out.extend_from_slice(first);
            if !rest.is_empty() {
                out.push(b'.');
                out.extend_from_slice(rest);
            }
            out.extend_from_slice(if self.exponent < 0 { b"e-" } else { b"e+" });
            let size = self.exponent.unsigned_abs();
            if size < 10 {
                out.push(b'0');
            }
            push_unsigned(u64::from(size), out);
        } else if self.exponent < 0 {
            out.extend_from_slice(b"0.000".get(..1 + self.exponent.unsigned_abs() as usize).unwrap_or(b"0."));
            out.extend_from_slice(digits);
        } else {
            let whole = self.exponent as usize + 1;
            if digits.len() > whole {
                let (whole, fraction) = digits.split_at(whole);
                out.extend_from_slice(whole);
                out.push(b'.');
                out.extend_from_slice(fraction);
            } else {
                out.extend_from_slice(digits);
                out.resize(out.len() + whole - digits.len(), b'0');
            }
        }
    }

    /// Whether a binary number of one bit more than `mantissa` has is exactly this one: then it lies in the middle between two numbers
    /// of `mantissa`'s width, and PostgreSQL, unlike the `ryu` crate, does not let it stand for either.
    fn is_halfway(&self, mantissa: u64) -> bool {
        let fives = self.exponent + 1 - self.count as i32;
        let Ok(fives @ 0..=24) = u32::try_from(fives) else { return false };
        let coefficient = self.digits().iter().fold(0u128, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        if coefficient == 0 {
            return false;
        }
        let odd = (coefficient >> coefficient.trailing_zeros()) * 5u128.pow(fives);
        let mantissa = u128::from(mantissa);
        // Below a power of two numbers stand twice as dense.
        let below = if mantissa.is_power_of_two() { 4 * mantissa - 1 } else { 2 * mantissa - 1 };
        odd == 2 * mantissa + 1 || odd == below
    }
}

/// A whole number with `count` significant digits, rounded to even where it is in the middle. The standard library could do that for any
/// number, which takes 10 KB of WebAssembly.
fn rounded(size: f64, count: usize) -> String {
    let bits = size.to_bits();
    let mut digits = (bits & ((1 << 52) - 1) | 1 << 52).to_string().into_bytes();
    let power = (bits >> 52) as i32 - 1075;
    // Halving leaves no rest: the number is whole.
    for _ in power..0 {
        let mut rest = 0;
        for digit in &mut digits {
            let value = rest * 10 + (*digit - b'0');
            *digit = b'0' + value / 2;
            rest = value % 2;
        }
    }
    for _ in 0..power {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let value = (*digit - b'0') * 2 + carry;
            *digit = b'0' + value % 10;
            carry = value / 10;
        }
        if carry > 0 {
            digits.insert(0, b'0' + carry);
        }
    }
    digits.drain(..digits.iter().take_while(|digit| **digit == b'0').count());
    let (kept, cut) = digits.split_at(count.min(digits.len()));
    let mut coefficient = kept.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    let middle = cut.first() == Some(&b'5') && cut.iter().skip(1).all(|digit| *digit == b'0');
    if cut.first().is_some_and(|digit| *digit >= b'5') && !(middle && coefficient % 2 == 0) {
        coefficient += 1;
    }
    format!("{coefficient}e{}", cut.len())
}

/// Appends a finite number's digits. `shortest`: as the `ryu` crate prints its size; `longer(n)`: with n digits, rounded; both need
/// `back(text)` to say whether a text is the number.
#[inline(never)]
fn push_shortest(shortest: &str, mantissa: u64, limit: i32, longer: impl Fn(usize) -> String, back: impl Fn(&str) -> bool, out: &mut Vec<u8>) {
    let mut decimal = Decimal::parse(shortest.as_bytes());
    // Only numbers beyond the mantissa's own range have middles with so few digits.
    if decimal.exponent >= 7 && decimal.is_halfway(mantissa) {
        for count in decimal.count + 1..18 {
            let text = longer(count);
            decimal = Decimal::parse(text.as_bytes());
            if back(&text) && !decimal.is_halfway(mantissa) {
                break;
            }
        }
    }
    decimal.push(limit, out);
}

/// Appends what is no finite number, and zeros.
fn push_special(value: f64, out: &mut Vec<u8>) -> bool {
    let text: &[u8] = if value.is_nan() {
        b"NaN"
    } else if value == f64::INFINITY {
        b"Infinity"
    } else if value == f64::NEG_INFINITY {
        b"-Infinity"
    } else if value != 0.0 {
        return false;
    } else if value.is_sign_negative() {
        b"-0"
    } else {
        b"0"
    };
    out.extend_from_slice(text);
    true
}

/// Writes a `double precision` with up to eight digits before the point and four behind it, and gives the length; see [`push_double`].
#[inline(always)]
pub(super) fn put_double(value: f64, slot: &mut Slot) -> Option<usize> {
    let size = value.abs();
    // `round` is a call in WebAssembly, and conversions to unsigned integers take several instructions.
    let scaled = (size * 1e4 + 0.5).floor();
    if !(1.0..1e12).contains(&scaled) || scaled / 1e4 != size {
        return None;
    }
    let whole = size as i32 as u32;
    let sign = usize::from(value < 0.0);
    slot[0] = b'-';
    let (digits, length) = whole_digits(whole);
    slot[sign..sign + 8].copy_from_slice(&digits);
    let end = sign + length;
    let fraction = (scaled - f64::from(whole) * 1e4) as i32 as u32;
    if fraction == 0 {
        return Some(end);
    }
    let (digits, length) = fraction_digits(fraction * 100);
    slot[end] = b'.';
    slot[end + 1..end + 9].copy_from_slice(&digits);
    Some(end + 1 + length)
}

/// Appends a `double precision`.
pub(super) fn push_double(value: f64, out: &mut Vec<u8>) {
    if push_special(value, out) {
        return;
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let size = value.abs();
    // Integers that print without an exponent: the common case, and no shortest digits to look for.
    if size < 1e15 && size.trunc() == size {
        return push_unsigned(size as u64, out);
    }
    // Up to four decimals and 15 digits: a division of integers that doubles hold exactly is rounded as a decimal is when it is read, so
    // these digits are the number, and no two numbers of 15 digits are the same double.
    let scaled = (size * 1e4).round();
    if size >= 1e-4 && scaled < 1e15 && scaled / 1e4 == size {
        let scaled = scaled as u64;
        let whole = scaled / 10_000;
        push_unsigned(whole, out);
        let (digits, length) = fraction_digits((scaled - whole * 10_000) as u32 * 100);
        out.push(b'.');
        out.extend_from_slice(&digits);
        out.truncate(out.len() - 8 + length);
        return;
    }
    let mantissa = size.to_bits() & ((1 << 52) - 1) | 1 << 52;
    push_shortest(ryu::Buffer::new().format_finite(size), mantissa, 15, |count| rounded(size, count), |text| text.parse() == Ok(size), out);
}

/// Appends a `real`.
pub(super) fn push_real(value: f32, out: &mut Vec<u8>) {
    if push_special(f64::from(value), out) {
        return;
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let size = value.abs();
    let mantissa = u64::from(size.to_bits() & ((1 << 23) - 1) | 1 << 23);
    push_shortest(ryu::Buffer::new().format_finite(size), mantissa, 6, |count| rounded(f64::from(size), count), |text| text.parse() == Ok(size), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn double(value: f64) -> String {
        let mut out = Vec::new();
        push_double(value, &mut out);
        let mut slot = [0; 64];
        if let Some(length) = put_double(value, &mut slot) {
            assert_eq!(slot[..length], out);
        }
        String::from_utf8(out).unwrap()
    }

    fn real(value: f32) -> String {
        let mut out = Vec::new();
        push_real(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn as_postgres_prints_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
            (0.1, "0.1"),
            (-12.5, "-12.5"),
            (100.0, "100"),
            (1234.5678, "1234.5678"),
            (0.0001, "0.0001"),
            (0.0012, "0.0012"),
            (-9.99, "-9.99"),
            (123_456_789.123_4, "123456789.1234"),
            (99_999_999_999.999_9, "99999999999.9999"),
            (0.30000000000000004, "0.30000000000000004"),
            (0.00010000000000000002, "0.00010000000000000002"),
            (0.000123, "0.000123"),
            (0.00001, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (999_999_999_999_999.0, "999999999999999"),
            (99_999_999_999_999.98, "99999999999999.98"),
            (1e15, "1e+15"),
            (1_234_567_890_123_456.0, "1.234567890123456e+15"),
            (1e20, "1e+20"),
            (1e100, "1e+100"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            // In the middle between two doubles.
            (1e23, "9.999999999999999e+22"),
            (9_007_199_254_740_992.0, "9.007199254740992e+15"),
        ] {
            assert_eq!(double(value), text);
        }
        for (value, text) in [(0.1, "0.1"), (-1.5, "-1.5"), (100_000.0, "100000"), (1e6, "1e+06"), (123_456.7, "123456.7"), (f32::MAX, "3.4028235e+38"), (1e-45, "1e-45"), (16_777_216.0, "1.6777216e+07"), (1_716_834_432.0, "1.7168344e+09"), (0.000_01, "1e-05")] {
            assert_eq!(real(value), text);
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_are_rounded_as_the_standard_library_does(mantissa in any::<u64>(), power in 0..90i32, count in 1..18usize) {
            let size = mantissa as f64 * 2f64.powi(power);
            prop_assume!(size >= 1.0);
            let digits = |text: String| { let it = Decimal::parse(text.as_bytes()); (it.digits().to_vec(), it.exponent) };
            prop_assert_eq!(digits(rounded(size, count)), digits(format!("{size:.*e}", count - 1)));
        }

        #[test]
        fn any_number_comes_back(bits in any::<u64>(), coefficient in 1..100_000u32, power in -30..60i32) {
            for value in [f64::from_bits(bits), format!("{coefficient}e{power}").parse().unwrap()] {
                prop_assert_eq!(double(value).parse::<f64>().map(f64::to_bits).ok(), Some(value.to_bits()).filter(|_| !value.is_nan()).or(Some(f64::NAN.to_bits())));
            }
            for value in [f32::from_bits(bits as u32), format!("{coefficient}e{power}").parse().unwrap()] {
                prop_assert_eq!(real(value).parse::<f32>().map(f32::to_bits).ok(), Some(value.to_bits()).filter(|_| !value.is_nan()).or(Some(f32::NAN.to_bits())));
            }
        }
    }
}
