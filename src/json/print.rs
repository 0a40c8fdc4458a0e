//! JSON as `jsonb_out` prints it: what a jsonb column gives back, whatever text was stored.

use super::escape::write_string;
use super::normalize::normalize;
use super::tree::{self, Node, Value};

/// Beyond this a number's exponent leads out of `numeric`; such a number is never stored.
const LARGEST_EXPONENT: i64 = 150_000;

/// Appends what a `jsonb` column gives back for the text: keys sorted by length and bytes, the last of repeated ones, numbers as `numeric`
/// prints them, one blank behind each comma and colon. False, and nothing appended, where the text is no JSON.
///
/// ```
/// let mut out = Vec::new();
/// assert!(rowlens::json::push_jsonb(br#"{"bb":[1e2,-0.0],"a":"\u00e9\/"}"#, &mut out));
/// assert_eq!(String::from_utf8(out).unwrap(), "{\"a\": \"é/\", \"bb\": [100, 0.0]}");
/// ```
pub fn push_jsonb(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(mut node) = tree::parse(text) else { return false };
    normalize(&mut node);
    push_node(&node, out);
    true
}

fn push_node(node: &Node<'_>, out: &mut Vec<u8>) {
    match &node.value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Value::Number(text) => push_number(text, out),
        Value::String(text) => {
            write_string(text.as_bytes(), out);
        }
        Value::Array(items) => push_list(b'[', items, b']', out, push_node),
        Value::Object(fields) => push_list(b'{', fields, b'}', out, |(name, value), out| {
            write_string(name.as_bytes(), out);
            out.extend_from_slice(b": ");
            push_node(value, out);
        }),
    }
}

fn push_list<T>(open: u8, items: &[T], close: u8, out: &mut Vec<u8>, push: impl Fn(&T, &mut Vec<u8>)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        push(item, out);
    }
    out.push(close);
}

/// As `numeric_in` reads and `numeric_out` prints: no exponent, as many decimals as were written less the exponent, zero without a sign.
fn push_number(text: &str, out: &mut Vec<u8>) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.parse().unwrap_or(i64::MAX);
    if exponent.abs() > LARGEST_EXPONENT {
        return out.extend_from_slice(text.as_bytes());
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (negative, whole) = whole.strip_prefix('-').map_or((false, whole), |whole| (true, whole));
    let digit = |at: i64| usize::try_from(at).ok().and_then(|at| if at < whole.len() { whole.as_bytes().get(at) } else { fraction.as_bytes().get(at - whole.len()) }).copied().unwrap_or(b'0');
    let point = whole.len() as i64 + exponent;
    let scale = (fraction.len() as i64 - exponent).max(0);
    if negative && mantissa.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        out.push(b'-');
    }
    // Leading zeros are not printed, but one digit is.
    let first = (0..point - 1).find(|at| digit(*at) != b'0').unwrap_or(point - 1).min(point - 1);
    out.extend((first..point).map(digit));
    if scale > 0 {
        out.push(b'.');
        out.extend((point..point + scale).map(digit));
    }
}

#[cfg(test)]
mod tests {
    use super::push_jsonb;

    #[test]
    fn numbers_as_numeric_prints_them() {
        for (text, printed) in [
            ("0", "0"), ("-0", "0"), ("-0.0", "0.0"), ("0e5", "0"), ("0e-3", "0.000"), ("1e2", "100"), ("1E+2", "100"), ("1.50", "1.50"), ("1.5e1", "15"), ("1.50e1", "15.0"), ("100e-2", "1.00"),
            ("1e-3", "0.001"), ("-12.5e-3", "-0.0125"), ("0.001e3", "1"), ("0.001e2", "0.1"), ("0.001e5", "100"), ("1.7976931348623157e308", &format!("17976931348623157{}", "0".repeat(292))), ("5e-324", &format!("0.{}5", "0".repeat(323))),
        ] {
            let mut out = Vec::new();
            assert!(push_jsonb(text.as_bytes(), &mut out));
            assert_eq!(String::from_utf8(out).unwrap(), printed, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_stays_out() {
        let mut out = b"x".to_vec();
        assert!(!push_jsonb(b"{\"a\":", &mut out));
        assert_eq!(out, b"x");
    }
}
