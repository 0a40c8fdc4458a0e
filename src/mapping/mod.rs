//! The mapping file: its keys, its JSON Schema, and what JSON parsers let pass in silence.

pub(crate) mod duplicates;
pub mod keys;

/// The JSON Schema of mapping files (draft 2020-12), for editors.
pub const SCHEMA: &str = include_str!("../../docs/mapping.schema.json");
