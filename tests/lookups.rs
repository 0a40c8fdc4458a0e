//! Keys that `id_map` resolves: which ids a batch needs, the answers, and both ways through them.

mod support;

use rowlens::lens::Lens;
use rowlens::lookup::{key_from_text, Lookups};
use rowlens::plan::{compile_str, CompileOptions, Fidelity};
use rowlens::json::parse_extended_json;
use rowlens::postgres::PgType;
use std::sync::Arc;
use support::*;

const MAPPING: &str = r#"{"version":1,"collections":{
    "orders":{"table":"orders","key":{"column":"id","as":"lookup"},"complement":"rest","columns":{"user_id":{"path":"userId","type":"bigint","ref":"users"},"shop":{"path":"shop","type":"text","ref":"shops"}},
        "children":[{"table":"items","path":"items[]","columns":{"seller":{"path":"seller","type":"bigint","ref":"users"},"watchers":{"path":"watchers","type":"bigint[]","ref":"users"}}}]},
    "users":{"table":"users","key":{"column":"id","as":"lookup","type":"bigint"},"complement":"rest"},
    "shops":{"table":"shops","key":{"column":"id","as":"lookup","type":"text"},"complement":"rest"}}}"#;

const ORDER: &str = r#"{"_id":"A","userId":{"$oid":"65f1a2b3c4d5e6f708192a01"},"shop":{"$oid":"65f1a2b3c4d5e6f708192a09"},
    "items":[{"seller":{"$oid":"65f1a2b3c4d5e6f708192a02"},"watchers":[{"$oid":"65f1a2b3c4d5e6f708192a01"},null,5]},{"watchers":[]}]}"#;

