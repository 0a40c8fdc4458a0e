//! Column values as PostgreSQL writes and reads them: written here a second time, apart from the package's TypeScript.

use rowlens::plan::EnumPlan;
use rowlens::postgres::{array::element_oid, numeric::numeric_to_text, PgType};
use std::fmt::Write;

const DAY: i64 = 86_400_000_000;

/// Days since 2000-01-01 as (year, month, day).
fn civil(days: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (2000 + days.div_euclid(146_097) * 400, days.rem_euclid(146_097));
    let leap = |y: i64| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let mut month = 1;
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    for length in [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

fn date(days: i64) -> String {
    let (year, month, day) = civil(days);
    let shown = if year > 0 { year } else { 1 - year };
    format!("{shown:04}-{month:02}-{day:02}")
}

fn era(days: i64) -> &'static str {
    if civil(days).0 > 0 { "" } else { " BC" }
}

fn timestamp(micros: i64, zone: &str) -> String {
    match micros {
        i64::MAX => return "infinity".into(),
        i64::MIN => return "-infinity".into(),
        _ => {}
    }
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let seconds = rest / 1_000_000;
    let mut text = format!("{} {:02}:{:02}:{:02}", date(days), seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest % 1_000_000 > 0 {
        let fraction = format!("{:06}", rest % 1_000_000);
        let _ = write!(text, ".{}", fraction.trim_end_matches('0'));
    }
    text + zone + era(days)
}

/// PostgreSQL's shortest digits: fixed between 1e-4 and 10^digits, else with an exponent of two digits or more.
fn float(shortest: &str, digits: i32) -> String {
    let (sign, rest) = shortest.strip_prefix('-').map_or(("", shortest), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once('e').unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let point = whole.len() as i32 + exponent.parse::<i32>().unwrap() - (all.len() - significant.len()) as i32;
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return format!("{sign}0");
    }
    let scientific = point - 1;
    if !(-4..digits).contains(&scientific) {
        let (first, more) = significant.split_at(1);
        let dot = if more.is_empty() { "" } else { "." };
        return format!("{sign}{first}{dot}{more}e{}{:02}", if scientific < 0 { '-' } else { '+' }, scientific.abs());
    }
    if point <= 0 {
        return format!("{sign}0.{}{significant}", "0".repeat(-point as usize));
    }
    let point = point as usize;
    if significant.len() <= point { format!("{sign}{significant}{}", "0".repeat(point - significant.len())) } else { format!("{sign}{}.{}", &significant[..point], &significant[point..]) }
}

fn double(value: f64, shortest: String, digits: i32) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity".into() } else { "-Infinity".into() };
    }
    float(&shortest, digits)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(|c: char| "{},\"\\".contains(c) || c.is_ascii_whitespace());
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn array(element: &PgType, bytes: &[u8]) -> String {
    let int = |at: usize| i32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let dimensions = int(0) as usize;
    let lengths: Vec<usize> = (0..dimensions).map(|d| int(12 + d * 8) as usize).collect();
    let mut at = 12 + dimensions * 8;
    if dimensions == 0 {
        return "{}".into();
    }
    fn level(element: &PgType, lengths: &[usize], bytes: &[u8], at: &mut usize) -> String {
        let Some((length, rest)) = lengths.split_first() else {
            let size = i32::from_be_bytes(bytes[*at..*at + 4].try_into().unwrap());
            *at += 4;
            if size < 0 {
                return "NULL".into();
            }
            let start = *at;
            *at += size as usize;
            return quoted(&show(element, &bytes[start..*at]));
        };
        let items: Vec<String> = (0..*length).map(|_| level(element, rest, bytes, at)).collect();
        format!("{{{}}}", items.join(","))
    }
    level(element, &lengths, bytes, &mut at)
}

/// A value in binary form as PostgreSQL's text.
pub fn show(pg: &PgType, bytes: &[u8]) -> String {
    let text = || String::from_utf8(bytes.to_vec()).unwrap();
    let big = || i64::from_be_bytes(bytes.try_into().unwrap());
    match pg {
        PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext | PgType::Enum(_) | PgType::Json => text(),
        PgType::Jsonb => String::from_utf8(bytes[1..].to_vec()).unwrap(),
        PgType::Boolean => if bytes == [1] { "t".into() } else { "f".into() },
        PgType::SmallInt => i16::from_be_bytes(bytes.try_into().unwrap()).to_string(),
        PgType::Integer => i32::from_be_bytes(bytes.try_into().unwrap()).to_string(),
        PgType::BigInt => big().to_string(),
        PgType::Real => {
            let value = f32::from_be_bytes(bytes.try_into().unwrap());
            double(value.into(), format!("{value:e}"), 6)
        }
        PgType::Double => {
            let value = f64::from_be_bytes(bytes.try_into().unwrap());
            double(value, format!("{value:e}"), 15)
        }
        PgType::Numeric(_) => {
            let mut out = Vec::new();
            assert!(numeric_to_text(bytes, &mut out));
            String::from_utf8(out).unwrap()
        }
        PgType::Date => match i32::from_be_bytes(bytes.try_into().unwrap()) {
            i32::MAX => "infinity".into(),
            i32::MIN => "-infinity".into(),
            days => date(days.into()) + era(days.into()),
        },
        PgType::Timestamp(_) => timestamp(big(), ""),
        PgType::TimestampTz(_) => timestamp(big(), "+00"),
        PgType::Uuid => {
            let h = hex(bytes);
            format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
        }
        PgType::Bytea => format!("\\x{}", hex(bytes)),
        PgType::Array(element, _) => array(element, bytes),
    }
}

/// Text as a value in binary form, for the types that cases change.
pub fn read(pg: &PgType, text: &str, enums: &[EnumPlan]) -> Vec<u8> {
    let micros = || match text {
        "infinity" => i64::MAX,
        "-infinity" => i64::MIN,
        _ => {
            let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
            let days = (-800_000..2_000_000).find(|days| civil(*days) == (number(0, 4), number(5, 7), number(8, 10))).unwrap();
            let fraction = text.get(20..).unwrap_or("").trim_end_matches("+00");
            days * DAY + (number(11, 13) * 3600 + number(14, 16) * 60 + number(17, 19)) * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
        }
    };
    match pg {
        PgType::Text | PgType::Varchar(_) | PgType::Citext | PgType::Json => text.as_bytes().to_vec(),
        PgType::Enum(index) => {
            assert!(enums[*index].labels.iter().any(|label| label == text));
            text.as_bytes().to_vec()
        }
        PgType::Char(n) => format!("{text:<width$}", width = *n as usize).into_bytes(),
        PgType::Jsonb => [b"\x01", text.as_bytes()].concat(),
        PgType::Boolean => vec![u8::from(text == "true")],
        PgType::SmallInt => text.parse::<i16>().unwrap().to_be_bytes().to_vec(),
        PgType::Integer => text.parse::<i32>().unwrap().to_be_bytes().to_vec(),
        PgType::BigInt => text.parse::<i64>().unwrap().to_be_bytes().to_vec(),
        PgType::Double => text.parse::<f64>().unwrap().to_be_bytes().to_vec(),
        PgType::Uuid => (0..16).map(|at| u8::from_str_radix(&text.replace('-', "")[at * 2..at * 2 + 2], 16).unwrap()).collect(),
        PgType::Timestamp(_) | PgType::TimestampTz(_) => micros().to_be_bytes().to_vec(),
        PgType::Date if text == "infinity" => i32::MAX.to_be_bytes().to_vec(),
        PgType::Date if text == "-infinity" => i32::MIN.to_be_bytes().to_vec(),
        PgType::Date => ((micros() / DAY) as i32).to_be_bytes().to_vec(),
        PgType::Numeric(typmod) => numeric(text, *typmod),
        PgType::Array(element, 1) => {
            let (bounds, list) = text.split_once('=').map_or((None, text), |(bounds, list)| (Some(bounds), list));
            let lower: i32 = bounds.map_or(1, |bounds| bounds[1..].split(':').next().unwrap().parse().unwrap());
            let items: Vec<&str> = list.trim_matches(['{', '}']).split(',').collect();
            let mut out = [1i32, 0, element_oid(element) as i32, items.len() as i32, lower].iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
            for item in items {
                let value = read(element, item, enums);
                out.extend_from_slice(&(value.len() as i32).to_be_bytes());
                out.extend_from_slice(&value);
            }
            out
        }
        _ => panic!("cases cannot change columns of type {pg:?} yet"),
    }
}

fn numeric(text: &str, typmod: Option<(u16, i16)>) -> Vec<u8> {
    let negative = text.starts_with('-');
    let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    let scale = typmod.map_or(fraction.len(), |(_, scale)| scale.max(0) as usize);
    let left = whole.len().div_ceil(4) * 4;
    let right = fraction.len().div_ceil(4) * 4;
    let all = format!("{whole:0>left$}{fraction:0<right$}");
    let mut groups: Vec<i16> = (0..all.len() / 4).map(|at| all[at * 4..at * 4 + 4].parse().unwrap()).collect();
    let mut weight = left as i16 / 4 - 1;
    while groups.first() == Some(&0) {
        groups.remove(0);
        weight -= 1;
    }
    while groups.last() == Some(&0) {
        groups.pop();
    }
    if groups.is_empty() {
        weight = 0;
    }
    let head = [groups.len() as i16, weight, if negative { 0x4000 } else { 0 }, scale as i16];
    head.iter().chain(&groups).flat_map(|n| n.to_be_bytes()).collect()
}
