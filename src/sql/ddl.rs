//! The DDL of a plan: deterministic, one column a line.

use crate::plan::{CollectionPlan, ColumnPlan, EnumPlan, IndexPlan, Plan, TablePlan, ID_MAP};
use crate::postgres::identifier::{literal, qualify, quote, shorten};
use crate::postgres::PgType;

/// What the DDL holds beside tables.
#[derive(Debug, Clone, Copy, Default)]
pub struct DdlOptions {
    /// May run again: `IF NOT EXISTS` where PostgreSQL has it, elsewhere a block that lets duplicates pass.
    /// What is there already stays as it is, also where it differs.
    pub if_not_exists: bool,
    /// The table `id_map`, where the plan looks ids up.
    pub id_map: bool,
}

/// Schemas, extensions, enum types, the tables that rowlens keeps, tables (parents first) with their indexes, and foreign keys.
///
/// ```
/// use rowlens::{compile_str, ddl, CompileOptions, DdlOptions};
///
/// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id"},"columns":{"age":{"path":"age","type":"integer"}},"complement":"rest"}}}"#;
/// let plan = compile_str(mapping, &CompileOptions::default()).unwrap().plan;
/// let sql = ddl(&plan, &DdlOptions { if_not_exists: true, ..DdlOptions::default() });
/// assert!(sql.contains(r#"CREATE TABLE IF NOT EXISTS "users" ("#) && sql.contains(r#""age" integer"#));
/// ```
pub fn ddl(plan: &Plan, options: &DdlOptions) -> String {
    let again = |statement: String| if options.if_not_exists { unless_there(&statement) } else { statement };
    let exists = if options.if_not_exists { "IF NOT EXISTS " } else { "" };
    let mut statements = prelude(plan);
    statements.extend(plan.enums.iter().map(|enumeration| again(create_enum(plan, enumeration))));
    if options.id_map && plan.looks_up() {
        statements.push(create_id_map(plan, exists));
    }
    statements.extend(create_tombstones(plan, exists));
    let mut late = Vec::new();
    for collection in &plan.collections {
        for table in &collection.tables {
            statements.push(create_table(plan, collection, table, exists));
            for index in &table.indexes {
                let statement = index_statement(table, index, exists);
                statements.push(if index.deferrable { again(statement) } else { statement });
            }
            late.extend(table.columns.iter().filter_map(|column| foreign_key(plan, table, column)).map(again));
        }
    }
    statements.iter().map(|statement| format!("{statement}\n\n")).chain(late.iter().map(|statement| format!("{statement}\n"))).collect()
}

/// What has to be there before types and tables: schemas and extensions.
pub(super) fn prelude(plan: &Plan) -> Vec<String> {
    let mut statements: Vec<String> = schemas(plan).into_iter().map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {};", quote(schema))).collect();
    if plan.collections.iter().flat_map(|c| &c.tables).flat_map(|t| &t.columns).any(is_citext) {
        statements.push("CREATE EXTENSION IF NOT EXISTS citext;".to_owned());
    }
    statements
}

pub(super) fn create_enum(plan: &Plan, enumeration: &EnumPlan) -> String {
    let labels: Vec<String> = enumeration.labels.iter().map(|label| literal(label)).collect();
    format!("CREATE TYPE {} AS ENUM ({});", qualify(plan.schema.as_deref(), &enumeration.name), labels.join(", "))
}

fn create(exists: &str, name: &str, lines: &[String]) -> String {
    format!("CREATE TABLE {exists}{name} (\n  {}\n);", lines.join(",\n  "))
}

pub(super) fn create_id_map(plan: &Plan, exists: &str) -> String {
    create(exists, &qualify(plan.schema.as_deref(), ID_MAP), &ID_MAP_LINES.map(str::to_owned))
}

pub(super) fn create_tombstones(plan: &Plan, exists: &str) -> Option<String> {
    plan.tombstones.as_ref().map(|name| create(exists, &qualify(plan.schema.as_deref(), name), &TOMBSTONES_LINES.map(str::to_owned)))
}

pub(super) fn create_table(plan: &Plan, collection: &CollectionPlan, table: &TablePlan, exists: &str) -> String {
    create(exists, &table.qualified(), &lines(plan, collection, table))
}

