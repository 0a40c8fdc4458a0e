//! The one walk over BSON that writes JSON: for columns, and as Extended JSON, canonical or relaxed.

use super::escape::{write_short_key, write_short_string, write_string, Text};
use super::key_memory::{KeyMemory, KeyNumber, Place, NONE};
use super::keys::{hash, KeyWatch, Positions};
use super::number;
use super::read::{self, Fault};

/// For json and jsonb columns: plain where the type can be told from the text; notes what jsonb would lose.
pub(super) const COLUMN: bool = true;
/// Extended JSON v2.
pub(super) const EXTENDED: bool = false;

/// By how much a key with a comma, two quotes and a colon is longer than with its NUL.
const AROUND: usize = 3;

/// A walk over the bytes of one value. All offsets are into `bytes`.
pub(super) struct Walk<'a, 'o, const STYLE: bool> {
    pub(super) bytes: &'a [u8],
    pub(super) out: &'o mut Vec<u8>,
    /// How many more containers may be opened.
    pub(super) depth: u32,
    pub(super) clean: bool,
    pub(super) ordered: bool,
    pub(super) nul: bool,
    /// Extended JSON that is relaxed.
    pub(super) relaxed: bool,
    /// Of the column.
    keys: &'o mut KeyMemory,
    /// The key whose value is written.
    key: KeyNumber,
}

impl<'a, 'o, const STYLE: bool> Walk<'a, 'o, STYLE> {
    pub(super) fn new(bytes: &'a [u8], depth: u32, keys: &'o mut KeyMemory, out: &'o mut Vec<u8>) -> Self {
        let key = keys.column();
        Walk { bytes, out, depth, clean: true, ordered: true, nul: false, relaxed: false, keys, key }
    }

    /// Writes the value that starts at `at` and ends at or before `limit`; returns the offset behind it.
    #[inline]
    pub(super) fn value(&mut self, kind: u8, at: usize, limit: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        match kind {
            0x02 => self.string(at, limit),
            0x10 => self.int32(at, limit),
            0x01 => {
                self.double(u64::from_le_bytes(read::array(bytes, at, limit)?));
                Ok(at + 8)
            }
            0x08 => {
                self.out.extend_from_slice(match read::array(bytes, at, limit)? {
                    [0] => b"false",
                    [1] => b"true",
                    _ => return Err(Fault::Malformed(at)),
                });
                Ok(at + 1)
            }
            0x0a => {
                self.out.extend_from_slice(b"null");
                Ok(at)
            }
            0x03 => self.object(at, limit),
            0x04 => self.array(at, limit),
            0x12 => {
                let n = i64::from_le_bytes(read::array(bytes, at, limit)?);
                if STYLE == EXTENDED && self.relaxed {
                    number::write_i64(n, self.out);
                } else {
                    self.wrapped_integer(b"{\"$numberLong\":\"", n);
                }
                Ok(at + 8)
            }
            _ => self.scalar(kind, at, limit),
        }
    }

    #[inline(always)]
    fn string(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let (text, end) = read::string(self.bytes, at, limit)?;
        if !write_short_string(self.bytes, at + 4, text.len(), self.out) {
            self.text(text, at)?;
        }
        Ok(end)
    }

    #[inline(always)]
    fn int32(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let n = i32::from_le_bytes(read::array(self.bytes, at, limit)?);
        if STYLE == EXTENDED && !self.relaxed {
            self.wrapped_integer(b"{\"$numberInt\":\"", n.into());
        } else {
            number::write_i64(n.into(), self.out);
        }
        Ok(at + 4)
    }

    #[inline]
    fn object(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let end = self.enter(at, limit)?;
        let bytes = self.bytes;
        let mut at = at + 4;
        let first = at;
        let mut place = Place { previous: self.key, first: true };
        let mut watch = KeyWatch::new(bytes, first);
        while at < end {
            let kind_at = at;
            let [kind] = read::array(bytes, at, end)?;
            let value_at = match if STYLE == COLUMN { self.recognise(kind_at, end, place) } else { None } {
                Some((number, value_at, ascends, hash)) => {
                    watch.see(bytes.get(kind_at + 1..value_at - 1).unwrap_or_default(), kind_at, ascends, hash);
                    place = Place { previous: number, first: false };
                    value_at
                }
                None => self.key(kind_at, end, &mut place, &mut watch)?,
            };
            self.key = place.previous;
            at = self.member(kind, kind_at, value_at, end)?;
        }
        if at == first {
            self.out.push(b'{');
        }
        self.out.push(b'}');
        if STYLE == COLUMN {
            let (distinct, ascending) = watch.finish(end);
            self.clean &= distinct;
            self.ordered &= ascending;
        }
        self.depth += 1;
        Ok(end + 1)
    }

