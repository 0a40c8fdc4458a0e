//! Does a database fit a plan? All findings at once, before anything is written.

mod catalog;
mod columns;
mod findings;
mod indexes;
mod keys;
mod references;
mod retype;
mod writes;

use crate::issue::Issue;
use crate::json::Json;
use crate::plan::{Plan, TablePlan, ID_MAP};
use crate::postgres::identifier::{qualify, quote};
use crate::postgres::PgType;
use findings::Findings;
use std::borrow::Cow;

/// A table that a plan needs, with what it needs of it.
struct Expected<'a> {
    /// Position in the plan; `None` for a table that rowlens keeps.
    collection: Option<usize>,
    schema: Option<&'a str>,
    name: &'a str,
    columns: Vec<ExpectedColumn<'a>>,
    key: Vec<&'a str>,
    /// Other columns that must be unique together; none where it is empty.
    unique: Vec<&'a str>,
    /// What the mapping says of it; `None` for a table that rowlens keeps.
    mapped: Option<&'a TablePlan>,
    /// The parent's position among all expected tables, and the columns that repeat its key.
    parent: Option<(usize, Vec<&'a str>)>,
}

struct ExpectedColumn<'a> {
    name: &'a str,
    pg: Cow<'a, PgType>,
    /// Never written as NULL, so that `NOT NULL` is welcome.
    required: bool,
    /// False where PostgreSQL fills it, whatever its type.
    written: bool,
}

impl Expected<'_> {
    fn qualified(&self) -> String {
        qualify(self.schema, self.name)
    }
}

/// The statement whose answer [`check`] takes: one row with one column, `catalog` (text). It has no parameters, reads system catalogs only, and needs no privileges.
pub fn check_statement(plan: &Plan) -> String {
    catalog::statement(plan, &expected(plan))
}

/// What of the database does not fit the plan, from the answer to [`check_statement`]; `None` where `catalog` is no such answer.
///
/// Errors are what makes writes fail or reads differ; warnings are what may surprise.
///
/// ```
/// use rowlens::sql::check::{check, check_statement};
/// use rowlens::{compile_str, CompileOptions};
///
/// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id"},"complement":"rest"}}}"#;
/// let plan = compile_str(mapping, &CompileOptions::default()).unwrap().plan;
/// assert!(check_statement(&plan).contains("'users'"));
///
/// let answer = r#"{"encoding":"UTF8","clientEncoding":"UTF8","arrayNulls":true,"isolation":"read committed","readOnly":false,"user":"app","schema":"public","enums":null,"tables":[{"oid":null,"elsewhere":null}]}"#;
/// let issues = check(&plan, answer).unwrap();
/// assert_eq!((issues.len(), issues[0].code, issues[0].table.as_deref()), (1, "table-missing", Some("users")));
/// ```
pub fn check(plan: &Plan, catalog: &str) -> Option<Vec<Issue>> {
    let catalog = Json::parse(catalog.as_bytes()).ok()?;
    let expected = expected(plan);
    let tables = list(&catalog, "tables");
    if tables.len() != expected.len() {
        return None;
    }
    let mut findings = Findings { plan, user: text(&catalog, "user"), issues: Vec::new() };
    findings.database(&catalog);
    let enums = list(&catalog, "enums");
    for (position, one) in plan.enums.iter().enumerate() {
        findings.enumeration(one, enums.get(position)?);
    }
    let oids: Vec<(&Expected<'_>, i64)> = expected.iter().zip(tables).filter_map(|(table, found)| Some((table, number(found, "oid")?))).collect();
    for (table, found) in expected.iter().zip(tables) {
        if findings.table(table, found, text(&catalog, "schema")) {
            columns::columns(&mut findings, table, found, enums);
            let parent = table.parent.as_ref().and_then(|(parent, own)| Some((expected.get(*parent)?, number(tables.get(*parent)?, "oid")?, own)));
            findings.keys(table, found);
            findings.collations(table, found, table.parent.as_ref().and_then(|(parent, _)| expected.get(*parent).zip(tables.get(*parent))));
            findings.references(table, found, parent, &oids);
            findings.indexes(table, found);
            findings.writes(table, found);
        }
    }
    Some(findings.issues)
}

/// Tables of all collections, then those that rowlens keeps.
fn expected(plan: &Plan) -> Vec<Expected<'_>> {
    let mut all = Vec::new();
    for (number, collection) in plan.collections.iter().enumerate() {
        let first = all.len();
        for table in &collection.tables {
            let mut columns: Vec<ExpectedColumn<'_>> =
                table.columns.iter().enumerate().map(|(index, column)| ExpectedColumn { name: &column.name, pg: Cow::Borrowed(&column.pg), required: table.required(index), written: true }).collect();
            if table.parent.is_none() {
                let meta = collection.version.iter().map(|version| (version.column.as_str(), PgType::BigInt)).chain(collection.hash.iter().map(|hash| (hash.as_str(), PgType::Bytea)));
                columns.extend(meta.map(|(name, pg)| ExpectedColumn { name, pg: Cow::Owned(pg), required: false, written: true }));
            }
            let names = |indexes: &[usize]| indexes.iter().filter_map(|index| table.columns.get(*index)).map(|column| column.name.as_str()).collect();
            let parent = table.parent.map(|parent| (first + parent, names(&(0..table.parent_key).collect::<Vec<_>>())));
            all.push(Expected { collection: Some(number), schema: table.schema.as_deref(), name: &table.name, columns, key: names(&table.key), unique: Vec::new(), mapped: Some(table), parent });
        }
    }
    let mut keep = |name, columns: [(&'static str, PgType); 3], unique: Vec<&'static str>| {
        let key = columns.iter().take(2).map(|(name, _)| *name).collect();
        let columns = columns.into_iter().map(|(name, pg)| ExpectedColumn { name, pg: Cow::Owned(pg), required: true, written: true }).collect();
        all.push(Expected { collection: None, schema: plan.schema.as_deref(), name, columns, key, unique, mapped: None, parent: None });
    };
    if plan.looks_up() {
        // Two ids with one key would be one document.
        keep(ID_MAP, [("collection", PgType::Text), ("mongo_id", PgType::Text), ("pg_id", PgType::Text)], vec!["collection", "pg_id"]);
    }
    if let Some(tombstones) = plan.tombstones.as_deref() {
        keep(tombstones, [("collection", PgType::Text), ("key", PgType::Text), ("version", PgType::BigInt)], Vec::new());
        if let Some(table) = all.last_mut() {
            table.columns.push(ExpectedColumn { name: "deleted_at", pg: Cow::Owned(PgType::TimestampTz(6)), required: true, written: false });
        }
    }
    all
}

fn text<'j>(json: &'j Json<'_>, key: &str) -> &'j str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn list<'j, 'a>(json: &'j Json<'a>, key: &str) -> &'j [Json<'a>] {
    json.get(key).and_then(Json::as_array).unwrap_or_default()
}

fn number(json: &Json<'_>, key: &str) -> Option<i64> {
    json.get(key).and_then(Json::as_i64)
}

fn is(json: &Json<'_>, key: &str) -> bool {
    matches!(json.get(key), Some(Json::Bool(true)))
}

/// Whether the list of names under `key` has these and no others, in any order.
fn same_names(names: &[Json<'_>], wanted: &[&str]) -> bool {
    names.len() == wanted.len() && wanted.iter().all(|name| names.iter().any(|other| other.as_str() == Some(name)))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}
