//! A plan as data for other programs.

use super::{CollectionPlan, ColumnPlan, Plan, Source, TablePlan};
use crate::postgres::PgType;
use serde::Serialize;

/// One collection.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection {
    /// Name.
    pub name: String,
    /// `value` or `exact`.
    pub fidelity: &'static str,
    /// Complement column.
    pub complement: Option<String>,
    /// Where the version comes from and is stored.
    pub version: Option<Version>,
    /// Column of the root table for the aggregate's digest.
    pub hash: Option<String>,
    /// Table of the keys of deleted documents.
    pub tombstones: Option<String>,
    /// Tables, parents first; the first is the root table.
    pub tables: Vec<Table>,
}

/// A document's version.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    /// Document path; none where whoever writes says it.
    pub path: Option<String>,
    /// Column of the root table.
    pub column: String,
}

/// One table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Name.
    pub name: String,
    /// PostgreSQL schema.
    pub schema: Option<String>,
    /// Index of the parent table.
    pub parent: Option<usize>,
    /// Document path its rows come from; empty for the root.
    pub path: String,
    /// Columns in the order of tuples.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns.
    pub key: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Name.
    pub name: String,
    /// SQL type.
    #[serde(rename = "type")]
    pub sql: String,
    /// Type without its modifiers (`numeric`, `timestamptz`, `enum`, …); an array's element.
    pub kind: &'static str,
    /// Array dimensions, 0 for none.
    pub dimensions: u8,
    /// `parentKey`, `ordinal`, `mapKey`, `field` or `complement`.
    pub source: &'static str,
    /// Document path, relative to the row's object.
    pub path: String,
}

fn kind(pg: &PgType) -> (&'static str, u8) {
    match pg {
        PgType::Text => ("text", 0),
        PgType::Varchar(_) => ("varchar", 0),
        PgType::Char(_) => ("char", 0),
        PgType::Citext => ("citext", 0),
        PgType::Boolean => ("boolean", 0),
        PgType::SmallInt => ("smallint", 0),
        PgType::Integer => ("integer", 0),
        PgType::BigInt => ("bigint", 0),
        PgType::Real => ("real", 0),
        PgType::Double => ("double precision", 0),
        PgType::Numeric(_) => ("numeric", 0),
        PgType::Date => ("date", 0),
        PgType::Timestamp(_) => ("timestamp", 0),
        PgType::TimestampTz(_) => ("timestamptz", 0),
        PgType::Uuid => ("uuid", 0),
        PgType::Bytea => ("bytea", 0),
        PgType::Jsonb => ("jsonb", 0),
        PgType::Json => ("json", 0),
        PgType::Enum(_) => ("enum", 0),
        PgType::Array(element, dimensions) => (kind(element).0, *dimensions),
    }
}

/// Collections, tables and columns of a plan.
pub fn describe(plan: &Plan) -> Vec<Collection> {
    let column = |column: &ColumnPlan| {
        let (kind, dimensions) = kind(&column.pg);
        let source = match column.source {
            Source::ParentKey(_) => "parentKey",
            Source::Ordinal => "ordinal",
            Source::MapKey => "mapKey",
            Source::Field(_) => "field",
            Source::Complement => "complement",
        };
        Column { name: column.name.clone(), sql: column.pg.sql(&plan.enums, plan.schema.as_deref()), kind, dimensions, source, path: column.path.clone() }
    };
    let table = |table: &TablePlan| Table {
        name: table.name.clone(),
        schema: table.schema.clone(),
        parent: table.parent,
        path: table.path.clone(),
        columns: table.columns.iter().map(column).collect(),
        key: table.key.iter().filter_map(|k| table.columns.get(*k)).map(|c| c.name.clone()).collect(),
    };
    let collection = |collection: &CollectionPlan| Collection {
        name: collection.name.clone(),
        fidelity: if collection.fidelity == super::Fidelity::Exact { "exact" } else { "value" },
        complement: collection.complement.and_then(|c| collection.tables.first()?.columns.get(c)).map(|c| c.name.clone()),
        version: collection.version.as_ref().map(|version| Version { path: version.shown_path(), column: version.column.clone() }),
        hash: collection.hash.clone(),
        tombstones: plan.tombstones.clone().filter(|_| collection.version.is_some()),
        tables: collection.tables.iter().map(table).collect(),
    };
    plan.collections.iter().map(collection).collect()
}
