//! Records as PostgreSQL sends them become the tuples that made them, however they are cut; what is none is said to be none.

use rowlens::aggregate::{diff, Class, Difference, Digester};
use rowlens::json::parse_extended_json;
use rowlens::postgres::record::{type_oid, BadRecord, Records};
use rowlens::{compile_str, CompileOptions, Lens, Plan, RowSet};
use std::sync::Arc;

const MAPPING: &str = r#"{"version":1,"enums":{"kind":["a","b"]},"collections":{"orders":{"table":"orders","key":{"column":"id","as":"text"},"complement":"rest",
    "columns":{"total":{"path":"total","type":"numeric"},"kinds":{"path":"kinds","type":"kind[]"},"at":{"path":"at","type":"timestamptz"}},
    "children":[{"table":"items","path":"items[]","columns":{"sku":{"path":"sku","type":"text"}},
                 "children":[{"table":"parts","path":"parts[]","columns":{"n":{"path":"@","type":"integer"}}}]}]}}}"#;

fn plan() -> Arc<Plan> {
    Arc::new(compile_str(MAPPING, &CompileOptions::default()).unwrap().plan)
}

fn rows(documents: &[&str]) -> RowSet {
    let batch: Vec<u8> = documents.iter().flat_map(|json| parse_extended_json(json.as_bytes()).unwrap()).collect();
    Lens::new(&plan(), 0).unwrap().to_rows(&batch)
}

/// What `record_send` makes of tuples: the same fields with OIDs.
fn records(plan: &Plan, table: usize, tuples: &[u8]) -> Vec<Vec<u8>> {
    let columns = &plan.collections[0].tables[table].columns;
    let (mut rest, mut fields, mut out) = (tuples, Vec::new(), Vec::new());
    while !rest.is_empty() {
        rest = rowlens::postgres::tuple::read_tuple(rest, &mut fields).unwrap();
        let mut record = (fields.len() as u32).to_be_bytes().to_vec();
        for (field, column) in fields.iter().zip(columns) {
            record.extend_from_slice(&type_oid(&column.pg).to_be_bytes());
            record.extend_from_slice(&field.map_or(-1, |value| value.len() as i32).to_be_bytes());
            record.extend_from_slice(field.unwrap_or(&[]));
        }
        out.push(record);
    }
    out
}

const THREE: [&str; 3] = [
    r#"{"_id":"a","total":{"$numberDecimal":"1.50"},"kinds":["a","b"],"items":[{"sku":"x","parts":[1,2]},{"sku":"y","parts":[]}]}"#,
    r#"{"_id":"b","odd":true}"#,
    r#"{"_id":"c","at":{"$date":"2026-01-01T00:00:00Z"},"items":[{"sku":"z","parts":[3]}]}"#,
];

#[test]
fn records_become_the_tuples_that_made_them() {
    let (plan, set) = (plan(), rows(&THREE));
    let mut reader = Records::new(&plan.collections[0]);
    for (table, rows) in set.tables.iter().enumerate() {
        assert_eq!(reader.append(table, &records(&plan, table, &rows.tuples).concat()), Ok(rows.count));
        assert_eq!(reader.tuples(table), rows.tuples);
    }
}

#[test]
fn a_stream_cut_anywhere_gives_whole_aggregates() {
    let plan = plan();
    let mut stream = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0".to_vec();
    for document in THREE {
        for (table, rows) in rows(&[document]).tables.iter().enumerate() {
            for record in records(&plan, table, &rows.tuples) {
                stream.extend_from_slice(&[0, 2, 0, 0, 0, 2, 0, table as u8]);
                stream.extend_from_slice(&(record.len() as u32).to_be_bytes());
                stream.extend_from_slice(&record);
            }
        }
    }
    stream.extend_from_slice(&[0xff, 0xff]);
    let all = rows(&THREE);
    for size in [1, 2, 3, 7, 19, 20, 64, stream.len()] {
        let mut reader = Records::new(&plan.collections[0]);
        let mut out = vec![Vec::new(); 3];
        let mut take = |reader: &mut Records| {
            let whole: Vec<&[u8]> = (0..3).map(|table| reader.whole(table)).collect();
            assert!(Lens::new(&plan, 0).unwrap().to_documents(&whole).issues.list.is_empty(), "no row without its parent");
            out.iter_mut().zip(whole).for_each(|(out, whole)| out.extend_from_slice(whole));
            reader.drop_whole();
        };
        for chunk in stream.chunks(size) {
            reader.push_copy(chunk).unwrap();
            take(&mut reader);
        }
        assert!(reader.finish());
        take(&mut reader);
        assert_eq!(out, all.tables.iter().map(|rows| rows.tuples.clone()).collect::<Vec<_>>(), "chunks of {size}");
        // Without its last byte it was cut off.
        reader.clear();
        reader.push_copy(&stream[..stream.len() - 1]).unwrap();
        assert!(!reader.finish());
    }
}

