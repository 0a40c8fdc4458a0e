//! What was seen so far among siblings, and where a walk is: both without allocating for the usual few.

use crate::bytes::push_run;
use std::collections::HashSet;

/// Byte strings seen: few are searched, many are hashed.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// A bit for what each one seen begins and ends with: most new ones are known to be new by that.
    bits: u64,
    many: HashSet<Vec<u8>>,
}

/// More than this many are hashed.
const FEW: usize = 16;

impl Seen {
    /// Whether the key `data[start..end]` is seen for the first time.
    pub fn first(&mut self, data: &[u8], start: usize, end: usize) -> bool {
        let key = data.get(start..end).unwrap_or(&[]);
        if self.ends.len() < FEW {
            let byte = |at: usize| key.get(at).copied().unwrap_or(0);
            let bit = 1u64 << ((byte(0) ^ byte(key.len().wrapping_sub(3)) ^ byte(key.len().wrapping_sub(1)).rotate_left(3)) & 63);
            if self.bits & bit != 0 {
                let mut start = 0;
                for &end in &self.ends {
                    if self.bytes.get(start..end) == Some(key) {
                        return false;
                    }
                    start = end;
                }
            }
            self.bits |= bit;
            push_run(&mut self.bytes, data, start, end);
            self.ends.push(self.bytes.len());
            return true;
        }
        if self.many.is_empty() {
            let mut start = 0;
            for &end in &self.ends {
                self.many.insert(self.bytes.get(start..end).unwrap_or(&[]).to_vec());
                start = end;
            }
        }
        self.many.insert(key.to_vec())
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.bits = 0;
        self.many.clear();
    }
}

/// A step of a walk below a child's label.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// The child as a whole.
    Whole,
    /// An element.
    Index(u32),
    /// A map entry: where its key stands in `State::trail_names`, and how long it is.
    Key(usize, usize),
}
