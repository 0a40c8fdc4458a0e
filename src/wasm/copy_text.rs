//! COPY text: of the tuples that a shredder still holds, or of tuples that were kept.

use super::Shredder;
use crate::postgres::text::{BadField, CopyText};
use wasm_bindgen::prelude::*;

fn thrown(bad: BadField) -> JsValue {
    JsValue::from_str(&bad.to_string())
}

#[wasm_bindgen]
impl Shredder {
    /// Makes COPY text of table `table`'s tuples, in place of the last one made; returns its length in bytes.
    pub fn copy_text(&mut self, table: usize) -> Result<usize, JsValue> {
        self.lens.copy_text_over(table, &mut self.text).map_err(thrown)
    }

    /// Where it is.
    pub fn text_ptr(&self) -> usize {
        self.text.as_ptr() as usize
    }
}

/// COPY text of tuples whose columns have these kinds, one a line.
#[wasm_bindgen(js_name = copyText)]
pub fn copy_text(kinds: &str, tuples: &[u8]) -> Result<Vec<u8>, JsValue> {
    let lines = CopyText::of_kinds(kinds).ok_or_else(|| JsValue::from_str("unknown kind of column"))?;
    let mut out = Vec::new();
    lines.write(tuples, &mut out).map_err(thrown)?;
    Ok(out)
}
