//! Sixteen bytes looked at as one: with WebAssembly's vectors where they are, else as two words. All of it is safe Rust.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use vector::{hexadecimal, Lanes, Marks};
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use words::{hexadecimal, Lanes, Marks};

/// Whether some byte of `run` is marked.
#[inline(always)]
pub(crate) fn any(run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    match run.last_chunk::<16>() {
        // The last window overlaps the one before it.
        Some(last) => run.chunks_exact(16).filter_map(<[u8]>::first_chunk).fold(marks(last), |found, window| found | marks(window)).any(),
        None => {
            let mut window = [0; 16];
            for (place, byte) in window.iter_mut().zip(run) {
                *place = *byte;
            }
            marks(&window).within(run.len()).any()
        }
    }
}

/// Where the first marked byte of `run` is, from `at` on.
#[inline(always)]
pub(crate) fn find(run: &[u8], mut at: usize, marks: impl Fn(&[u8; 16]) -> Marks) -> Option<usize> {
    // Four windows with one branch.
    while let Some(block) = run.get(at..).and_then(|rest| rest.first_chunk::<64>()) {
        if block.chunks_exact(16).filter_map(<[u8]>::first_chunk).map(&marks).reduce(|found, window| found | window).is_some_and(Marks::any) {
            break;
        }
        at += 64;
    }
    while let Some(window) = run.get(at..).and_then(|rest| rest.first_chunk()) {
        if let Some(place) = marks(window).first() {
            return Some(at + place);
        }
        at += 16;
    }
    let rest = run.get(at..)?;
    let mut window = [0; 16];
    for (place, byte) in window.iter_mut().zip(rest) {
        *place = *byte;
    }
    marks(&window).within(rest.len()).first().map(|place| at + place)
}

/// Up to so many bytes are copied by windows: beyond, a call to `memcpy` costs less.
pub(crate) const FEW_WINDOWS: usize = 96;

/// Appends `run` if no byte of it is marked, else nothing. Looks and copies at once: two calls would cost more.
#[inline(always)]
pub(crate) fn push_unmarked(out: &mut Vec<u8>, run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    let (Some(last), true) = (run.last_chunk::<16>(), run.len() <= FEW_WINDOWS) else {
        let unmarked = !any(run, marks);
        if unmarked {
            out.extend_from_slice(run);
        }
        return unmarked;
    };
    let mark = out.len();
    let mut found = marks(last);
    for window in run.chunks_exact(16).filter_map(<[u8]>::first_chunk) {
        found = found | marks(window);
        out.extend_from_slice(window);
    }
    if found.any() {
        out.truncate(mark);
        return false;
    }
    // The last window may overlap the one before it.
    out.truncate(mark + run.len() - 16);
    out.extend_from_slice(last);
    true
}

/// Writes `run` to `place`, which is as long; `false` where a byte of it is marked, and then what was written is of no use.
#[inline(always)]
pub(crate) fn put_unmarked(place: &mut [u8], run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    let (Some(last), true) = (run.last_chunk::<16>(), run.len() <= FEW_WINDOWS) else {
        place.copy_from_slice(run);
        return !any(run, marks);
    };
    let mut found = marks(last);
    for (to, window) in place.chunks_exact_mut(16).zip(run.chunks_exact(16).filter_map(<[u8]>::first_chunk)) {
        found = found | marks(window);
        to.copy_from_slice(window);
    }
    if let Some(to) = place.last_chunk_mut() {
        *to = *last;
    }
    !found.any()
}

/// Masks of the first `length` bytes.
static MASKS: [[u8; 16]; 17] = {
    let mut masks = [[0; 16]; 17];
    let mut length = 0;
    while length < 17 {
        let mut at = 0;
        while at < length {
            masks[length][at] = 0xff;
            at += 1;
        }
        length += 1;
    }
    masks
};

/// All marks, where there are more than sixteen.
#[inline(always)]
fn mask(length: usize) -> &'static [u8; 16] {
    MASKS.get(length).unwrap_or(&MASKS[16])
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
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
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod words {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn special(window: &[u8; 16]) -> Marks {
        let lanes = Lanes::of(window);
        lanes.outside(0x0d) | lanes.equal(b'\\')
    }

    #[test]
    fn every_byte_at_every_place() {
        for place in 0..16 {
            for byte in 0..=255 {
                for behind in [b'x', 0, 0xff, b'\\'] {
                    let mut window = [b'x'; 16];
                    window[place + 1..].fill(behind);
                    window[place] = byte;
                    let is = |test: fn(u8) -> bool| window.iter().position(|byte| test(*byte));
                    let lanes = Lanes::of(&window);
                    assert_eq!(special(&window).first(), is(|byte| byte <= 0x0d || byte == b'\\' || byte >= 0x80), "{window:?}");
                    assert_eq!(lanes.outside(0).first(), is(|byte| byte == 0 || byte >= 0x80));
                    assert_eq!(lanes.turned(2).up_to(0x20).first(), is(|byte| byte < 0x20 || byte == b'"'));
                    for length in 0..=17 {
                        let found = special(&window).within(length);
                        assert_eq!(found.any(), is(|byte| byte <= 0x0d || byte == b'\\' || byte >= 0x80).is_some_and(|at| at < length));
                        assert_eq!(found.first().is_some(), found.any());
                    }
                }
            }
        }
    }
}