    /// Writes the key that was expected at `place` with what stands around it, if it is the one of the element at `kind_at`; its number, where
    /// its value stands, whether it is greater than the key before it, and its hash.
    #[inline(always)]
    fn recognise(&mut self, kind_at: usize, end: usize, place: Place) -> Option<(KeyNumber, usize, bool, u32)> {
        let window = self.bytes.get(kind_at + 1..)?.first_chunk()?;
        let key = self.keys.recognise(place, window)?;
        let (mark, value_at) = (self.out.len(), kind_at + 1 + key.length);
        if value_at > end {
            return None;
        }
        self.out.extend_from_slice(key.target);
        self.out.truncate(mark + key.length + AROUND);
        Some((key.number, value_at, key.ascends, key.hash))
    }

    /// Writes any other key; where its value stands.
    #[inline(never)]
    fn key(&mut self, kind_at: usize, end: usize, place: &mut Place, watch: &mut KeyWatch<'a>) -> Result<usize, Fault> {
        let bytes = self.bytes;
        let (key, value_at) = read::cstring(bytes, kind_at + 1, end)?;
        let (before, mark) = (if place.first { b'{' } else { b',' }, self.out.len());
        let short = write_short_key(before, bytes, kind_at + 1, key.len(), self.out);
        if !short {
            self.out.push(before);
            self.text(key, kind_at + 1)?;
            self.out.push(b':');
        }
        let mut number = NONE;
        if STYLE == COLUMN {
            let ascends = watch.ascends(key);
            let hash = hash(key);
            watch.see(key, kind_at, ascends, hash);
            let plain = key.first() != Some(&b'$');
            self.clean &= plain;
            if let (true, Some(source), Some(target)) = (short && plain, bytes.get(kind_at + 1..value_at), self.out.get(mark..)) {
                number = self.keys.learn(*place, source, target, ascends, hash);
            }
        }
        *place = Place { previous: number, first: false };
        Ok(value_at)
    }

    #[inline]
    fn array(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        let end = self.enter(at, limit)?;
        let bytes = self.bytes;
        let mut positions = Positions::new();
        let outer = self.key;
        self.out.push(b'[');
        let mut at = at + 4;
        let first = at;
        while at < end {
            if at != first {
                self.out.push(b',');
            }
            let kind_at = at;
            let [kind] = read::array(bytes, at, end)?;
            let (key, value_at) = read::cstring(bytes, at + 1, end)?;
            if STYLE == COLUMN {
                self.clean &= key == positions.text();
                positions.advance();
            }
            self.key = outer;
            at = self.member(kind, kind_at, value_at, end)?;
        }
        self.out.push(b']');
        self.depth += 1;
        Ok(end + 1)
    }

    /// A value inside a container. What columns mostly hold is written in place: a call would cost as much. Blames an unknown type on the
    /// byte that says it.
    #[inline(always)]
    fn member(&mut self, kind: u8, kind_at: usize, at: usize, limit: usize) -> Result<usize, Fault> {
        if STYLE == COLUMN && kind == 0x02 {
            return self.string(at, limit);
        }
        if STYLE == COLUMN && kind == 0x10 {
            return self.int32(at, limit);
        }
        if !matches!(kind, 0x01..=0x13 | 0x7f | 0xff) {
            return Err(Fault::Malformed(kind_at));
        }
        self.value(kind, at, limit)
    }

    /// Opens a container; returns the offset of its terminator.
    #[inline]
    fn enter(&mut self, at: usize, limit: usize) -> Result<usize, Fault> {
        self.depth = self.depth.checked_sub(1).ok_or(Fault::TooDeep(at))?;
        read::document(self.bytes, at, limit)
    }

    /// A JSON string; `at` is where its bytes come from.
    #[inline]
    pub(super) fn text(&mut self, text: &[u8], at: usize) -> Result<(), Fault> {
        let Text { valid, nul } = write_string(text, self.out);
        if STYLE != COLUMN && !valid {
            return Err(Fault::Malformed(at));
        }
        self.clean &= valid && !nul;
        self.nul |= nul;
        Ok(())
    }

    #[inline]
    fn double(&mut self, bits: u64) {
        let value = f64::from_bits(bits);
        let plain = if STYLE == COLUMN { value.is_finite() && value != f64::from(value as i32) } else { self.relaxed && value.is_finite() };
        if plain {
            return number::write_double(value, STYLE == COLUMN, self.out);
        }
        self.clean &= !value.is_nan() || bits == number::NAN;
        self.out.extend_from_slice(b"{\"$numberDouble\":\"");
        number::write_double_extended(value, self.out);
        self.out.extend_from_slice(b"\"}");
    }

    /// `opening`, an integer, and the end of a one-field wrapper.
    #[inline]
    pub(super) fn wrapped_integer(&mut self, opening: &[u8], value: i64) {
        self.out.extend_from_slice(opening);
        number::write_i64(value, self.out);
        self.out.extend_from_slice(b"\"}");
    }
}
