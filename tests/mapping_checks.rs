//! Mappings that look right and are not. Each case compiled in silence once, or hid another fault.

use rowlens::plan::{compile_str, CompileOptions};
use serde_json::Value;

fn found(mapping: &str) -> Vec<(&'static str, String)> {
    let issues = match compile_str(mapping, &CompileOptions::default()) {
        Ok(compiled) => compiled.warnings,
        Err(issues) => issues,
    };
    assert!(issues.iter().all(|i| i.help.is_some()), "{issues:?}");
    issues.into_iter().map(|i| (i.code, i.path)).collect()
}

fn with(body: &str) -> String {
    format!(
        r#"{{"version":1,"enums":{{"st":["A","B"]}},"collections":{{
        "c":{{"table":"c","key":{{"column":"id"}},"complement":"rest",{body}}},
        "h":{{"table":"h","key":{{"column":"id","as":"hex"}},"complement":"rest"}},
        "l":{{"table":"l","key":{{"column":"id","as":"lookup","type":"bigint"}},"complement":"rest"}}}}}}"#
    )
}

fn column(body: &str) -> String {
    with(&format!(r#""columns":{{"k":{{"path":"k","type":"text"}},"a":{{"path":"a",{body}}}}}"#))
}

#[test]
fn columns() {
    let at = "collections.c.columns.a";
    for (body, code, key) in [
        (r#""type":"text","as":"bogus""#, "identity-type", ".as"),
        (r#""type":"text","as":"uuid""#, "identity-type", ".as"),
        (r#""type":"uuid","as":"hex""#, "identity-type", ".as"),
        (r#""type":"uuid","as":"uuid","bson":"date""#, "bson-kind", ""),
        (r#""type":"uuid","ref":"c","bson":"date""#, "bson-kind", ""),
        (r#""type":"bigint","ref":"l","bson":"int64""#, "bson-kind", ""),
        (r#""type":"varchar(3)[]","bson":"objectId""#, "bson-kind", ""),
        (r#""type":"varchar(3)","ref":"h""#, "reference-type", ".type"),
        (r#""type":"uuid[]","ref":"c","foreignKey":true"#, "foreign-key-array", ".foreignKey"),
        (r#""type":"uuid","ref":"c","refs":{"path":"k","collections":{"C":"c"}}"#, "reference-conflict", ".refs"),
        (r#""type":"uuid","refs":{"path":"k","collections":["c"]}"#, "mapping-type", ".refs.collections"),
        (r#""type":"uuid","refs":{"path":"k"}"#, "mapping-key-missing", ".refs"),
        (r#""type":"uuid","refs":{"path":"k","collections":{"C":"nowhere"}}"#, "reference-unknown", ".refs.collections.C"),
        (r#""type":"date""#, "lossy-type", ".type"),
        (r#""type":"timestamptz(0)""#, "lossy-type", ".type"),
        (r#""type":"integer","bson":"double""#, "lossy-type", ".type"),
        (r#""type":"integer","bson":"int64""#, "lossy-type", ".type"),
        (r#""type":"real[]""#, "lossy-type", ".type"),
    ] {
        assert_eq!(found(&column(body)), [(code, format!("{at}{key}"))], "{body}");
    }
    for body in [
        r#""type":"uuid","as":"uuid""#,
        r#""type":"uuid","ref":"c","bson":"uuid""#,
        r#""type":"uuid[]","ref":"c""#,
        r#""type":"varchar(24)","ref":"h","foreignKey":true"#,
        r#""type":"bigint","ref":"l""#,
        r#""type":"bytea","as":"bytea""#,
        r#""type":"integer","bson":"number""#,
        r#""type":"uuid","refs":{"path":"'k'","collections":{"C":"c","L":"h"}}"#,
    ] {
        assert_eq!(found(&column(body)), [], "{body}");
    }
}

#[test]
fn keys_names_and_shapes() {
    let one = |key: &str| format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{key},"complement":"rest"}}}}}}"#);
    let cases = [
        (one(r#"{"column":"id","path":"@"}"#), "path-invalid", "collections.c.key.path"),
        (one(r#"{"column":"id","type":"bigint"}"#), "key-type", "collections.c.key.type"),
        (one(r#"{"column":"id","as":"lookup","type":"real"}"#), "key-type", "collections.c.key.type"),
        (one(r#"{"column":"id","as":"lookup","type":5}"#), "mapping-type", "collections.c.key.type"),
        (one(r#"{"column":"id","as":"lookup"}"#).replace(r#""table":"c""#, r#""table":"id_map""#), "table-collision", "collections.c"),
        (one(r#"{"column":"id"}"#).replace(r#""version":1"#, r#""version":1,"enums":{"c":["x"]}"#), "table-collision", "collections.c"),
        (with(r#""children":[{"table":"d","path":"a[]","parentKey":[1]}]"#), "mapping-type", "collections.c.children[0].parentKey"),
        (with(r#""children":[{"table":"d","path":"a[]","key":{"column":"e","type":"uuid"}}]"#), "mapping-key-unknown", "collections.c.children[0].key.type"),
        (with(r#""children":[{"table":"d","path":"a[]","key":{"column":"ordinal"}}]"#), "column-collision", "collections.c.children[0].key.column"),
        (with(r#""children":[{"table":"d","path":"@"}]"#), "path-invalid", "collections.c.children[0].path"),
        (with(r#""columns":{"a":{"path":"'m\u0000'","type":"text"}}"#), "path-invalid", "collections.c.columns.a.path"),
        (with(r#""columns":{"k":{"path":"k","type":"st"}},"discriminator":{"path":"k","variants":[]}"#), "mapping-type", "collections.c.discriminator.variants"),
        (with(r#""columns":{"a":{"path":"a","type":"text"},"b":{"path":"'a'","type":"text"}}"#), "path-overlap", "collections.c.columns.b.path"),
        (with(r#""version":{"path":"at","column":"rest"}"#), "column-collision", "collections.c.version.column"),
        (with(r#""version":{"path":"@","column":"v"}"#), "path-invalid", "collections.c.version.path"),
        (with(r#""version":{"path":"a[].at","column":"v"}"#), "path-invalid", "collections.c.version.path"),
        (with(r#""version":{"path":"at"}"#), "mapping-key-missing", "collections.c.version"),
        (with(r#""version":{"column":"v"},"hash":"v""#), "column-collision", "collections.c.hash"),
        (with(r#""hash":"id""#), "column-collision", "collections.c.hash"),
        (with(r#""hash":"""#), "name-invalid", "collections.c.hash"),
        (with(r#""indexes":{"columns":["id"]}"#), "mapping-type", "collections.c.indexes"),
        (with(r#""indexes":[{"columns":[]}]"#), "mapping-type", "collections.c.indexes[0].columns"),
        (with(r#""indexes":[{"columns":["idd"]}]"#), "index-column", "collections.c.indexes[0].columns[0]"),
        (with(r#""indexes":[{"columns":["id","id"]}]"#), "index-column", "collections.c.indexes[0].columns[1]"),
        (with(r#""columns":{"j":{"path":"j","type":"json"}},"indexes":[{"columns":["j"]}]"#), "index-column", "collections.c.indexes[0].columns[0]"),
        (with(r#""indexes":[{"columns":["id"],"nullsNotDistinct":true}]"#), "index-shape", "collections.c.indexes[0].nullsNotDistinct"),
        (with(r#""indexes":[{"columns":["id"],"deferrable":true}]"#), "index-shape", "collections.c.indexes[0].deferrable"),
        (with(r#""indexes":[{"columns":["id"],"unique":true,"using":"gin"}]"#), "index-shape", "collections.c.indexes[0].using"),
        (with(r#""indexes":[{"columns":["id"],"unique":true,"deferrable":true,"where":"true"}]"#), "index-shape", "collections.c.indexes[0].where"),
        (with(r#""indexes":[{"columns":["id"],"where":" "}]"#), "name-invalid", "collections.c.indexes[0].where"),
        (with(r#""indexes":[{"columns":["id"],"name":"c_pkey"}]"#), "index-collision", "collections.c"),
        (with(r#""indexes":[{"columns":["id"],"name":"h"}]"#), "index-collision", "collections.c"),
        (with(r#""children":[{"table":"d","path":"a[]","indexes":[{"columns":["rest"]}]}]"#), "index-column", "collections.c.children[0].indexes[0].columns[0]"),
        (with(r#""schema":"""#), "name-invalid", "collections.c.schema"),
        (one(r#"{"column":"ctid"}"#), "name-invalid", "collections.c.key.column"),
        (with(r#""columns":{"xmin":{"path":"a","type":"text"}}"#), "name-invalid", "collections.c.columns.xmin"),
        (with(r#""children":[{"table":"d","path":"a[]","ordinal":"tableoid"}]"#), "name-invalid", "collections.c.children[0].ordinal"),
        (with(r#""children":[{"table":"d","path":"a{}","mapKey":"cmin"}]"#), "name-invalid", "collections.c.children[0].mapKey"),
        (with(r#""hash":"xmax""#), "name-invalid", "collections.c.hash"),
        (one(r#"{"column":"id"}"#).replace("rest", "cmax"), "name-invalid", "collections.c.complement"),
        (with(r#""columns":{}"#).replace(r#""B""#, r#""B\u0000""#), "name-invalid", "enums.st"),
        (with(r#""children":[{"table":"h_pkey","path":"a[]"}]"#), "table-collision", "collections.c"),
        (with(r#""children":[{"table":"rowlens_tombstones","path":"a[]"}],"version":{"column":"v"}"#), "table-collision", "collections.c"),
        (with(r#""version":{"column":"v"}"#).replace(r#""version":1"#, r#""version":1,"tombstones":"id_map""#), "table-collision", "tombstones"),
        (with(r#""version":{"column":"v"}"#).replace(r#""version":1"#, r#""version":1,"tombstones":"st""#), "table-collision", "tombstones"),
        (with(r#""columns":{}"#).replace(r#""version":1"#, r#""version":1,"tombstones":"gone""#), "tombstones-unused", "tombstones"),
        (with(r#""columns":{"a":{"path":"a","type":"text"},"a":{"path":"b","type":"text"}}"#), "mapping-key-twice", "collections.c.columns.a"),
    ];
    for (mapping, code, path) in cases {
        assert_eq!(found(&mapping), [(code, path.to_owned())], "{mapping}");
    }
    for good in [r#""version":{"path":"meta.'updated at'","column":"v"},"hash":"h","columns":{"at":{"path":"meta.'updated at'","type":"date","bson":"date"}}"#, r#""version":{"column":"v"}"#] {
        assert!(found(&with(good)).iter().all(|(code, _)| *code == "lossy-type"), "{good}");
    }
    assert_eq!(found(&with(r#""columns":{}"#).replace(r#""B""#, r#""""#)), [], "an empty label is one");
    assert_eq!(found(&with(r#""columns":{"k":{"path":"k","type":"st"}},"discriminator":{"path":"'k'","variants":{"A":{}}}"#)), []);
}

#[test]
fn one_fault_hides_no_other() {
    let mapping = with(
        r#""columns":{"a":{"path":"a","type":"strng","bson":"strin","ref":"cc","absent":"never","foreignKey":1}},
        "children":[{"columns":{"b":{"path":"b","type":"txt"}},"children":[{"table":"e","path":"x[][]","columns":{"c":{"type":"text"}}}]}],
        "discriminator":{"path":"nowhere","variants":{"A":{"columns":{"d":{"path":"d","type":"txt"}}}}}"#,
    );
    assert_eq!(
        found(&mapping).iter().map(|(code, path)| format!("{code} {}", path.trim_start_matches("collections.c."))).collect::<Vec<_>>(),
        [
            "type-unknown columns.a.type",
            "mapping-type columns.a.foreignKey",
            "reference-unknown columns.a.ref",
            "bson-kind columns.a.bson",
            "mapping-type columns.a.absent",
            "mapping-key-missing children[0]",
            "mapping-key-missing children[0]",
            "type-unknown children[0].columns.b.type",
            "path-invalid children[0].children[0].path",
            "mapping-key-missing children[0].children[0].columns.c",
            "discriminator-not-mapped discriminator.path",
            "type-unknown discriminator.variants.A.columns.d.type",
        ]
    );
}

#[test]
fn a_variants_table_says_for_which_value_it_is() {
    let mapping = with(r#""columns":{"k":{"path":"k","type":"st"}},"discriminator":{"path":"k","variants":{"A":{"table":"c_a","columns":{"x":{"path":"x","type":"text"}}}}}"#);
    let plan = compile_str(&mapping, &CompileOptions::default()).unwrap().plan;
    assert_eq!(plan.collections[0].tables[1].path, "k = A");
}

#[test]
fn no_text_overflows_the_stack() {
    let endless = format!("text{}", "[]".repeat(400_000));
    assert_eq!(found(&column(&format!(r#""type":"{endless}""#))), [("type-unknown", "collections.c.columns.a.type".to_owned())]);
    assert_eq!(found(&"[".repeat(400_000))[0].0, "mapping-syntax");
}

/// Every value of a good mapping replaced by every kind of wrong value: issues, never a panic.
#[test]
fn broken_mappings_never_panic() {
    let good: Value = serde_json::from_str(&with(
        r#""columns":{"k":{"path":"k","type":"st"},"u":{"path":"u","type":"uuid","ref":"h"},"p":{"path":"p","type":"uuid","refs":{"path":"k","collections":{"A":"c"}}}},
        "version":{"path":"k","column":"v"},"hash":"h","children":[{"table":"d","path":"d[]","ordinal":"n","parentKey":["c_id"],"key":{"column":"e"},"children":[{"table":"f","path":"m{}","mapKey":"mk"},{"table":"g","path":"one"}]}],
        "discriminator":{"path":"k","variants":{"A":{"table":"c_a","columns":{"x":{"path":"x","type":"text"}},"indexes":[{"columns":["x"]}]}}},
        "indexes":[{"name":"i","columns":["k","u"],"unique":true,"deferrable":true,"nullsNotDistinct":true,"using":"btree"},{"columns":["k"],"where":"k = 'A'"}]"#,
    ))
    .unwrap();
    let mut places = Vec::new();
    walk(&good, String::new(), &mut places);
    assert!(places.len() > 60);
    for place in &places {
        for wrong in ["null", "true", "-1", "1e400", "\"\"", "\"@\"", "\"a[][]\"", "\"'\"", "\"\\u0000\"", "\"numeric(0)\"", "\"é\"", "[]", "[null]", "{}", "{\"\":{}}"] {
            let Ok(wrong) = serde_json::from_str::<Value>(wrong) else { continue };
            let mut broken = good.clone();
            *broken.pointer_mut(place).unwrap() = wrong;
            found(&broken.to_string());
        }
    }
}

fn walk(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| walk(value, format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")), places)),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| walk(value, format!("{place}/{index}"), places)),
        _ => {}
    }
    places.push(place);
}
