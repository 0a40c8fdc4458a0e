//! The quick reading of a column's JSON text gives what the reading by way of a tree gives: the same bytes, the same faults.

use super::corpus::{cases, fixtures};
use super::raw::values;
use proptest::collection::vec;
use proptest::prelude::*;
use rowlens::json::{decode_json_by_tree, decode_json_noting, encode_json, split_values, to_extended_json};

/// Reads the text both ways, as it is and normalised. Is it JSON, though BSON may have no room for it?
fn same(text: &[u8]) -> bool {
    [false, true].map(|normalize| {
        let (mut quick, mut tree) = (b"before".to_vec(), b"before".to_vec());
        let found = decode_json_noting(text, normalize, &mut quick);
        let wanted = decode_json_by_tree(text, normalize, &mut tree);
        let shown = String::from_utf8_lossy(text);
        assert_eq!(found, wanted, "normalize {normalize}: {shown}");
        assert_eq!(quick, tree, "normalize {normalize}: {shown}");
        wanted.is_ok() || wanted.is_err_and(|fault| fault.limit)
    })[0]
}

#[test]
fn texts_that_are_hard_to_get_right() {
    let nested = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    let mut texts: Vec<String> = [
        "", " ", "-", "-0", "0", "00", "-00", "01", "1.", "1.e5", ".5", "1e", "1e+", "1E-2", "-0.0", "-0e5", "5.0", "5.50", "1e2", "1e400", "-1e400", "1e-400", "4e-324", "2147483647", "2147483648", "-2147483648", "-2147483649", "2147483647.0",
        "999999999999999", "9999999999999999", "9007199254740993", "123456789012345678901234567890", "0.1", "0.30000000000000004", "0.1000000000000000055511151231257827", "0.000000000000001", "0.0000000000000015", "100000000000000000000000", "1x", "--1", "+1",
        "true", "truE", "tru", "truefalse", "false", "fals", "null", "nul", "nulll", "NaN", "[]", "[ ]", "[1,]", "[,]", "[1 2]", "[1,2", "{}", "{ }", "{,}", "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\":1", "[1]]", "1 2", "\u{feff}1", "\u{e9}",
        "\t\r\n 1 \t\r\n", "\u{b}1", " { \"a\" : [ 1 , { \"b\" : \"c\" } ] , \"d\" : null } ",
        "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\u00e9\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\ud83dx\"", "\"\\u12\"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\n\"", "\"\u{7f}\"", "\"gr\u{f6}\u{df}er \u{1f600}\"",
        "{\"a\\u0000\":1}", "{\"\\u0061\":1}", "{\"\":1}", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":2,\"b\":3,\"aa\":4}", "{\"a\":1e400,\"a\":2}", "{\"b\":0.1000000000000000055511151231257827,\"a\":1,\"b\":2}", "[{\"b\":1,\"a\":{\"d\":1,\"c\":2}}]", "[1e400, }", "{\"a\\u0000\":1, \"b\" }",
        "{\"$oid\":\"0123456789abcdef01234567\"}", "{\"\\u0024oid\":\"0123456789abcdef01234567\"}", "{\"$oid\":\"x\"}", "{\"$oid\":\"0123456789abcdef01234567\",\"$oid\":\"0123456789abcdef01234568\"}", "{\"a\":1,\"$oid\":\"0123456789abcdef01234567\"}", "{\"$oid\":\"0123456789abcdef01234567\",\"a\":1}",
        "[{\"$numberLong\":\"5\"},{\"$numberDecimal\":\"1.50\"},{\"$date\":{\"$numberLong\":\"-5\"}},{\"$date\":\"1970-01-01T00:00:01Z\"},{\"$numberDouble\":\"5.0\"}]", "{\"$code\":\"x\",\"$scope\":{\"$oid\":1}}", "{\"$scope\":{},\"$code\":\"x\"}", "{\"$scope\":{},\"$code\":\"x\",\"$code\":\"y\"}", "{\"$set\":{\"b\":1,\"a\":0.10000000000000000555}}",
        "{\"$uuid\":\"00000000-0000-0000-0000-000000000000\"}", "{\"$minKey\":1}", "{\"$\":[}", "{\"$oid\":", "{\"$a\":1} x", "{\"$a\":{\"b\\u0000\":1}}",
    ]
    .map(str::to_owned)
    .into();
    for n in [511, 512, 513, 20_000] {
        texts.extend([nested("[", "]", n), nested("{\"a\":", "}", n), nested("{\"$a\":", "}", n), nested("[{\"$code\":\"\",\"$scope\":", "}]", n / 2), "[".repeat(n)]);
    }
    texts.push(format!("[{}]", (0..1234).map(|n| n.to_string()).collect::<Vec<_>>().join(",")));
    texts.push(format!("{{{}}}", (0..1234).rev().map(|n| format!("\"k{n}\":{{\"b\":{n},\"a\":0}}")).collect::<Vec<_>>().join(", ")));
    let valid = texts.iter().filter(|text| same(text.as_bytes())).count();
    assert!(valid > 50 && texts.len() - valid > 50, "{valid} of {}", texts.len());
    for text in [&b"\xff"[..], b"\"\xff\"", b"\"\xc3\"", b"\"\xed\xa0\x80\"", b"{\"\xff\":1}", b"{\"$\xff\":1}", b"[\"\\n\xff\"]", b"[\xff]", b"\"1234567\xff12345678\"", b"\"abc\"\xff"] {
        assert!(!same(text), "{text:?}");
    }
}