/// The name of a column's foreign key: PostgreSQL's own. Added twice, it is refused.
pub(super) fn foreign_key_name(table: &TablePlan, column: &ColumnPlan) -> String {
    shorten(&format!("{}_{}_fkey", table.name, column.name))
}

/// The foreign key of a column that has one.
pub(super) fn foreign_key(plan: &Plan, table: &TablePlan, column: &ColumnPlan) -> Option<String> {
    let target = plan.collections.get(column.reference.filter(|_| column.foreign_key)?)?.tables.first()?;
    Some(format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) DEFERRABLE INITIALLY DEFERRED;",
        table.qualified(), quote(&foreign_key_name(table, column)), quote(&column.name), target.qualified(), target.key_columns()
    ))
}

const ID_MAP_LINES: [&str; 5] =
    ["\"collection\" text NOT NULL", "\"mongo_id\" text NOT NULL", "\"pg_id\" text NOT NULL", "PRIMARY KEY (\"collection\", \"mongo_id\")", "UNIQUE (\"collection\", \"pg_id\")"];

const TOMBSTONES_LINES: [&str; 5] =
    ["\"collection\" text NOT NULL", "\"key\" text NOT NULL", "\"version\" bigint NOT NULL", "\"deleted_at\" timestamptz NOT NULL DEFAULT now()", "PRIMARY KEY (\"collection\", \"key\")"];

/// Schemas that the mapping names, each once.
fn schemas(plan: &Plan) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for schema in plan.schema.iter().chain(plan.collections.iter().flat_map(|c| &c.tables).filter_map(|t| t.schema.as_ref())) {
        if !all.contains(&schema.as_str()) {
            all.push(schema);
        }
    }
    all
}

/// Columns and constraints of a table; those of the root that are about the document and not of it come last.
fn lines(plan: &Plan, collection: &CollectionPlan, table: &TablePlan) -> Vec<String> {
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            format!("{} {}{}", quote(&column.name), column.pg.sql(&plan.enums, plan.schema.as_deref()), if table.required(index) { " NOT NULL" } else { "" })
        })
        .collect();
    if table.parent.is_none() {
        lines.extend(collection.meta_columns().map(|(name, pg)| format!("{} {pg}", quote(name))));
    }
    lines.push(format!("PRIMARY KEY ({})", table.key_columns()));
    if let Some(parent) = table.parent.and_then(|parent| collection.tables.get(parent)) {
        let own: Vec<String> = table.columns.iter().take(table.parent_key).map(|c| quote(&c.name)).collect();
        lines.push(format!("FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE CASCADE", own.join(", "), parent.qualified(), parent.key_columns()));
    }
    lines
}

/// The statement that makes an index of the mapping; `exists` may be `IF NOT EXISTS `, which constraints lack.
pub(crate) fn index_statement(table: &TablePlan, index: &IndexPlan, exists: &str) -> String {
    let name = quote(&index.name);
    let columns = index.columns.iter().map(|column| quote(column)).collect::<Vec<_>>().join(", ");
    let nulls = if index.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    if index.deferrable {
        return format!("ALTER TABLE {} ADD CONSTRAINT {name} UNIQUE{nulls} ({columns}) DEFERRABLE INITIALLY DEFERRED;", table.qualified());
    }
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = index.method.as_ref().map_or_else(String::new, |method| format!(" USING {}", quote(method)));
    let condition = index.condition.as_ref().map_or_else(String::new, |condition| format!(" WHERE ({condition})"));
    format!("CREATE {unique}INDEX {exists}{name} ON {}{method} ({columns}){nulls}{condition};", table.qualified())
}

fn is_citext(column: &ColumnPlan) -> bool {
    match &column.pg {
        PgType::Array(element, _) => **element == PgType::Citext,
        pg => *pg == PgType::Citext,
    }
}

/// The statement in a block that passes where its object is there already; a constraint's index is a `table`.
fn unless_there(statement: &str) -> String {
    // The quote must not stand in the statement: a label may be any text.
    let mut tag = "rowlens".to_owned();
    while statement.contains(&format!("${tag}$")) {
        tag.push('_');
    }
    format!("DO ${tag}$ BEGIN\n  {statement}\nEXCEPTION WHEN duplicate_object OR duplicate_table THEN NULL;\nEND ${tag}$;")
}
