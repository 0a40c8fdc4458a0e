//! Mappings: every fault at once, the plan's tables, the DDL.

use rowlens::plan::{compile_str, CompileOptions};
use rowlens::sql::ddl::{ddl, DdlOptions};

fn codes(mapping: &str) -> Vec<(&'static str, String)> {
    match compile_str(mapping, &CompileOptions::default()) {
        Ok(compiled) => compiled.warnings.into_iter().map(|i| (i.code, i.path)).collect(),
        Err(issues) => issues.into_iter().map(|i| (i.code, i.path)).collect(),
    }
}

fn collection(body: &str) -> String {
    format!(r#"{{"version":1,"enums":{{"st":["A","B"]}},"collections":{{"c":{{"table":"c","key":{{"column":"id"}},"complement":"rest",{body}}}}}}}"#)
}

#[test]
fn each_fault_has_its_code_and_path() {
    let long = "x".repeat(64);
    let cases: Vec<(String, &str, String)> = vec![
        ("{".into(), "mapping-syntax", String::new()),
        (r#"{"version":2,"collections":{}}"#.into(), "mapping-version", "version".into()),
        (collection(r#""colums":{}"#), "mapping-key-unknown", "collections.c.colums".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"strng"}}"#), "type-unknown", "collections.c.columns.a.type".into()),
        (collection(r#""columns":{"a":{"type":"text"}}"#), "mapping-key-missing", "collections.c.columns.a".into()),
        (collection(r#""columns":{"id":{"path":"a","type":"text"}}"#), "column-collision", "collections.c.columns.id".into()),
        (collection(r#""columns":{"rest":{"path":"a","type":"text"}}"#), "column-collision", "collections.c.complement".into()),
        (collection(r#""columns":{"a":{"path":"m","type":"jsonb"},"b":{"path":"m.x","type":"text"}}"#), "path-overlap", "collections.c.columns.b.path".into()),
        (collection(r#""columns":{"a":{"path":"m..x","type":"text"}}"#), "path-invalid", "collections.c.columns.a.path".into()),
        (collection(r#""columns":{"a":{"path":"m[].x","type":"text"}}"#), "path-invalid", "collections.c.columns.a.path".into()),
        (collection(&format!(r#""columns":{{"{long}":{{"path":"a","type":"text"}}}}"#)), "name-too-long", format!("collections.c.columns.{long}")),
        (collection(r#""columns":{"a":{"path":"a","type":"text","bson":"int32"}}"#), "bson-kind", "collections.c.columns.a".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"uuid","ref":"nowhere"}}"#), "reference-unknown", "collections.c.columns.a.ref".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"text","ref":"c"}}"#), "reference-type", "collections.c.columns.a.type".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"text","foreignKey":true}}"#), "reference-unknown", "collections.c.columns.a.foreignKey".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"uuid","refs":{"path":"kind","collections":{"C":"c"}}}}"#), "reference-unmapped", "collections.c.columns.a.refs.path".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"jsonb","absent":"null"}}"#), "absent-json", "collections.c.columns.a.absent".into()),
        (collection(r#""columns":{"a":{"path":"a","type":"text","notNull":true}}"#), "not-null-optional", "collections.c.columns.a.notNull".into()),
        (collection(r#""children":[{"table":"c","path":"a[]"}]"#), "table-collision", "collections.c".into()),
        (collection(r#""children":[{"table":"d","path":"a[][]"}]"#), "path-invalid", "collections.c.children[0].path".into()),
        (collection(r#""children":[{"table":"d","path":"a{}","ordinal":"n"}]"#), "child-shape", "collections.c.children[0].ordinal".into()),
        (collection(r#""children":[{"table":"d","path":"a[]","parentKey":["x","y"]}]"#), "parent-key-count", "collections.c.children[0].parentKey".into()),
        (collection(r#""discriminator":{"path":"kind","variants":{}}"#), "discriminator-not-mapped", "collections.c.discriminator.path".into()),
        (collection(r#""columns":{"k":{"path":"kind","type":"st"}},"discriminator":{"path":"kind","variants":{"Z":{}}}"#), "variant-value", "collections.c.discriminator.variants.Z".into()),
        (r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"bigint"},"complement":"r"}}}"#.into(), "key-rejects", "collections.c.key".into()),
        (r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"guid"}}}}"#.into(), "key-kind-unknown", "collections.c.key.as".into()),
        (r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"}}}}"#.into(), "no-complement", "collections.c".into()),
        (r#"{"version":1,"enums":{"text":["a"]},"collections":{}}"#.into(), "name-invalid", "enums.text".into()),
        (r#"{"version":1,"enums":{"e":["a","a"]},"collections":{}}"#.into(), "enum-label-twice", "enums.e".into()),
    ];
    for (mapping, code, path) in cases {
        assert!(codes(&mapping).contains(&(code, path.clone())), "{code} at {path}: {:?}\n{mapping}", codes(&mapping));
    }
}

#[test]
fn all_faults_at_once() {
    let found = codes(&collection(r#""colums":{},"columns":{"a":{"path":"a","type":"strng"},"b":{"path":"b..","type":"text"}},"children":[{"path":"x[]"}]"#));
    let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["mapping-key-unknown", "type-unknown", "path-invalid", "mapping-key-missing"]);
}

#[test]
fn ddl_is_what_a_reviewer_expects() {
    let mapping = r#"{"version":1,"schema":"app","enums":{"status":["open","it's done"]},"collections":{
      "users":{"table":"users","key":{"column":"id","as":"uuid"},"complement":"rest"},
      "payments":{"table":"payments","key":{"column":"id","as":"hex"},"columns":{"seller":{"path":"sellerId","type":"uuid","ref":"users","foreignKey":true},"status":{"path":"status","type":"status"},"amount":{"path":"amount","type":"numeric(38,18)"}},
        "children":[{"table":"events","path":"events[]","ordinal":"position","parentKey":"payment_id","columns":{"at":{"path":"at","type":"timestamptz(3)"}},"children":[{"table":"notes","path":"notes{}"}]}]}}}"#;
    let compiled = compile_str(mapping, &CompileOptions::default()).unwrap();
    let expected = "CREATE SCHEMA IF NOT EXISTS \"app\";

CREATE TYPE \"app\".\"status\" AS ENUM ('open', 'it''s done');

CREATE TABLE \"app\".\"users\" (
  \"id\" uuid NOT NULL,
  \"rest\" jsonb,
  PRIMARY KEY (\"id\")
);

CREATE TABLE \"app\".\"payments\" (
  \"id\" char(24) NOT NULL,
  \"seller\" uuid,
  \"status\" \"app\".\"status\",
  \"amount\" numeric(38,18),
  PRIMARY KEY (\"id\")
);

CREATE TABLE \"app\".\"events\" (
  \"payment_id\" char(24) NOT NULL,
  \"position\" integer NOT NULL,
  \"at\" timestamptz(3),
  PRIMARY KEY (\"payment_id\", \"position\"),
  FOREIGN KEY (\"payment_id\") REFERENCES \"app\".\"payments\" (\"id\") ON DELETE CASCADE
);

CREATE TABLE \"app\".\"notes\" (
  \"payment_id\" char(24) NOT NULL,
  \"events_position\" integer NOT NULL,
  \"key\" text NOT NULL,
  PRIMARY KEY (\"payment_id\", \"events_position\", \"key\"),
  FOREIGN KEY (\"payment_id\", \"events_position\") REFERENCES \"app\".\"events\" (\"payment_id\", \"position\") ON DELETE CASCADE
);

ALTER TABLE \"app\".\"payments\" ADD CONSTRAINT \"payments_seller_fkey\" FOREIGN KEY (\"seller\") REFERENCES \"app\".\"users\" (\"id\") DEFERRABLE INITIALLY DEFERRED;
";
    assert_eq!(ddl(&compiled.plan, &DdlOptions::default()), expected);
    assert_eq!(compiled.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["no-complement"]);
}

/// What PostgreSQL has no `IF NOT EXISTS` for stands in a block that may run again; its quote is in no label.
#[test]
fn ddl_that_may_run_again() {
    let mapping = r#"{"version":1,"enums":{"st":["a$rowlens$"]},"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest",
        "columns":{"s":{"path":"s","type":"st"},"n":{"path":"n","type":"citext[]"},"up":{"path":"up","type":"uuid","ref":"c","foreignKey":true}}}}}"#;
    let plan = compile_str(mapping, &CompileOptions::default()).unwrap().plan;
    let again = ddl(&plan, &DdlOptions { if_not_exists: true, ..Default::default() });
    assert!(again.contains("DO $rowlens_$ BEGIN\n  CREATE TYPE \"st\" AS ENUM ('a$rowlens$');\nEXCEPTION WHEN duplicate_object OR duplicate_table THEN NULL;\nEND $rowlens_$;"), "{again}");
    assert!(again.contains("DO $rowlens$ BEGIN\n  ALTER TABLE \"c\" ADD CONSTRAINT \"c_up_fkey\""), "{again}");
    assert!(again.contains("CREATE TABLE IF NOT EXISTS \"c\""), "{again}");
    for text in [again, ddl(&plan, &DdlOptions::default())] {
        assert!(text.starts_with("CREATE EXTENSION IF NOT EXISTS citext;\n"), "{text}");
    }
}

#[test]
fn postgresql_has_1600_columns() {
    let columns = |count: usize| collection(&format!(r#""columns":{{{}}}"#, (0..count).map(|n| format!(r#""c{n}":{{"path":"c{n}","type":"text"}}"#)).collect::<Vec<_>>().join(",")));
    // With the key and the complement.
    assert!(codes(&columns(1598)).is_empty());
    assert_eq!(codes(&columns(1599))[0], ("too-many-columns", "collections.c.complement".into()));
    // Columns that no tuple holds count, too.
    let with_meta = |count: usize| columns(count).replacen(r#""complement":"rest""#, r#""complement":"rest","version":{"column":"source_version"},"hash":"row_hash""#, 1);
    assert!(codes(&with_meta(1596)).is_empty());
    assert_eq!(codes(&with_meta(1597)), [("too-many-columns", "collections.c.hash".to_owned())]);
    assert_eq!(codes(&columns(1600))[0], ("too-many-columns", "collections.c.columns.c1599".into()));
}

#[test]
fn indexes_are_named_as_postgresql_would() {
    let long = "n".repeat(60);
    let mapping = collection(&format!(
        r#""columns":{{"a":{{"path":"a","type":"text"}},"{long}":{{"path":"b","type":"text"}}}},"indexes":[
            {{"columns":["a"]}},{{"columns":["a"],"where":"a > 'x'"}},{{"columns":["a"],"unique":true}},{{"columns":["a"],"unique":true,"deferrable":true}},{{"columns":["a"],"name":"c_a_idx2"}},
            {{"columns":["a","{long}"]}},{{"columns":["{long}"]}},{{"columns":["{long}"]}}],
        "children":[{{"table":"c_a","path":"x[]","indexes":[{{"columns":["c_id"],"name":"c_a_key"}}]}}]"#
    ));
    let plan = compile_str(&mapping, &CompileOptions::default()).unwrap().plan;
    let names: Vec<&str> = plan.collections[0].tables[0].indexes.iter().map(|i| i.name.as_str()).collect();
    // What is named by hand keeps its name, wherever it stands.
    assert_eq!(names[..5], ["c_a_idx", "c_a_idx1", "c_a_idx3", "c_a_key1", "c_a_idx2"]);
    assert!(names.iter().all(|name| name.len() <= 63) && names[5..].iter().collect::<std::collections::HashSet<_>>().len() == 3, "{names:?}");
}

#[test]
fn a_primary_key_has_at_most_32_columns() {
    let nested = |levels: usize| (0..levels).fold(String::new(), |inner, level| {
        let children = if inner.is_empty() { inner } else { format!(r#","children":[{inner}]"#) };
        format!(r#"{{"table":"t{level}","path":"a[]"{children}}}"#)
    });
    assert_eq!(codes(&collection(&format!(r#""children":[{}]"#, nested(31)))), []);
    assert!(codes(&collection(&format!(r#""children":[{}]"#, nested(32)))).iter().all(|(code, _)| *code == "key-too-long"));
    assert!(!codes(&collection(&format!(r#""children":[{}]"#, nested(32)))).is_empty());
}
