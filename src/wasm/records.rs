//! Rows that PostgreSQL sends as records.

use super::Plan;
use crate::postgres::record::{self, BadRecord};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Plan {
    /// Whether the collection looks ids up.
    pub fn collection_looks_up(&self, collection: usize) -> bool {
        self.plan.collections.get(collection).is_some_and(|it| it.looks_up())
    }
}

/// Records to tuples.
#[wasm_bindgen]
pub struct Records {
    plan: Arc<crate::plan::Plan>,
    collection: usize,
    pub(super) records: record::Records,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl Records {
    /// For the collection number `collection` of the plan.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &Plan, collection: usize) -> Result<Records, JsValue> {
        let records = plan.plan.collections.get(collection).map(record::Records::new).ok_or_else(|| JsValue::from_str("no such collection"))?;
        Ok(Records { plan: Arc::clone(&plan.plan), collection, records, input: Vec::new() })
    }

    /// Makes room for `length` bytes; returns where.
    pub fn reserve(&mut self, length: usize) -> usize {
        self.input.resize(length, 0);
        self.input.as_ptr() as usize
    }

    /// Appends the tuples of what was written, which are records of table `table`; throws an issue.
    pub fn append(&mut self, table: usize) -> Result<u32, JsValue> {
        self.records.append(table, &self.input).map_err(|bad| self.thrown(bad))
    }

    /// Takes what was written as tuples of table `table`.
    pub fn set_tuples(&mut self, table: usize) {
        self.records.set_tuples(table, &self.input);
    }

    /// Takes what was written as the stream's next bytes; throws an issue.
    pub fn push_copy(&mut self) -> Result<(), JsValue> {
        self.records.push_copy(&self.input).map_err(|bad| self.thrown(bad))
    }

    /// The stream is at its end; false where it was cut off.
    pub fn finish(&mut self) -> bool {
        self.records.finish()
    }

    /// Where the tuples of table `table` are, those of whole aggregates first.
    pub fn tuples_ptr(&self, table: usize) -> usize {
        self.records.tuples(table).as_ptr() as usize
    }

    /// How many bytes all of them are, or those of whole aggregates of the stream.
    pub fn tuples_len(&self, table: usize, whole: bool) -> usize {
        if whole { self.records.whole(table).len() } else { self.records.tuples(table).len() }
    }

    /// Forgets the tuples of whole aggregates.
    pub fn drop_whole(&mut self) {
        self.records.drop_whole();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.records.clear();
    }

    fn thrown(&self, bad: BadRecord) -> JsValue {
        self.plan.collections.get(self.collection).map_or(JsValue::NULL, |collection| super::value(&bad.issue(&self.plan, collection)))
    }
}
