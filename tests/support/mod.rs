//! What several test files need.
#![allow(dead_code)]

pub mod choices;
pub mod documents;
pub mod hostile;
pub mod laws;
pub mod fuzzing;
pub mod mappings;
#[cfg(not(rowlens_fuzz))]
pub mod strategies;
pub mod tuples;

#[cfg(not(rowlens_fuzz))]
#[allow(unused_imports)]
pub use strategies::*;

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

pub type Fields = Vec<(String, (u8, Vec<u8>))>;

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
