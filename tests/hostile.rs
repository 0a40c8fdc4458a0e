//! Hostile input: each fault is an issue with collection, document, byte offset and reason; the rest goes on; the lens stays usable.

mod support;

use proptest::prelude::*;
use rowlens::json::parse_extended_json;
use rowlens::lens::Lens;
use rowlens::plan::Fidelity;
use support::choices::Choices;
use support::hostile::{refusals, well_formed};
use support::laws::Case;
use support::*;

const MAPPING: &str = r#"{"version":1,"enums":{"st":["A","B"]},"collections":{"c":{"table":"c","key":{"column":"id","as":"uuid"},"complement":"rest","columns":{
    "amount":{"path":"amount","type":"numeric"},"status":{"path":"status","type":"st"},"tags":{"path":"tags","type":"text[]"},"meta":{"path":"meta","type":"jsonb"},"at":{"path":"wallet.at","type":"timestamptz(3)"},
    "flag":{"path":"flag","type":"boolean"},"bin":{"path":"bin","type":"bytea"},"big":{"path":"big","type":"bigint"},"double":{"path":"double","type":"double precision"}},
  "children":[{"table":"events","path":"events[]","columns":{"kind":{"path":"kind","type":"text"}}},{"table":"fees","path":"fees{}","columns":{"amount":{"path":"@","type":"numeric(12,2)"}}}]}}}"#;

/// One of everything, mapped and not.
const DOCUMENT: &str = r#"{"_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"},"amount":{"$numberDecimal":"12.50"},"status":"A","tags":["a","bc"],"meta":{"x":[1,{"y":"z"}]},"wallet":{"at":{"$date":"2024-01-01T00:00:00Z"}},
    "flag":true,"bin":{"$binary":{"base64":"AQID","subType":"00"}},"big":{"$numberLong":"5"},"double":0.5,"events":[{"kind":"k"},{"kind":"l"}],"fees":{"a":{"$numberDecimal":"1.00"}},
    "re":{"$regularExpression":{"pattern":"a","options":"i"}},"code":{"$code":"f","$scope":{"x":1}},"old":{"$binary":{"base64":"AQID","subType":"02"}},"ts":{"$timestamp":{"t":1,"i":2}},"min":{"$minKey":1},
    "sym":{"$symbol":"s"},"ptr":{"$dbPointer":{"$ref":"r","$id":{"$oid":"65f1a2b3c4d5e6f708192a3b"}}},"deep":{"a":{"b":[[{"c":"d"}]]}},"undef":{"$undefined":true}}"#;

fn document() -> Vec<u8> {
    parse_extended_json(DOCUMENT.as_bytes()).unwrap()
}

/// Where the second document of a batch begins whose first is [`good`].
const START: u32 = 35;

fn good(id: u8) -> Vec<u8> {
    object(&vec![("_id".to_owned(), (7, vec![id; 12])), ("events".to_owned(), (4, array(&[])))])
}

/// `bytes` between two good documents. `boundary`: the third can be found.
fn between(lens: &mut Lens, bytes: &[u8], boundary: bool) -> rowlens::lens::RowSet {
    let batch = [good(1), bytes.to_vec(), good(2)].concat();
    let rows = lens.to_rows(&batch);
    refusals(&rows, batch.len());
    if boundary {
        assert_eq!((rows.documents, rows.accepted), (3, 2), "{:?}\n{bytes:02x?}", rows.issues.list);
    }
    for issue in rows.issues.list.iter().filter(|i| i.code == "document-malformed") {
        assert!(issue.collection.as_deref() == Some("c") && issue.document >= Some(1), "{issue:?}");
        assert!(issue.offset.unwrap() >= START, "{issue:?}");
    }
    let documents = back(lens, &rows);
    well_formed(&documents);
    assert_eq!(documents.count, rows.accepted);
    assert!(documents.bson.starts_with(&good(1)));
    rows
}

#[test]
fn truncated_at_every_byte() {
    let whole = document();
    let mut lens = lens(MAPPING, Fidelity::Exact);
    for length in 1..whole.len() {
        let rows = lens.to_rows(&[good(1), whole[..length].to_vec()].concat());
        assert_eq!((rows.documents, rows.accepted), (2, 1), "{length}");
        let issue = &rows.issues.list[0];
        assert_eq!((issue.code, issue.document, issue.offset), ("document-malformed", Some(1), Some(START)), "{issue:?}");
        // The same with a length that claims to be right.
        let mut lying = whole[..length].to_vec();
        if length >= 5 {
            lying[..4].copy_from_slice(&(length as i32).to_le_bytes());
            *lying.last_mut().unwrap() = 0;
            let rows = lens.to_rows(&[good(1), lying.clone(), good(2)].concat());
            assert_eq!(rows.documents, 3);
            // Cut behind an element it is a smaller document; everywhere else it is refused, and the next one is not harmed.
            let documents = back(&mut lens, &rows);
            assert!(documents.bson == [good(1), lying, good(2)].concat() || (rows.accepted == 2 && documents.bson == [good(1), good(2)].concat()), "{length} {:?}", rows.issues.list);
        }
    }
    check(&mut lens, Fidelity::Exact, &whole);
}

