//! Numbers: int32 where they are integral and in range, else doubles.

use super::{ascii, End, Stream};
use crate::json::build::{Build, Dialect};
use crate::json::number;
use crate::json::scan::digits;
use crate::json::tree::Parser;

impl Stream<'_, '_> {
    #[inline(never)]
    pub(super) fn number(&mut self, start: usize) -> Option<End> {
        let text = self.text;
        let negative = text.get(start) == Some(&b'-');
        let first = start + usize::from(negative);
        let mut mantissa = 0;
        let mut at = if text.get(first) == Some(&b'0') { first + 1 } else { digits(text, first, &mut mantissa) };
        if at == first {
            return None;
        }
        let (mut count, mut fraction) = (at - first, 0);
        if text.get(at) == Some(&b'.') {
            let point = at + 1;
            at = digits(text, point, &mut mantissa);
            fraction = at - point;
            count += fraction;
            if fraction == 0 {
                return None;
            }
        }
        if matches!(text.get(at), Some(b'e' | b'E')) || (count > number::SHORT && fraction == 0) {
            return self.long_number(start);
        }
        if count > number::SHORT {
            return self.long_fraction(start, at);
        }
        if fraction == 0 && count < 10 && (mantissa != 0 || !negative) {
            let integer = mantissa as i32;
            self.kind = 0x10;
            self.out.extend_from_slice(&if negative { -integer } else { integer }.to_le_bytes());
            return End::new(at);
        }
        let double = number::short_double(negative, mantissa, fraction);
        // A fraction whose last digit is not 0 makes no integer: nothing has to wait for the division.
        let fractional = fraction > 0 && text.get(at - 1) != Some(&b'0');
        match if fractional { None } else { number::as_int32(double) } {
            Some(integer) => {
                self.kind = 0x10;
                self.out.extend_from_slice(&integer.to_le_bytes());
            }
            None => {
                self.kind = 0x01;
                self.out.extend_from_slice(&double.to_le_bytes());
            }
        }
        End::new(at)
    }

    /// A number with a point and many digits, which stands from `start` to `end`.
    #[inline(never)]
    fn long_fraction(&mut self, start: usize, end: usize) -> Option<End> {
        let text = std::str::from_utf8(self.text.get(start..end)?).ok()?;
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        self.kind = build.double(text, start).ok()?;
        self.rounded |= build.rounded;
        End::new(end)
    }

    #[inline(never)]
    fn long_number(&mut self, at: usize) -> Option<End> {
        let mut parser = Parser { text: ascii(self.text.get(at..)?, |byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')), at: 0 };
        let text = parser.number().ok()?;
        let mut build = Build { dialect: Dialect::Column, out: self.out, rounded: false };
        self.kind = build.number(text, at).ok()?;
        self.rounded |= build.rounded;
        End::new(at + parser.at)
    }
}
