//! Digests and differences of the rows that a shredder holds.

use super::records::Records;
use super::{value, Shredder};
use crate::aggregate::{diff, Aggregates, Digester, Spans, Versions};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Shredder {
    /// As `run`, noting which rows are whose.
    pub fn run_spans(&mut self, length: usize) {
        self.run_with(length, Some(Spans::default()));
    }

    /// Digests of the last run's aggregates, which noted spans, each key once; returns their length in bytes, `text_ptr` says where. Each is, little-endian,
    /// position of the document, number of rows, length of the key, length of the element `_id` (`u32`), the two sums (`i64`), the key, and the element.
    pub fn digests(&mut self) -> Option<usize> {
        let aggregates = self.aggregates()?;
        let collection = self.lens.plan().collections.get(self.lens.collection())?;
        let mut digester = Digester::new(collection);
        self.text.clear();
        for aggregate in &aggregates.list {
            let digest = digester.tables(aggregate.slices(self.lens.tables()))?;
            let id = self.last.spans.as_ref().and_then(|spans| spans.identity(aggregate.document, &self.input)).unwrap_or(&[]);
            for word in [aggregate.document, digest.rows as u32, aggregate.key.len() as u32, id.len() as u32] {
                self.text.extend_from_slice(&word.to_le_bytes());
            }
            for sum in [digest.high, digest.low] {
                self.text.extend_from_slice(&(sum as i64).to_le_bytes());
            }
            self.text.extend_from_slice(&aggregate.key);
            self.text.extend_from_slice(id);
        }
        Some(self.text.len())
    }

    /// How the last run's rows, which noted spans, differ from those that a database has.
    pub fn differences(&self, database: &Records, values: bool) -> JsValue {
        let found = self.aggregates().and_then(|aggregates| {
            let collection = self.lens.plan().collections.get(self.lens.collection())?;
            let documents = aggregates.tuples(self.lens.tables());
            let documents: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
            let database: Vec<&[u8]> = (0..documents.len()).map(|table| database.records.tuples(table)).collect();
            diff(collection, &documents, &database, values)
        });
        value(&found)
    }

    fn aggregates(&self) -> Option<Aggregates> {
        let key = self.lens.plan().collections.get(self.lens.collection())?.tables.first()?.key.first()?;
        Some(Aggregates::new(&self.input, self.last.spans.as_ref()?, self.lens.tables(), *key, Versions::None))
    }
}
