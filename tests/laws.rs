//! The laws: GetPut for any document under mappings of every kind; hostile bytes are issues; other orders of rows.

mod support;

use proptest::prelude::*;
use rowlens::plan::Fidelity;
use support::*;

const NAMES: &[&str] = &["_id", "amount", "status", "tags", "meta", "wallet", "address", "events", "at", "fees", "quote", "kind", "price", "count", "matrix", "unknown", "flag", "owner"];

/// Mappings that between them use every feature.
const MAPPINGS: &[&str] = &[
    r#"{"version":1,"enums":{"st":["A","B"]},"collections":{"c":{"table":"c","key":{"column":"id","as":"uuid"},"complement":"rest","columns":{
        "amount":{"path":"amount","type":"numeric"},"status":{"path":"status","type":"st","absent":"null"},"tags":{"path":"tags","type":"text[]"},"meta":{"path":"meta","type":"jsonb"},
        "wallet_address":{"path":"wallet.address","type":"text"},"wallet_at":{"path":"wallet.at","type":"timestamptz(3)","absent":"null"},"flag":{"path":"flag","type":"boolean"},"owner":{"path":"owner","type":"uuid","as":"uuid"}},
      "children":[{"table":"events","path":"events[]","ordinal":"position","columns":{"at":{"path":"at","type":"timestamptz"},"amount":{"path":"amount","type":"numeric(12,2)"},"kind":{"path":"kind","type":"varchar(3)"}},
          "children":[{"table":"event_tags","path":"tags[]","columns":{"tag":{"path":"@","type":"text"}}}]},
        {"table":"fees","path":"fees{}","mapKey":"name","columns":{"amount":{"path":"amount","type":"double precision","bson":"number"},"price":{"path":"price","type":"bigint"}}},
        {"table":"quote","path":"quote","columns":{"price":{"path":"price","type":"numeric","bson":"number"},"at":{"path":"at","type":"date"}}},
        {"table":"matrix","path":"matrix[]","children":[{"table":"cells","path":"@[]","columns":{"v":{"path":"@","type":"double precision"}}}]}]}}}"#,
    r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"text"},"complement":"rest","columns":{
        "amount":{"path":"amount","type":"integer"},"kind":{"path":"kind","type":"text"},"count":{"path":"count","type":"smallint","bson":"number"},"price":{"path":"price","type":"real"},
        "tags":{"path":"tags","type":"integer[][]"},"status":{"path":"status","type":"char(4)"},"owner":{"path":"owner","type":"bytea"},"meta":{"path":"meta","type":"json"},"at":{"path":"at","type":"timestamp(0)"},"flag":{"path":"flag","type":"char(24)","bson":"objectId"}},
      "discriminator":{"path":"kind","variants":{"A":{"columns":{"unknown":{"path":"unknown","type":"text"}},"children":[{"table":"a_events","path":"events[]","key":{"column":"id","as":"hex"},"columns":{"at":{"path":"at","type":"timestamptz"}}}]},
          "B":{"table":"b","columns":{"matrix":{"path":"matrix","type":"jsonb[]"},"events":{"path":"events","type":"jsonb"}}}}},
      "children":[{"table":"fees","path":"fees{}","absent":"empty","children":[{"table":"fee_tags","path":"@[]","columns":{"t":{"path":"@","type":"uuid"}}}]},
        {"table":"wallet","path":"wallet","absent":"null","columns":{"address":{"path":"address","type":"varchar(24)","bson":"objectId"},"amount":{"path":"amount","type":"numeric(38,18)"}}}]}}}"#,
    r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"bytea"},"complement":"rest"}}}"#,
    r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id","as":"hex"},"complement":"rest","columns":{"amount":{"path":"amount","type":"bigint","bson":"number"},"price":{"path":"price","type":"double precision","bson":"int64"},"count":{"path":"count","type":"numeric","bson":"int64"}},
      "children":[{"table":"events","path":"events[]","absent":"missing","columns":{"kind":{"path":"kind","type":"text"}},"discriminator":{"path":"kind","variants":{"A":{"columns":{"amount":{"path":"amount","type":"numeric","bson":"double"}}},"B":{"table":"event_b","columns":{"amount":{"path":"amount","type":"text"}}}}}},
        {"table":"quote","path":"wallet.quote","columns":{"at":{"path":"at.address","type":"timestamptz","absent":"null"}},"children":[{"table":"qe","path":"events[]","absent":"null","columns":{"v":{"path":"@","type":"jsonb"}}}]}]}}}"#,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn get_put(fields in fields(NAMES, value(NAMES)), id in value(NAMES), with_id in prop::bool::weighted(0.9)) {
        let mut all = if with_id { vec![("_id".to_owned(), id)] } else { Vec::new() };
        all.extend(fields);
        let document = object(&all);
        for mapping in MAPPINGS {
            for fidelity in [Fidelity::Value, Fidelity::Exact] {
                check(&mut lens(mapping, fidelity), fidelity, &document);
            }
        }
    }

    /// Documents whose fields are unlikely to collide, so that children and types are reached more often.
    #[test]
    fn get_put_regular(values in proptest::collection::vec(value(NAMES), NAMES.len()), keep in proptest::collection::vec(prop::bool::weighted(0.7), NAMES.len())) {
        let all: Vec<_> = NAMES.iter().zip(values).zip(keep).filter(|(_, keep)| *keep).map(|((name, value), _)| ((*name).to_owned(), value)).collect();
        let document = object(&all);
        for mapping in MAPPINGS {
            for fidelity in [Fidelity::Value, Fidelity::Exact] {
                check(&mut lens(mapping, fidelity), fidelity, &document);
            }
        }
    }

    /// Any bytes are an issue or documents that come back; the good neighbours are not harmed.
    #[test]
    fn hostile(bytes in proptest::collection::vec(any::<u8>(), 0..200), fields in fields(NAMES, value(NAMES)), cut in any::<prop::sample::Index>(), flip in any::<(prop::sample::Index, u8)>()) {
        let good = object(&vec![("_id".to_owned(), (7, vec![1; 12]))]);
        let mut damaged = object(&fields);
        let at = flip.0.index(damaged.len());
        damaged[at] = flip.1;
        for mapping in MAPPINGS {
            let mut lens = lens(mapping, Fidelity::Exact);
            lens.to_rows(&bytes);
            lens.to_rows(&damaged[..cut.index(damaged.len())]);
            let batch = [good.clone(), damaged.clone()].concat();
            let rows = lens.to_rows(&batch);
            prop_assert!(rows.accepted >= 1);
            let refused = rows.issues.list.iter().filter(|i| i.code == "document-malformed").count() as u32;
            prop_assert!(rows.documents == rows.accepted + refused);
            let documents = back(&mut lens, &rows);
            prop_assert_eq!(documents.count, rows.accepted);
            prop_assert!(documents.bson.starts_with(&good));
            if refused == 0 {
                prop_assert_eq!(&documents.bson, &batch);
            }
            let tables: Vec<&[u8]> = rows.tables.iter().map(|_| bytes.as_slice()).collect();
            lens.to_documents(&tables);
        }
    }
}

