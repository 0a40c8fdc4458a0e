//! Tables and columns: what is altered before data moves, and what may only be demanded after it.

use super::compare::Pair;
use super::tables::{columns, tables};
use super::value::field;
use crate::plan::{ColumnPlan, Plan, TablePlan};
use crate::postgres::identifier::{qualify, quote, shorten};
use crate::postgres::PgType;
use crate::sql::ddl;

/// Statements of one collection around the moving of its data.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Structure {
    /// Tables and columns get their new form; nothing is required of new ones yet.
    pub before: Vec<String>,
    /// NOT NULL and foreign keys.
    pub after: Vec<String>,
}

fn sql(plan: &Plan, column: &ColumnPlan) -> String {
    column.pg.sql(&plan.enums, plan.schema.as_deref())
}

fn foreign_key(plan: &Plan, table: &TablePlan, column: &ColumnPlan) -> Option<(String, String)> {
    let target = plan.collections.get(column.reference.filter(|_| column.foreign_key)?)?;
    Some((ddl::foreign_key_name(table, column), target.name.clone()))
}

/// The type in a cast that alters a column: enums go by their labels.
fn using(column: &ColumnPlan, ty: &str) -> String {
    let cast = match &column.pg {
        PgType::Enum(_) => "::text",
        PgType::Array(element, _) if matches!(**element, PgType::Enum(_)) => "::text[]",
        _ => return String::new(),
    };
    format!(" USING {}{cast}::{ty}", quote(&column.name))
}

pub(super) fn structure(pair: &Pair<'_>) -> Structure {
    let mut out = Structure::default();
    let places = tables(pair);
    // Children go before their parents.
    out.before.extend(pair.old.tables.iter().zip(&places).filter(|(_, place)| place.is_none()).rev().map(|(table, _)| format!("DROP TABLE {};", table.qualified())));
    for (old, new) in pair.old.tables.iter().zip(&places).filter_map(|(old, place)| Some((old, pair.new.tables.get((*place)?)?))) {
        altered(pair, old, new, &mut out);
    }
    for (_, table) in pair.new.tables.iter().enumerate().filter(|(index, _)| !places.contains(&Some(*index))) {
        out.before.push(ddl::create_table(pair.new_plan, pair.new, table, ""));
        out.after.extend(table.indexes.iter().map(|index| ddl::index_statement(table, index, "")));
        out.after.extend(table.columns.iter().filter_map(|column| ddl::foreign_key(pair.new_plan, table, column)));
    }
    out
}

fn altered(pair: &Pair<'_>, old: &TablePlan, new: &TablePlan, out: &mut Structure) {
    let places = columns(pair, old, new);
    if old.schema != new.schema {
        if let Some(schema) = &new.schema {
            out.before.push(format!("ALTER TABLE {} SET SCHEMA {};", old.qualified(), quote(schema)));
        }
    }
    if old.name != new.name {
        out.before.push(format!("ALTER TABLE {} RENAME TO {};", qualify(new.schema.as_deref(), &old.name), quote(&new.name)));
    }
    let alter = |what: String| format!("ALTER TABLE {} {what};", new.qualified());
    let mut late = Vec::new();
    super::indexes::indexes(old, new, &places, &mut out.before, &mut late);
    let pairs = || old.columns.iter().enumerate().zip(&places).filter_map(|((at, column), place)| Some((at, column, (*place)?, new.columns.get((*place)?)?)));
    for (column, _) in old.columns.iter().zip(&places).filter(|(_, place)| place.is_none()) {
        out.before.push(alter(format!("DROP COLUMN {}", quote(&column.name))));
    }
    for (_, column, _, other) in pairs() {
        let (was, is) = (foreign_key(pair.old_plan, old, column), foreign_key(pair.new_plan, new, other));
        match (&was, &is) {
            (Some((name, to)), Some((other_name, other_to))) if to == other_to => {
                if name != other_name {
                    out.before.push(alter(format!("RENAME CONSTRAINT {} TO {}", quote(name), quote(other_name))));
                }
            }
            _ => {
                out.before.extend(was.map(|(name, _)| alter(format!("DROP CONSTRAINT {}", quote(&name)))));
                late.extend(ddl::foreign_key(pair.new_plan, new, other));
            }
        }
    }
    // A name that another column still has is given by way of a name that none has.
    let renamed: Vec<(&ColumnPlan, &ColumnPlan)> = pairs().map(|(_, column, _, other)| (column, other)).filter(|(column, other)| column.name != other.name).collect();
    let taken = |name: &str| renamed.iter().any(|(column, _)| column.name == name);
    let aside = |name: &str| shorten(&format!("{name}_rowlens_moving"));
    for (column, other) in &renamed {
        let to = if taken(&other.name) { aside(&other.name) } else { other.name.clone() };
        out.before.push(alter(format!("RENAME COLUMN {} TO {}", quote(&column.name), quote(&to))));
    }
    for (_, other) in renamed.iter().filter(|(_, other)| taken(&other.name)) {
        out.before.push(alter(format!("RENAME COLUMN {} TO {}", quote(&aside(&other.name)), quote(&other.name))));
    }
    for (at, column, place, other) in pairs() {
        let name = quote(&other.name);
        if field(column).is_some() && pair.types(&column.pg, &other.pg) == Some(false) {
            let ty = sql(pair.new_plan, other);
            out.before.push(alter(format!("ALTER COLUMN {name} TYPE {ty}{}", using(other, &ty))));
        }
        match (old.required(at), new.required(place)) {
            (true, false) => out.before.push(alter(format!("ALTER COLUMN {name} DROP NOT NULL"))),
            (false, true) => late.push(alter(format!("ALTER COLUMN {name} SET NOT NULL"))),
            _ => {}
        }
    }
    for (index, column) in new.columns.iter().enumerate().filter(|(index, _)| !places.contains(&Some(*index))) {
        out.before.push(alter(format!("ADD COLUMN {} {}", quote(&column.name), sql(pair.new_plan, column))));
        if new.required(index) {
            late.push(alter(format!("ALTER COLUMN {} SET NOT NULL", quote(&column.name))));
        }
        late.extend(ddl::foreign_key(pair.new_plan, new, column));
    }
    if new.parent.is_none() {
        meta(pair, &alter, &mut out.before);
    }
    out.after.append(&mut late);
}

/// The root table's version and digest.
fn meta(pair: &Pair<'_>, alter: &impl Fn(String) -> String, before: &mut Vec<String>) {
    let version = |collection: &crate::plan::CollectionPlan| collection.version.as_ref().map(|version| version.column.clone());
    for (old, new, ty) in [(version(pair.old), version(pair.new), "bigint"), (pair.old.hash.clone(), pair.new.hash.clone(), "bytea")] {
        match (old, new) {
            (Some(old), Some(new)) if old != new => before.push(alter(format!("RENAME COLUMN {} TO {}", quote(&old), quote(&new)))),
            (Some(old), None) => before.push(alter(format!("DROP COLUMN {}", quote(&old)))),
            (None, Some(new)) => before.push(alter(format!("ADD COLUMN {} {ty}", quote(&new)))),
            _ => {}
        }
    }
}
