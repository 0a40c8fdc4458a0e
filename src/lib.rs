//! rowlens turns MongoDB documents into normalized PostgreSQL row sets and back, losslessly and fast.
//!
//! A **mapping** (JSON, reviewed, versioned) says which path goes to which table and column. It is compiled to an immutable
//! **plan**, which gives the DDL and, per collection, a **lens**: documents in, rows out, and back. What the typed columns cannot say
//! about a document goes into one `jsonb` column, the **complement**; nothing is dropped, rounded or coerced.
//!
//! ```
//! use rowlens::{compile_str, ddl, CompileOptions, DdlOptions, Lens};
//! use std::sync::Arc;
//!
//! let mapping = r#"{ "version": 1, "collections": { "payments": {
//!     "table": "payments",
//!     "key": { "column": "id", "as": "uuid" },
//!     "columns": { "amount": { "path": "amount", "type": "numeric" } },
//!     "children": [{ "table": "payment_events", "path": "events[]", "columns": { "kind": { "path": "kind", "type": "text" } } }],
//!     "complement": "doc_rest" } } }"#;
//! let plan = Arc::new(compile_str(mapping, &CompileOptions::default()).unwrap().plan);
//! assert!(ddl(&plan, &DdlOptions::default()).contains(r#"CREATE TABLE "payment_events""#));
//!
//! let document = rowlens::json::parse_extended_json(br#"{
//!     "_id": { "$oid": "65f1a2b3c4d5e6f708192a3b" }, "amount": { "$numberDecimal": "12.50" },
//!     "events": [{ "kind": "created" }, { "kind": "paid" }], "legacyNote": "call first" }"#).unwrap();
//!
//! let (number, _) = plan.collection("payments").unwrap();
//! let mut payments = Lens::new(&plan, number).unwrap();
//! let rows = payments.to_rows(&document);
//! assert_eq!((rows.tables[0].count, rows.tables[1].count), (1, 2));
//! assert_eq!(rows.issues.list[0].code, "unknown-field"); // `legacyNote` is in the complement
//!
//! let back = payments.to_documents(&rows.slices());
//! assert_eq!(back.bson, document);
//! ```
//!
//! # Promises
//! - **total**: [`Lens::to_rows`] never fails and never panics on well-formed BSON. What is wrong with a document is an [`Issue`].
//! - **GetPut**: rows and back give the same document: byte-identical under [`Fidelity::Exact`], up to the order of an object's keys
//!   under [`Fidelity::Value`].
//! - **PutGet**: rows that satisfy the DDL come back from their document. What BSON cannot hold is an issue, never a silent change.
//! - **deterministic**: no clock, no randomness, no I/O.
//!
//! # Bytes
//! A batch is concatenated BSON. Rows are PostgreSQL's binary COPY tuples without header and trailer ([`rowset::Rows`]); the same bytes are
//! the parameters of a Bind message. Reading and writing them is the caller's.
//!
//! # Features
//! | feature | what it brings |
//! |---|---|
//! | (none) | everything above, without any JavaScript |
//! | `bson` | documents of the `bson` crate in and out |
//! | `wasm-lens`, `wasm-sql` | the boundaries that the npm package stands on; not for Rust users |
#![deny(missing_docs)]
pub mod aggregate;
mod assemble;
pub mod bson;
mod bytes;
pub mod complement;
#[cfg(feature = "bson")]
mod documents;
mod findings;
mod frames;
pub mod identity;
pub mod issue;
pub mod json;
mod lanes;
pub mod lens;
pub mod lookup;
pub mod mapping;
pub mod path;
pub mod plan;
pub mod postgres;
pub mod rowset;
mod shred;
pub mod sql;
#[cfg(feature = "wasm")]
mod wasm;

pub use issue::{Issue, Severity};
pub use lens::{Documents, Lens, RowSet};
pub use lookup::Lookups;
pub use plan::{compile_str, CompileOptions, Compiled, Fidelity, Plan};
pub use sql::ddl::{ddl, DdlOptions};
pub use sql::migrate::{migrate, Migration};

/// The README's Rust snippet compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
