//! JSON text: equality as jsonb, splitting, base64, Decimal128 text.

use proptest::prelude::*;
use rowlens::json::decimal_text::{decimal128_from_text, decimal128_to_text, is_canonical};
use rowlens::json::{base64, decode_json, jsonb_equal, parse_extended_json, split_values};

fn equal(a: &str, b: &str) -> bool {
    let forth = jsonb_equal(a.as_bytes(), b.as_bytes());
    assert_eq!(forth, jsonb_equal(b.as_bytes(), a.as_bytes()));
    forth
}

#[test]
fn jsonb_equality_is_by_value() {
    for (a, b) in [
        ("1", "1.0"),
        ("1e2", "100"),
        ("-0", "0.00"),
        ("0e99", "0"),
        ("12.50", "0.125E+2"),
        (r#"{"a":1,"b":2}"#, r#" {"b" : 2, "a": 1 } "#),
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"a":[{"c":1,"bb":2}]}"#, r#"{"a":[{"bb":2,"c":1}]}"#),
        (r#""\u00e9\/""#, "\"\u{e9}/\""),
        (r#""\ud83d\ude00""#, "\"\u{1f600}\""),
    ] {
        assert!(equal(a, b), "{a} {b}");
    }
    for (a, b) in [("1", "2"), ("1", "-1"), ("1", "10"), ("1e2", "1e3"), ("1", "\"1\""), ("[1,2]", "[2,1]"), ("{}", "[]"), ("[1]", "[1,1]"), (r#"{"a":1}"#, r#"{"b":1}"#), ("1", "1 x"), ("0.1", "0.10000000000000000001"), ("null", "false")] {
        assert!(!equal(a, b), "{a} {b}");
    }
}

#[test]
fn json_that_is_none_is_refused() {
    for text in ["", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "-", "1e", "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\n\"", "tru", "nul", "NaN", "1 2", "[1 2]", "{\"a\" 1}", "'a'"] {
        assert!(decode_json(text.as_bytes(), true, &mut Vec::new()).is_err(), "{text}");
    }
    assert_eq!(parse_extended_json(b"\xef\xbb\xbf{\"a\":}").unwrap_err().offset, 8);
    assert!(parse_extended_json(b"[]").is_err());
    assert!(parse_extended_json(br#"{"$oid":"000000000000000000000000"}"#).is_err());
}

#[test]
fn extended_json_numbers_and_older_forms() {
    let value = |text: &str| {
        let doc = parse_extended_json(format!("{{\"\":{text}}}").as_bytes()).unwrap();
        (doc[4], doc[6..doc.len() - 1].to_vec())
    };
    assert_eq!(value("5"), (0x10, 5i32.to_le_bytes().to_vec()));
    assert_eq!(value("5000000000"), (0x12, 5_000_000_000i64.to_le_bytes().to_vec()));
    assert_eq!(value("9223372036854775808"), (0x01, 9_223_372_036_854_775_808f64.to_le_bytes().to_vec()));
    assert_eq!(value("5.0"), (0x01, 5f64.to_le_bytes().to_vec()));
    assert_eq!(value("{\"$date\":-5}"), (0x09, (-5i64).to_le_bytes().to_vec()));
    assert_eq!(value("{\"$date\":\"1969-12-31T23:00:00-0100\"}"), (0x09, 0i64.to_le_bytes().to_vec()));
    assert_eq!(value("{\"$binary\":\"/w==\",\"$type\":\"80\"}"), (0x05, vec![1, 0, 0, 0, 0x80, 255]));
    for bad in ["2021-02-29T00:00:00Z", "2021-02-01T24:00:00Z", "2021-02-01T00:00:00", "2021-02-01", "2021-02-01T00:00:00.Z", "2021-13-01T00:00:00Z"] {
        assert!(parse_extended_json(format!("{{\"a\":{{\"$date\":\"{bad}\"}}}}").as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn values_are_found_in_every_kind_of_file() {
    let split = |text: &'static str| split_values(text.as_bytes()).map(|r| &text[r]).collect::<Vec<_>>();
    assert_eq!(split("{\"a\":1}\n\n{\"b\":\"}\\\"{\"}\r\n"), ["{\"a\":1}", "{\"b\":\"}\\\"{\"}"]);
    assert_eq!(split("{}{} {}"), ["{}", "{}", "{}"]);
    assert_eq!(split(" [ {} , {\"a\":[1,2]} ] "), ["{}", "{\"a\":[1,2]}"]);
    assert_eq!(split("[]"), [""; 0]);
    assert_eq!(split("\u{feff}{}"), ["{}"]);
    assert_eq!(split(""), [""; 0]);
    assert_eq!(split("[{}"), ["{}", ""]);
    assert_eq!(split("[{},]"), ["{}", "]", ""]);
    assert_eq!(split("[{} {}]"), ["{}", ""]);
    assert_eq!(split("{\"a\":"), ["{\"a\":"]);
    assert_eq!(split("1 \"a b\" true"), ["1", "\"a b\"", "true"]);
}

proptest! {
    #[test]
    fn decimal128_text_is_that_of_the_bson_crate(high in any::<u64>(), small in any::<bool>(), low in any::<u64>()) {
        // Half of them with exponents near zero and short coefficients.
        let bits = if small { u128::from(high >> 63) << 127 | u128::from(6140 + high % 60) << 113 | u128::from(low >> ((high >> 32) % 64)) } else { u128::from(high) << 64 | u128::from(low) };
        let value = bits.to_le_bytes();
        let mut text = Vec::new();
        decimal128_to_text(value, &mut text);
        if is_canonical(value) {
            prop_assert_eq!(std::str::from_utf8(&text).unwrap(), bson::Decimal128::from_bytes(value).to_string());
            prop_assert_eq!(decimal128_from_text(&text), Some(value));
        } else {
            prop_assert_ne!(decimal128_from_text(&text), Some(value));
        }
    }

    #[test]
    fn decimal128_from_text_is_that_of_the_bson_crate(text in "[+-]?[0-9]{0,3}0{0,36}[0-9]{0,2}(\\.[0-9]{0,3}0{0,36}[0-9]{0,2})?([eE][+-]?[0-9]{0,4})?") {
        let ours = decimal128_from_text(text.as_bytes());
        let theirs = text.parse::<bson::Decimal128>().ok().map(|d| d.bytes());
        // The bson crate gives up on some texts that need a clamped exponent, and takes a text without digits for zero.
        let has_digits = text.split(['e', 'E']).next().is_some_and(|mantissa| mantissa.contains(|c: char| c.is_ascii_digit()));
        if theirs.is_some() && has_digits {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }

    #[test]
    fn base64_is_its_own_inverse(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
        let (mut text, mut back) = (Vec::new(), Vec::new());
        base64::encode(&bytes, &mut text);
        prop_assert!(base64::decode(&text, &mut back).is_some());
        prop_assert_eq!(back, bytes);
    }

    #[test]
    fn base64_takes_only_what_it_writes(text in "[A-D/+=-]{0,9}") {
        let (mut bytes, mut again) = (Vec::new(), Vec::new());
        if base64::decode(text.as_bytes(), &mut bytes).is_some() {
            base64::encode(&bytes, &mut again);
            prop_assert_eq!(again, text.into_bytes());
        } else {
            prop_assert!(bytes.is_empty());
        }
    }

    #[test]
    fn jsonb_equality_survives_shuffling(items in prop::collection::vec(("[a-c]{0,2}", -5i32..5), 0..8)) {
        let text = |items: &[(String, i32)], zeros: &str| {
            let fields: Vec<String> = items.iter().map(|(k, v)| format!("\"{k}\":{v}{zeros}")).collect();
            format!("{{{}}}", fields.join(","))
        };
        let mut last = std::collections::BTreeMap::new();
        for (k, v) in &items { last.insert(k.clone(), *v); }
        let last: Vec<_> = last.into_iter().rev().collect();
        prop_assert!(equal(&text(&items, ""), &text(&last, ".00")));
        prop_assert!(equal(&text(&items, "e1"), &text(&last, ".0E+1")));
        if let [first, ..] = &last[..] {
            let mut other = last.clone();
            other[0].1 = first.1 + 1;
            prop_assert!(!equal(&text(&items, ""), &text(&other, "")));
            prop_assert!(!equal(&text(&items, ""), &text(&last[1..], "")));
        }
    }

    #[test]
    fn any_text_is_split_and_parsed_without_panic(text in "[\\[\\]{}\",:\\\\ a$1\n.e-]{0,40}") {
        let mut end = 0;
        for range in split_values(text.as_bytes()) {
            prop_assert!(range.start >= end && range.end <= text.len());
            end = range.end;
            let _ = parse_extended_json(&text.as_bytes()[range]);
        }
        let _ = decode_json(text.as_bytes(), false, &mut Vec::new());
        prop_assert!(jsonb_equal(text.as_bytes(), text.as_bytes()));
    }
}
