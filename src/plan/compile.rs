//! From a mapping (JSON) to a plan. Every fault is reported at once.

use super::columns::Keys;
use super::context::Builder;
use super::fault::{join, Faults};
use super::{indexes, names, CollectionPlan, ColumnPlan, EnumPlan, Fidelity, Plan, Source, TablePlan};
use crate::issue::Issue;
use crate::json::{Json, Object};
use crate::mapping::duplicates::duplicate_keys;
use crate::mapping::keys;
use crate::postgres::PgType;

/// What a caller may override.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileOptions {
    /// Fidelity of all collections.
    pub fidelity: Option<Fidelity>,
}

/// A plan and what its mapping should be warned of.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    /// Findings that do not forbid it.
    pub warnings: Vec<Issue>,
}

/// Compiles a mapping's text.
///
/// ```
/// use rowlens::{compile_str, CompileOptions};
///
/// let faulty = r#"{"version":1,"collections":{"a":{"table":"a","key":{"column":"id","as":"odd"},"columns":{"x":{"path":"x","type":"texd"}}}}}"#;
/// let issues = compile_str(faulty, &CompileOptions::default()).unwrap_err();
/// // Every fault at once, each with its place and what to do.
/// assert!(issues.iter().any(|issue| issue.path == "collections.a.key.as" && issue.help.is_some()));
/// assert!(issues.iter().any(|issue| issue.path == "collections.a.columns.x.type"));
/// ```
///
/// # Errors
/// All findings, where at least one of them is an error.
pub fn compile_str(text: &str, options: &CompileOptions) -> Result<Compiled, Vec<Issue>> {
    match Json::parse(text.as_bytes()) {
        Ok(value) => {
            let twice = duplicate_keys(&value);
            if twice.is_empty() {
                return compile(&value, options);
            }
            let mut faults = Faults::default();
            for path in twice {
                faults.error("mapping-key-twice", &path, "this key stands here a second time; JSON would keep only one of them".into(), "rename or remove one");
            }
            let rest = match compile(&value, options) {
                Ok(compiled) => compiled.warnings,
                Err(issues) => issues,
            };
            Err(faults.issues.into_iter().chain(rest).collect())
        }
        Err(fault) => {
            let before = text.get(..fault.offset).unwrap_or(text);
            let (line, column) = (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
            let mut faults = Faults::default();
            faults.error("mapping-syntax", "", format!("the mapping is not JSON: {} at line {line} column {column}", fault.message), "correct the syntax");
            Err(faults.issues)
        }
    }
}

fn compile(mapping: &Json<'_>, options: &CompileOptions) -> Result<Compiled, Vec<Issue>> {
    let mut faults = Faults::default();
    let mut plan = Plan::default();
    if let Some(root) = faults.object(mapping, "", keys::MAPPING) {
        if root.get("version").and_then(Json::as_i64) != Some(1) {
            faults.error("mapping-version", "version", "`version` is not 1".into(), "write \"version\": 1");
        }
        plan.schema = faults.text(root, "schema", "", false);
        if let Some(schema) = &plan.schema {
            faults.name(schema, "schema");
        }
        enums(root.get("enums"), &mut plan, &mut faults);
        let empty = Object::default();
        let collections = match root.get("collections") {
            Some(Json::Object(collections)) => collections,
            Some(_) => {
                faults.error("mapping-type", "collections", "`collections` is not an object".into(), "write an object: collection name to mapping");
                &empty
            }
            None => {
                faults.error("mapping-key-missing", "", "`collections` is missing".into(), "add `collections`");
                &empty
            }
        };
        // Keys first: references look at them.
        let keys: Vec<(String, Keys)> = collections.iter().map(|(name, value)| (name.to_owned(), Keys::read(value))).collect();
        for (index, (name, value)) in collections.iter().enumerate() {
            let path = join("collections", name);
            if let Some(collection) = collection(index, name, value, &path, &plan, &keys, options, &mut faults) {
                plan.collections.push(collection);
            }
        }
        plan.read_tombstones(root, &mut faults);
        names::check(&plan, &mut faults);
        indexes::name_indexes(&mut plan, &mut faults);
    }
    if faults.fatal() {
        return Err(faults.issues);
    }
    Ok(Compiled { plan, warnings: faults.issues })
}

fn enums(value: Option<&Json<'_>>, plan: &mut Plan, faults: &mut Faults) {
    let Some(value) = value else { return };
    let Some(enums) = value.as_object() else {
        return faults.error("mapping-type", "enums", "`enums` is not an object".into(), "write an object: type name to labels");
    };
    for (name, labels) in enums.iter() {
        let path = join("enums", name);
        faults.name(name, &path);
        if PgType::parse(name, &[]).is_some() {
            faults.error("name-invalid", &path, format!("`{name}` is a built-in type"), "choose another name");
        }
        let list: Option<Vec<String>> = labels.as_array().and_then(|list| list.iter().map(|l| l.as_str().map(str::to_owned)).collect());
        let Some(list) = list.filter(|list| !list.is_empty()) else {
            faults.error("mapping-type", &path, format!("enum `{name}` is not a list of labels"), "write a list of strings, at least one");
            continue;
        };
        for (index, label) in list.iter().enumerate() {
            faults.label(label, &path);
            if list[..index].contains(label) {
                faults.error("enum-label-twice", &path, format!("label `{label}` occurs twice"), "remove one");
            }
        }
        plan.enums.push(EnumPlan { name: name.to_owned(), labels: list });
    }
}

#[allow(clippy::too_many_arguments)]
fn collection(index: usize, name: &str, value: &Json<'_>, path: &str, plan: &Plan, keys: &[(String, Keys)], options: &CompileOptions, faults: &mut Faults) -> Option<CollectionPlan> {
    let object = faults.object(value, path, keys::COLLECTION)?;
    let table = faults.text(object, "table", path, true).unwrap_or_default();
    faults.name(&table, &join(path, "table"));
    let schema = faults.text(object, "schema", path, false);
    if let Some(schema) = &schema {
        faults.name(schema, &join(path, "schema"));
    }
    let fidelity = match object.get("fidelity").map(|f| f.as_str()) {
        None | Some(Some("value")) => Fidelity::Value,
        Some(Some("exact")) => Fidelity::Exact,
        Some(_) => {
            faults.error("mapping-type", &join(path, "fidelity"), "`fidelity` is neither `value` nor `exact`".into(), "write \"value\" or \"exact\"");
            Fidelity::Value
        }
    };
    let mut builder = Builder { enums: &plan.enums, keys, collection: index, root: table.clone(), tables: Vec::new(), faults, needed: Vec::new(), indexed: Vec::new() };
    builder.tables.push(TablePlan { schema: schema.or_else(|| plan.schema.clone()), name: table, parent: None, columns: Vec::new(), key: vec![0], parent_key: 0, indexes: Vec::new(), path: String::new() });
    match object.get("key") {
        Some(key) => builder.key(0, key, &join(path, "key"), true),
        None => builder.faults.error("mapping-key-missing", path, "`key` is missing".into(), "add `key`, for example { \"column\": \"id\", \"as\": \"uuid\" }"),
    }
    let root = builder.context(0, object, path, true);
    let complement = match object.get("complement") {
        Some(Json::String(column)) => {
            builder.faults.column(column, &join(path, "complement"));
            let table = &mut builder.tables[0];
            if table.columns.iter().any(|c| c.name == *column) {
                builder.faults.error("column-collision", &join(path, "complement"), format!("`{column}` is also a column"), "give the complement another name");
            }
            if table.columns.len() >= 1_600 {
                builder.faults.error("too-many-columns", &join(path, "complement"), format!("table `{}` has more than 1600 columns", table.name), "move some to a table of their own, or to jsonb");
            }
            table.columns.push(ColumnPlan { name: column.to_string(), pg: PgType::Jsonb, source: Source::Complement, not_null: false, reference: None, foreign_key: false, path: String::new() });
            Some(table.columns.len() - 1)
        }
        None | Some(Json::Null) => {
            builder.faults.warn("no-complement", path, format!("`{name}` has no complement: unknown fields, other BSON types, and missing, null and empty alike are lost on the way back"), "add \"complement\": \"doc_rest\"");
            None
        }
        Some(_) => {
            builder.faults.error("mapping-type", &join(path, "complement"), "`complement` is not a column name".into(), "write a name, or null");
            None
        }
    };
    let (version, hash) = builder.meta(object, path);
    let meta: Vec<&str> = version.iter().map(|version| &*version.column).chain(hash.as_deref()).collect();
    builder.check_indexes(&meta);
    let tables = builder.tables;
    // PostgreSQL's INDEX_MAX_KEYS. A child's key begins with its parent's, so it grows with each level.
    for table in tables.iter().filter(|table| table.key.len() > 32) {
        faults.error("key-too-long", path, format!("the primary key of `{}` has {} columns; PostgreSQL's indexes have at most 32", table.name, table.key.len()), "nest fewer tables, and map what is below as jsonb");
    }
    Some(CollectionPlan { name: name.to_owned(), fidelity: options.fidelity.unwrap_or(fidelity), tables, root, complement, version, hash })
}

impl Plan {
    /// A collection by name.
    pub fn collection(&self, name: &str) -> Option<(usize, &CollectionPlan)> {
        self.collections.iter().enumerate().find(|(_, collection)| collection.name == name)
    }
}

