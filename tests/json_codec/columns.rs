//! Text of json and jsonb columns.

use super::raw::{array, document, sorted, string, values, Raw};
use proptest::prelude::*;
use rowlens::json::{decode_json, encode_json, jsonb_equal, parse_extended_json, to_extended_json, JsonFault, JsonFit};

fn encode(kind: u8, value: &[u8]) -> (String, JsonFit) {
    let mut out = Vec::new();
    let fit = encode_json(kind, value, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), fit)
}

fn decode(text: &str) -> Raw {
    let mut out = Vec::new();
    let kind = decode_json(text.as_bytes(), true, &mut out).unwrap();
    (kind, out)
}

fn clean(kind: u8, value: &[u8]) -> bool {
    encode(kind, value).1.clean
}

#[test]
fn values_have_the_form_their_type_can_be_told_from() {
    let double = |d: f64| encode(0x01, &d.to_le_bytes()).0;
    assert_eq!(double(5.0), r#"{"$numberDouble":"5.0"}"#);
    assert_eq!(double(-0.0), r#"{"$numberDouble":"-0.0"}"#);
    assert_eq!(double(f64::NAN), r#"{"$numberDouble":"NaN"}"#);
    assert_eq!(double(f64::NEG_INFINITY), r#"{"$numberDouble":"-Infinity"}"#);
    assert_eq!(double(12.5), "12.5");
    assert_eq!(double(3e9), "3000000000");
    assert_eq!(double(1e300), "1e300");
    assert_eq!(encode(0x10, &i32::MIN.to_le_bytes()).0, "-2147483648");
    assert_eq!(encode(0x12, &i64::MIN.to_le_bytes()).0, r#"{"$numberLong":"-9223372036854775808"}"#);
    assert_eq!(encode(0x02, &string("a\"\\\u{1}\n\u{e9}/".as_bytes())).0, "\"a\\\"\\\\\\u0001\\n\u{e9}/\"");
    assert_eq!(encode(0x05, &[2, 0, 0, 0, 0x80, 255, 255]).0, r#"{"$binary":{"base64":"//8=","subType":"80"}}"#);
    let items = array(&[(0x0a, vec![]), (0x08, vec![1])]);
    assert_eq!(encode(0x04, &items).0, "[null,true]");
}

#[test]
fn every_length_of_plain_text_is_copied_and_every_escape_found() {
    for len in 0..40usize {
        let plain: Vec<u8> = (0..len).map(|i| b'a' + (i % 26) as u8).collect();
        assert_eq!(encode(0x02, &string(&plain)).0.as_bytes(), [b"\"", &plain[..], b"\""].concat());
        for at in 0..len {
            for byte in 0..=0x7fu8 {
                let mut text = plain.clone();
                text[at] = byte;
                let (json, fit) = encode(0x02, &string(&text));
                assert_eq!(serde_json::from_str::<String>(&json).unwrap().as_bytes(), text);
                assert_eq!((fit.clean, fit.storable), (byte != 0, byte != 0));
            }
        }
    }
}

#[test]
fn numbers_decode_by_the_rule() {
    for (text, kind) in [("5", 0x10), ("5.0", 0x10), ("5e0", 0x10), ("-0", 0x01), ("-0.0", 0x01), ("5.5", 0x01), ("3000000000.0", 0x01), ("1e5", 0x10), ("2147483648", 0x01), ("-2147483648", 0x10)] {
        let (got, bytes) = decode(text);
        assert_eq!(got, kind, "{text}");
        if kind == 0x01 {
            assert_eq!(f64::from_le_bytes(bytes.try_into().unwrap()).to_bits(), text.parse::<f64>().unwrap().to_bits());
        }
    }
    assert!(decode_json(b"1e400", true, &mut Vec::new()).is_err());
}

#[test]
fn what_is_no_wrapper_stays_an_object() {
    for text in [r#"{"$oid":"x"}"#, r#"{"$numberLong":5}"#, r#"{"$oid":"000000000000000000000000","a":1}"#, r#"{"$set":{"a":1}}"#, r#"{"$code":"","$scope":1}"#, r#"{"$date":5}"#] {
        let (kind, bytes) = decode(text);
        assert_eq!(kind, 0x03, "{text}");
        assert!(!clean(0x03, &bytes));
    }
    assert_eq!(decode(r#"{"$date":"1970-01-01T00:00:01.5+00:00"}"#), (0x09, 1500i64.to_le_bytes().to_vec()));
    assert_eq!(decode(r#" { "$scope" : {} , "$code" : "x" } "#).0, 0x0f);
    assert_eq!(decode(r#"{"b":1,"a":2,"b":3}"#), decode(r#"{"a":2,"b":3}"#));
    assert!(decode_json(br#"{"a\u0000":1}"#, true, &mut Vec::new()).is_err());
}

#[test]
fn what_jsonb_would_lose_is_not_clean() {
    let one: Raw = (0x10, vec![1, 0, 0, 0]);
    let doc = |keys: &[&str]| document(keys.iter().map(|k| (k.as_bytes(), &one)));
    assert!(clean(0x03, &doc(&["b", "a", "aa"])));
    assert!(!clean(0x03, &doc(&["b", "a", "b"])));
    assert!(!clean(0x03, &doc(&["a", "a"])));
    assert!(!clean(0x03, &doc(&["$a"])));
    assert!(!clean(0x04, &doc(&["1"])));
    assert!(!clean(0x04, &doc(&["0", "01"])));
    assert!(!clean(0x01, &0x7ff8_0000_0000_0001u64.to_le_bytes()));
    assert!(!clean(0x0b, b"a\0mi\0"));
    assert!(clean(0x0b, b"a\0im\0"));
    assert!(!clean(0x05, &[4, 0, 0, 0, 2, 0, 0, 0, 0]));
    assert!(!clean(0x02, &string(b"\xff")));
    assert!(encode(0x03, &doc(&["b", "aa"])).1.ordered);
    assert!(!encode(0x03, &doc(&["b", "a"])).1.ordered);
    assert_eq!(encode_json(0x08, &[2], &mut Vec::new()), Err(JsonFault::Malformed { offset: 0 }));
}

#[test]
fn big_objects_and_arrays_are_watched_to_the_end() {
    let one: Raw = (0x0a, vec![]);
    for n in [1usize, 10, 47, 48, 49, 50, 51, 100, 20_000] {
        let mut keys: Vec<String> = (0..n).rev().map(|i| format!("key{i}")).collect();
        let doc = |keys: &[String]| document(keys.iter().map(|k| (k.as_bytes(), &one)));
        assert!(clean(0x03, &doc(&keys)), "{n}");
        for at in [0, n / 2, n - 1] {
            keys.push(format!("key{at}"));
            assert!(!clean(0x03, &doc(&keys)), "{n} {at}");
            keys.pop();
        }
        assert!(clean(0x04, &array(&vec![one.clone(); n])));
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |n: usize| (1..n).fold(document([]), |inner, _| document([(&b"a"[..], &(0x03, inner))]));
    assert!(clean(0x03, &nested(128)));
    let mut out = b"x".to_vec();
    assert_eq!(encode_json(0x03, &nested(129), &mut out), Err(JsonFault::TooDeep));
    assert_eq!(out, b"x");
    assert!(to_extended_json(&nested(500), false, &mut out).is_ok());
    assert!(to_extended_json(&nested(501), false, &mut out).is_err());
    for (open, close) in [("[", "]"), ("{\"$code\":\"\",\"$scope\":", "}")] {
        let text = |n: usize| format!("{}{{}}{}", open.repeat(n), close.repeat(n));
        assert!(decode_json(text(511).as_bytes(), true, &mut out).is_ok());
        assert!(decode_json(text(512).as_bytes(), true, &mut out).is_err());
        assert!(decode_json(open.repeat(100_000).as_bytes(), true, &mut out).is_err());
    }
}

#[test]
fn the_strategy_makes_every_kind_of_fit() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..2000 {
        let (kind, value) = values().new_tree(&mut runner).unwrap().current();
        let fit = encode(kind, &value).1;
        if matches!(kind, 0x03 | 0x04 | 0x0f) && value.len() > 30 {
            *seen.entry((fit.clean, fit.ordered)).or_insert(0) += 1;
        }
    }
    println!("(clean, ordered): {seen:?}");
    assert!(seen.len() == 4 && seen.values().all(|n| *n > 20), "{seen:?}");
}

#[test]
fn doubles_survive_jsonb_writing_out_all_digits() {
    for double in [1e300, -1e22, 5e-324, 1.5e-7, f64::MAX, 2147483648.0, 123456789012345680.0, 0.1] {
        let (text, _) = encode(0x01, &f64::to_le_bytes(double));
        let written_out = format!("{:.1100}", text.parse::<f64>().unwrap());
        assert!(!written_out.contains('e') && jsonb_equal(text.as_bytes(), text.to_uppercase().as_bytes()));
        assert_eq!(decode(&written_out), (0x01, double.to_le_bytes().to_vec()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn clean_values_come_back((kind, value) in values()) {
        let (text, fit) = encode(kind, &value);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        if fit.clean && fit.storable {
            let (back_kind, back) = decode(&text);
            prop_assert_eq!(back_kind, kind);
            prop_assert_eq!(sorted(kind, &back), sorted(kind, &value), "{}", text);
            if fit.ordered {
                prop_assert_eq!(back, value, "{}", text);
            }
        }
    }

    #[test]
    fn extended_json_keeps_everything_it_takes((kind, value) in values()) {
        let doc = document([(&b"v"[..], &(kind, value.clone()))]);
        let mut text = Vec::new();
        if to_extended_json(&doc, false, &mut text).is_ok() && clean(kind, &value) {
            prop_assert_eq!(&parse_extended_json(&text).unwrap(), &doc);
        }
        let mut relaxed = Vec::new();
        if to_extended_json(&doc, true, &mut relaxed).is_ok() && clean(kind, &value) {
            let back = parse_extended_json(&relaxed).unwrap();
            let mut again = Vec::new();
            to_extended_json(&back, true, &mut again).unwrap();
            prop_assert_eq!(again, relaxed);
        }
    }

    #[test]
    fn decoding_then_encoding_says_the_same((kind, value) in values()) {
        let (text, fit) = encode(kind, &value);
        if fit.clean {
            let (kind, back) = decode(&text);
            prop_assert!(jsonb_equal(encode(kind, &back).0.as_bytes(), text.as_bytes()));
        }
    }

    #[test]
    fn damaged_bytes_never_panic((kind, value) in values(), cut in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), other in any::<u8>()) {
        let mut out = Vec::new();
        let _ = encode_json(kind, &value[..cut.index(value.len() + 1)], &mut out);
        let _ = encode_json(other, &value, &mut out);
        let mut damaged = value;
        if !damaged.is_empty() {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        let _ = to_extended_json(&damaged, true, &mut out);
        out.clear();
        if encode_json(kind, &damaged, &mut out).is_ok() {
            let mut text = String::from_utf8(out).unwrap();
            let _ = parse_extended_json(text.as_bytes());
            while !text.is_char_boundary(cut.index(text.len() + 1)) { text.push(' '); }
            text.truncate(cut.index(text.len() + 1));
            let _ = decode_json(text.as_bytes(), false, &mut Vec::new());
        }
    }

    #[test]
    fn random_bytes_never_panic(kind in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut out = Vec::new();
        let _ = encode_json(kind, &bytes, &mut out);
        let _ = to_extended_json(&bytes, false, &mut out);
        let _ = decode_json(&bytes, true, &mut out);
    }
}
