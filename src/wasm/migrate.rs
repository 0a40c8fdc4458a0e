//! Migrations cross as values.

use super::{value, Plan};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Plan {
    /// `[statements, warnings]` of the way to another plan; throws an array of issues.
    pub fn migrate(&self, to: &Plan) -> Result<JsValue, JsValue> {
        let migration = crate::sql::migrate::migrate(&self.plan, &to.plan).map_err(|issues| value(&issues))?;
        Ok(value(&(migration.statements, migration.warnings)))
    }
}
