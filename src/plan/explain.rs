//! Where everything goes: a plan for readers, as data and as text.

use super::kinds::KINDS;
use super::{Absent, ColumnPlan, Fidelity, FieldPlan, Plan, Source, TablePlan};
use serde::Serialize;

/// A plan, explained.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// Collections, in the mapping's order.
    pub collections: Vec<CollectionExplanation>,
}

/// One collection.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionExplanation {
    /// Name.
    pub name: String,
    /// `value` or `exact`.
    pub fidelity: &'static str,
    /// Column that takes unknown fields and whatever else the columns do not say; `None`: that is lost, with an issue.
    pub unknown_fields: Option<String>,
    /// Where the version comes from and is stored, in words.
    pub version: Option<String>,
    /// Column for the aggregate's digest.
    pub hash: Option<String>,
    /// Tables, parents first.
    pub tables: Vec<TableExplanation>,
}

/// One table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TableExplanation {
    /// Name.
    pub name: String,
    /// The table above, none for the root table.
    pub parent: Option<String>,
    /// Where its rows come from, in words.
    pub rows: String,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// Columns, in the order of tuples.
    pub columns: Vec<ColumnExplanation>,
    /// Indexes beside the primary key's, in words.
    pub indexes: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnExplanation {
    /// Name.
    pub name: String,
    /// SQL type.
    #[serde(rename = "type")]
    pub sql: String,
    /// Document path, relative to the row's object; empty where there is none.
    pub path: String,
    /// BSON type it stands for; none where it is no value of the document.
    pub bson: Option<&'static str>,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The collection whose key it holds.
    pub references: Option<String>,
    /// What else there is to know; may be empty.
    pub note: String,
}

/// Explains a plan.
pub fn explain(plan: &Plan) -> Explanation {
    let collections = plan.collections.iter().map(|collection| CollectionExplanation {
        name: collection.name.clone(),
        fidelity: if collection.fidelity == Fidelity::Exact { "exact" } else { "value" },
        unknown_fields: collection.complement.and_then(|c| collection.tables.first()?.columns.get(c)).map(|c| c.name.clone()),
        version: collection.version.as_ref().map(|version| match version.shown_path() {
            Some(path) => format!("{} <- {path}", version.column),
            None => format!("{}, given with every write", version.column),
        }),
        hash: collection.hash.clone(),
        tables: collection.tables.iter().map(|table| explain_table(plan, &collection.tables, table)).collect(),
    });
    Explanation { collections: collections.collect() }
}

fn explain_table(plan: &Plan, tables: &[TablePlan], table: &TablePlan) -> TableExplanation {
    let has = |source: &Source| table.columns.iter().any(|c| c.source == *source);
    let rows = if table.parent.is_none() {
        "one row per document".to_owned()
    } else if has(&Source::Ordinal) {
        format!("one row per element of {}", table.path)
    } else if has(&Source::MapKey) {
        format!("one row per entry of {}", table.path)
    } else {
        format!("at most one row, from {}", table.path)
    };
    TableExplanation {
        name: table.name.clone(),
        parent: table.parent.and_then(|p| tables.get(p)).map(|p| p.name.clone()),
        rows,
        key: table.key.iter().filter_map(|k| table.columns.get(*k)).map(|c| c.name.clone()).collect(),
        columns: table.columns.iter().enumerate().map(|(index, column)| explain_column(plan, table, index, column)).collect(),
        indexes: table.indexes.iter().map(|index| format!("{} ({})", if index.unique { "unique" } else { "index" }, index.columns.join(", "))).collect(),
    }
}

fn explain_column(plan: &Plan, table: &TablePlan, index: usize, column: &ColumnPlan) -> ColumnExplanation {
    let references = column.reference.and_then(|r| plan.collections.get(r)).map(|c| c.name.clone());
    let (bson, note) = match &column.source {
        Source::ParentKey(_) => (None, "the parent's key".to_owned()),
        Source::Ordinal => (None, "position in the array, from 0".to_owned()),
        Source::MapKey => (None, "key of the entry".to_owned()),
        Source::Complement => (None, "whatever the columns do not say; NULL where they say it all".to_owned()),
        Source::Field(field) => (KINDS.iter().find(|(_, kind)| *kind == field.bson).map(|(name, _)| *name), field_note(field, references.as_deref(), column.foreign_key)),
    };
    ColumnExplanation {
        name: column.name.clone(),
        sql: column.pg.sql(&plan.enums, plan.schema.as_deref()),
        path: column.path.clone(),
        bson,
        nullable: !table.required(index),
        references,
        note,
    }
}

fn field_note(field: &FieldPlan, references: Option<&str>, foreign_key: bool) -> String {
    let mut notes = Vec::new();
    if field.identity {
        notes.push("identity".to_owned());
    }
    if let Some(to) = references {
        notes.push(format!("{} {to}", if foreign_key { "foreign key to" } else { "refers to" }));
    }
    if field.lookup.is_some() {
        notes.push("through id_map".to_owned());
    }
    if field.absent == Absent::Null {
        notes.push("NULL is null, not missing".to_owned());
    }
    notes.join(", ")
}

/// Explains a plan as text: table by table, columns aligned. `color` marks names for terminals (ANSI).
pub fn explain_text(plan: &Plan, color: bool) -> String {
    let bold = |text: &str| if color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    let mut out = String::new();
    for collection in explain(plan).collections {
        out.push_str(&format!("{} {}\n", bold(&format!("collection {}", collection.name)), if collection.fidelity == "exact" { "(byte for byte)" } else { "(up to key order)" }));
        for table in &collection.tables {
            out.push_str(&format!("\n  {}: {}\n", bold(&table.name), table.rows));
            let cells: Vec<[String; 5]> = table.columns.iter().map(cells).collect();
            let widths: Vec<usize> = (0..5).map(|i| cells.iter().map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
            for row in &cells {
                let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
                out.push_str(&format!("    {}\n", line.join("  ").trim_end()));
            }
            out.push_str(&format!("    primary key ({})\n", table.key.join(", ")));
            for index in &table.indexes {
                out.push_str(&format!("    {index}\n"));
            }
        }
        out.push_str(&match &collection.unknown_fields {
            Some(column) => format!("\n  unknown fields: {column}\n"),
            None => "\n  unknown fields: lost, with an issue (no complement)\n".to_owned(),
        });
        for (what, column) in [("version", &collection.version), ("digest", &collection.hash)] {
            if let Some(column) = column {
                out.push_str(&format!("  {what}: {column}\n"));
            }
        }
        out.push('\n');
    }
    out
}

fn cells(column: &ColumnExplanation) -> [String; 5] {
    let null = if column.nullable { "" } else { "not null" };
    let from = match column.bson {
        Some(bson) => format!("<- {} ({bson})", column.path),
        None => String::new(),
    };
    [column.name.clone(), column.sql.clone(), null.to_owned(), from, column.note.clone()]
}