const ANSWERS: &[(&str, &str, &str)] = &[
    ("orders", r#""A""#, "0c1a8b0e-91d5-4b38-9e2a-5ed3cf0f8a11"),
    ("users", r#"{"$oid":"65f1a2b3c4d5e6f708192a01"}"#, "1"),
    ("users", r#"{"$oid":"65f1a2b3c4d5e6f708192a02"}"#, "-2"),
    ("users", r#"{"$numberInt":"5"}"#, "9223372036854775807"),
    ("shops", r#"{"$oid":"65f1a2b3c4d5e6f708192a09"}"#, "shop nine"),
];

fn orders(fidelity: Fidelity) -> Lens {
    let plan = compile_str(MAPPING, &CompileOptions { fidelity: Some(fidelity) }).unwrap().plan;
    Lens::new(&Arc::new(plan), 0).unwrap()
}

fn set(lens: &mut Lens, answers: &[(&str, &str, &str)]) {
    let lookups = Lookups::from_text(lens.plan(), answers.iter().copied()).unwrap();
    lens.set_lookups(lookups);
}

#[test]
fn a_batch_needs_each_id_once_in_the_order_they_are_met() {
    let mut lens = orders(Fidelity::Value);
    let order = parse_extended_json(ORDER.as_bytes()).unwrap();
    let mut broken = order.clone();
    let at = broken.windows(2).position(|w| w == b"A\0").unwrap();
    broken[at] = 0xff;
    let batch = [order.clone(), broken, order].concat();
    let needed = |lens: &mut Lens| -> Vec<(String, String)> { lens.needed_lookups(&batch).iter().map(|n| (lens.plan().collections[n.collection].name.clone(), n.text())).collect() };
    let expected: Vec<(String, String)> = [0, 1, 4, 2, 3].iter().map(|&i: &usize| (ANSWERS[i].0.to_owned(), ANSWERS[i].1.to_owned())).collect();
    assert_eq!(needed(&mut lens), expected);
    // Answers do not change the question, and asking leaves nothing behind.
    set(&mut lens, ANSWERS);
    assert_eq!(needed(&mut lens), expected);
    assert!(lens.tables().iter().all(|rows| rows.count == 0));
    assert_eq!(lens.to_rows(&batch).accepted, 2);
}

#[test]
fn answers_serve_both_ways() {
    for fidelity in [Fidelity::Value, Fidelity::Exact] {
        let mut lens = orders(fidelity);
        set(&mut lens, ANSWERS);
        let order = parse_extended_json(ORDER.as_bytes()).unwrap();
        let rows = check(&mut lens, fidelity, &order);
        assert!(rows.issues.counts.is_empty(), "{:?}", rows.issues);
        let root = &rows.tables[0].tuples;
        assert!(root.windows(16).any(|w| w == 0x0c1a_8b0e_91d5_4b38_9e2a_5ed3_cf0f_8a11u128.to_be_bytes()));
        assert!(root.windows(9).any(|w| w == b"shop nine"));
        // The last column of the root row is the complement: NULL.
        assert!(root.ends_with(&[0xff; 4]));
    }
}

#[test]
fn what_is_unresolved_is_said_and_not_lost() {
    let mut lens = orders(Fidelity::Value);
    let order = parse_extended_json(ORDER.as_bytes()).unwrap();
    let rows = lens.to_rows(&order);
    assert_eq!((rows.accepted, rows.issues.counts.get("lookup-unresolved")), (0, Some(&1)));
    set(&mut lens, &ANSWERS[..2]);
    let rows = check(&mut lens, Fidelity::Value, &order);
    assert_eq!(rows.issues.counts.get("reference-unresolved"), Some(&3), "{:?}", rows.issues);
    // Without the answers the ids cannot come back, and that is an issue.
    lens.set_lookups(Lookups::default());
    let documents = back(&mut lens, &rows);
    assert!(documents.issues.counts.contains_key("lookup-unresolved"), "{:?}", documents.issues);
}

/// An id got its answer after its document was written: that the column is NULL does not say that somebody emptied it.
#[test]
fn answers_that_come_later_take_nothing_from_the_complement() {
    let order = parse_extended_json(ORDER.as_bytes()).unwrap();
    for fidelity in [Fidelity::Value, Fidelity::Exact] {
        // All ways to know more: some of the ids before, all of them afterwards.
        for before in 1..ANSWERS.len() {
            let mut lens = orders(fidelity);
            set(&mut lens, &ANSWERS[..before]);
            let rows = lens.to_rows(&order);
            assert!(rows.issues.counts.contains_key("reference-unresolved"));
            set(&mut lens, ANSWERS);
            let documents = back(&mut lens, &rows);
            let same = |document: &[u8]| if fidelity == Fidelity::Exact { document.to_vec() } else { sorted(document) };
            assert_eq!(same(&documents.bson), same(&order), "{before}");
            assert!(documents.issues.counts.is_empty(), "{:?}", documents.issues);
        }
    }
}

#[test]
fn answers_that_are_none_are_refused_all_at_once() {
    let plan = orders(Fidelity::Value).plan().clone();
    let faults = Lookups::from_text(&plan, [("user", "1", "1"), ("users", "{\"$oid\":1}", "1"), ("users", "1", "1.5"), ("users", "1},{\"\":2", "1"), ("users", "1,\"\":2", "1"), ("orders", "1", "xyz"), ("users", "1", "1")]).unwrap_err();
    assert_eq!(faults.iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), ["[0]", "[1]", "[2]", "[3]", "[4]", "[5]"]);
    assert!(faults.iter().all(|issue| issue.code == "lookup-invalid" && issue.help.is_some()));
    // An id has one key, and a key one id, of its collection.
    let answers = [("users", "1", "7"), ("orders", "1", "0c1a8b0e-91d5-4b38-9e2a-5ed3cf0f8a11"), ("users", "2", "8"), ("users", "3", "7"), ("users", "4", "9"), ("users", "4", "10"), ("orders", "2", "0C1A8B0E-91d5-4b38-9e2a-5ed3cf0f8a11"), ("shops", "1", "7"), ("users", "2", "8")];
    assert_eq!(Lookups::from_text(&plan, answers).unwrap_err().iter().map(|issue| issue.path.as_str()).collect::<Vec<_>>(), ["[0]", "[1]", "[3]", "[4]", "[5]", "[6]"]);
}

#[test]
fn texts_become_key_bytes() {
    assert_eq!(key_from_text(&PgType::Integer, "-1"), Some(vec![0xff; 4]));
    assert_eq!(key_from_text(&PgType::BigInt, "1"), Some(vec![0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(key_from_text(&PgType::Text, "é"), Some("é".as_bytes().to_vec()));
    assert_eq!(key_from_text(&PgType::Uuid, "0C1A8B0E-91d5-4b38-9e2a-5ed3cf0f8a11").map(|b| b[0]), Some(0x0c));
    for (pg, text) in [(PgType::Integer, "2147483648"), (PgType::BigInt, ""), (PgType::BigInt, "07"), (PgType::BigInt, "+7"), (PgType::Integer, "-0"), (PgType::Text, "a\0"), (PgType::Uuid, "0c1a8b0e91d5-4b38-9e2a-5ed3cf0f8a11-"), (PgType::Uuid, "0c1a8b0e-91d5-4b38-9e2a-5ed3cf0f8a1+"), (PgType::Boolean, "t")] {
        assert_eq!(key_from_text(&pg, text), None, "{text}");
    }
}

#[test]
fn arrays_of_arrays_of_references() {
    let mapping = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},"complement":"rest","columns":{"m":{"path":"m","type":"bigint[][]","ref":"users"}}},
        "users":{"table":"users","key":{"column":"id","as":"lookup","type":"bigint"},"complement":"rest"}}}"#;
    for (value, complement) in [("[]", false), ("[[1,2],[2,null]]", false), ("[[1],[1,2]]", true), ("[[]]", true), ("[1]", true), ("[[9]]", true)] {
        let mut lens = lens(mapping, Fidelity::Exact);
        set(&mut lens, &[("users", "1", "10"), ("users", "2", "20")]);
        let document = parse_extended_json(format!(r#"{{"_id":{{"$oid":"65f1a2b3c4d5e6f708192a01"}},"m":{value}}}"#).as_bytes()).unwrap();
        let rows = check(&mut lens, Fidelity::Exact, &document);
        assert_eq!(!rows.tables[0].tuples.ends_with(&[0xff; 4]), complement, "{value}");
    }
}
