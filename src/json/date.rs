//! Dates as ISO 8601 text: what relaxed Extended JSON writes, and a little more on the way in.

use super::number::write_padded;

const DAY: i64 = 86_400_000;
/// 9999-12-31T23:59:59.999Z.
const LAST: i64 = 253_402_300_799_999;

/// Is the date in the years 1970 to 9999, which relaxed Extended JSON writes as ISO text?
pub(super) fn is_relaxed(millis: i64) -> bool {
    (0..=LAST).contains(&millis)
}

/// Appends `2012-12-24T12:15:30.501Z`; milliseconds only where there are any. For dates that [`is_relaxed`] accepts.
pub(super) fn write_iso(millis: i64, out: &mut Vec<u8>) {
    let (day, time) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    let (year, month, day) = civil(day);
    let mut part = |value: i64, width: usize, end: &[u8]| {
        write_padded(value as u32, width, out);
        out.extend_from_slice(end);
    };
    part(year, 4, b"-");
    part(month, 2, b"-");
    part(day, 2, b"T");
    part(time / 3_600_000, 2, b":");
    part(time / 60_000 % 60, 2, b":");
    if time % 1000 == 0 {
        part(time / 1000 % 60, 2, b"Z");
    } else {
        part(time / 1000 % 60, 2, b".");
        part(time % 1000, 3, b"Z");
    }
}

/// Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:SS`, with an optional fraction (cut off after milliseconds) and `Z`
/// or an offset (`+HH:MM`, `+HHMM`, `+HH`).
pub(super) fn parse_iso(text: &str) -> Option<i64> {
    let text = text.as_bytes();
    let (head, mut rest) = text.split_at_checked(19)?;
    for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if head.get(at) != Some(&mark) {
            return None;
        }
    }
    let field = |from: usize, to: usize| digits(head.get(from..to)?);
    let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
    let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
    let date = days(year, month, day);
    if hour > 23 || minute > 59 || second > 59 || civil(date) != (year, month, day) {
        return None;
    }
    let mut millis = 0;
    if let [b'.', tail @ ..] = rest {
        let len = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        if len == 0 || len > 9 {
            return None;
        }
        let (fraction, tail) = tail.split_at(len);
        millis = digits(&fraction[..len.min(3)])? * [100, 10, 1][len.min(3) - 1];
        rest = tail;
    }
    let offset = match rest {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), tail @ ..] => {
            let (hours, minutes) = match tail {
                [h1, h2] => (digits(&[*h1, *h2])?, 0),
                [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'-' { -60_000 } else { 60_000 }
        }
        _ => return None,
    };
    Some(date * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + millis - offset)
}

/// At most nine decimal digits.
fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

/// Year, month and day of a day since 1970 (proleptic Gregorian).
fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Day since 1970 of a year, month and day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}
