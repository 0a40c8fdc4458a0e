//! The keys a mapping's objects may have. The compiler refuses all others; `docs/mapping.schema.json` has the same (a test compares them).

/// The mapping itself.
pub const MAPPING: &[&str] = &["$schema", "version", "schema", "enums", "tombstones", "collections"];
/// A collection.
pub const COLLECTION: &[&str] = &["table", "schema", "key", "columns", "children", "discriminator", "complement", "fidelity", "version", "hash", "indexes"];
/// A collection's key.
pub const KEY: &[&str] = &["path", "column", "as", "type"];
/// Where a collection's version is.
pub const VERSION: &[&str] = &["path", "column"];
/// The key of a child's elements.
pub const ELEMENT_KEY: &[&str] = &["path", "column", "as"];
/// A column.
pub const COLUMN: &[&str] = &["path", "type", "bson", "as", "ref", "foreignKey", "refs", "absent", "notNull"];
/// A polymorphic reference.
pub const REFS: &[&str] = &["path", "collections"];
/// A child.
pub const CHILD: &[&str] = &["table", "path", "ordinal", "mapKey", "parentKey", "key", "columns", "children", "discriminator", "absent", "indexes"];
/// An index.
pub const INDEX: &[&str] = &["name", "columns", "unique", "nullsNotDistinct", "deferrable", "using", "where"];
/// A discriminator.
pub const DISCRIMINATOR: &[&str] = &["path", "variants"];
/// A discriminator's variant.
pub const VARIANT: &[&str] = &["table", "columns", "children", "indexes"];