/// Child rows may come in any order; ordinals need not be dense.
#[test]
fn rows_in_any_order() {
    let mut lens = lens(MAPPINGS[0], Fidelity::Exact);
    let event = |n: i32| (3, object(&vec![("amount".to_owned(), (0x13, (u128::from(n as u32) | (6176u128 << 113)).to_le_bytes().to_vec())), ("tags".to_owned(), (4, array(&[])))]));
    let document = |id: u8, events: &[i32]| object(&vec![("_id".to_owned(), (7, vec![id; 12])), ("events".to_owned(), (4, array(&events.iter().map(|n| event(*n)).collect::<Vec<_>>()))), ("matrix".to_owned(), (4, array(&[])))]);
    let batch = [document(1, &[1, 2, 3]), document(2, &[4, 5]), document(3, &[6])].concat();
    let rows = lens.to_rows(&batch);
    let mut tuples: Vec<Vec<u8>> = Vec::new();
    let events = &rows.tables[1].tuples;
    let mut at = 0;
    while at < events.len() {
        let mut next = at + 2;
        for _ in 0..i16::from_be_bytes([events[at], events[at + 1]]) {
            let length = i32::from_be_bytes(events[next..next + 4].try_into().unwrap());
            next += 4 + length.max(0) as usize;
        }
        tuples.push(events[at..next].to_vec());
        at = next;
    }
    tuples.reverse();
    let reversed = tuples.concat();
    let mut tables: Vec<&[u8]> = rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect();
    tables[1] = &reversed;
    let documents = lens.to_documents(&tables);
    assert_eq!(documents.bson, batch);
    // Without document 2's root row its children are orphans, and said to be.
    let first = lens.to_rows(&document(1, &[1]));
    let mut tables: Vec<&[u8]> = rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect();
    tables[0] = &first.tables[0].tuples;
    let documents = lens.to_documents(&tables);
    assert_eq!(documents.bson, document(1, &[1, 2, 3]));
    assert_eq!(documents.issues.counts.get("orphan-row"), Some(&3));
}

