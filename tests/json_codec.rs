//! JSON text of BSON values: columns, Extended JSON, jsonb equality.

#[path = "json_codec/corpus.rs"]
mod corpus;
#[path = "json_codec/columns.rs"]
mod columns;
#[path = "json_codec/raw.rs"]
mod raw;
#[path = "json_codec/streaming.rs"]
mod streaming;
#[path = "json_codec/text.rs"]
mod text;
