//! The official BSON corpus.

use rowlens::json::{jsonb_equal, parse_extended_json, to_extended_json};
use serde_json::Value;
use std::path::PathBuf;

/// Where the fixtures are that nobody here wrote.
pub fn fixtures() -> PathBuf {
    std::env::var_os("ROWLENS_FIXTURES").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"), PathBuf::from)
}

fn corpus() -> Vec<(String, Value)> {
    let folder = fixtures();
    let Ok(entries) = std::fs::read_dir(folder.join("bson-corpus")) else {
        println!("no BSON corpus in {}: nothing tested", folder.display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), serde_json::from_slice(&std::fs::read(&p).unwrap()).unwrap()))
        .collect();
    files.sort_by(|a: &(String, Value), b| a.0.cmp(&b.0));
    files
}

/// The cases of one kind in all files, named.
pub fn cases(list: &str) -> Vec<(String, Value)> {
    corpus()
        .into_iter()
        .flat_map(|(file, value)| {
            let bson_type = value["bson_type"].as_str().unwrap_or("").to_owned();
            let cases = value[list].as_array().cloned().unwrap_or_default();
            cases.into_iter().map(move |case| (format!("{file} {bson_type} {}", case["description"]), case)).collect::<Vec<_>>()
        })
        .collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Same JSON, key order included, numbers by value.
fn assert_same(name: &str, got: &[u8], want: &str) {
    let got_value: Value = serde_json::from_slice(got).unwrap_or_else(|e| panic!("{name}: {e}"));
    let want_value: Value = serde_json::from_str(want).unwrap();
    // As text, for the order of keys counts.
    let (got_text, want_text) = (got_value.to_string(), want_value.to_string());
    assert_eq!(got_text, want_text, "{name}");
    assert!(jsonb_equal(got, want.as_bytes()), "{name}");
}

fn write(bson: &[u8], relaxed: bool) -> Result<Vec<u8>, usize> {
    let mut out = b"before".to_vec();
    match to_extended_json(bson, relaxed, &mut out) {
        Ok(()) => Ok(out.split_off(6)),
        Err(offset) => {
            assert_eq!(out, b"before");
            Err(offset)
        }
    }
}

#[test]
fn valid_documents_convert_both_ways() {
    let mut count = 0;
    for (name, case) in cases("valid") {
        let canonical = case["canonical_extjson"].as_str().unwrap();
        let bson = unhex(case["canonical_bson"].as_str().unwrap());
        let lossy = case["lossy"] == true;
        let text = write(&bson, false).unwrap_or_else(|at| panic!("{name}: refused at {at}"));
        assert_same(&name, &text, canonical);
        if !lossy {
            assert_eq!(parse_extended_json(canonical.as_bytes()).as_ref(), Ok(&bson), "{name}");
            assert_eq!(parse_extended_json(&text).as_ref(), Ok(&bson), "{name}");
        }
        if let Some(relaxed) = case["relaxed_extjson"].as_str() {
            let text = write(&bson, true).unwrap();
            assert_same(&name, &text, relaxed);
            let back = parse_extended_json(relaxed.as_bytes()).unwrap();
            assert_same(&name, &write(&back, true).unwrap(), relaxed);
        }
        if let Some(degenerate) = case["degenerate_extjson"].as_str() {
            if !lossy {
                assert_eq!(parse_extended_json(degenerate.as_bytes()).as_ref(), Ok(&bson), "{name}");
            }
        }
        if let Some(degenerate) = case["degenerate_bson"].as_str() {
            assert_same(&name, &write(&unhex(degenerate), false).unwrap(), canonical);
        }
        count += 1;
    }
    println!("{count} valid cases");
}

#[test]
fn parse_errors_are_refused() {
    for (name, case) in cases("parseErrors") {
        let string = case["string"].as_str().unwrap();
        let text = if name.contains(" 0x13 ") { format!("{{\"d\":{{\"$numberDecimal\":{}}}}}", Value::from(string)) } else { string.to_owned() };
        // The one departure: `{"$date": ms}` is what older tools wrote, and is read.
        if name.contains("Bad $date (number") {
            assert!(parse_extended_json(text.as_bytes()).is_ok());
            continue;
        }
        assert!(parse_extended_json(text.as_bytes()).is_err(), "{name}: {text}");
    }
}

#[test]
fn decode_errors_are_refused() {
    for (name, case) in cases("decodeErrors") {
        let bson = unhex(case["bson"].as_str().unwrap());
        assert!(write(&bson, false).is_err(), "{name}");
        assert!(write(&bson, true).is_err(), "{name}");
    }
}
