//! Numbers as text and back, without `core::fmt`.

/// The bits `NaN` stands for.
pub(super) const NAN: u64 = 0x7ff8_0000_0000_0000;

/// Appends an integer in decimal.
#[inline]
pub(super) fn write_i64(value: i64, out: &mut Vec<u8>) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut n = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    out.extend_from_slice(&buffer[at..]);
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
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value).as_bytes();
    out.extend_from_slice(if strip { text.strip_suffix(b".0").unwrap_or(text) } else { text });
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
