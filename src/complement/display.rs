//! One value as plain JSON, and what JSON cannot say about it.

use super::difference::Overlay;
use crate::bson::{index_digits, kind, read_f64, read_i32, read_i64, string_bytes, Elements};
use crate::identity;
use crate::json::{base64, encode_json, push_json_string};
use crate::json::decimal_text::{decimal128_from_text, decimal128_to_text};

/// Deeper values are kept as bytes: JSON readers have limits (serde_json: 128), and what shows them nests as deep again.
const MAX_DEPTH: usize = 48;

/// Largest integer that survives JSON readers that use doubles.
const MAX_SAFE: i64 = 1 << 53;

impl Overlay {
    /// Writes the value as plain JSON; adds types, raw bytes and key orders where JSON is not enough.
    pub(super) fn display(&mut self, kind: u8, value: &[u8], path: &str, depth: usize, out: &mut Vec<u8>) {
        match kind {
            kind::STRING => match std::str::from_utf8(string_bytes(value)) {
                Ok(text) if !text.contains('\0') => push_json_string(text, out),
                _ => self.raw(kind, value, path, out),
            },
            kind::NULL => out.extend_from_slice(b"null"),
            kind::BOOLEAN => out.extend_from_slice(if value == [1] { b"true" } else { b"false" }),
            kind::INT32 => push_integer(read_i32(value).unwrap_or(0).into(), out),
            kind::INT64 => {
                let integer = read_i64(value).unwrap_or(0);
                let quoted = !(-MAX_SAFE..=MAX_SAFE).contains(&integer);
                if quoted {
                    out.push(b'"');
                }
                push_integer(integer, out);
                if quoted {
                    out.push(b'"');
                }
                self.tag(path, "int64");
            }
            kind::DOUBLE => self.display_double(value, path, out),
            kind::OBJECT_ID => {
                out.push(b'"');
                identity::push_hex(value, out);
                out.push(b'"');
                self.tag(path, "objectId");
            }
            kind::DATE => {
                let ms = read_i64(value).unwrap_or(0);
                match super::display::date_text(ms) {
                    Some(text) => {
                        push_json_string(&text, out);
                        self.tag(path, "date");
                    }
                    None => self.raw(kind, value, path, out),
                }
            }
            kind::DECIMAL128 => {
                let bytes: [u8; 16] = value.try_into().unwrap_or_default();
                let mut text = Vec::new();
                decimal128_to_text(bytes, &mut text);
                if decimal128_from_text(&text) == Some(bytes) {
                    out.push(b'"');
                    out.extend_from_slice(&text);
                    out.push(b'"');
                    self.tag(path, "decimal");
                } else {
                    self.raw(kind, value, path, out);
                }
            }
            kind::DOCUMENT | kind::ARRAY if depth < MAX_DEPTH => {
                let (mark, saved) = (out.len(), self.marks());
                if !self.container(kind, value, path, depth, out) {
                    out.truncate(mark);
                    self.restore(saved);
                    self.raw(kind, value, path, out);
                }
            }
            _ => self.raw(kind, value, path, out),
        }
    }

    fn display_double(&mut self, value: &[u8], path: &str, out: &mut Vec<u8>) {
        let number = read_f64(value).unwrap_or(0.0);
        if !number.is_finite() || (number == 0.0 && number.is_sign_negative()) {
            return self.raw(kind::DOUBLE, value, path, out);
        }
        if number.fract() == 0.0 && number.abs() <= 2_147_483_648.0 {
            push_integer(number as i64, out);
            if i32::try_from(number as i64).is_ok() {
                self.tag(path, "double");
            }
        } else {
            let mut buffer = ryu::Buffer::new();
            let text = buffer.format_finite(number);
            out.extend_from_slice(text.strip_suffix(".0").unwrap_or(text).as_bytes());
        }
    }

    /// False where JSON cannot carry the container's shape.
    fn container(&mut self, kind: u8, value: &[u8], path: &str, depth: usize, out: &mut Vec<u8>) -> bool {
        let Ok(mut elements) = Elements::new(value, 0, value.len()) else { return false };
        let object = kind == kind::DOCUMENT;
        out.push(if object { b'{' } else { b'[' });
        let (mut count, mut digits) = (0u32, [0; 10]);
        let mut seen: Vec<&[u8]> = Vec::new();
        loop {
            let element = match elements.next_element() {
                Ok(Some(element)) => element,
                Ok(None) => break,
                Err(_) => return false,
            };
            let name = &value[element.name..element.name_end];
            let mut inner = path.to_owned();
            if count > 0 {
                out.push(b',');
            }
            if object {
                let Ok(text) = std::str::from_utf8(name) else { return false };
                seen.push(name);
                crate::path::push_field(&mut inner, text);
                push_json_string(text, out);
                out.push(b':');
            } else {
                let length = index_digits(count, &mut digits);
                if name != &digits[..length] {
                    return false;
                }
                crate::path::push_index(&mut inner, count);
            }
            self.display(element.kind, &value[element.start..element.end], &inner, depth + 1, out);
            count += 1;
        }
        out.push(if object { b'}' } else { b']' });
        if object {
            let ordered = seen.windows(2).all(|pair| jsonb_before(pair[0], pair[1]));
            if !ordered {
                let mut sorted = seen.clone();
                sorted.sort_unstable();
                if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
                    return false;
                }
                self.order(path, &seen);
            }
        }
        true
    }

    /// Keeps the bytes themselves; shows canonical Extended JSON where that is possible.
    pub(super) fn raw(&mut self, kind: u8, value: &[u8], path: &str, out: &mut Vec<u8>) {
        let mark = out.len();
        let shown = encode_json(kind, value, out).is_ok_and(|fit| fit.storable);
        if !shown || deeper_than(out.get(mark..).unwrap_or(&[]), MAX_DEPTH) {
            out.truncate(mark);
            out.extend_from_slice(b"null");
        }
        let mut bytes = Vec::with_capacity(value.len() + 1);
        bytes.push(kind);
        bytes.extend_from_slice(value);
        let mut tag = b"bson:".to_vec();
        base64::encode(&bytes, &mut tag);
        self.tag(path, &String::from_utf8(tag).unwrap_or_default());
    }
}

/// Whether JSON text nests deeper than `limit` (brackets in strings count too: it may say so too early, never too late).
fn deeper_than(json: &[u8], limit: usize) -> bool {
    let mut depth = 0usize;
    json.iter().any(|byte| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > limit
    })
}

/// jsonb's order of keys: shorter first, then by bytes.
pub(super) fn jsonb_before(a: &[u8], b: &[u8]) -> bool {
    (a.len(), a) < (b.len(), b)
}

pub(super) fn push_integer(value: i64, out: &mut Vec<u8>) {
    use std::io::Write;
    let _ = write!(out, "{value}");
}

/// ISO 8601 with milliseconds for years 0 to 9999.
pub(super) fn date_text(ms: i64) -> Option<String> {
    let (days, rest) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Howard Hinnant's civil-from-days, shifted to 0000-03-01.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if !(0..=9999).contains(&year) {
        return None;
    }
    let (hours, minutes, seconds, millis) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60, rest % 1_000);
    Some(format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z"))
}

/// The milliseconds of what [`date_text`] writes.
pub(super) fn date_millis(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    if b.len() != 24 || b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[23] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hours, minutes, seconds, millis) = (number(11..13)?, number(14..16)?, number(17..19)?, number(20..23)?);
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    Some(days * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + millis)
}
