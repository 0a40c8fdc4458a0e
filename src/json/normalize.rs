//! What jsonb does to JSON: objects sorted by key, the last of repeated keys kept, numbers by value.

use super::keys::jsonb_order;
use super::tree::{self, Fields, Node, Value};
use crate::bson::value_end;

/// Do two JSON texts say the same jsonb value? The order of keys does not matter, of repeated keys the last counts,
/// and numbers are equal by value (`1.0` and `1e0`). Texts that are no JSON are equal only if they are the same bytes.
///
/// ```
/// assert!(rowlens::json::jsonb_equal(br#"{"a":1,"b":[1e2]}"#, br#"{ "b": [100], "a": 1.0 }"#));
/// ```
pub fn jsonb_equal(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (Ok(mut a), Ok(mut b)) = (tree::parse(a), tree::parse(b)) else { return false };
    normalize(&mut a);
    normalize(&mut b);
    equal(&a, &b)
}

/// Sorts the fields of every object by key length and bytes, and keeps the last of repeated ones.
/// Recurses as deep as the parser allowed.
pub(super) fn normalize(node: &mut Node<'_>) {
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(fields) => {
            sort(fields);
            fields.iter_mut().for_each(|(_, value)| normalize(value));
        }
        _ => {}
    }
}

fn sort(fields: &mut Fields<'_>) {
    if fields.is_sorted_by(|a, b| jsonb_order(a.0.as_bytes(), b.0.as_bytes()).is_lt()) {
        return;
    }
    fields.reverse();
    fields.sort_by(|a, b| jsonb_order(a.0.as_bytes(), b.0.as_bytes()));
    fields.dedup_by(|later, first| later.0 == first.0);
}

/// Sorts the elements of the BSON document whose first element is at `first` and which goes on to the end, without its
/// terminator. Was one dropped, for a later one of its name?
pub(super) fn sort_document(out: &mut Vec<u8>, first: usize) -> Option<bool> {
    let bytes = out.split_off(first);
    let (mut elements, mut at) = (Vec::new(), 0);
    while let Some(&kind) = bytes.get(at) {
        let rest = bytes.get(at + 1..)?;
        let name = rest.get(..rest.iter().position(|byte| *byte == 0)?)?;
        let end = value_end(&bytes, kind, at + 2 + name.len(), bytes.len()).ok()?;
        elements.push((name, bytes.get(at..end)?));
        at = end;
    }
    elements.sort_by(|a, b| jsonb_order(a.0, b.0));
    for (index, (name, element)) in elements.iter().enumerate() {
        if elements.get(index + 1).is_none_or(|next| next.0 != *name) {
            out.extend_from_slice(element);
        }
    }
    Some(out.len() < first + bytes.len())
}

fn equal(a: &Node<'_>, b: &Node<'_>) -> bool {
    match (&a.value, &b.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a == b || Number::new(a) == Number::new(b),
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && equal(&a.1, &b.1)),
        _ => false,
    }
}

/// A number as sign, digits without zeros at either end, and the power of ten of the last digit. Zero has no digits.
#[derive(PartialEq)]
struct Number {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Number {
    /// From text that the parser took for a number.
    fn new(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (negative, exponent) = (mantissa.starts_with('-'), exponent.strip_prefix('+').unwrap_or(exponent));
        // jsonb's numbers end long before this: saturation makes nothing equal that it could hold.
        let saturated = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        let exponent: i64 = exponent.parse().unwrap_or(saturated);
        let fraction = mantissa.split_once('.').map_or(0, |(_, f)| f.len());
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').collect();
        let len = digits.iter().rposition(|b| *b != b'0').map_or(0, |last| last + 1);
        let zeros = digits.len() - len;
        digits.truncate(len);
        if digits.is_empty() {
            return Number { negative: false, digits, exponent: 0 };
        }
        Number { negative, digits, exponent: exponent.saturating_sub(fraction as i64).saturating_add(zeros as i64) }
    }
}
