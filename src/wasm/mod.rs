//! The JavaScript boundary: the only place with wasm-bindgen or js-sys. Thin, no logic.
//!
//! Row traffic crosses as bytes in linear memory: the caller reserves an input buffer, writes into it, runs, and reads
//! outputs at the pointers it is given. A pointer is good until the next call. Mappings, issues and options cross as values.
//!
//! There are two modules, each with a feature of its own: `wasm-lens`, which everybody loads, and `wasm-sql`, which only gives texts of SQL
//! and is loaded where a database is.

#[cfg(feature = "wasm-lens")]
mod batch;
#[cfg(feature = "wasm-sql")]
mod check;
#[cfg(feature = "wasm-lens")]
mod compare;
#[cfg(feature = "wasm-lens")]
mod copy_text;
#[cfg(feature = "wasm-lens")]
mod findings;
#[cfg(feature = "wasm-lens")]
mod lens;
#[cfg(feature = "wasm-lens")]
mod lookups;
#[cfg(feature = "wasm-sql")]
mod migrate;
#[cfg(feature = "wasm-lens")]
mod records;
#[cfg(feature = "wasm-sql")]
mod statements;

#[cfg(feature = "wasm-lens")]
use lens::{Assembler, Shredder};

use crate::issue::Issue;
use crate::plan::{compile_str, CompileOptions, Fidelity};
use serde::Serialize;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

fn value<T: Serialize + ?Sized>(it: &T) -> JsValue {
    it.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// A compiled mapping.
#[wasm_bindgen]
pub struct Plan {
    plan: Arc<crate::plan::Plan>,
    warnings: Vec<Issue>,
}

#[wasm_bindgen]
impl Plan {
    /// Compiles a mapping's JSON text; throws an array of issues.
    pub fn compile(text: &str, fidelity: Option<String>) -> Result<Plan, JsValue> {
        let fidelity = fidelity.map(|f| if f == "exact" { Fidelity::Exact } else { Fidelity::Value });
        let compiled = compile_str(text, &CompileOptions { fidelity }).map_err(|issues| value(&issues))?;
        Ok(Plan { plan: Arc::new(compiled.plan), warnings: compiled.warnings })
    }

    /// Findings that do not forbid the plan.
    pub fn warnings(&self) -> JsValue {
        value(&self.warnings)
    }
}
