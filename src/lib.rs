//! rowlens turns MongoDB documents into normalized PostgreSQL row sets and back, losslessly.
#![deny(missing_docs)]
pub mod assemble;
pub mod bson;
mod bytes;
pub mod complement;
mod findings;
pub mod identity;
pub mod issue;
pub mod json;
pub mod lens;
pub mod lookup;
pub mod mapping;
pub mod path;
pub mod plan;
pub mod postgres;
pub mod rowset;
pub mod shred;
#[cfg(feature = "wasm")]
mod wasm;
