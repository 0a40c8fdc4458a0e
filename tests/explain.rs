//! What `explain` says.

use rowlens::plan::explain::{explain, explain_text};
use rowlens::plan::{compile_str, CompileOptions, Plan};

fn plan() -> Plan {
    let mapping = r#"{"version":1,"enums":{"status":["open","done"]},"collections":{
      "users":{"table":"users","key":{"column":"id","as":"lookup","type":"bigint"},"version":{"column":"v"}},
      "payments":{"table":"payments","key":{"column":"id"},"fidelity":"exact","complement":"doc_rest","indexes":[{"columns":["seller","status"]},{"columns":["row_hash"],"unique":true}],"version":{"path":"meta.updatedAt","column":"source_version"},"hash":"row_hash",
        "columns":{"seller":{"path":"sellerId","type":"bigint","ref":"users","foreignKey":true},"status":{"path":"state.now","type":"status","absent":"null"},"prices":{"path":"prices","type":"numeric(10,2)[]"}},
        "children":[
          {"table":"events","path":"events[]","ordinal":"position","parentKey":"payment_id","columns":{"at":{"path":"at","type":"timestamptz(3)"}},
           "children":[{"table":"notes","path":"notes{}"}]},
          {"table":"quotes","path":"quote"}]}}}"#;
    compile_str(mapping, &CompileOptions::default()).unwrap().plan
}

#[test]
fn text() {
    let text = explain_text(&plan(), false);
    assert_eq!(text, include_str!("explain.txt"));
    assert!(!text.contains('\x1b') && !text.lines().any(|l| l.ends_with(' ')));
    let plain = explain_text(&plan(), true).replace("\x1b[1m", "").replace("\x1b[0m", "");
    assert_eq!(plain, text);
}

#[test]
fn data() {
    let json = serde_json::to_value(explain(&plan())).unwrap();
    assert_eq!(json["collections"][0]["unknownFields"], serde_json::Value::Null);
    let payments = &json["collections"][1];
    assert_eq!(payments["fidelity"], "exact");
    assert_eq!(payments["unknownFields"], "doc_rest");
    assert_eq!((&payments["version"], &payments["hash"]), (&"source_version <- meta.updatedAt".into(), &"row_hash".into()));
    assert_eq!(payments["tables"][2]["parent"], "events");
    assert_eq!(payments["tables"][2]["key"], serde_json::json!(["payment_id", "events_position", "key"]));
    assert_eq!(
        payments["tables"][0]["columns"][1],
        serde_json::json!({ "name": "seller", "type": "bigint", "path": "sellerId", "bson": "objectId", "nullable": true, "references": "users", "note": "foreign key to users, through id_map" })
    );
}
