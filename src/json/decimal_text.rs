//! Decimal128 as text and back, in the form of the BSON specification. Exact only.

/// Largest coefficient plus one.
const LIMIT: u128 = 10u128.pow(34);
const BIAS: i32 = 6176;
const MAX_EXPONENT: i32 = 6111;

/// Is this the one bit pattern that [`decimal128_from_text`] gives for its text?
pub fn is_canonical(value: [u8; 16]) -> bool {
    let bits = u128::from_le_bytes(value);
    match (bits >> 122) as u8 & 0x1f {
        0x1f => bits == 0x7c << 120,
        0x1e => bits & !(1 << 127) == 0x78 << 120,
        // A coefficient of 114 bits or more is out of range: the value is a zero in disguise.
        0x18..=0x1d => false,
        _ => bits & ((1 << 113) - 1) < LIMIT,
    }
}

/// Appends the text: `1.50`, `-1E+3`, `NaN`, `Infinity`.
pub fn decimal128_to_text(value: [u8; 16], out: &mut Vec<u8>) {
    let bits = u128::from_le_bytes(value);
    let combination = (bits >> 122) as u8 & 0x1f;
    if combination == 0x1f {
        return out.extend_from_slice(b"NaN");
    }
    if bits >> 127 != 0 {
        out.push(b'-');
    }
    if combination == 0x1e {
        return out.extend_from_slice(b"Infinity");
    }
    let (biased, mut coefficient) = if combination >= 0x18 { ((bits >> 111) as i32 & 0x3fff, 0) } else { ((bits >> 113) as i32 & 0x3fff, bits & ((1 << 113) - 1)) };
    if coefficient >= LIMIT {
        coefficient = 0;
    }
    let mut buffer = [b'0'; 40];
    let mut at = buffer.len();
    while at > 1 {
        at -= 1;
        buffer[at] = b'0' + (coefficient % 10) as u8;
        coefficient /= 10;
        if coefficient == 0 {
            break;
        }
    }
    let digits = &buffer[at..];
    let exponent = biased - BIAS;
    let adjusted = exponent + digits.len() as i32 - 1;
    if exponent > 0 || adjusted < -6 {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first);
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(if adjusted < 0 { b"E" } else { b"E+" });
        super::number::write_i64(adjusted.into(), out);
        return;
    }
    let fraction = exponent.unsigned_abs() as usize;
    if fraction == 0 {
        out.extend_from_slice(digits);
    } else if digits.len() > fraction {
        let (whole, part) = digits.split_at(digits.len() - fraction);
        out.extend_from_slice(whole);
        out.push(b'.');
        out.extend_from_slice(part);
    } else {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + fraction - digits.len(), b'0');
        out.extend_from_slice(digits);
    }
}

/// The value of a text. `None` where it is no number, or no Decimal128 is exactly it.
pub fn decimal128_from_text(text: &[u8]) -> Option<[u8; 16]> {
    let (sign, rest) = match text {
        [b'-', rest @ ..] => (1u128 << 127, rest),
        [b'+', rest @ ..] => (0, rest),
        _ => (0, text),
    };
    if text.eq_ignore_ascii_case(b"nan") {
        return Some((0x7cu128 << 120).to_le_bytes());
    }
    if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") {
        return Some((sign | 0x78 << 120).to_le_bytes());
    }
    let (mut coefficient, mut exponent) = parse_finite(rest)?;
    if coefficient == 0 {
        exponent = exponent.clamp(i64::from(-BIAS), i64::from(MAX_EXPONENT));
    }
    while exponent > i64::from(MAX_EXPONENT) {
        coefficient = coefficient.checked_mul(10).filter(|c| *c < LIMIT)?;
        exponent -= 1;
    }
    while exponent < i64::from(-BIAS) {
        if coefficient % 10 != 0 {
            return None;
        }
        coefficient /= 10;
        exponent += 1;
    }
    let biased = u128::try_from(exponent + i64::from(BIAS)).ok()?;
    Some((sign | biased << 113 | coefficient).to_le_bytes())
}

/// Coefficient (in range) and exponent of `digits[.digits][E[sign]digits]`, at least one digit before the exponent.
fn parse_finite(text: &[u8]) -> Option<(u128, i64)> {
    let (mantissa, exponent) = match text.iter().position(|b| matches!(b, b'e' | b'E')) {
        Some(at) => (&text[..at], parse_exponent(&text[at + 1..])?),
        None => (text, 0),
    };
    let (mut coefficient, mut shift, mut zeros) = (0u128, 0i64, 0i64);
    let (mut digits, mut point) = (false, false);
    for &b in mantissa {
        if b == b'.' && !point {
            point = true;
            continue;
        }
        if !b.is_ascii_digit() {
            return None;
        }
        digits = true;
        shift -= i64::from(point);
        // Zeros count only once a digit follows, or while there is room for them.
        zeros += 1;
        if b != b'0' || (zeros == 1 && coefficient < LIMIT / 10) {
            for _ in 1..zeros {
                coefficient = coefficient.checked_mul(10).filter(|c| *c < LIMIT)?;
            }
            coefficient = coefficient.checked_mul(10)?.checked_add(u128::from(b - b'0')).filter(|c| *c < LIMIT)?;
            zeros = 0;
        }
    }
    digits.then(|| (coefficient, exponent.saturating_add(shift).saturating_add(zeros)))
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n = digits.iter().fold(0i64, |n, b| n.saturating_mul(10).saturating_add(i64::from(b - b'0'))).min(1 << 40);
    Some(if negative { -n } else { n })
}