/// PG-first code changes a column: the column wins, the stale entry is dropped with an issue, the rest of the complement stays.
#[test]
fn the_column_wins() {
    let mut lens = lens(MAPPINGS[3], Fidelity::Value);
    // `amount` stands for a JavaScript number; the int64 is remembered. `note` is unknown.
    let document = object(&vec![("_id".to_owned(), (7, vec![9; 12])), ("amount".to_owned(), (0x12, 5i64.to_le_bytes().to_vec())), ("note".to_owned(), (2, b"\x02\0\0\0x\0".to_vec()))]);
    let rows = check(&mut lens, Fidelity::Value, &document);
    let mut root = rows.tables[0].tuples.clone();
    let five = [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 5];
    let place = root.windows(12).position(|w| w == five).unwrap();
    root[place + 11] = 6;
    let mut tables: Vec<&[u8]> = rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect();
    tables[0] = &root;
    let documents = lens.to_documents(&tables);
    assert_eq!(documents.issues.counts.get("complement-stale"), Some(&1), "{:?}", documents.issues);
    let expected = object(&vec![("_id".to_owned(), (7, vec![9; 12])), ("amount".to_owned(), (0x10, 6i32.to_le_bytes().to_vec())), ("note".to_owned(), (2, b"\x02\0\0\0x\0".to_vec()))]);
    assert_eq!(sorted(&documents.bson), sorted(&expected));
}

/// PG-first code changes the discriminator and forgets the old variant's column: not in silence.
#[test]
fn a_column_outside_its_variant_is_said() {
    let text = |t: &str| { let mut b = (t.len() as i32 + 1).to_le_bytes().to_vec(); b.extend_from_slice(t.as_bytes()); b.push(0); (2, b) };
    let mut lens = lens(MAPPINGS[1], Fidelity::Value);
    let document = object(&vec![("_id".to_owned(), text("x")), ("kind".to_owned(), text("A")), ("unknown".to_owned(), text("y")), ("events".to_owned(), (4, array(&[]))), ("fees".to_owned(), (3, object(&vec![]))), ("wallet".to_owned(), (10, vec![]))]);
    let rows = check(&mut lens, Fidelity::Value, &document);
    assert!(rows.issues.counts.is_empty(), "{:?}", rows.issues);
    let mut root = rows.tables[0].tuples.clone();
    let place = root.windows(5).position(|w| w == b"\0\0\0\x01A").unwrap();
    root[place + 4] = b'C';
    let mut tables: Vec<&[u8]> = rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect();
    tables[0] = &root;
    let documents = lens.to_documents(&tables);
    assert_eq!(documents.issues.counts.get("column-outside-variant"), Some(&1), "{:?}", documents.issues);
}
