//! The values that JSON has no form of its own for: Extended JSON v2 wrappers.

use super::read::{self, Fault};
use super::walk::{Walk, COLUMN, EXTENDED};
use super::{base64, date, decimal_text, number};

impl<const STYLE: bool> Walk<'_, '_, STYLE> {
    /// Writes a value of the rarer types; returns the offset behind it.
    #[inline(never)]
    pub(super) fn scalar(&mut self, kind: u8, at: usize, limit: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        match kind {
            0x07 => {
                self.object_id(read::array(bytes, at, limit)?);
                Ok(at + 12)
            }
            0x09 => {
                self.date(i64::from_le_bytes(read::array(bytes, at, limit)?));
                Ok(at + 8)
            }
            0x13 => {
                let value: [u8; 16] = read::array(bytes, at, limit)?;
                self.clean &= decimal_text::is_canonical(value);
                self.put(b"{\"$numberDecimal\":\"");
                decimal_text::decimal128_to_text(value, self.out);
                self.put(b"\"}");
                Ok(at + 16)
            }
            0x05 => self.binary(at, limit),
            0x06 => {
                self.put(b"{\"$undefined\":true}");
                Ok(at)
            }
            0x0b => self.regex(at, limit),
            0x0c => {
                let (name, end) = read::string(bytes, at, limit)?;
                let id = read::array(bytes, end, limit)?;
                self.put(b"{\"$dbPointer\":{\"$ref\":");
                self.text(name, at)?;
                self.put(b",\"$id\":");
                self.object_id(id);
                self.put(b"}}");
                Ok(end + 12)
            }
            0x0d | 0x0e => {
                let (text, end) = read::string(bytes, at, limit)?;
                self.put(if kind == 0x0d { b"{\"$code\":" } else { b"{\"$symbol\":" });
                self.text(text, at)?;
                self.put(b"}");
                Ok(end)
            }
            0x0f => {
                let total = read::length(bytes, at, limit)?;
                let end = at + total;
                let (code, scope) = read::string(bytes, at + 4, limit.min(end))?;
                self.put(b"{\"$code\":");
                self.text(code, at + 4)?;
                self.put(b",\"$scope\":");
                if self.value(0x03, scope, limit.min(end))? != end {
                    return Err(Fault::Malformed(at));
                }
                self.put(b"}");
                Ok(end)
            }
            0x11 => {
                let increment = u32::from_le_bytes(read::array(bytes, at, limit)?);
                let time = u32::from_le_bytes(read::array(bytes, at + 4, limit)?);
                self.put(b"{\"$timestamp\":{\"t\":");
                number::write_i64(time.into(), self.out);
                self.put(b",\"i\":");
                number::write_i64(increment.into(), self.out);
                self.put(b"}}");
                Ok(at + 8)
            }
            0x7f => {
                self.put(b"{\"$maxKey\":1}");
                Ok(at)
            }
            0xff => {
                self.put(b"{\"$minKey\":1}");
                Ok(at)
            }
            _ => Err(Fault::Malformed(at)),
        }
    }

    fn put(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    fn object_id(&mut self, id: [u8; 12]) {
        let mut text = *b"{\"$oid\":\"000000000000000000000000\"}";
        for (pair, byte) in text[9..33].chunks_exact_mut(2).zip(id) {
            pair.copy_from_slice(&hex(byte));
        }
        self.put(&text);
    }

    fn date(&mut self, millis: i64) {
        if STYLE == EXTENDED && self.relaxed && date::is_relaxed(millis) {
            self.put(b"{\"$date\":\"");
            date::write_iso(millis, self.out);
            self.put(b"\"}");
        } else {
            self.wrapped_integer(b"{\"$date\":{\"$numberLong\":\"", millis);
            self.put(b"}");
        }
    }

    fn binary(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        let len = read::length(bytes, at, limit)?;
        let [subtype] = read::array(bytes, at + 4, limit)?;
        let end = at + 5 + len;
        let mut content = bytes.get(..limit).and_then(|b| b.get(at + 5..end)).ok_or(Fault::Malformed(at))?;
        if subtype == 2 {
            self.clean = false;
            match content.split_first_chunk::<4>() {
                Some((inner, rest)) if usize::try_from(i32::from_le_bytes(*inner)) == Ok(rest.len()) => content = rest,
                _ if STYLE == COLUMN => {}
                _ => return Err(Fault::Malformed(at + 5)),
            }
        }
        self.put(b"{\"$binary\":{\"base64\":\"");
        base64::encode(content, self.out);
        self.put(b"\",\"subType\":\"");
        self.put(&hex(subtype));
        self.put(b"\"}}");
        Ok(end)
    }

    fn regex(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let (pattern, options_at) = read::cstring(self.bytes, at, limit)?;
        let (options, end) = read::cstring(self.bytes, options_at, limit)?;
        self.put(b"{\"$regularExpression\":{\"pattern\":");
        self.text(pattern, at)?;
        self.put(b",\"options\":");
        match std::str::from_utf8(options) {
            Ok(text) if !text.chars().is_sorted() => {
                self.clean = false;
                if STYLE == COLUMN {
                    self.text(options, options_at)?;
                } else {
                    self.text(sorted(text).as_bytes(), options_at)?;
                }
            }
            _ => self.text(options, options_at)?,
        }
        self.put(b"}}");
        Ok(end)
    }
}

/// The characters in order, as Extended JSON wants a regular expression's options.
pub(super) fn sorted(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars.into_iter().collect()
}

/// Two lower-case hex digits.
fn hex(byte: u8) -> [u8; 2] {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]
}
