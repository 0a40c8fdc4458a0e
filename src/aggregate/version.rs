//! The version a document carries: what decides which of two states is the newer one.

use crate::bson::{kind, read_f64, read_i32, read_i64, Elements};

/// Why a document has no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoVersion {
    /// Nothing stands at the path, or null.
    Missing,
    /// What stands there is no whole number, date or timestamp, or does not fit a `bigint`.
    Unusable,
}

/// The value at `path` as a `bigint`: integers and whole doubles as they are, a date as its milliseconds, a BSON timestamp as seconds
/// times 2^32 plus increment (the order MongoDB compares them in).
pub fn version_of(document: &[u8], path: &[String]) -> Result<i64, NoVersion> {
    let (mut start, mut end) = (0, document.len());
    for (depth, name) in path.iter().enumerate() {
        let mut elements = Elements::new(document, start, end).map_err(|_| NoVersion::Missing)?;
        let found = loop {
            match elements.next_element() {
                Ok(Some(element)) if document.get(element.name..element.name_end) == Some(name.as_bytes()) => break element,
                Ok(Some(_)) => {}
                _ => return Err(NoVersion::Missing),
            }
        };
        if depth + 1 == path.len() {
            return of_value(found.kind, document.get(found.start..found.end).unwrap_or(&[]));
        }
        if found.kind != kind::DOCUMENT {
            return Err(NoVersion::Missing);
        }
        (start, end) = (found.start, found.end);
    }
    Err(NoVersion::Missing)
}

fn of_value(kind: u8, value: &[u8]) -> Result<i64, NoVersion> {
    match kind {
        kind::INT32 => read_i32(value).map(i64::from),
        kind::INT64 | kind::DATE => read_i64(value),
        // Seconds since 1970 fill 32 bits in 2106, and the sign bit in 2038.
        kind::TIMESTAMP => read_i64(value).filter(|stamp| *stamp >= 0),
        kind::DOUBLE => read_f64(value).filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).map(|number| number as i64),
        kind::NULL | kind::UNDEFINED => return Err(NoVersion::Missing),
        _ => None,
    }
    .ok_or(NoVersion::Unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(json: &str, path: &[&str]) -> Result<i64, NoVersion> {
        let document = crate::json::parse_extended_json(json.as_bytes()).expect("a document");
        let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
        version_of(&document, &path)
    }

    #[test]
    fn whole_numbers_dates_and_timestamps_are_versions() {
        assert_eq!(version(r#"{"a":1,"__v":7}"#, &["__v"]), Ok(7));
        assert_eq!(version(r#"{"__v":{"$numberLong":"9223372036854775807"}}"#, &["__v"]), Ok(i64::MAX));
        assert_eq!(version(r#"{"__v":{"$numberDouble":"3.0"}}"#, &["__v"]), Ok(3));
        assert_eq!(version(r#"{"meta":{"at":{"$date":{"$numberLong":"1700000000123"}}}}"#, &["meta", "at"]), Ok(1_700_000_000_123));
        assert_eq!(version(r#"{"t":{"$timestamp":{"t":2,"i":5}}}"#, &["t"]), Ok((2 << 32) + 5));
    }

    #[test]
    fn what_has_no_order_is_no_version() {
        assert_eq!(version(r#"{"a":1}"#, &["__v"]), Err(NoVersion::Missing));
        assert_eq!(version(r#"{"__v":null}"#, &["__v"]), Err(NoVersion::Missing));
        assert_eq!(version(r#"{"a":1}"#, &["a", "b"]), Err(NoVersion::Missing));
        assert_eq!(version(r#"{"__v":"7"}"#, &["__v"]), Err(NoVersion::Unusable));
        assert_eq!(version(r#"{"__v":{"$numberDouble":"1.5"}}"#, &["__v"]), Err(NoVersion::Unusable));
        assert_eq!(version(r#"{"__v":{"$numberDouble":"NaN"}}"#, &["__v"]), Err(NoVersion::Unusable));
    }
}