#[test]
fn every_byte_at_every_place_of_a_string() {
    for length in 0..20usize {
        for at in 0..length {
            for byte in 0..=255u8 {
                let mut text = vec![b'x'; length + 2];
                (text[0], text[length + 1], text[at + 1]) = (b'"', b'"', byte);
                same(&text);
                same(&[&b"{"[..], &text, b":1, \"after\":2}"].concat());
            }
        }
    }
}

#[test]
fn corpora_read_the_same_both_ways() {
    let mut count = 0;
    for (_, case) in cases("valid") {
        for form in ["canonical_extjson", "relaxed_extjson", "degenerate_extjson"] {
            count += usize::from(case[form].as_str().is_some_and(|text| same(text.as_bytes())));
        }
    }
    for (_, case) in cases("parseErrors") {
        same(case["string"].as_str().unwrap().as_bytes());
    }
    let folders = std::fs::read_dir(fixtures().join("datasets")).into_iter().flatten();
    for entry in folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json" || end == "ndjson") {
            let text = std::fs::read(&path).unwrap();
            // The first of each are like the rest.
            count += split_values(&text).take(200).filter(|range| same(&text[range.clone()])).count();
        }
    }
    println!("{count} texts");
}

/// JSON text, spaced and escaped in all ways, with wrappers and what looks like them.
fn json() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,11})",
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?",
        any::<f64>().prop_filter("finite", |d| d.is_finite()).prop_map(|d| d.to_string()),
        (any::<i64>(), 0..20i32).prop_map(|(n, shift)| (n >> (shift * 3)).to_string()),
    ];
    let text = prop_oneof![
        4 => "\"[ !#-\\[\\]-~]{0,20}\"",
        1 => "\"([a-c\u{e9}\u{1f600} /]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-fA-F]{2}|\\\\ud83d\\\\ude0[0-9a-f]){0,12}\"",
    ];
    let name = prop_oneof![6 => "\"[a-c]{0,2}\"", 2 => "\"[a-z]{5,18}\"", 1 => "\"\\\\u00(24|6[1-3])\"", 1 => prop::sample::select(vec!["\"$oid\"", "\"$numberLong\"", "\"$date\"", "\"$code\"", "\"$scope\"", "\"$a\""]).prop_map(str::to_owned)];
    let leaf = prop_oneof![
        3 => number,
        3 => text,
        1 => prop::sample::select(vec!["true", "false", "null", "[]", "{}"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["{\"$numberLong\":\"5\"}", "{\"$numberDecimal\" : \"1.50\"}", "{\"$oid\":\"0123456789abcdef01234567\"}", "{\"$date\":{\"$numberLong\":\"1\"}}", "{\"$numberInt\":\"x\"}"]).prop_map(str::to_owned),
    ];
    let space = || prop::sample::select(vec!["", "", "", " ", "\n\t", "  \r "]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let spaced = (space(), inner, space()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        prop_oneof![
            vec(spaced.clone(), 0..14).prop_map(|items| format!("[{}]", items.join(","))),
            vec((name.clone(), space(), spaced), 0..6).prop_map(|fields| format!("{{{}}}", fields.into_iter().map(|(name, a, value)| format!("{a}{name}{a}:{value}")).collect::<Vec<_>>().join(","))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn json_reads_the_same_both_ways(text in json()) {
        prop_assert!(same(text.as_bytes()), "{}", text);
    }

    #[test]
    fn broken_json_reads_the_same_both_ways(text in json(), at in any::<prop::sample::Index>(), put in prop::sample::select(&b"\"\\{}[],:01-.eE tnu$\x00\x1f\x80\xc3\xff"[..]), how in 0..3) {
        let mut text = text.into_bytes();
        let at = at.index(text.len());
        match how {
            0 => text[at] = put,
            1 => text.insert(at, put),
            _ => text.truncate(at),
        }
        same(&text);
    }

    #[test]
    fn what_is_written_reads_the_same_both_ways((kind, value) in values()) {
        let mut text = Vec::new();
        encode_json(kind, &value, &mut text).unwrap();
        prop_assert!(same(&text));
        if kind == 0x03 {
            text.clear();
            if to_extended_json(&value, true, &mut text).is_ok() {
                same(&text);
            }
        }
    }
}
