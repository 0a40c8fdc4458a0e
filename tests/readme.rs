//! The README's example does what the README says: its tables are what the core gives. Its Rust snippet is a doctest (`src/lib.rs`).

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
    let tables = lens.plan().collections[0].tables.clone();
    for (index, table) in tables.iter().enumerate() {
        let mut lines = Vec::new();
        lens.copy_text(index, &rows.tables[index].tuples, &mut lines).unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let mut expected = format!("| {}.{} |\n|{}\n", table.name, names.join(" | "), "---|".repeat(names.len()));
        for line in String::from_utf8(lines).unwrap().lines() {
            let cells: Vec<String> = line.split('\t').map(|cell| if cell.starts_with('{') { format!("`{cell}`") } else { cell.to_owned() }).collect();
            expected.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        assert!(README.contains(&expected), "README.md should show\n{expected}");
    }
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