#[test]
fn what_is_no_record_of_the_table_is_refused() {
    let (plan, set) = (plan(), rows(&THREE));
    let good = records(&plan, 0, &set.tables[0].tuples).concat();
    let mut reader = Records::new(&plan.collections[0]);
    for length in 1..records(&plan, 0, &set.tables[0].tuples)[0].len() {
        assert_eq!(reader.append(0, &good[..length]), Err(BadRecord::Malformed { table: 0 }), "{length}");
        assert_eq!(reader.tuples(0), b"");
    }
    let mut other = good;
    other[4..8].copy_from_slice(&23u32.to_be_bytes());
    let bad = reader.append(0, &other).unwrap_err();
    assert_eq!(bad, BadRecord::Type { table: 0, column: 0, oid: 23 });
    let issue = bad.issue(&plan, &plan.collections[0]);
    assert_eq!((issue.code, issue.column.as_deref()), ("schema-drift", Some("id")));
    assert_eq!(issue.message, "column `id` of `orders` is of another type (OID 23) than `text`");
}

fn found(documents: &[&str], database: &[&str]) -> Vec<Difference> {
    let plan = plan();
    diff(&plan.collections[0], &rows(documents).slices(), &rows(database).slices(), true).unwrap()
}

fn shown(differences: &[Difference]) -> Vec<(Class, &str, Option<&str>, String, u32)> {
    differences.iter().map(|d| (d.class, d.table.as_str(), d.column.as_deref(), d.row.join("/"), d.rows)).collect()
}

#[test]
fn differences_are_told_apart() {
    assert_eq!(found(&THREE, &THREE), []);
    let mut other = THREE;
    other[0] = r#"{"_id":"a","total":{"$numberDecimal":"1.500"},"kinds":["a"],"items":[{"sku":"x","parts":[1,2]},{"sku":"y","parts":[]}]}"#;
    let differences = found(&THREE, &other);
    assert_eq!(shown(&differences), [(Class::Precision, "orders", Some("total"), "a".into(), 1), (Class::Differing, "orders", Some("kinds"), "a".into(), 1)]);
    assert_eq!(differences[0].values, Some([Some("1.50".into()), Some("1.500".into())]));
    assert_eq!(differences[1].values, Some([Some("{a,b}".into()), Some("{a}".into())]));
    // Elements that changed places are one difference, whatever is below them.
    other[0] = r#"{"_id":"a","total":{"$numberDecimal":"1.50"},"kinds":["a","b"],"items":[{"sku":"y","parts":[]},{"sku":"x","parts":[1,2]}]}"#;
    assert_eq!(shown(&found(&THREE, &other)), [(Class::Order, "items", Some("ordinal"), "a".into(), 2)]);
    other[0] = r#"{"_id":"a","total":{"$numberDecimal":"1.50"},"kinds":["a","b"],"items":[{"sku":"x","parts":[2,1]},{"sku":"y","parts":[]}]}"#;
    assert_eq!(shown(&found(&THREE, &other)), [(Class::Order, "parts", Some("ordinal"), "a/0".into(), 2)]);
    // A lost element is missing with all that is below it; an extra one too.
    other[0] = r#"{"_id":"a","total":{"$numberDecimal":"1.50"},"kinds":["a","b"],"items":[{"sku":"x","parts":[1,2,9]}]}"#;
    assert_eq!(shown(&found(&THREE, &other)), [(Class::Missing, "items", None, "a/1".into(), 1), (Class::Extra, "parts", None, "a/0/2".into(), 1)]);
    assert_eq!(shown(&found(&THREE[1..], &THREE)), [(Class::Extra, "orders", None, "a".into(), 5)]);
    assert_eq!(shown(&found(&THREE, &THREE[1..])), [(Class::Missing, "orders", None, "a".into(), 5)]);
    other = THREE;
    other[1] = r#"{"_id":"b","odd":false}"#;
    assert_eq!(shown(&found(&THREE, &other)), [(Class::Complement, "orders", Some("rest"), "b".into(), 1)]);
}

#[test]
fn rows_without_their_parent_are_extra() {
    let plan = plan();
    let (some, all) = (rows(&THREE), rows(&THREE));
    let mut database = all.slices();
    // Nobody's rows: the items' table has lost its rows.
    database[1] = &[];
    let differences = diff(&plan.collections[0], &some.slices(), &database, false).unwrap();
    assert_eq!(differences.iter().map(|d| (d.class, d.table.as_str())).collect::<Vec<_>>(), [(Class::Missing, "items"), (Class::Missing, "items"), (Class::Missing, "items"), (Class::Extra, "parts"), (Class::Extra, "parts"), (Class::Extra, "parts")]);
}

#[test]
fn digests_add_up_in_any_order() {
    let plan = plan();
    let mut digester = Digester::new(&plan.collections[0]);
    let whole = digester.tables(rows(&THREE).slices()).unwrap();
    assert_eq!(whole.rows, 9);
    let mut sum = rowlens::aggregate::Digest::default();
    for document in [THREE[2], THREE[0], THREE[1]] {
        sum.add(&digester.tables(rows(&[document]).slices()).unwrap());
    }
    assert_eq!((sum, sum.hash()), (whole, whole.hash()));
    assert_ne!(digester.tables(rows(&THREE[1..]).slices()).unwrap(), whole);
    // The same row in another table is another row.
    assert_eq!(digester.rows(0, b"\0\x01\0\0\0\0"), None);
}
