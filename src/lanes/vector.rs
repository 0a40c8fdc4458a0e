//! Sixteen bytes as one vector of WebAssembly.

use super::mask;
use core::arch::wasm32::{i8x16_le, i8x16_splat, i8x16_swizzle, u64x2, u64x2_extract_lane, u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_shr, u8x16_shuffle, u8x16_splat, v128, v128_and, v128_any_true, v128_or, v128_xor};
use std::ops::BitOr;

/// Sixteen bytes.
#[derive(Clone, Copy)]
pub(crate) struct Lanes(v128);

/// Which of sixteen bytes are of some kind.
#[derive(Clone, Copy)]
pub(crate) struct Marks(v128);

#[inline(always)]
fn vector(window: &[u8; 16]) -> v128 {
    let (low, high) = crate::bytes::halves(window);
    u64x2(low, high)
}

/// The lower-case digits of sixteen bytes.
#[inline(always)]
pub(crate) fn hexadecimal(bytes: &[u8; 16]) -> [[u8; 8]; 4] {
    let bytes = vector(bytes);
    let digits = vector(b"0123456789abcdef");
    let (high, low) = (i8x16_swizzle(digits, u8x16_shr(bytes, 4)), i8x16_swizzle(digits, v128_and(bytes, u8x16_splat(0x0f))));
    let first = u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(high, low);
    let last = u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(high, low);
    [u64x2_extract_lane::<0>(first), u64x2_extract_lane::<1>(first), u64x2_extract_lane::<0>(last), u64x2_extract_lane::<1>(last)].map(u64::to_le_bytes)
}

impl Lanes {
    #[inline(always)]
    pub fn of(window: &[u8; 16]) -> Self {
        Lanes(vector(window))
    }

    /// Bytes up to `byte`, which is ASCII.
    #[inline(always)]
    pub fn up_to(self, byte: u8) -> Marks {
        Marks(u8x16_le(self.0, u8x16_splat(byte)))
    }

    #[inline(always)]
    pub fn equal(self, byte: u8) -> Marks {
        Marks(u8x16_eq(self.0, u8x16_splat(byte)))
    }

    /// Bytes up to `byte`, which is ASCII, and those beyond ASCII.
    #[inline(always)]
    pub fn outside(self, byte: u8) -> Marks {
        Marks(i8x16_le(self.0, i8x16_splat(byte as i8)))
    }

    /// With the bits of `mask` turned in every byte.
    #[inline(always)]
    pub fn turned(self, mask: u8) -> Self {
        Lanes(v128_xor(self.0, u8x16_splat(mask)))
    }
}

impl Marks {
    /// Those of the first `length` bytes.
    #[inline(always)]
    pub fn within(self, length: usize) -> Self {
        Marks(v128_and(self.0, vector(mask(length))))
    }

    #[inline(always)]
    pub fn any(self) -> bool {
        v128_any_true(self.0)
    }

    /// The first byte that is marked.
    #[inline(always)]
    pub fn first(self) -> Option<usize> {
        let bits = u8x16_bitmask(self.0);
        (bits != 0).then_some(bits.trailing_zeros() as usize)
    }
}

impl BitOr for Marks {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Marks(v128_or(self.0, other.0))
    }
}
