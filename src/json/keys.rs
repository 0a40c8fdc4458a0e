//! What an object's keys are like: repeated, ascending in jsonb's order, or an array's positions.

use crate::bson::value_end;
use std::cmp::Ordering;

/// jsonb's order of keys: shorter first, then by bytes.
#[inline]
pub(super) fn jsonb_order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Up to so many keys the Bloom filter decides; more are sorted when the object ends.
const FEW: usize = 48;

/// Watches the keys of one object go by. Nothing is kept of them: where a key may have been seen, the object is read again.
pub(super) struct KeyWatch<'a> {
    bytes: &'a [u8],
    /// Offset of the object's first element.
    first: usize,
    last: &'a [u8],
    count: usize,
    bloom: [u64; 2],
    repeated: bool,
    ascending: bool,
}

impl<'a> KeyWatch<'a> {
    /// For the object whose first element is at `first`.
    #[inline]
    pub(super) fn new(bytes: &'a [u8], first: usize) -> Self {
        KeyWatch { bytes, first, last: &[], count: 0, bloom: [0; 2], repeated: false, ascending: true }
    }

    /// Whether the next key is greater than the one before it.
    #[inline]
    pub(super) fn ascends(&self, key: &[u8]) -> bool {
        self.count == 0 || jsonb_order(self.last, key) == Ordering::Less
    }

    /// Sees the next key, whose element is at `at`; `ascends` is what [`KeyWatch::ascends`] says, `hash` the key's [`hash`].
    #[inline]
    pub(super) fn see(&mut self, key: &'a [u8], at: usize, ascends: bool, hash: u32) {
        self.ascending &= ascends;
        let (half, bit) = (&mut self.bloom[hash as usize & 1], 1u64 << (hash >> 1 & 63));
        let maybe = *half & bit != 0;
        *half |= bit;
        // As long as the keys ascend none can be repeated; beyond FEW keys the end decides.
        if maybe && !self.ascending && self.count <= FEW {
            self.repeated = self.repeated || self.names(at).any(|name| name == key);
        }
        self.last = key;
        self.count += 1;
    }

    /// Says whether no key was repeated, and whether they were strictly ascending; `end` is where the object's terminator is.
    #[inline]
    pub(super) fn finish(self, end: usize) -> (bool, bool) {
        let mut repeated = self.repeated;
        if !self.ascending && !repeated && self.count > FEW {
            let mut names: Vec<&[u8]> = self.names(end).collect();
            names.sort_unstable();
            repeated = names.windows(2).any(|pair| pair[0] == pair[1]);
        }
        (!repeated, self.ascending)
    }

    /// The names of the elements before `end`.
    #[inline(never)]
    fn names(&self, end: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (bytes, mut at) = (self.bytes, self.first);
        std::iter::from_fn(move || {
            let kind = *bytes.get(at).filter(|_| at < end)?;
            let rest = bytes.get(at + 1..end)?;
            let name = rest.get(..rest.iter().position(|byte| *byte == 0)?)?;
            at = value_end(bytes, kind, at + 2 + name.len(), end).ok()?;
            Some(name)
        })
    }
}

/// A few bits of a key: most keys of an object differ in them.
#[inline]
pub(super) fn hash(key: &[u8]) -> u32 {
    let at = |i: usize| u32::from(key.get(i).copied().unwrap_or(0));
    let n = key.len();
    let word = at(0) | at(n / 2) << 8 | at(n.wrapping_sub(1)) << 16 | (n as u32) << 24;
    word.wrapping_mul(0x9e37_79b1) >> 25
}

/// Counts array positions as the decimal text of their keys.
pub(super) struct Positions {
    digits: [u8; 10],
    start: usize,
}

impl Positions {
    /// At `0`.
    #[inline]
    pub(super) fn new() -> Self {
        Positions { digits: [b'0'; 10], start: 9 }
    }

    /// The text of this position.
    #[inline]
    pub(super) fn text(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    /// Appends the start of an element at this position: room for its type byte, and its key.
    #[inline(always)]
    pub(super) fn push_element(&self, out: &mut Vec<u8>) {
        match *self.text() {
            [ones] => out.extend_from_slice(&[0, ones, 0]),
            [tens, ones] => out.extend_from_slice(&[0, tens, ones, 0]),
            ref digits => {
                out.push(0);
                out.extend_from_slice(digits);
                out.push(0);
            }
        }
    }

    /// Goes to the next position.
    #[inline]
    pub(super) fn advance(&mut self) {
        for i in (0..self.digits.len()).rev() {
            self.start = self.start.min(i);
            if self.digits[i] < b'9' {
                self.digits[i] += 1;
                return;
            }
            self.digits[i] = b'0';
        }
    }
}
