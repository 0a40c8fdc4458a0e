//! What several test files need.
#![allow(dead_code)]

pub mod choices;
pub mod documents;
pub mod hostile;
pub mod laws;
pub mod mappings;
pub mod tuples;

use proptest::prelude::*;
use rowlens::bson::{Elements, Writer};
use rowlens::lens::{Documents, Lens, RowSet};
use rowlens::plan::{compile_str, CompileOptions, Fidelity};
use std::path::PathBuf;
use std::sync::Arc;

/// The fixtures that nobody here wrote; `None` (said aloud) where they are absent.
pub fn fixtures() -> Option<PathBuf> {
    let path = std::env::var_os("ROWLENS_FIXTURES").map(PathBuf::from).unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"));
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("fixtures are absent at {}: this part is left out (set ROWLENS_FIXTURES)", path.display());
    None
}

pub fn lens(mapping: &str, fidelity: Fidelity) -> Lens {
    let compiled = compile_str(mapping, &CompileOptions { fidelity: Some(fidelity) }).unwrap_or_else(|issues| panic!("{issues:#?}"));
    Lens::new(&Arc::new(compiled.plan), 0).unwrap()
}

pub fn back(lens: &mut Lens, rows: &RowSet) -> Documents {
    let tables: Vec<&[u8]> = rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect();
    lens.to_documents(&tables)
}

/// The document with the keys of every object sorted (stably: duplicates keep their order).
pub fn sorted(document: &[u8]) -> Vec<u8> {
    fn value(kind: u8, bytes: &[u8], writer: &mut Writer) {
        if kind != 3 && kind != 4 {
            writer.out.extend_from_slice(bytes);
            return;
        }
        let mut list = Vec::new();
        let mut elements = Elements::new(bytes, 0, bytes.len()).unwrap();
        while let Some(e) = elements.next_element().unwrap() {
            list.push(e);
        }
        if kind == 3 {
            list.sort_by_key(|e| bytes[e.name..e.name_end].to_vec());
        }
        let mark = writer.open();
        for e in list {
            writer.name(e.kind, &bytes[e.name..e.name_end]);
            value(e.kind, &bytes[e.start..e.end], writer);
        }
        writer.close(mark);
    }
    let mut writer = Writer::default();
    value(3, document, &mut writer);
    writer.out
}

/// GetPut: rows and back give the same document.
pub fn check(lens: &mut Lens, fidelity: Fidelity, document: &[u8]) -> RowSet {
    let rows = lens.to_rows(document);
    assert_eq!((rows.documents, rows.accepted), (1, 1), "{:?}\n{:02x?}", rows.issues.list, document);
    let documents = back(lens, &rows);
    assert_eq!(documents.count, 1, "{:?}", documents.issues.list);
    let complement = || {
        let root = &rows.tables[0].tuples;
        String::from_utf8_lossy(root).into_owned()
    };
    match fidelity {
        Fidelity::Exact => assert!(documents.bson == document, "exact\n{}\n in {:02x?}\nout {:02x?}\n{:?}", complement(), document, documents.bson, documents.issues.list),
        Fidelity::Value => assert!(sorted(&documents.bson) == sorted(document), "value\n{}\n in {:02x?}\nout {:02x?}\n{:?}", complement(), document, documents.bson, documents.issues.list),
    }
    rows
}

