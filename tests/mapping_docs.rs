//! `docs/mapping.md` says every key of the format, its examples compile, and its links lead somewhere.

use rowlens::json::parse_extended_json;
use rowlens::mapping::SCHEMA;
use rowlens::plan::{compile_str, CompileOptions};
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::path::Path;

const DOC: &str = include_str!("../docs/mapping.md");

/// Sections by heading.
fn sections() -> BTreeMap<&'static str, &'static str> {
    DOC.split("\n## ").skip(1).map(|part| part.split_once('\n').unwrap()).collect()
}

const OBJECTS: [(&str, &str); 11] = [
    ("Mapping", ""),
    ("Collection", "collection"),
    ("Version", "version"),
    ("Key", "key"),
    ("Element key", "elementKey"),
    ("Column", "column"),
    ("Refs", "refs"),
    ("Child", "child"),
    ("Index", "index"),
    ("Discriminator", "discriminator"),
    ("Variant", "variant"),
];

#[test]
fn every_key_has_a_row_in_its_table() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let sections = sections();
    assert_eq!(OBJECTS.len() - 1, schema["$defs"].as_object().unwrap().values().filter(|d| d.get("properties").is_some()).count());
    for (heading, name) in OBJECTS {
        let object = if name.is_empty() { &schema } else { &schema["$defs"][name] };
        let text = sections.get(heading).unwrap_or_else(|| panic!("there is no section `{heading}`"));
        for (key, property) in object["properties"].as_object().unwrap() {
            let row = text.lines().find(|line| line.starts_with(&format!("| `{key}` |"))).unwrap_or_else(|| panic!("`{heading}` does not mention `{key}`"));
            let required = object["required"].as_array().is_some_and(|r| r.iter().any(|r| r == key));
            let default = row.split('|').nth(2).unwrap();
            assert_eq!(default.trim() == "required", required, "{heading}.{key}");
            if let Some(value) = property.get("default") {
                assert!(default.contains(&format!("`{}`", value.as_str().map_or(value.to_string(), str::to_owned))), "{heading}.{key}: default {value}");
            }
            for word in property["enum"].as_array().into_iter().flatten() {
                assert!(text.contains(&format!("`{}`", word.as_str().unwrap())), "{heading}.{key} does not mention `{word}`");
            }
        }
    }
}

#[test]
fn every_type_is_in_the_table() {
    let sections = sections();
    let types = sections["Types"];
    for name in ["text", "varchar(n)", "char(n)", "citext", "boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric", "numeric(p,s)", "date", "timestamp(p)", "timestamptz(p)", "uuid", "bytea", "jsonb", "json", "T[]"] {
        assert!(types.lines().any(|line| line.starts_with('|') && line.split('|').nth(1).unwrap().contains(&format!("`{name}`"))), "{name}");
    }
}

/// Code fences with their info strings.
fn fences(text: &str) -> Vec<(&str, &str)> {
    text.split("\n```").skip(1).step_by(2).map(|part| part.split_once('\n').unwrap()).collect()
}

#[test]
fn every_example_compiles() {
    let mut seen = 0;
    for (info, body) in fences(DOC) {
        let Some(what) = info.strip_prefix("json ") else { continue };
        seen += 1;
        let value: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}\n{body}"));
        let mut collection = json!({ "table": "things", "key": { "column": "id" }, "complement": "doc_rest" });
        match what {
            "mapping" => {
                compile_str(body, &CompileOptions::default()).unwrap_or_else(|issues| panic!("{issues:#?}\n{body}"));
                continue;
            }
            "complement" => {
                let base = parse_extended_json(br#"{"_id":1,"wallet":{"address":"x","owner":"y"},"events":[{},{},{}],"odd":1}"#).unwrap();
                rowlens::complement::apply(&base, body.as_bytes(), &Default::default()).unwrap();
                continue;
            }
            "collection" => collection = value,
            "key" => collection["key"] = value,
            "columns" => collection["columns"] = value,
            "child" => collection["children"] = json!([value]),
            other => panic!("what is `json {other}`?"),
        }
        let mapping = json!({ "version": 1, "collections": { "things": collection } });
        compile_str(&mapping.to_string(), &CompileOptions::default()).unwrap_or_else(|issues| panic!("{issues:#?}\n{body}"));
    }
    assert!(seen > 8);
}

#[test]
fn every_link_leads_somewhere() {
    let anchors: Vec<String> = DOC.lines().filter_map(|line| line.strip_prefix("## ")).map(|heading| heading.to_lowercase().replace(' ', "-")).collect();
    let mut linked = Vec::new();
    for target in DOC.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        match target.strip_prefix('#') {
            Some(anchor) => assert!(anchors.iter().any(|a| a == anchor), "#{anchor}"),
            None => {
                let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).join(target);
                assert!(path.is_file(), "{target}");
                linked.push(path);
            }
        }
    }
    assert!(linked.len() > 40);
}
