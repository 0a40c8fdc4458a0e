//! Documents without an identity, under every kind of key that has room for a substitute.

use rowlens::json::parse_extended_json;
use rowlens::lens::Lens;
use rowlens::plan::{compile_str, CompileOptions};
use std::sync::Arc;

#[test]
fn keys_of_their_own_and_back() {
    for kind in ["uuid", "hex", "text", "bytea"] {
        let mapping = format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id","as":"{kind}"}},"columns":{{"a":{{"path":"a","type":"text"}}}},"complement":"rest"}}}}}}"#);
        let plan = Arc::new(compile_str(&mapping, &CompileOptions::default()).unwrap().plan);
        let mut lens = Lens::new(&plan, 0).unwrap();
        let mut key = |text: &str| {
            let document = parse_extended_json(text.as_bytes()).unwrap();
            let rows = lens.to_rows(&document);
            let back = lens.to_documents(&[&rows.tables[0].tuples]);
            assert_eq!(back.bson, document, "{kind}");
            assert!(back.issues.list.is_empty(), "{kind}: {:?}", back.issues.list);
            rows.tables[0].tuples[..24].to_vec()
        };
        let keys = [key(r#"{"a":"1","b":{"x":1,"y":2}}"#), key(r#"{"a":"2","b":{"x":1,"y":2}}"#), key("{}"), key(r#"{"a":"1","b":{"x":1,"y":3}}"#)];
        for (index, one) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(one), "{kind}");
        }
        assert_eq!(keys[0], key(r#"{"a":"1","b":{"y":2,"x":1}}"#), "{kind}: the order of keys does not count");
    }
}
