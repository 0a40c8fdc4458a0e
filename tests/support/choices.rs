//! Decisions read from bytes: what a generator does is a function of the bytes, so proptest shrinks it and a fuzzer steers it.
//! Zero, and no bytes left, is always the simplest choice.

/// A stream of decisions.
#[derive(Debug, Clone)]
pub struct Choices<'a> {
    bytes: &'a [u8],
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Choices { bytes }
    }

    pub fn byte(&mut self) -> u8 {
        match self.bytes.split_first() {
            Some((first, rest)) => {
                self.bytes = rest;
                *first
            }
            None => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// 0 to `n` - 1.
    pub fn pick(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n.max(1)
    }

    /// True in `sixteenths` of 16 cases, and never where no bytes are left.
    pub fn flag(&mut self, sixteenths: u8) -> bool {
        self.byte() % 16 >= 16 - sixteenths
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.pick(list.len())]
    }

    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// An integer of any size: small ones as often as large ones.
    pub fn integer(&mut self) -> i64 {
        match self.pick(6) {
            0 => i64::from(self.byte()),
            1 => i64::from(self.byte() as i8),
            2 => i64::from(i16::from_le_bytes(self.take())),
            3 => i64::from(i32::from_le_bytes(self.take())),
            4 => i64::from_le_bytes(self.take()),
            _ => self.of(&[i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1, i32::MAX as i64, i32::MIN as i64, i32::MAX as i64 + 1, i16::MAX as i64, -1]),
        }
    }

    pub fn double(&mut self) -> f64 {
        match self.pick(4) {
            0 => f64::from(self.byte() as i8),
            1 => f64::from(self.byte() as i8) / 4.0,
            2 => self.of(&[-0.0, 0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 5e-324, 3e9, 9_007_199_254_740_993.0, 9.223_372_036_854_776e18]),
            _ => f64::from_le_bytes(self.take()),
        }
    }

    pub fn text(&mut self) -> String {
        match self.pick(8) {
            0 => String::new(),
            1..=3 => (0..self.pick(6)).map(|_| self.of(&['a', 'b', 'Z', '0', '.', '"', '\\', '\n', 'é', '∑', '𝄞', '\'', '{', ','])).collect(),
            4 => self.of(&["A", "B", "C", "12.5", "null", "$oid", "a b"]).to_owned(),
            5 => "65f1a2b3c4d5e6f708192a3b".to_owned(),
            6 => "~".to_owned() + &"0123456789abcdef".repeat(2),
            _ => "x".repeat(self.pick(40)),
        }
    }
}
