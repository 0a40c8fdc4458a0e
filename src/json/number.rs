//! Numbers as text and back, without `core::fmt`.

use crate::bytes::push_run;

/// The bits `NaN` stands for.
pub(super) const NAN: u64 = 0x7ff8_0000_0000_0000;

const fn pairs() -> [[u8; 2]; 100] {
    let mut table = [[0; 2]; 100];
    let mut n = 0;
    while n < 100 {
        table[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    table
}

/// The two digits of every number below 100.
static PAIRS: [[u8; 2]; 100] = pairs();

#[inline(always)]
fn pair(n: u64) -> [u8; 2] {
    PAIRS[(n % 100) as usize]
}

/// Appends an integer in decimal.
#[inline]
pub(super) fn write_i64(value: i64, out: &mut Vec<u8>) {
    let mut n = value.unsigned_abs();
    if value < 0 {
        out.push(b'-');
    }
    if n < 10 {
        return out.push(b'0' + n as u8);
    }
    // Room behind the digits lets `push_run` copy a window.
    const END: usize = 20;
    let mut buffer = [0u8; END + 16];
    let mut at = END;
    while n >= 10 {
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&pair(n));
        n /= 100;
    }
    if n > 0 {
        at -= 1;
        buffer[at] = b'0' + n as u8;
    }
    push_run(out, &buffer, at, END);
}

/// Appends an integer with leading zeros up to `width` digits.
pub(super) fn write_padded(value: u32, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    write_i64(i64::from(value), out);
    let len = out.len() - start;
    for _ in len..width {
        out.insert(start, b'0');
    }
}

/// Appends the shortest text that reads back as the same finite double, as a JSON number. An integral value keeps `.0`
/// unless `strip`, or it has an exponent.
#[inline]
pub(super) fn write_double(value: f64, strip: bool, out: &mut Vec<u8>) {
    if write_short_double(value, strip, out) {
        return;
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value).as_bytes();
    out.extend_from_slice(if strip { text.strip_suffix(b".0").unwrap_or(text) } else { text });
}

/// The same for integers and for up to six digits behind the point, at most [`SHORT`] in all: there the number that reads
/// back as this double is the shortest one, which one multiplication finds and one division proves. Says whether it did.
#[inline]
fn write_short_double(value: f64, strip: bool, out: &mut Vec<u8>) -> bool {
    const MILLION: u64 = 1_000_000;
    let size = value.abs();
    let scaled = size * MILLION as f64;
    // Below 0.00001 the text has an exponent.
    if !(10.0..1e15).contains(&scaled) {
        return false;
    }
    let digits = (scaled + 0.5) as u64;
    if digits as f64 / MILLION as f64 != size {
        return false;
    }
    if value < 0.0 {
        out.push(b'-');
    }
    write_i64((digits / MILLION) as i64, out);
    let fraction = digits % MILLION;
    if fraction == 0 {
        if !strip {
            out.extend_from_slice(b".0");
        }
        return true;
    }
    let ([a, b], [c, d], [e, f]) = (pair(fraction / 10_000), pair(fraction / 100), pair(fraction));
    out.extend_from_slice(&[b'.', a, b, c, d, e, f]);
    let zeros = [f, e, d, c, b].iter().take_while(|digit| **digit == b'0').count();
    out.truncate(out.len() - zeros);
    true
}

/// Appends a double the way Extended JSON says it: `5.0`, `1.5E+18`, `NaN`, `-Infinity`.
pub(super) fn write_double_extended(value: f64, out: &mut Vec<u8>) {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
        return;
    }
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
        return;
    }
    // What is short has no exponent in either form.
    if write_short_double(value, false, out) {
        return;
    }
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value);
    match text.split_once('e') {
        None => out.extend_from_slice(text.as_bytes()),
        Some((mantissa, exponent)) => {
            out.extend_from_slice(mantissa.as_bytes());
            out.push(b'E');
            if !exponent.starts_with('-') {
                out.push(b'+');
            }
            out.extend_from_slice(exponent.as_bytes());
        }
    }
}

/// An integer that is nothing but an optional minus and digits.
pub(super) fn parse_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// A finite double from decimal text.
pub(super) fn parse_finite(text: &str) -> Option<f64> {
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    text.parse().ok().filter(|d: &f64| d.is_finite())
}

/// With so many digits, the leading zeros counted, a number and a double's own shortest text are the same.
pub(super) const SHORT: usize = 15;

/// The double of `mantissa` with the last `fraction` of its digits behind the point; at most [`SHORT`] digits. Both are
/// exact as doubles, so the one division rounds correctly.
#[inline(always)]
pub(super) fn short_double(negative: bool, mantissa: u64, fraction: usize) -> f64 {
    const POWERS: [f64; SHORT + 1] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let double = mantissa as f64 / POWERS[fraction.min(SHORT)];
    if negative { -double } else { double }
}

/// A double from Extended JSON's text for it.
pub(super) fn parse_double_extended(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::from_bits(NAN)),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => parse_finite(text),
    }
}

/// Whether decimal text says what a double's own shortest text says: nothing was rounded away.
pub(super) fn says(text: &str, double: f64) -> bool {
    let mut buffer = ryu::Buffer::new();
    let shortest = buffer.format_finite(double);
    text == shortest || super::jsonb_equal(text.as_bytes(), shortest.as_bytes())
}

/// The int32 a double stands for, unless it is not integral, out of range, or -0.
pub(super) fn as_int32(value: f64) -> Option<i32> {
    let integer = value as i32;
    (f64::from(integer) == value && !(integer == 0 && value.is_sign_negative())).then_some(integer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(value: f64) {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(value);
        for strip in [false, true] {
            let mut out = b"x".to_vec();
            write_double(value, strip, &mut out);
            let wanted = if strip { text.strip_suffix(".0").unwrap_or(text) } else { text };
            assert_eq!(out, [b"x", wanted.as_bytes()].concat());
        }
    }

    #[test]
    fn doubles_at_the_edges_of_the_short_way() {
        for value in [0.0, -0.0, 1e-5, 9.9e-6, 0.000_012_5, 0.1, 0.25, 1.0, -1.5, 999_999_999.999_999, 1e9, 999_999_999.0, 123_456_789.123_456, 0.1 + 0.2, 1e15, 1e16, 1e17, f64::MAX, 5e-324] {
            for near in [value, f64::from_bits(value.to_bits() + 1), f64::from_bits(value.to_bits().saturating_sub(1))] {
                if near.is_finite() {
                    check(near);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn doubles_have_the_text_of_ryu(digits in any::<i64>(), shift in 0..64u32, power in 0..9i32, step in -1..=1i64) {
            let near = ((digits >> shift) as f64 / 10f64.powi(power)).to_bits() as i64 + step;
            let value = f64::from_bits(near as u64);
            if value.is_finite() {
                check(value);
            }
        }

        #[test]
        fn integers_have_the_text_of_core(n in any::<i64>(), shift in 0..64u32) {
            for n in [n >> shift, i64::MIN, i64::MAX] {
                let mut out = Vec::new();
                write_i64(n, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
            }
        }
    }
}
