//! The check of a database: the statement out, its answer in.

use super::{value, Plan};
use crate::sql::check::{check, check_statement};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Plan {
    /// The statement that asks a database what it has of the plan.
    pub fn check_statement(&self) -> String {
        check_statement(&self.plan)
    }

    /// What does not fit, as issues; undefined where `catalog` is no answer to the statement.
    pub fn check(&self, catalog: &str) -> JsValue {
        check(&self.plan, catalog).map_or(JsValue::UNDEFINED, |issues| value(&issues))
    }
}
