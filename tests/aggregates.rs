//! A batch by aggregate: each key once, its newest version, and exactly its rows.

use rowlens::aggregate::{groups, Aggregates, NoVersion, Spans, Versions};
use rowlens::json::parse_extended_json;
use rowlens::postgres::PgType;
use rowlens::{compile_str, CompileOptions, Lens, RowSet};
use std::sync::Arc;

const MAPPING: &str = r#"{"version":1,"collections":{"orders":{"table":"orders","key":{"column":"id","as":"text"},"complement":"rest","columns":{"total":{"path":"total","type":"integer"}},
    "children":[{"table":"items","path":"items[]","columns":{"sku":{"path":"sku","type":"text"}}}]}}}"#;

struct Batch {
    bytes: Vec<u8>,
    lens: Lens,
    set: RowSet,
}

fn batch(documents: &[&str]) -> Batch {
    let plan = Arc::new(compile_str(MAPPING, &CompileOptions::default()).unwrap().plan);
    let mut lens = Lens::new(&plan, 0).unwrap();
    let bytes: Vec<u8> = documents.iter().flat_map(|json| if json.is_empty() { vec![6, 0, 0, 0, 9, 0] } else { parse_extended_json(json.as_bytes()).unwrap() }).collect();
    let mut set = RowSet { spans: Some(Spans::default()), ..RowSet::default() };
    lens.append_rows(&bytes, &mut set);
    Batch { bytes, lens, set }
}

fn aggregates(batch: &Batch, versions: Versions<'_>) -> Aggregates {
    Aggregates::new(&batch.bytes, batch.set.spans.as_ref().unwrap(), batch.lens.tables(), 0, versions)
}

#[test]
fn each_document_has_its_own_rows_and_refused_ones_have_none() {
    let batch = batch(&[r#"{"_id":"b","v":1,"items":[{"sku":"1"},{"sku":"2"}]}"#, "", r#"{"_id":"a","v":2,"items":[]}"#, r#"{"_id":"c","v":3,"items":[{"sku":"3"}]}"#]);
    let path = ["v".to_owned()];
    let found = aggregates(&batch, Versions::Path(&path));
    assert_eq!(found.list.iter().map(|a| (a.document, a.key_text(&PgType::Text).unwrap(), a.version)).collect::<Vec<_>>(), [(2, "a".into(), Ok(2)), (0, "b".into(), Ok(1)), (3, "c".into(), Ok(3))]);
    assert!(found.superseded.is_empty());
    assert_eq!(found.list.iter().map(|aggregate| aggregate.row_count(batch.lens.tables())).collect::<Vec<_>>(), [1, 3, 2]);
    // Alone, each document makes exactly these bytes.
    let plan = Arc::clone(batch.lens.plan());
    let spans = batch.set.spans.clone().unwrap();
    for aggregate in &found.list {
        let span = spans.documents.iter().find(|span| span.document == aggregate.document).unwrap();
        let alone = Lens::new(&plan, 0).unwrap().to_rows(&batch.bytes[span.start..span.end]);
        for (table, range) in aggregate.rows.iter().enumerate() {
            assert_eq!(batch.lens.tables()[table].tuples[range.clone()], alone.tables[table].tuples);
        }
    }
}

#[test]
fn a_key_that_comes_twice_keeps_its_newest_version() {
    let batch = batch(&[r#"{"_id":"a","v":1,"items":[{"sku":"old"}]}"#, r#"{"_id":"a","v":3}"#, r#"{"_id":"a","v":2}"#, r#"{"_id":"a"}"#, r#"{"_id":"a","v":3,"total":5}"#]);
    let path = ["v".to_owned()];
    let found = aggregates(&batch, Versions::Path(&path));
    assert_eq!(found.list.iter().map(|a| (a.document, a.version)).collect::<Vec<_>>(), [(4, Ok(3))]);
    assert_eq!(found.superseded.iter().map(|it| (it.document, it.newest, it.version)).collect::<Vec<_>>(), [(1, 4, Ok(3)), (2, 4, Ok(2)), (0, 4, Ok(1)), (3, 4, Err(NoVersion::Missing))]);
    assert_eq!(aggregates(&batch, Versions::None).list[0].version, Err(NoVersion::Missing));
    assert_eq!(aggregates(&batch, Versions::Given(&[9, 1, 1, 1, 1])).list[0].document, 0);
}

/// Keys of a batch in the groups that they are written in.
fn ordered(documents: &[String]) -> Vec<Vec<String>> {
    const FRIENDS: &str = r#"{"version":1,"collections":{"people":{"table":"people","key":{"column":"id","as":"text"},"complement":"rest","columns":{"boss":{"path":"boss","type":"text","ref":"people"},"name":{"path":"name","type":"text"}},
        "children":[{"table":"friends","path":"friends[]","columns":{"friend":{"path":"@","type":"text","ref":"people"}}}]}}}"#;
    let plan = Arc::new(compile_str(FRIENDS, &CompileOptions::default()).unwrap().plan);
    let mut lens = Lens::new(&plan, 0).unwrap();
    let bytes: Vec<u8> = documents.iter().flat_map(|json| parse_extended_json(json.as_bytes()).unwrap()).collect();
    let mut set = RowSet { spans: Some(Spans::default()), ..RowSet::default() };
    lens.append_rows(&bytes, &mut set);
    let list = Aggregates::new(&bytes, set.spans.as_ref().unwrap(), lens.tables(), 0, Versions::None).list;
    let all: Vec<usize> = (0..list.len()).collect();
    let name = |member: usize| list[member].key_text(&PgType::Text).unwrap();
    groups(&plan.collections[0], 0, lens.tables(), &list, &all)
        .into_iter()
        .map(|group| {
            let mut names: Vec<String> = group.into_iter().map(name).collect();
            names.sort();
            names
        })
        .collect()
}

#[test]
fn documents_are_ordered_by_what_they_refer_to_and_circles_stay_together() {
    let documents = [
        r#"{"_id":"a","boss":"b"}"#, r#"{"_id":"b","friends":["c","nobody"]}"#, r#"{"_id":"c"}"#, r#"{"_id":"d","boss":"d","name":"e"}"#,
        r#"{"_id":"e","boss":"f"}"#, r#"{"_id":"f","boss":"g"}"#, r#"{"_id":"g","friends":["e","c"]}"#, r#"{"_id":"h","boss":"e"}"#,
    ];
    let found = ordered(&documents.map(str::to_owned));
    assert_eq!(found, [vec!["c"], vec!["b"], vec!["a"], vec!["d"], vec!["e", "f", "g"], vec!["h"]]);
}

#[test]
fn a_chain_may_be_as_long_as_a_batch() {
    let chain: Vec<String> = (0..50_000).map(|n| format!(r#"{{"_id":"{n:06}","boss":"{:06}"}}"#, n + 1)).collect();
    let found = ordered(&chain);
    assert_eq!(found.len(), 50_000);
    assert_eq!((found[0][0].as_str(), found[49_999][0].as_str()), ("049999", "000000"));
}
