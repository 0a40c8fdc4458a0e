//! The README's example does what the README says.

mod support;

use rowlens::json::parse_extended_json;
use rowlens::plan::Fidelity;
use support::*;

const README: &str = include_str!("../README.md");

#[test]
fn example() {
    let mapping = README.split("with the mapping\n```jsonc\n").nth(1).unwrap().split("```").next().unwrap();
    let document = parse_extended_json(br#"{"_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"},"amount":{"$numberDecimal":"12.50"},"wallet":{"address":"0xab"},"events":[{"kind":"created"},{"kind":"paid"}],"legacyNote":"call first"}"#).unwrap();
    let mut lens = lens(mapping, Fidelity::Value);
    let rows = check(&mut lens, Fidelity::Value, &document);
    assert_eq!(rows.tables.iter().map(|rows| rows.count).collect::<Vec<_>>(), [1, 2]);
    let uuid = [0x65, 0xf1, 0xa2, 0xb3, 0xc4, 0xd5, 0x80, 0xe6, 0x80, 0xf7, 0x08, 0x19, 0x2a, 0x3b, 0x6f, 0x69];
    let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(README.replace('-', "").contains(&hex));
    assert!(rows.tables[0].tuples.windows(16).any(|w| w == uuid));
    let complement = r#"{"v":1,"fields":{"legacyNote":"call first"}}"#;
    assert!(README.contains(complement));
    assert!(rows.tables[0].tuples.ends_with(complement.as_bytes()));
}

/// Every code that can appear in an issue has its heading in docs/issues.md.
#[test]
fn every_issue_code_is_documented() {
    let documented = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/issues.md")).unwrap();
    let mut codes = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for opening in [".error(\"", ".warn(\"", ".note(\"", ".note_field(\"", ".note_name(\"", ".note_column(\"", "issues.add(\"", "code: \""] {
                codes.extend(text.split(opening).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
    }
    codes.sort();
    codes.dedup();
    assert!(codes.len() > 30, "{codes:?}");
    for code in codes {
        assert!(documented.contains(&format!("\n### {code}\n")), "`{code}` has no heading in docs/issues.md");
    }
}
