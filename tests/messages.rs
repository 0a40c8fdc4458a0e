//! What issues say is true: where there is no complement, nothing is in it; and what is dropped is dropped alone.

use rowlens::json::parse_extended_json;
use rowlens::{compile_str, CompileOptions, Lens};
use std::sync::Arc;

fn lens(complement: &str) -> Lens {
    let mapping = format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id","as":"integer"}},"columns":{{"n":{{"path":"n","type":"integer"}},"tags":{{"path":"tags","type":"text"}}}},"complement":{complement}}}}}}}"#);
    Lens::new(&Arc::new(compile_str(&mapping, &CompileOptions::default()).unwrap().plan), 0).unwrap()
}

#[test]
fn without_a_complement_no_issue_says_that_it_has_something() {
    let document = parse_extended_json(br#"{"_id":1,"n":"text","tags":["a"],"odd":{"a":1}}"#).unwrap();
    let messages = |complement: &str| lens(complement).to_rows(&document).issues.list.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>();
    let with = messages("\"rest\"");
    assert!(with.iter().all(|message| message.contains("the complement has")), "{with:#?}");
    let without = messages("null");
    assert_eq!(without.len(), with.len() + 1);
    assert!(without.iter().all(|message| !message.contains("the complement has")), "{without:#?}");
    assert!(with.iter().any(|message| message.contains("the array at")) && with.iter().all(|message| !message.contains(" a array") && !message.contains(" a int")), "{with:#?}");
}

#[test]
fn of_many_entries_only_those_that_disagree_are_dropped() {
    let fields: String = (0..1000).map(|index| format!(r#","u{index}":{{"deep":[{index}]}}"#)).collect();
    let document = parse_extended_json(format!(r#"{{"_id":1,"n":"seven","tags":5{fields}}}"#).as_bytes()).unwrap();
    let mut lens = lens("\"rest\"");
    let rows = lens.to_rows(&document);
    // Somebody gave the two NULL columns values.
    let complement = rows.tables[0].tuples.windows(9).position(|window| window == [0xff; 8].iter().copied().chain([0]).collect::<Vec<u8>>()).unwrap() + 8;
    let mut tuple = rows.tables[0].tuples[..complement - 8].to_vec();
    tuple.extend(b"\0\0\0\x04\0\0\0\x07\0\0\0\x01x");
    tuple.extend(&rows.tables[0].tuples[complement..]);
    let back = lens.to_documents(&[&tuple]);
    assert_eq!(back.issues.counts.get("complement-stale"), Some(&2), "{:#?}", back.issues.counts);
    let expected = parse_extended_json(format!(r#"{{"_id":1,"n":7,"tags":"x"{fields}}}"#).as_bytes()).unwrap();
    assert_eq!(back.bson, expected);
}
