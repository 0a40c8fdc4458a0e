//! What is found in an answer to the check's statement. That PostgreSQL gives such answers, `js/test/database/check.test.ts` proves.

use rowlens::sql::check::{check, check_statement};
use rowlens::{compile_str, CompileOptions, Plan};
use serde_json::{json, Value};

fn plan() -> Plan {
    let mapping = r#"{"version":1,"enums":{"st":["A","B"]},"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest","version":{"column":"v"},
        "columns":{"s":{"path":"s","type":"st[]"},"n":{"path":"n","type":"numeric(10,-2)"}},"children":[{"table":"d","path":"d[]"}]}}}"#;
    compile_str(mapping, &CompileOptions::default()).unwrap().plan
}

fn column(name: &str, base: u32, array: bool, modifier: i64, not_null: bool) -> Value {
    json!({ "name": name, "type": "?", "base": base, "baseName": "?", "array": array, "modifier": modifier, "notNull": not_null, "filled": false, "generated": false, "identity": false })
}

fn table(oid: u32, columns: &[Value], key: &[&str], foreign_keys: &[Value]) -> Value {
    json!({ "oid": oid, "schema": "public", "kind": "r", "elsewhere": "public", "rowSecurity": false, "privileges": null, "usage": true, "columns": columns, "foreignKeys": foreign_keys,
        "triggers": null, "rules": null, "heirs": null, "indexes": [{ "name": "i", "method": "btree", "primary": true, "unique": true, "immediate": true, "valid": true, "partial": false, "nullsEqual": false, "columns": key }] })
}

fn fitting() -> Value {
    let scale_of_minus_two = (10 << 16 | (-2 & 0x7ff)) + 4;
    json!({ "encoding": "UTF8", "clientEncoding": "UTF8", "arrayNulls": true, "isolation": "read committed", "readOnly": false, "user": "me", "schema": "public", "enums": [{ "oid": 99, "labels": ["A", "B"] }], "tables": [
        table(1, &[column("id", 2950, false, -1, true), column("s", 99, true, -1, false), column("n", 1700, false, scale_of_minus_two, false), column("rest", 3802, false, -1, false), column("v", 20, false, -1, false)], &["id"], &[]),
        table(2, &[column("c_id", 2950, false, -1, true), column("ordinal", 23, false, -1, true)], &["ordinal", "c_id"], &[json!({ "name": "f", "to": 1, "toName": "c", "cascades": true, "acts": true, "deferred": false, "columns": ["c_id"] })]),
        table(3, &[column("collection", 25, false, -1, true), column("key", 25, false, -1, true), column("version", 20, false, -1, true), column("deleted_at", 1184, false, -1, false)], &["collection", "key"], &[]),
    ] })
}

#[test]
fn an_answer_that_fits_has_no_findings_and_any_other_never_panics() {
    let plan = plan();
    assert_eq!(check(&plan, &fitting().to_string()), Some(Vec::new()));
    let mut places = Vec::new();
    walk(&fitting(), String::new(), &mut places);
    assert!(places.len() > 100);
    let mut found = 0;
    for place in places {
        for other in [Value::Null, json!(true), json!(-1), json!("x"), json!([]), json!({})] {
            let mut answer = fitting();
            *answer.pointer_mut(&place).unwrap() = other;
            found += check(&plan, &answer.to_string()).map_or(1, |issues| issues.len());
        }
    }
    assert!(found > 200, "{found}");
    for none in ["", "[]", "{}", r#"{"tables":[]}"#] {
        assert_eq!(check(&plan, none), None, "{none}");
    }
}

#[test]
fn the_statement_is_the_same_in_every_run_and_quotes_what_it_names() {
    assert_eq!(check_statement(&plan()), check_statement(&plan()));
    let odd = compile_str(r#"{"version":1,"schema":"it's","collections":{"c":{"table":"$enums'","key":{"column":"id"},"complement":"r"}}}"#, &CompileOptions::default()).unwrap().plan;
    assert!(check_statement(&odd).contains("unnest(ARRAY['it''s']::text[], ARRAY['$enums''']::text[])"), "{}", check_statement(&odd));
}

fn walk(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| walk(value, format!("{place}/{key}"), places)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| walk(value, format!("{place}/{index}"), places)),
        _ => {}
    }
    places.push(place);
}
