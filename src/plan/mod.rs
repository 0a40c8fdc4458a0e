//! The compiled mapping: immutable, checked, and the one source of DDL, rows, bytes and documents.

mod columns;
mod compile;
mod context;
pub mod describe;
pub mod explain;
mod fault;
mod indexes;
mod kinds;
mod meta;
mod names;
mod references;

pub use compile::{compile_str, Compiled, CompileOptions};
pub use names::ID_MAP;

use crate::postgres::PgType;

/// A compiled mapping.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// PostgreSQL schema all tables live in, where the mapping names one.
    pub schema: Option<String>,
    /// Enum types, in the mapping's order.
    pub enums: Vec<EnumPlan>,
    /// Collections, in the mapping's order.
    pub collections: Vec<CollectionPlan>,
    /// Table (in `schema`) of the keys of deleted documents and the versions they were deleted in; none where no collection has a version.
    pub tombstones: Option<String>,
}

/// A PostgreSQL enum type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumPlan {
    /// Type name.
    pub name: String,
    /// Labels in order.
    pub labels: Vec<String>,
}

/// What may differ between a document and the one that comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fidelity {
    /// Only the order of an object's keys.
    #[default]
    Value,
    /// Nothing: byte-identical.
    Exact,
}

/// One collection.
#[derive(Debug, Clone)]
pub struct CollectionPlan {
    /// Collection name.
    pub name: String,
    /// What may differ on the way back.
    pub fidelity: Fidelity,
    /// All tables; index 0 is the root table, parents come before children.
    pub tables: Vec<TablePlan>,
    /// The root context (one row per document).
    pub root: Context,
    /// Column index of the complement in the root table.
    pub complement: Option<usize>,
    /// Which of two states of a document is the newer one; `None`: the mapping does not say.
    pub version: Option<VersionPlan>,
    /// Column of the root table, `bytea`, for the aggregate's digest. Like the version's it stands after all others and is in no tuple.
    pub hash: Option<String>,
}

/// Where a document's version comes from and is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPlan {
    /// Field names that lead to it in the document; empty: whoever writes says it.
    pub path: Vec<String>,
    /// Column of the root table, `bigint`. It is no part of tuples and documents, and stands after all other columns.
    pub column: String,
}

/// One table. Column order is the order in COPY, in parameters and in DDL.
#[derive(Debug, Clone)]
pub struct TablePlan {
    /// PostgreSQL schema: the collection's, else the mapping's; none: `search_path` decides.
    pub schema: Option<String>,
    /// Table name, unquoted.
    pub name: String,
    /// Index of the parent table; `None` for the root table.
    pub parent: Option<usize>,
    /// All columns: parent key columns, then ordinal or map key, then fields, then the complement (root only).
    pub columns: Vec<ColumnPlan>,
    /// Indexes of the primary key's columns in `columns`.
    pub key: Vec<usize>,
    /// How many leading columns repeat the parent's primary key (0 for the root table).
    pub parent_key: usize,
    /// Indexes that the mapping asks for, beside the primary key's.
    pub indexes: Vec<IndexPlan>,
    /// Document path that yields this table's rows, for readers (`events[]`); empty for the root.
    pub path: String,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPlan {
    /// Name, unquoted.
    pub name: String,
    /// Column names, unquoted; of the root table also those that no tuple holds.
    pub columns: Vec<String>,
    /// Each value (tuple of values) once.
    pub unique: bool,
    /// NULLs count as equal.
    pub nulls_not_distinct: bool,
    /// A unique constraint that is checked at the end of the transaction.
    pub deferrable: bool,
    /// Access method, unquoted; `None`: `btree`.
    pub method: Option<String>,
    /// Condition in SQL of the rows that are in it.
    pub condition: Option<String>,
}

/// One column.
#[derive(Debug, Clone)]
pub struct ColumnPlan {
    /// Column name, unquoted.
    pub name: String,
    /// PostgreSQL type.
    pub pg: PgType,
    /// Where its value comes from.
    pub source: Source,
    /// `NOT NULL` in the DDL.
    pub not_null: bool,
    /// Collection whose key it holds (an index into `Plan::collections`).
    pub reference: Option<usize>,
    /// Emit a foreign key for `reference`.
    pub foreign_key: bool,
    /// Document path for readers (`wallet.address`, relative to the row's context); empty where there is none.
    pub path: String,
}

/// Where a column's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Column `0` of the parent's primary key (position within `TablePlan::key` of the parent).
    ParentKey(usize),
    /// Position in the array, 0-based.
    Ordinal,
    /// Key of the map entry.
    MapKey,
    /// A value of the document.
    Field(FieldPlan),
    /// The complement.
    Complement,
}

/// How a document value becomes a column value and back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPlan {
    /// BSON type the value has on the way back.
    pub bson: BsonKind,
    /// Is the document's identity (or the element's, in a child): NULL is never written, a substitute is.
    pub identity: bool,
    /// What SQL NULL stands for.
    pub absent: Absent,
    /// Identity resolved through `id_map`: the collection (index into `Plan::collections`) whose ids it holds.
    pub lookup: Option<usize>,
}

/// The BSON type a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BsonKind {
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    /// JavaScript's rule: int32 when integral and in range (and not -0), else double.
    Number,
    Decimal,
    Date,
    /// ObjectId, as hex text, bytes, or inside a UUID.
    ObjectId,
    /// Binary subtype 4. In a uuid column both this and ObjectId decode by the UUID's own marker.
    Uuid,
    Binary,
    /// Anything (jsonb, json).
    Any,
}

/// Which state of the document the absence in SQL (NULL, or no child rows) stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Absent {
    /// The field is not there.
    #[default]
    Missing,
    /// The field is `null`.
    Null,
    /// The field is `[]` or `{}` (children only).
    Empty,
}

/// Everything that one row of one table is made of: the tree of fields read from one object (or one element).
/// A context with a discriminator has one tree per variant; `tree` serves where no variant matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The row's table (index into `CollectionPlan::tables`).
    pub table: usize,
    /// The tree where no variant matches.
    pub tree: Node,
    /// Discriminator and its variants.
    pub discriminator: Option<Discriminator>,
}

/// Conditional trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// Path of field names to the discriminating value, from the context's object.
    pub path: Vec<String>,
    /// Column of the context's table that holds it.
    pub column: usize,
    /// Trees by value. Each is complete (base fields and the variant's own).
    pub variants: Vec<Variant>,
}

/// One discriminator value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The value (a string) in the document.
    pub value: String,
    /// A table of its own for the variant's columns (one row per object of this variant), or none.
    pub table: Option<usize>,
    /// The complete tree. Leaves name `table` of the context or the variant's own.
    pub tree: Node,
}

/// What stands at one place of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A value in a column.
    Column {
        /// Table (the context's, or its variant's own).
        table: usize,
        /// Column in it.
        column: usize,
    },
    /// An object whose fields are in columns of the same row (or in children).
    Object(ObjectNode),
    /// An object with a table of its own: at most one row.
    One(Box<Child>),
    /// An array: one row per element, with an ordinal.
    Array(Box<Child>),
    /// A map: one row per entry, with a map key.
    Map(Box<Child>),
}

/// An object's fields in plan order (the order they are written in on the way back).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectNode {
    /// Name and what stands there.
    pub fields: Vec<(String, Node)>,
}

/// A table of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// What one row is made of. `context.tree` is a `Node::Column` / `Array` / `Map` where elements are not objects.
    pub context: Context,
    /// What no rows stand for.
    pub absent: Absent,
}
