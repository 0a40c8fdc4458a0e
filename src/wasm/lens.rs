//! Documents to rows, and back.

use super::findings::findings;
use super::{value, Plan};
use crate::aggregate::Spans;
use crate::json::{parse_extended_json, split_values, to_extended_json as extended};
use crate::lens::{Documents, Lens, RowSet};
use crate::plan::describe;
use wasm_bindgen::prelude::*;

/// The wasm memory that pointers lead into.
#[wasm_bindgen]
pub fn linear_memory() -> JsValue {
    wasm_bindgen::memory()
}

#[wasm_bindgen]
impl Plan {
    /// Collections, tables and columns as data.
    pub fn describe(&self) -> JsValue {
        value(&describe::describe(&self.plan))
    }
}

/// Documents to rows.
#[wasm_bindgen]
pub struct Shredder {
    pub(super) lens: Lens,
    pub(super) input: Vec<u8>,
    /// Where the documents of the input end, where the caller knows.
    pub(super) ends: Vec<u32>,
    pub(super) last: RowSet,
    pub(super) text: Vec<u8>,
    /// What the last run made, for callers to read where it is instead of asking for each number.
    outline: Vec<u32>,
}

/// Numbers before those of the tables: documents, those that became rows, kinds of findings.
const HEAD: usize = 3;
/// Numbers of a table: rows, where its tuples are, how many bytes.
const EACH: usize = 3;

#[wasm_bindgen]
impl Shredder {
    /// For the collection number `collection` of the plan.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &Plan, collection: usize) -> Result<Shredder, JsValue> {
        let lens = Lens::new(&plan.plan, collection).ok_or_else(|| JsValue::from_str("no such collection"))?;
        let outline = vec![0; HEAD + EACH * lens.tables().len()];
        Ok(Shredder { lens, input: Vec::new(), ends: Vec::new(), last: RowSet::default(), text: Vec::new(), outline })
    }

    /// Makes room for `length` bytes of concatenated BSON; returns where. It stays there until more is asked for, and so does what is in it.
    pub fn reserve(&mut self, length: usize) -> usize {
        if self.input.len() < length {
            self.input.resize(length, 0);
        }
        self.input.as_ptr() as usize
    }

    /// Says where each document ends that the next call looks at; where nothing is said, documents say it themselves.
    pub fn set_ends(&mut self, ends: Vec<u32>) {
        self.ends = ends;
    }

    /// Where the outline of the last run is: documents, accepted documents, kinds of findings, then for each table rows, pointer, bytes. It stays there.
    pub fn outline(&self) -> usize {
        self.outline.as_ptr() as usize
    }

    /// Shreds the first `length` bytes of what was written.
    pub fn run(&mut self, length: usize) {
        self.run_with(length, None);
    }

    pub(super) fn run_with(&mut self, length: usize, spans: Option<Spans>) {
        self.lens.clear();
        self.last = RowSet { spans, ..RowSet::default() };
        let input = std::mem::take(&mut self.input);
        let ends = std::mem::take(&mut self.ends);
        let batch = input.get(..length).unwrap_or(&[]);
        if ends.is_empty() {
            self.lens.append_rows(batch, &mut self.last);
        } else {
            self.lens.append_rows_at(batch, &ends, &mut self.last);
        }
        self.input = input;
        let (head, tables) = self.outline.split_at_mut(HEAD);
        head.copy_from_slice(&[self.last.documents, self.last.accepted, u32::try_from(self.last.issues.counts.len()).unwrap_or(u32::MAX)]);
        // Pointers and lengths of wasm have 32 bits.
        for (numbers, rows) in tables.chunks_exact_mut(EACH).zip(self.lens.tables()) {
            numbers.copy_from_slice(&[rows.count, rows.tuples.as_ptr() as u32, rows.tuples.len() as u32]);
        }
    }

    /// Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes.
    pub fn findings(&mut self) -> usize {
        findings(&self.last.issues, &mut self.text)
    }
}

/// Rows to documents.
#[wasm_bindgen]
pub struct Assembler {
    pub(super) lens: Lens,
    inputs: Vec<Vec<u8>>,
    last: Documents,
    text: Vec<u8>,
}

#[wasm_bindgen]
impl Assembler {
    /// For the collection number `collection` of the plan.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &Plan, collection: usize) -> Result<Assembler, JsValue> {
        let lens = Lens::new(&plan.plan, collection).ok_or_else(|| JsValue::from_str("no such collection"))?;
        let inputs = vec![Vec::new(); lens.tables().len()];
        Ok(Assembler { lens, inputs, last: Documents::default(), text: Vec::new() })
    }

    /// Makes room for `length` bytes of table `table`'s tuples; returns where.
    pub fn reserve(&mut self, table: usize, length: usize) -> usize {
        self.inputs.get_mut(table).map_or(0, |input| {
            input.resize(length, 0);
            input.as_ptr() as usize
        })
    }

    /// Assembles what was written; returns how many documents there are.
    pub fn run(&mut self) -> u32 {
        let tables: Vec<&[u8]> = self.inputs.iter().map(Vec::as_slice).collect();
        self.lens.recycle(std::mem::take(&mut self.last));
        self.last = self.lens.to_documents(&tables);
        self.last.count
    }

    /// Where the concatenated BSON is.
    pub fn out_ptr(&self) -> usize {
        self.last.bson.as_ptr() as usize
    }

    /// How many bytes it is.
    pub fn out_len(&self) -> usize {
        self.last.bson.len()
    }

    /// Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes, 0 where that is nothing.
    pub fn findings(&mut self) -> usize {
        if self.last.issues.counts.is_empty() {
            return 0;
        }
        findings(&self.last.issues, &mut self.text)
    }

    /// Where it is.
    pub fn text_ptr(&self) -> usize {
        self.text.as_ptr() as usize
    }
}

/// Concatenated BSON of Extended JSON documents: one, an array of them, or one a line.
#[wasm_bindgen(js_name = parseExtendedJson)]
pub fn parse_extended_json_text(text: &str) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    for range in split_values(text.as_bytes()) {
        let start = range.start;
        let part = text.as_bytes().get(range).unwrap_or(&[]);
        out.extend(parse_extended_json(part).map_err(|fault| JsValue::from_str(&format!("{} at byte {}", fault.message, start + fault.offset)))?);
    }
    Ok(out)
}

/// Extended JSON of concatenated BSON, one document a line.
#[wasm_bindgen(js_name = toExtendedJson)]
pub fn to_extended_json_text(bson: &[u8], relaxed: bool) -> Result<String, JsValue> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bson.len() {
        let length = crate::bson::document_length(bson, at, bson.len()).map_err(|fault| JsValue::from_str(&format!("{} at byte {}", fault.reason, fault.offset)))?;
        extended(&bson[at..at + length], relaxed, &mut out).map_err(|offset| JsValue::from_str(&format!("not well-formed BSON at byte {}", at + offset)))?;
        out.push(b'\n');
        at += length;
    }
    String::from_utf8(out).map_err(|_| JsValue::from_str("not UTF-8"))
}
