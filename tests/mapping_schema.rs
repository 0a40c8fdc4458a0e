//! `docs/mapping.schema.json` says what the compiler does.

use rowlens::mapping::{keys, SCHEMA};
use rowlens::plan::{compile_str, CompileOptions};
use serde_json::{json, Value};
use std::collections::BTreeSet;

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn object<'s>(schema: &'s Value, name: &str) -> &'s Value {
    if name.is_empty() { schema } else { &schema["$defs"][name] }
}

const OBJECTS: [(&str, &[&str]); 11] = [
    ("", keys::MAPPING),
    ("collection", keys::COLLECTION),
    ("version", keys::VERSION),
    ("key", keys::KEY),
    ("elementKey", keys::ELEMENT_KEY),
    ("column", keys::COLUMN),
    ("refs", keys::REFS),
    ("child", keys::CHILD),
    ("index", keys::INDEX),
    ("discriminator", keys::DISCRIMINATOR),
    ("variant", keys::VARIANT),
];

#[test]
fn both_have_the_same_keys() {
    let schema = schema();
    for (name, known) in OBJECTS {
        let object = object(&schema, name);
        let theirs: BTreeSet<&str> = object["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(theirs, known.iter().copied().collect(), "{name}");
        assert_eq!(object["additionalProperties"], false, "{name}");
    }
    let named: BTreeSet<&str> = OBJECTS.iter().map(|(name, _)| *name).collect();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        assert!(named.contains(name.as_str()) || definition.get("properties").is_none(), "{name} is in no list of keys");
    }
}

#[test]
fn every_property_says_what_it_is() {
    let schema = schema();
    for (name, _) in OBJECTS {
        for (key, property) in object(&schema, name)["properties"].as_object().unwrap() {
            let target = property["$ref"].as_str().and_then(|r| schema.pointer(&r[1..]));
            assert!(property.get("description").or(target.and_then(|t| t.get("description"))).is_some(), "{name}.{key}");
        }
    }
}

/// A mapping with one of each object, and where each of them stands.
fn whole() -> Value {
    json!({ "version": 1, "collections": { "c": {
        "table": "c", "key": { "column": "id" }, "complement": "rest", "version": { "column": "v" }, "indexes": [{ "columns": ["kind"] }],
        "columns": { "kind": { "path": "kind", "type": "text" }, "who": { "path": "who", "type": "uuid", "refs": { "path": "kind", "collections": { "C": "c" } } } },
        "children": [{ "table": "d", "path": "d[]", "key": { "column": "e" } }],
        "discriminator": { "path": "kind", "variants": { "x": {} } } } } })
}

const PLACES: [(&str, &str); 11] = [
    ("", ""),
    ("collection", "/collections/c"),
    ("version", "/collections/c/version"),
    ("key", "/collections/c/key"),
    ("elementKey", "/collections/c/children/0/key"),
    ("column", "/collections/c/columns/kind"),
    ("refs", "/collections/c/columns/who/refs"),
    ("child", "/collections/c/children/0"),
    ("index", "/collections/c/indexes/0"),
    ("discriminator", "/collections/c/discriminator"),
    ("variant", "/collections/c/discriminator/variants/x"),
];

fn codes(mapping: &Value) -> Vec<&'static str> {
    match compile_str(&mapping.to_string(), &CompileOptions::default()) {
        Ok(compiled) => compiled.warnings.iter().map(|i| i.code).collect(),
        Err(issues) => issues.iter().map(|i| i.code).collect(),
    }
}

#[test]
fn both_require_the_same_keys() {
    let schema = schema();
    assert!(codes(&whole()).is_empty(), "{:?}", compile_str(&whole().to_string(), &CompileOptions::default()));
    for (name, place) in PLACES {
        let required: Vec<&str> = object(&schema, name)["required"].as_array().map(|r| r.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
        let present: Vec<String> = whole().pointer(place).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in present {
            let mut less = whole();
            less.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(&key);
            let found = codes(&less);
            let missing = found.contains(&"mapping-key-missing") || (key == "version" && found.contains(&"mapping-version"));
            assert_eq!(missing, required.contains(&key.as_str()), "{name}.{key}: {found:?}");
        }
    }
}

#[test]
fn the_compiler_refuses_unknown_keys_and_wrong_types_everywhere() {
    let schema = schema();
    for (name, place) in PLACES {
        let mut more = whole();
        more.pointer_mut(place).unwrap().as_object_mut().unwrap().insert("zzzzzz".into(), 1.into());
        assert_eq!(codes(&more), ["mapping-key-unknown"], "{name}");
        for key in object(&schema, name)["properties"].as_object().unwrap().keys().filter(|key| *key != "$schema") {
            // No key takes a number, but `version`.
            let mut wrong = whole();
            wrong.pointer_mut(place).unwrap().as_object_mut().unwrap().insert(key.clone(), 5.into());
            let found = codes(&wrong);
            assert!(["mapping-type", "mapping-version", "child-shape"].iter().any(|code| found.contains(code)), "{name}.{key}: {found:?}");
        }
    }
}

#[test]
fn both_know_the_same_words() {
    let schema = schema();
    for (name, place) in PLACES {
        for (key, property) in object(&schema, name)["properties"].as_object().unwrap() {
            for word in property["enum"].as_array().into_iter().flatten() {
                let mut mapping = whole();
                mapping.pointer_mut(place).unwrap().as_object_mut().unwrap().insert(key.clone(), word.clone());
                let issues = compile_str(&mapping.to_string(), &CompileOptions::default()).err().unwrap_or_default();
                let unknown = issues.iter().find(|i| i.message.contains("is not a") || i.message.contains("neither") || i.message.contains("none of"));
                assert!(unknown.is_none(), "{name}.{key} = {word}: {unknown:?}");
            }
            if property.get("enum").is_some() {
                let mut mapping = whole();
                mapping.pointer_mut(place).unwrap().as_object_mut().unwrap().insert(key.clone(), "zzz".into());
                assert!(compile_str(&mapping.to_string(), &CompileOptions::default()).is_err(), "{name}.{key} takes `zzz`");
            }
        }
    }
}
