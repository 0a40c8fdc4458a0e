//! What an object's keys are like: repeated, ascending in jsonb's order, or an array's positions.

use std::cmp::Ordering;

/// jsonb's order of keys: shorter first, then by bytes.
#[inline]
pub(super) fn jsonb_order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Up to so many keys the Bloom filter decides; more are sorted when the object ends.
const FEW: usize = 48;

/// Watches the keys of one object go by. Keys live on a stack that all objects of a walk share.
pub(super) struct KeyWatch {
    base: usize,
    bloom: [u64; 2],
    repeated: bool,
    ascending: bool,
}

impl KeyWatch {
    /// For an object whose keys will be pushed onto `stack`.
    #[inline]
    pub(super) fn new(stack: &[&[u8]]) -> Self {
        KeyWatch { base: stack.len(), bloom: [0; 2], repeated: false, ascending: true }
    }

    /// Sees the next key.
    #[inline]
    pub(super) fn see<'a>(&mut self, key: &'a [u8], stack: &mut Vec<&'a [u8]>) {
        let seen = stack.get(self.base..).unwrap_or_default();
        if let Some(last) = seen.last() {
            self.ascending = self.ascending && jsonb_order(last, key) == Ordering::Less;
        }
        let hash = hash(key);
        let (half, bit) = (&mut self.bloom[hash as usize & 1], 1u64 << (hash >> 1 & 63));
        // As long as the keys ascend none can be repeated; beyond FEW keys the end decides.
        if *half & bit != 0 && !self.ascending && seen.len() <= FEW {
            self.repeated = self.repeated || seen.contains(&key);
        }
        *half |= bit;
        stack.push(key);
    }

    /// Takes the keys off the stack; says whether none was repeated, and whether they were strictly ascending.
    #[inline]
    pub(super) fn finish(self, stack: &mut Vec<&[u8]>) -> (bool, bool) {
        let mut repeated = self.repeated;
        let seen = stack.get_mut(self.base..).unwrap_or_default();
        if !self.ascending && !repeated && seen.len() > FEW {
            seen.sort_unstable();
            repeated = seen.windows(2).any(|w| w[0] == w[1]);
        }
        stack.truncate(self.base);
        (!repeated, self.ascending)
    }
}

#[inline]
fn hash(key: &[u8]) -> u32 {
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