/// Any BSON value as (type byte, bytes), odd ones included.
pub fn value(names: &'static [&'static str]) -> impl Strategy<Value = (u8, Vec<u8>)> {
    let string = prop_oneof![Just(String::new()), "[a-zé\"\\\\\n]{0,6}", Just("a\0b".to_owned()), Just("12.5".to_owned()), Just("A".to_owned()), Just("B".to_owned()), Just("65f1a2b3c4d5e6f708192a3b".to_owned())];
    let text = |kind: u8| {
        move |s: String| {
            let mut out = (s.len() as i32 + 1).to_le_bytes().to_vec();
            out.extend_from_slice(s.as_bytes());
            out.push(0);
            (kind, out)
        }
    };
    let double = prop_oneof![Just(0.0), Just(-0.0), Just(5.0), Just(0.1), Just(f64::NAN), Just(f64::INFINITY), Just(1e300), Just(3e9), any::<f64>()];
    let int64 = prop_oneof![Just(0i64), Just(5), Just(i64::MAX), Just(i64::MIN), Just(1 << 53), Just((1 << 53) + 1), any::<i64>()];
    let date = prop_oneof![Just(0i64), Just(86_400_000), Just(1_700_000_000_123), Just(i64::MAX), Just(i64::MIN), -300_000_000_000_000i64..300_000_000_000_000];
    let decimal = prop_oneof![
        any::<[u8; 16]>(),
        (0u64..100_000, -12i32..4, any::<bool>()).prop_map(|(coefficient, exponent, negative)| {
            (u128::from(coefficient) | (((exponent + 6176) as u128) << 113) | (u128::from(negative) << 127)).to_le_bytes()
        }),
        Just((0x7c00u128 << 112).to_le_bytes()),
        Just((0x7800u128 << 112).to_le_bytes()),
    ];
    let leaf = prop_oneof![
        4 => string.clone().prop_map(text(2)),
        2 => any::<i32>().prop_map(|n| (0x10, n.to_le_bytes().to_vec())),
        1 => (-9i32..9).prop_map(|n| (0x10, n.to_le_bytes().to_vec())),
        2 => int64.prop_map(|n| (0x12, n.to_le_bytes().to_vec())),
        3 => double.prop_map(|n| (0x01, n.to_le_bytes().to_vec())),
        3 => decimal.prop_map(|d| (0x13, d.to_vec())),
        2 => date.prop_map(|n| (0x09, n.to_le_bytes().to_vec())),
        2 => any::<[u8; 12]>().prop_map(|id| (0x07, id.to_vec())),
        1 => any::<bool>().prop_map(|b| (0x08, vec![u8::from(b)])),
        2 => Just((0x0a, vec![])),
        1 => (0u8..6, proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(subtype, bytes)| {
            let mut inner = Vec::new();
            if subtype == 2 { inner.extend_from_slice(&(bytes.len() as i32).to_le_bytes()); }
            inner.extend_from_slice(&bytes);
            let mut out = (inner.len() as i32).to_le_bytes().to_vec();
            out.push(subtype);
            out.extend_from_slice(&inner);
            (5, out)
        }),
        1 => any::<[u8; 16]>().prop_map(|uuid| { let mut out = vec![16, 0, 0, 0, 4]; out.extend_from_slice(&uuid); (5, out) }),
        1 => prop_oneof![Just((0xff, vec![])), Just((0x7f, vec![])), Just((0x06, vec![])), any::<i64>().prop_map(|n| (0x11, n.to_le_bytes().to_vec())), Just((0x0b, b"a+\0im\0".to_vec()))],
        1 => string.prop_map(text(0x0d)),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            2 => fields(names, inner.clone()).prop_map(|fields| (3, object(&fields))),
            2 => proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| (4, array(&items))),
            2 => proptest::collection::vec(fields(names, inner).prop_map(|fields| (3, object(&fields))), 0..4).prop_map(|items| (4, array(&items))),
        ]
    })
}

type Fields = Vec<(String, (u8, Vec<u8>))>;

pub fn fields(names: &'static [&'static str], value: impl Strategy<Value = (u8, Vec<u8>)> + 'static) -> impl Strategy<Value = Fields> {
    let name = prop_oneof![9 => proptest::sample::select(names).prop_map(str::to_owned), 1 => proptest::sample::select(&["", "a.b", "$oid", "x y", "it's", "é", "0", "[1]"][..]).prop_map(str::to_owned)];
    proptest::collection::vec((name, value), 0..8)
}

pub fn object(fields: &Fields) -> Vec<u8> {
    let mut writer = Writer::default();
    let mark = writer.open();
    for (name, (kind, bytes)) in fields {
        writer.element(*kind, name.as_bytes(), bytes);
    }
    writer.close(mark);
    writer.out
}

pub fn array(items: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mark = writer.open();
    for (index, (kind, bytes)) in items.iter().enumerate() {
        writer.index(*kind, index as u32);
        writer.out.extend_from_slice(bytes);
    }
    writer.close(mark);
    writer.out
}
