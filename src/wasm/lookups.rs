//! Lookups cross as texts, three for each: collection, `_id` as canonical Extended JSON, PostgreSQL id as text.

use super::{value, Assembler, Shredder};
use crate::lens::Lens;
use crate::lookup::Lookups;
use wasm_bindgen::prelude::*;

fn set(lens: &mut Lens, entries: &[String]) -> Result<(), JsValue> {
    let texts = entries.chunks_exact(3).filter_map(|entry| if let [collection, id, key] = entry { Some((collection.as_str(), id.as_str(), key.as_str())) } else { None });
    let lookups = Lookups::from_text(lens.plan(), texts).map_err(|issues| value(&issues))?;
    lens.set_lookups(lookups);
    Ok(())
}

#[wasm_bindgen]
impl Shredder {
    /// Answers for keys that are looked up, instead of the former ones; throws an array of issues.
    pub fn set_lookups(&mut self, entries: Vec<String>) -> Result<(), JsValue> {
        set(&mut self.lens, &entries)
    }

    /// `[collection, _id as canonical Extended JSON]` of each id that the first `length` bytes of the input need.
    pub fn needed_lookups(&mut self, length: usize) -> JsValue {
        let ends = std::mem::take(&mut self.ends);
        let batch = self.input.get(..length).unwrap_or(&[]);
        let needed = if ends.is_empty() { self.lens.needed_lookups(batch) } else { self.lens.needed_lookups_at(batch, &ends) };
        let collections = &self.lens.plan().collections;
        let pairs: Vec<(&str, String)> = needed.iter().map(|needed| (collections.get(needed.collection).map_or("", |c| c.name.as_str()), needed.text())).collect();
        value(&pairs)
    }
}

#[wasm_bindgen]
impl Assembler {
    /// Answers for keys that are looked up, instead of the former ones; throws an array of issues.
    pub fn set_lookups(&mut self, entries: Vec<String>) -> Result<(), JsValue> {
        set(&mut self.lens, &entries)
    }
}
