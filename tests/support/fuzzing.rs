//! The fuzz targets, each a function of bytes: libFuzzer steers them (`fuzz/`), and `tests/fuzz_findings.rs` replays what it found.

use super::choices::Choices;
use super::hostile::{damage, well_formed};
use super::laws::Case;
use super::{back, mappings};
use rowlens::bson::validate_document;
use rowlens::json::{decode_json, encode_json, parse_extended_json, split_values, to_extended_json};
use rowlens::lens::Lens;
use rowlens::plan::{compile_str, describe, explain, CompileOptions, Fidelity};
use rowlens::sql::ddl::{ddl, DdlOptions};
use std::sync::Arc;

/// A function of bytes that panics where something does not hold.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Target)] = &[("shred", shred), ("assemble", assemble), ("complement", complement), ("mapping", mapping), ("extended_json", extended_json), ("laws", laws)];

/// A mapping made from the first bytes (the first says how many), and what is left.
fn case(data: &[u8]) -> (Case, &[u8]) {
    let (head, rest) = data.split_at(data.len().min(2));
    let fidelity = if head.first().is_some_and(|b| b & 1 == 1) { Fidelity::Exact } else { Fidelity::Value };
    let length = head.get(1).map_or(0, |b| usize::from(*b) % 120).min(rest.len());
    let (mapping, rest) = rest.split_at(length);
    (Case::new(&mut Choices::new(mapping), fidelity), rest)
}

/// The rest as a batch.
pub fn shred(data: &[u8]) {
    let (case, batch) = case(data);
    case.hostile_batch(batch);
}

/// The rest as tuples: as they are, or as damage to good ones.
pub fn assemble(data: &[u8]) {
    let (case, mut rest) = case(data);
    if data.first().is_some_and(|b| b & 2 == 2) {
        return case.damaged_tuples(&mut Choices::new(rest));
    }
    let mut tables = Vec::new();
    for _ in &case.plan.collections[0].tables {
        let length = rest.first().map_or(0, |b| usize::from(*b)).min(rest.len().saturating_sub(1));
        let (table, left) = rest.split_at((1 + length).min(rest.len()));
        tables.push(table.get(1..).unwrap_or(&[]).to_vec());
        rest = left;
    }
    case.hostile_tables(&tables);
}

/// The rest as a complement's text over generated rows.
pub fn complement(data: &[u8]) {
    let (case, rest) = case(data);
    let (rows, text) = rest.split_at(rest.first().map_or(0, |b| usize::from(*b)).min(rest.len()));
    case.hostile_complement(&mut Choices::new(rows), text);
}

/// The bytes as a mapping's text, or as damage to a good one.
pub fn mapping(data: &[u8]) {
    let text = if data.first() == Some(&0) {
        let (good, rest) = data.split_at(data.len().min(80));
        let mut text = mappings::mapping(&mut Choices::new(&good[1..])).to_string().into_bytes();
        damage(&mut text, &mut Choices::new(rest));
        text
    } else {
        data.to_vec()
    };
    let Ok(compiled) = compile_str(&String::from_utf8_lossy(&text), &CompileOptions::default()) else { return };
    let _ = ddl(&compiled.plan, &DdlOptions { if_not_exists: true, id_map: true });
    let _ = describe::describe(&compiled.plan);
    let _ = explain::explain_text(&compiled.plan, false);
    let plan = Arc::new(compiled.plan);
    for index in 0..plan.collections.len() {
        let mut lens = Lens::new(&plan, index).unwrap();
        let rows = lens.to_rows(b"\x16\0\0\0\x07_id\0abcdefghijkl\0\x05\0\0\0\0");
        well_formed(&back(&mut lens, &rows));
    }
}

/// The bytes as Extended JSON, as a column's JSON, and as BSON.
pub fn extended_json(data: &[u8]) {
    assert!(split_values(data).all(|range| range.end <= data.len()));
    if let Ok(document) = parse_extended_json(data) {
        validate_document(&document, 0, document.len()).expect("what is parsed is BSON");
        let mut text = Vec::new();
        if to_extended_json(&document, false, &mut text).is_ok() {
            assert_eq!(parse_extended_json(&text).expect("what is written is read"), document, "{}", String::from_utf8_lossy(&text));
        }
        let mut relaxed = Vec::new();
        if to_extended_json(&document, true, &mut relaxed).is_ok() {
            assert!(parse_extended_json(&relaxed).is_ok());
        }
    }
    let mut value = Vec::new();
    if let Ok(kind) = decode_json(data, data.len() % 2 == 0, &mut value) {
        rowlens::bson::validate_value(kind, &value).expect("what is decoded is BSON");
        let mut text = Vec::new();
        if encode_json(kind, &value, &mut text).is_ok_and(|fit| fit.clean) {
            let mut again = Vec::new();
            assert_eq!(decode_json(&text, false, &mut again), Ok(kind));
            assert_eq!(again, value);
        }
    }
    let mut text = Vec::new();
    if validate_document(data, 0, data.len()).is_ok() && to_extended_json(data, false, &mut text).is_ok() {
        assert!(parse_extended_json(&text).is_ok(), "{}", String::from_utf8_lossy(&text));
    }
}

/// Every law over generated mappings and documents.
pub fn laws(data: &[u8]) {
    let (case, rest) = case(data);
    let mut c = Choices::new(rest);
    match c.pick(6) {
        0 => case.get_put(&mut c),
        1 => case.put_get(&mut c),
        2 => case.column_wins(&mut c),
        3 => case.batches_and_order(&mut c),
        4 => case.damaged_document(&mut c),
        _ => case.damaged_tuples(&mut c),
    }
}