#[test]
fn every_length_lies() {
    let whole = document();
    let mut lens = lens(MAPPING, Fidelity::Exact);
    let mut refused = 0;
    for at in 0..whole.len() - 4 {
        for lie in [i32::MAX, i32::MAX - 1, i32::MAX - 16, i32::MIN, -1, 0, 1, 4, whole.len() as i32, whole.len() as i32 - at as i32, 0x4000_0000] {
            let mut bytes = whole.clone();
            bytes[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            let rows = between(&mut lens, &bytes, false);
            assert!(at < 4 || rows.documents == 3);
            refused += rows.documents - rows.accepted;
        }
    }
    assert!(refused > 2_000, "{refused}");
    check(&mut lens, Fidelity::Exact, &whole);
}

#[test]
fn missing_terminators() {
    let whole = document();
    let mut lens = lens(MAPPING, Fidelity::Exact);
    for at in (4..whole.len()).filter(|at| whole[*at] == 0) {
        for wrong in [1, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = wrong;
            between(&mut lens, &bytes, false);
        }
    }
    let mut bytes = whole.clone();
    *bytes.last_mut().unwrap() = 7;
    let rows = between(&mut lens, &bytes, true);
    assert_eq!(rows.issues.list[0].offset, Some(START + whole.len() as u32 - 1));
    assert!(rows.issues.list[0].message.contains("missing document terminator"));
}

/// A document, an array or both, nested `depth` times below `name`.
fn bomb(name: &[u8], depth: usize, kind: u8) -> Vec<u8> {
    let per = 1 + 2 + 4 + 1;
    let total = 5 + per * depth;
    let mut bytes = Vec::with_capacity(total);
    for level in 0..depth {
        bytes.extend_from_slice(&((total - per * level) as i32).to_le_bytes());
        bytes.extend_from_slice(&[kind, name[0], 0]);
    }
    bytes.extend_from_slice(&[5, 0, 0, 0, 0]);
    bytes.resize(total, 0);
    bytes
}

#[test]
fn depth_bombs() {
    for (name, kind) in [(b"0", 4), (b"m", 3), (b"0", 3), (b"u", 4)] {
        for mapped in ["jsonb", "json", "text", "text[]", "jsonb[]"] {
            let mapping = format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id"}},"complement":"rest","columns":{{"m":{{"path":"m","type":"{mapped}"}}}},"children":[{{"table":"a","path":"'0'[]","children":[{{"table":"b","path":"@[]","columns":{{"v":{{"path":"@","type":"jsonb"}}}}}}]}}]}}}}}}"#);
            let mut lens = lens(&mapping, Fidelity::Exact);
            let bomb = bomb(name, 100_000, kind);
            check(&mut lens, Fidelity::Exact, &bomb);
            // Its innermost level is broken: only whoever goes there sees it.
            let mut broken = bomb.clone();
            let middle = 7 * 100_000;
            broken[middle] = 6;
            between(&mut lens, &broken, true);
        }
    }
}

#[test]
fn garbage_between_documents() {
    let mut lens = lens(MAPPING, Fidelity::Exact);
    // No boundary can be believed behind it: the batch ends there, and that is said.
    for garbage in [&[0u8][..], &[0; 40], &[0xff; 7], b"{\"json\":true}", &[4, 0, 0, 0], &[0xff, 0xff, 0xff, 0x7f, 0], &[0, 0, 0, 0x80]] {
        let rows = between(&mut lens, garbage, false);
        assert_eq!((rows.documents, rows.accepted), (2, 1), "{garbage:02x?}");
        assert_eq!(rows.issues.list[0].offset, Some(START));
    }
    // A believable length is enough to go on.
    let mut framed = vec![9; 64];
    framed[..4].copy_from_slice(&64i32.to_le_bytes());
    between(&mut lens, &framed, true);
    framed[63] = 0;
    between(&mut lens, &framed, true);
}

#[test]
fn tuples_truncated_and_lying() {
    let whole = document();
    let mut lens = lens(MAPPING, Fidelity::Exact);
    let rows = lens.to_rows(&whole);
    let tables: Vec<Vec<u8>> = rows.tables.iter().map(|rows| rows.tuples.clone()).collect();
    let give = |lens: &mut Lens, tables: &[Vec<u8>]| {
        let documents = lens.to_documents(&tables.iter().map(Vec::as_slice).collect::<Vec<_>>());
        well_formed(&documents);
        documents
    };
    for table in 0..tables.len() {
        for length in 1..tables[table].len() {
            let mut cut = tables.clone();
            cut[table].truncate(length);
            let documents = give(&mut lens, &cut);
            // A cut between two rows of a child leaves a shorter list, and a complement that no longer fits.
            assert!(!documents.issues.list.is_empty() || documents.bson != whole, "{table} {length}");
            assert!(documents.count == 1 || documents.issues.counts.contains_key("row-malformed"), "{table} {length} {:?}", documents.issues.list);
        }
        for at in 0..tables[table].len().saturating_sub(4) {
            for lie in [i32::MAX, i32::MIN, -1, 0, 1, 3, 0x00ff_ffff] {
                let mut bad = tables.clone();
                bad[table][at..at + 4].copy_from_slice(&lie.to_be_bytes());
                give(&mut lens, &bad);
            }
        }
    }
    assert_eq!(give(&mut lens, &tables).bson, whole);
}

/// Values of the wrong width or shape, per type: an issue that names table and offset.
#[test]
fn tuples_of_another_number_of_fields() {
    const CLASSES: &str = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"uuid"},"columns":{"kind":{"path":"kind","type":"text"}},
        "discriminator":{"path":"kind","variants":{"B":{"table":"b","columns":{"x":{"path":"x","type":"text"},"y":{"path":"y","type":"text"}}}}}}}}"#;
    let mut lens = lens(CLASSES, Fidelity::Value);
    let document = parse_extended_json(br#"{"_id":{"$oid":"65f1a2b3c4d5e6f708192a3b"},"kind":"B","x":"one","y":"two"}"#).unwrap();
    let rows = lens.to_rows(&document);
    let tables: Vec<Vec<u8>> = rows.tables.iter().map(|rows| rows.tuples.clone()).collect();
    assert_eq!((rows.accepted, tables.len()), (1, 2));
    for table in 0..2 {
        // Two bytes of count, and fields with a length of four bytes each.
        let tuple = &tables[table];
        let last = tuple.len() - if table == 0 { 5 } else { 7 };
        let mut short = tables.clone();
        short[table] = [&(tuple[1] as i16 - 1).to_be_bytes()[..], &tuple[2..last]].concat();
        let found = lens.to_documents(&short.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(found.count, 0, "table {table}");
        assert!(found.issues.list[0].message.contains("another number of fields"), "{:?}", found.issues.list);
    }
}

#[test]
fn values_of_another_type() {
    for pg in ["boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric", "date", "timestamptz", "uuid", "jsonb", "json", "text[]", "integer[]", "text", "varchar(4)"] {
        let mapping = format!(r#"{{"version":1,"collections":{{"c":{{"table":"c","key":{{"column":"id"}},"complement":"rest","columns":{{"v":{{"path":"v","type":"{pg}"}}}}}}}}}}"#);
        let mut lens = lens(&mapping, Fidelity::Exact);
        let hostile: &[&[u8]] = &[b"", b"\xff", &[9; 3], &[0xff; 5], &[0x7f; 16], &[0; 7], &[0; 64], &[0xff; 64], &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 25, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1], &[0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 23]];
        for value in hostile {
            let root = support::tuples::join(&[vec![Some(vec![7; 16]), Some(value.to_vec()), None]]);
            let documents = lens.to_documents(&[&root]);
            well_formed(&documents);
            assert!(documents.count == 1 || documents.issues.list[0].table.as_deref() == Some("c"), "{pg} {value:02x?}");
        }
    }
    // A map key with a NUL, which no PostgreSQL text has, must not end a BSON name early.
    let mut lens = lens(MAPPING, Fidelity::Exact);
    let id = Some(vec![7; 16]);
    let root = support::tuples::join(&[[vec![id.clone()], vec![None; 10]].concat()]);
    let fee = support::tuples::join(&[vec![id, Some(b"a\0b".to_vec()), None]]);
    let documents = lens.to_documents(&[&root, &[], &fee]);
    well_formed(&documents);
    assert_eq!(documents.issues.counts.get("row-malformed"), Some(&1), "{:?}", documents.issues);
}

/// `json` columns and complements can spell U+0000 in a key, which BSON names cannot hold.
#[test]
fn keys_with_nul_in_json() {
    let mapping = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest","columns":{"v":{"path":"v","type":"json"}}}}}"#;
    let mut lens = lens(mapping, Fidelity::Value);
    let mut give = |json: Option<&str>, complement: Option<&str>| {
        let field = |text: &str, prefix: &[u8]| [prefix, text.as_bytes()].concat();
        let root = support::tuples::join(&[vec![Some(vec![7; 16]), json.map(|t| field(t, b"")), complement.map(|t| field(t, b"\x01"))]]);
        let documents = lens.to_documents(&[&root]);
        well_formed(&documents);
        documents
    };
    for (json, code) in [(r#"{"a\u0000b":1}"#, "json-beyond-bson"), ("[1e400]", "json-beyond-bson"), ("[0.12345678901234567890123]", "json-number-rounded"), ("12345678901234567890", "json-number-rounded"), ("1.00000000000000000001", "json-number-rounded")] {
        let documents = give(Some(json), None);
        assert_eq!((documents.count, documents.issues.counts.get(code)), (1, Some(&1)), "{json} {:?}", documents.issues);
    }
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    assert_eq!(give(Some(&deep), None).issues.counts.get("json-beyond-bson"), Some(&1));
    for json in ["0.1234567890123456", "1.7976931348623157e308", "100000000000000000000", "5e-324", "[1.0000000000000000000000]", "2147483648"] {
        assert!(give(Some(json), None).issues.counts.is_empty(), "{json}");
    }
    assert_eq!(give(Some("[1,"), None).issues.counts.get("row-malformed"), Some(&1));
    for complement in [r#"{"v":1,"fields":{"a\u0000b":1}}"#, r#"{"v":1,"fields":{"a":{"b\u0000":1}}}"#, r#"{"v":1,"fields":{"a":[{"\u0000":1}]}}"#, r#"{"v":1,"types":{"a":"bson:AwUAAAAB"},"fields":{"a":null}}"#, r#"{"v":1,"types":{"":"bson:AwUAAAAB"}}"#, r#"{"v":1,"types":{"a":"bson:AP8="},"fields":{"a":null}}"#, r#"{"v":1,"types":{"a":"bson:AxAAAAADYQAIAAAAd3gAAAA="},"fields":{"a":null}}"#] {
        let documents = give(None, Some(complement));
        assert_eq!((documents.count, documents.issues.counts.get("complement-invalid")), (1, Some(&1)), "{complement} {:?}", documents.issues);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), max_shrink_iters: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn damaged_documents(mapping in proptest::collection::vec(any::<u8>(), 0..120), documents in proptest::collection::vec(any::<u8>(), 0..400), exact in any::<bool>()) {
        let case = Case::new(&mut Choices::new(&mapping), if exact { Fidelity::Exact } else { Fidelity::Value });
        case.damaged_document(&mut Choices::new(&documents));
    }

    #[test]
    fn damaged_tuples(mapping in proptest::collection::vec(any::<u8>(), 0..120), rows in proptest::collection::vec(any::<u8>(), 0..400), exact in any::<bool>()) {
        let case = Case::new(&mut Choices::new(&mapping), if exact { Fidelity::Exact } else { Fidelity::Value });
        case.damaged_tuples(&mut Choices::new(&rows));
    }
}

/// As drivers have it: strings must be UTF-8, names are let through as they are.
#[test]
fn strings_are_utf8_and_names_are_bytes() {
    let mut lens = support::lens(r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"columns":{"a":{"path":"a","type":"text"}},"complement":"rest"}}}"#, rowlens::plan::Fidelity::Exact);
    let document = |name: &[u8], text: &[u8]| {
        let mut writer = rowlens::bson::Writer::default();
        let mark = writer.open();
        let string = [&(text.len() as i32 + 1).to_le_bytes()[..], text, b"\0"].concat();
        writer.element(rowlens::bson::kind::STRING, name, &string);
        writer.close(mark);
        writer.out
    };
    for text in [&b"\xff"[..], b"\xed\xa0\x80"] {
        for name in [&b"a"[..], b"unknown"] {
            let rows = lens.to_rows(&document(name, text));
            assert_eq!((rows.accepted, rows.issues.list[0].code), (0, "document-malformed"));
            assert_eq!(rows.issues.list[0].offset, Some(4 + 1 + name.len() as u32 + 1 + 4), "where the string goes wrong");
        }
    }
    let odd = document(b"n\xff", b"x");
    let rows = lens.to_rows(&odd);
    assert_eq!(support::back(&mut lens, &rows).bson, odd);
}
