//! PostgreSQL's binary dates and timestamps. Range: 4713-11-24 BC to 294276-12-31 (timestamps), 5874897-12-31 (dates).

/// Milliseconds from the Unix epoch to PostgreSQL's, 2000-01-01.
const EPOCH_MS: i64 = 946_684_800_000;
/// 4713-11-24 BC, in microseconds from PostgreSQL's epoch (`MIN_TIMESTAMP`).
const MIN_TIMESTAMP: i64 = -211_813_488_000_000_000;
/// 294277-01-01 (`END_TIMESTAMP`, exclusive).
const END_TIMESTAMP: i64 = 9_223_371_331_200_000_000;
const DAY_MS: i64 = 86_400_000;
const MIN_DATE: i64 = -2_451_545;
const END_DATE: i64 = 2_145_031_949;

/// Microseconds since 2000-01-01 UTC; `None` outside PostgreSQL's range, or where `precision` fractional digits cannot hold the milliseconds.
#[inline]
pub fn timestamp_from_millis(ms: i64, precision: u8) -> Option<i64> {
    let unit = match precision {
        0 => 1_000,
        1 => 100,
        2 => 10,
        _ => 1,
    };
    if unit != 1 && ms.rem_euclid(unit) != 0 {
        return None;
    }
    let ms = ms.checked_sub(EPOCH_MS)?;
    // Both ends are whole milliseconds. (A checked multiplication of 64 bits is a call in WebAssembly.)
    (MIN_TIMESTAMP / 1_000..END_TIMESTAMP / 1_000).contains(&ms).then_some(ms.wrapping_mul(1_000))
}

/// Whether PostgreSQL has this timestamp; infinities aside.
#[inline]
pub fn is_timestamp(microseconds: i64) -> bool {
    (MIN_TIMESTAMP..END_TIMESTAMP).contains(&microseconds)
}

/// Whether PostgreSQL has this date; infinities aside.
#[inline]
pub fn is_date(days: i32) -> bool {
    (MIN_DATE..END_DATE).contains(&i64::from(days))
}

/// Milliseconds since 1970 (rounded down) and whether microseconds were lost; `None` for ±infinity.
#[inline]
pub fn millis_from_timestamp(microseconds: i64) -> Option<(i64, bool)> {
    if microseconds == i64::MAX || microseconds == i64::MIN {
        return None;
    }
    Some((microseconds.div_euclid(1_000) + EPOCH_MS, microseconds.rem_euclid(1_000) != 0))
}

/// Days since 2000-01-01; `None` unless exactly midnight UTC and in range.
pub fn date_from_millis(ms: i64) -> Option<i32> {
    let ms = ms.checked_sub(EPOCH_MS)?;
    let days = ms.div_euclid(DAY_MS);
    (ms.rem_euclid(DAY_MS) == 0 && (MIN_DATE..END_DATE).contains(&days)).then_some(days as i32)
}

/// Milliseconds since 1970; `None` for ±infinity.
pub fn millis_from_date(days: i32) -> Option<i64> {
    (days != i32::MAX && days != i32::MIN).then(|| i64::from(days) * DAY_MS + EPOCH_MS)
}
