//! Sixteen bytes as two words.

use super::mask;
use crate::bytes::halves;
use std::ops::BitOr;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The lower-case digits of sixteen bytes.
#[inline(always)]
pub(crate) fn hexadecimal(bytes: &[u8; 16]) -> [[u8; 8]; 4] {
    let (low, high) = halves(bytes);
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32].map(eight)
}

/// The digits of four bytes, the first of which is the lowest.
#[inline(always)]
fn eight(bytes: u32) -> [u8; 8] {
    let mut wide = u64::from(bytes.swap_bytes());
    // One digit per byte, the last digit in the lowest byte.
    wide = (wide | wide << 16) & 0x0000_ffff_0000_ffff;
    wide = (wide | wide << 8) & 0x00ff_00ff_00ff_00ff;
    wide = (wide | wide << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = ((wide + 0x0606_0606_0606_0606) >> 4) & ONES;
    (wide + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).to_be_bytes()
}

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(u64, u64);

/// Which of sixteen bytes are of some kind, by their high bits. The first of each word is always right; a borrow may mark others behind it
/// that are not of the kind, which neither asking for any nor for the first can find out.
#[derive(Clone, Copy)]
pub(crate) struct Marks(u64, u64);

impl Lanes {
    #[inline(always)]
    pub fn of(window: &[u8; 16]) -> Self {
        let (low, high) = halves(window);
        Lanes(low, high)
    }

    #[inline(always)]
    fn marks(self, of: impl Fn(u64) -> u64) -> Marks {
        Marks(of(self.0), of(self.1))
    }

    /// Bytes up to `byte`, which is ASCII.
    #[inline(always)]
    pub fn up_to(self, byte: u8) -> Marks {
        let limit = ONES * (u64::from(byte) + 1);
        self.marks(|word| word.wrapping_sub(limit) & !word)
    }

    #[inline(always)]
    pub fn equal(self, byte: u8) -> Marks {
        self.turned(byte).up_to(0)
    }

    /// Bytes up to `byte`, which is ASCII, and those beyond ASCII.
    #[inline(always)]
    pub fn outside(self, byte: u8) -> Marks {
        let limit = ONES * (u64::from(byte) + 1);
        self.marks(|word| word.wrapping_sub(limit) | word)
    }

    /// With the bits of `mask` turned in every byte.
    #[inline(always)]
    pub fn turned(self, mask: u8) -> Self {
        let mask = ONES * u64::from(mask);
        Lanes(self.0 ^ mask, self.1 ^ mask)
    }
}

impl Marks {
    /// Those of the first `length` bytes.
    #[inline(always)]
    pub fn within(self, length: usize) -> Self {
        let (low, high) = halves(mask(length));
        Marks(self.0 & low, self.1 & high)
    }

    #[inline(always)]
    pub fn any(self) -> bool {
        (self.0 | self.1) & HIGH != 0
    }

    /// The first byte that is marked.
    #[inline(always)]
    pub fn first(self) -> Option<usize> {
        match (self.0 & HIGH, self.1 & HIGH) {
            (0, 0) => None,
            (0, high) => Some(8 + high.trailing_zeros() as usize / 8),
            (low, _) => Some(low.trailing_zeros() as usize / 8),
        }
    }
}

impl BitOr for Marks {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Marks(self.0 | other.0, self.1 | other.1)
    }
}
