//! Dates and timestamps in the ISO style, in UTC.

use super::digits::{four, fraction_digits, push_unsigned, two};
use super::slot::{Slot, SLOT};

const DAY: i64 = 86_400_000_000;
/// Days from 1 March of the year 0 to 2000-01-01, and [`ERAS`].
const SHIFT: i64 = 730_425 + ERAS * 146_097;
/// Periods of 400 years that make every day positive.
const ERAS: i64 = 1_000;

/// Year, month and day of a day since 2000, in the proleptic Gregorian calendar (year 0 is 1 BC). Years begin in March, so that leap days end them.
#[inline(always)]
fn civil(days: i32) -> (i32, u32, u32) {
    let shifted = (i64::from(days) + SHIFT) as u32;
    let era = shifted / 146_097;
    let of_era = shifted - era * 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = (year_of_era + era * 400) as i32 - (ERAS * 400) as i32 + i32::from(month <= 2);
    (year, month, day)
}

/// Appends a year, in four digits or more; gives whether it is before Christ.
fn push_year(year: i32, out: &mut Vec<u8>) -> bool {
    let before = year <= 0;
    let year = (if before { 1 - year } else { year }) as u32;
    if year < 10_000 {
        out.extend_from_slice(&four(year));
    } else {
        push_unsigned(u64::from(year), out);
    }
    before
}

/// Appends a date (days since 2000); `None` outside PostgreSQL's range.
pub(super) fn push_date(days: i32, out: &mut Vec<u8>) -> Option<()> {
    match days {
        i32::MAX => out.extend_from_slice(b"infinity"),
        i32::MIN => out.extend_from_slice(b"-infinity"),
        days if !crate::postgres::datetime::is_date(days) => return None,
        days => {
            let (year, month, day) = civil(days);
            let before = push_year(year, out);
            let ([a, b], [c, d]) = (two(month), two(day));
            out.extend_from_slice(&[b'-', a, b, b'-', c, d]);
            if before {
                out.extend_from_slice(b" BC");
            }
        }
    }
    Some(())
}

/// Year, month, day, and microseconds of the day.
#[inline(always)]
fn parts(microseconds: i64) -> (i32, u32, u32, i64) {
    // WebAssembly divides 64-bit integers slowly. The estimate is one off at most; everything after it is exact.
    let mut days = (microseconds as f64 * (1.0 / DAY as f64)) as i64;
    let mut of_day = microseconds - days * DAY;
    if of_day < 0 {
        days -= 1;
        of_day += DAY;
    } else if of_day >= DAY {
        days += 1;
        of_day -= DAY;
    }
    let (year, month, day) = civil(days as i32);
    (year, month, day, of_day)
}

/// Writes `0000-MM-DD hh:mm:ss`, fraction and zone; gives the length.
#[inline(always)]
fn put_parts(month: u32, day: u32, of_day: i64, zone: bool, slot: &mut Slot) -> usize {
    let seconds = (of_day as f64 / 1e6) as i32 as u32;
    let fraction = (of_day - i64::from(seconds) * 1_000_000) as u32;
    let minutes = seconds / 60;
    let hours = minutes / 60;
    slot[..20].copy_from_slice(b"0000-00-00 00:00:00.");
    let mut pair = |at: usize, value: u32| slot[at..at + 2].copy_from_slice(&two(value));
    pair(5, month);
    pair(8, day);
    pair(11, hours);
    pair(14, minutes - hours * 60);
    pair(17, seconds - minutes * 60);
    let mut end = 19;
    if fraction != 0 {
        let (digits, length) = fraction_digits(fraction);
        slot[20..28].copy_from_slice(&digits);
        end = 20 + length;
    }
    if zone {
        slot[end..end + 3].copy_from_slice(b"+00");
        end += 3;
    }
    end
}

/// Writes a timestamp of the years 1 to 9999 and gives its length.
#[inline(always)]
pub(super) fn put_timestamp(microseconds: i64, zone: bool, slot: &mut Slot) -> Option<usize> {
    if !crate::postgres::datetime::is_timestamp(microseconds) {
        return None;
    }
    let (year, month, day, of_day) = parts(microseconds);
    let end = put_parts(month, day, of_day, zone, slot);
    if !(1..10_000).contains(&year) {
        return None;
    }
    slot[..4].copy_from_slice(&four(year as u32));
    Some(end)
}

/// Appends a timestamp (microseconds since 2000); `None` outside PostgreSQL's range.
pub(super) fn push_timestamp(microseconds: i64, zone: bool, out: &mut Vec<u8>) -> Option<()> {
    if !crate::postgres::datetime::is_timestamp(microseconds) {
        out.extend_from_slice(match microseconds {
            i64::MAX => &b"infinity"[..],
            i64::MIN => b"-infinity",
            _ => return None,
        });
        return Some(());
    }
    let (year, month, day, of_day) = parts(microseconds);
    let mut slot = [0; SLOT];
    let end = put_parts(month, day, of_day, zone, &mut slot);
    let before = push_year(year, out);
    out.extend_from_slice(slot.get(4..end).unwrap_or(&[]));
    if before {
        out.extend_from_slice(b" BC");
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(days: i32) -> Option<String> {
        let mut out = Vec::new();
        push_date(days, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    fn timestamp(microseconds: i64, zone: bool) -> Option<String> {
        let mut out = Vec::new();
        push_timestamp(microseconds, zone, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn dates() {
        for (days, text) in [
            (0, "2000-01-01"),
            (59, "2000-02-29"),
            (-1, "1999-12-31"),
            (8_825, "2024-02-29"),
            (-730_119, "0001-01-01"),
            (-730_120, "0001-12-31 BC"),
            (-2_451_545, "4714-11-24 BC"),
            (2_921_940 - 1, "9999-12-31"),
            (2_921_940, "10000-01-01"),
            (2_145_031_948, "5874897-12-31"),
            (i32::MAX, "infinity"),
            (i32::MIN, "-infinity"),
        ] {
            assert_eq!(date(days).as_deref(), Some(text));
        }
        assert_eq!((date(-2_451_546), date(2_145_031_949), date(i32::MIN + 1)), (None, None, None));
    }

    /// Day after day through two periods of 400 years, counted by hand.
    #[test]
    fn the_calendar_has_no_gap() {
        let (mut year, mut month, mut day) = (1600, 1, 1);
        for days in -146_097..146_097 {
            assert_eq!(civil(days), (year, month, day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 => 28 + u32::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
        }
    }

    #[test]
    fn timestamps() {
        for (microseconds, zone, text) in [
            (0, false, "2000-01-01 00:00:00"),
            (-1, true, "1999-12-31 23:59:59.999999+00"),
            (753_315_200_123_000, true, "2023-11-14 22:13:20.123+00"),
            (753_315_200_100_000, false, "2023-11-14 22:13:20.1"),
            (10, false, "2000-01-01 00:00:00.00001"),
            (-211_813_488_000_000_000, true, "4714-11-24 00:00:00+00 BC"),
            (9_223_371_331_199_999_999, false, "294276-12-31 23:59:59.999999"),
            (i64::MAX, true, "infinity"),
            (i64::MIN, false, "-infinity"),
        ] {
            assert_eq!(timestamp(microseconds, zone).as_deref(), Some(text));
        }
        assert_eq!((timestamp(-211_813_488_000_000_001, true), timestamp(9_223_371_331_200_000_000, true)), (None, None));
    }
}
