//! Issues name the whole path from the document, through nested objects, children and maps.

use rowlens::json::parse_extended_json;
use rowlens::lens::Lens;
use rowlens::plan::{compile_str, CompileOptions};
use std::sync::Arc;

const MAPPING: &str = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest",
  "columns":{"deep":{"path":"one.two.n","type":"integer"}},
  "children":[
    {"table":"lines","path":"order.lines[]","columns":{"n":{"path":"at.n","type":"integer"}},
      "children":[{"table":"marks","path":"'odd name'.marks{}","columns":{"n":{"path":"n","type":"integer"}}}]},
    {"table":"rows","path":"grid.rows[]","children":[{"table":"cells","path":"@[]","columns":{"n":{"path":"@","type":"integer"}}}]}]}}}"#;

fn paths(document: &str) -> Vec<(String, &'static str)> {
    let plan = compile_str(MAPPING, &CompileOptions::default()).unwrap().plan;
    let mut lens = Lens::new(&Arc::new(plan), 0).unwrap();
    let rows = lens.to_rows(&parse_extended_json(document.as_bytes()).unwrap());
    rows.issues.list.into_iter().map(|issue| (issue.path, issue.code)).collect()
}

#[test]
fn of_rows() {
    let id = r#""_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"}"#;
    assert_eq!(paths(&format!(r#"{{{id},"one":{{"x":1,"two":{{"n":"a","y":1}}}}}}"#)), [("one.x".into(), "unknown-field"), ("one.two.y".into(), "unknown-field"), ("one.two.n".into(), "value-misfit")]);
    assert_eq!(
        paths(&format!(r#"{{{id},"order":{{"lines":[{{}},{{"at":{{"n":"a"}},"odd name":{{"marks":{{"a.b":{{"n":1.5}}}}}}}}]}}}}"#)),
        [("order.lines[1].at.n".into(), "value-misfit"), ("order.lines[1].'odd name'.marks.'a.b'.n".into(), "value-misfit")]
    );
    assert_eq!(paths(&format!(r#"{{{id},"order":{{"lines":7}}}}"#)), [("order.lines".into(), "container-mismatch"), ("order".into(), "absent-differs")]);
    assert_eq!(paths(&format!(r#"{{{id},"grid":{{"rows":[[1],[2,"a"]]}}}}"#)), [("grid.rows[1][1]".into(), "value-misfit")]);
}
