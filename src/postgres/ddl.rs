//! The DDL of a plan: deterministic, one column a line.

use super::identifier::{quote, shorten};
use super::PgType;
use crate::plan::{ColumnPlan, Plan, Source};
use std::fmt::Write;

/// What the DDL holds beside tables.
#[derive(Debug, Clone, Copy, Default)]
pub struct DdlOptions {
    /// May run again: `IF NOT EXISTS` where PostgreSQL has it, elsewhere a block that lets `duplicate_object` pass.
    /// What is there already stays as it is, also where it differs.
    pub if_not_exists: bool,
    /// The table `id_map`, where the plan looks ids up.
    pub id_map: bool,
}

/// Schema, extensions, enum types, tables (parents first) and foreign keys.
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
    let mut out = String::new();
    let schema = plan.schema.as_deref();
    let qualified = |name: &str| schema.map_or(quote(name), |schema| format!("{}.{}", quote(schema), quote(name)));
    let exists = if options.if_not_exists { "IF NOT EXISTS " } else { "" };
    if let Some(schema) = schema {
        let _ = writeln!(out, "CREATE SCHEMA IF NOT EXISTS {};\n", quote(schema));
    }
    let columns = || plan.collections.iter().flat_map(|c| &c.tables).flat_map(|t| &t.columns);
    if columns().any(is_citext) {
        let _ = writeln!(out, "CREATE EXTENSION IF NOT EXISTS citext;\n");
    }
    let again = |statement: String| if options.if_not_exists { unless_there(&statement) } else { statement };
    for enumeration in &plan.enums {
        let labels: Vec<String> = enumeration.labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
        let _ = writeln!(out, "{}\n", again(format!("CREATE TYPE {} AS ENUM ({});", qualified(&enumeration.name), labels.join(", "))));
    }
    let looks_up = columns().any(|c| matches!(&c.source, Source::Field(f) if f.lookup.is_some()));
    if options.id_map && looks_up {
        let _ = writeln!(out, "CREATE TABLE {exists}{} (\n  \"collection\" text NOT NULL,\n  \"mongo_id\" text NOT NULL,\n  \"pg_id\" text NOT NULL,\n  PRIMARY KEY (\"collection\", \"mongo_id\"),\n  UNIQUE (\"collection\", \"pg_id\")\n);\n", qualified("id_map"));
    }
    let mut late = String::new();
    for collection in &plan.collections {
        for table in &collection.tables {
            let key: Vec<String> = table.key.iter().filter_map(|k| table.columns.get(*k)).map(|c| quote(&c.name)).collect();
            let mut lines: Vec<String> = table
                .columns
                .iter()
                .enumerate()
                .map(|(index, column)| {
                    let required = column.not_null || table.key.contains(&index) || column.source == Source::Ordinal;
                    format!("  {} {}{}", quote(&column.name), column.pg.sql(&plan.enums, schema), if required { " NOT NULL" } else { "" })
                })
                .collect();
            lines.push(format!("  PRIMARY KEY ({})", key.join(", ")));
            if let Some(parent) = table.parent.and_then(|parent| collection.tables.get(parent)) {
                let own: Vec<String> = table.columns.iter().take(table.parent_key).map(|c| quote(&c.name)).collect();
                let theirs: Vec<String> = parent.key.iter().filter_map(|k| parent.columns.get(*k)).map(|c| quote(&c.name)).collect();
                lines.push(format!("  FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE CASCADE", own.join(", "), qualified(&parent.name), theirs.join(", ")));
            }
            let _ = writeln!(out, "CREATE TABLE {exists}{} (\n{}\n);\n", qualified(&table.name), lines.join(",\n"));
            for column in table.columns.iter().filter(|c| c.foreign_key) {
                let Some(target) = column.reference.and_then(|r| plan.collections.get(r)).and_then(|c| c.tables.first()) else { continue };
                let Some(id) = target.key.first().and_then(|k| target.columns.get(*k)) else { continue };
                // Named as PostgreSQL would name it: run twice, it is refused instead of added again.
                let constraint = shorten(&format!("{}_{}_fkey", table.name, column.name));
                let statement = format!(
                    "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) DEFERRABLE INITIALLY DEFERRED;",
                    qualified(&table.name), quote(&constraint), quote(&column.name), qualified(&target.name), quote(&id.name)
                );
                let _ = writeln!(late, "{}", again(statement));
            }
        }
    }
    out + &late
}

fn is_citext(column: &ColumnPlan) -> bool {
    match &column.pg {
        PgType::Array(element, _) => **element == PgType::Citext,
        pg => *pg == PgType::Citext,
    }
}

/// The statement in a block that passes where its object is there already.
fn unless_there(statement: &str) -> String {
    // The quote must not stand in the statement: a label may be any text.
    let mut tag = "rowlens".to_owned();
    while statement.contains(&format!("${tag}$")) {
        tag.push('_');
    }
    format!("DO ${tag}$ BEGIN\n  {statement}\nEXCEPTION WHEN duplicate_object THEN NULL;\nEND ${tag}$;")
}
