//! Tables and columns: what is altered before data moves, and what may only be demanded after it.

use super::compare::Pair;
use super::renames::{self, Relation};
use super::value::field;
use crate::plan::{ColumnPlan, Plan, TablePlan};
use crate::postgres::identifier::{literal, quote};
use crate::postgres::PgType;
use crate::sql::ddl;

/// Statements of one collection around the moving of its data. Those of all collections come part by part, since one may have the names that another had.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Structure {
    /// Tables and indexes go.
    pub drops: Vec<String>,
    /// What stays, and its names.
    pub relations: Vec<Relation>,
    /// Columns get their new form; nothing is required of new ones yet.
    pub before: Vec<String>,
    /// Tables come.
    pub creates: Vec<String>,
    /// NOT NULL, indexes and foreign keys.
    pub after: Vec<String>,
    /// Rows have their columns in another order, in which digests have them.
    pub reordered: bool,
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

/// Enums are made anew where their labels change, and what mentions their labels would mean the old ones.
fn retyped(pair: &Pair<'_>, old: &ColumnPlan, new: &ColumnPlan) -> bool {
    let is_enum = |pg: &PgType| matches!(pg, PgType::Enum(_)) || matches!(pg, PgType::Array(element, _) if matches!(**element, PgType::Enum(_)));
    is_enum(&old.pg) && pair.types(&old.pg, &new.pg) == Some(false)
}

/// The statement that gives a column another enum; a label that is its default, as users set it, is that of the new one afterwards.
fn with_default(table: &TablePlan, column: &str, statement: &str) -> String {
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", table.qualified(), quote(column));
    let lines = [
        "DO $rowlens$".to_owned(),
        format!("DECLARE x text := (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = {}::regclass AND attname = {});", literal(&table.qualified()), literal(column)),
        "BEGIN".to_owned(),
        r"  IF x !~ '^''([^'']|'''')*''::[^'' (]+$' THEN x := NULL; END IF;".to_owned(),
        format!("  IF x IS NOT NULL THEN\n    {alter} DROP DEFAULT;\n    EXECUTE 'SELECT (' || x || ')::text' INTO x;\n  END IF;"),
        format!("  {statement}"),
        format!("  IF x IS NOT NULL THEN EXECUTE {} || quote_literal(x); END IF;", literal(&format!("{alter} SET DEFAULT "))),
        "END $rowlens$;".to_owned(),
    ];
    lines.join("\n")
}

pub(super) fn structure(pair: &Pair<'_>) -> Structure {
    let mut out = Structure::default();
    let places = &pair.places.tables;
    // Children go before their parents.
    out.drops.extend(pair.old.tables.iter().zip(places).filter(|(_, place)| place.is_none()).rev().map(|(table, _)| format!("DROP TABLE {};", table.qualified())));
    for ((old, columns), new) in pair.old.tables.iter().zip(&pair.places.columns).zip(places).filter_map(|(old, place)| Some((old, pair.new.tables.get((*place)?)?))) {
        altered(pair, old, new, columns, &mut out);
    }
    for (_, table) in pair.new.tables.iter().enumerate().filter(|(index, _)| !places.contains(&Some(*index))) {
        out.creates.push(ddl::create_table(pair.new_plan, pair.new, table, ""));
        out.after.extend(table.indexes.iter().map(|index| ddl::index_statement(table, index, "")));
        out.after.extend(table.columns.iter().filter_map(|column| ddl::foreign_key(pair.new_plan, table, column)));
    }
    out
}

fn altered(pair: &Pair<'_>, old: &TablePlan, new: &TablePlan, places: &[Option<usize>], out: &mut Structure) {
    out.relations.push(Relation::table(old, new));
    out.reordered |= !places.iter().flatten().is_sorted();
    let alter = |what: String| format!("ALTER TABLE {} {what};", new.qualified());
    let mut late = Vec::new();
    let pairs = || old.columns.iter().enumerate().zip(places).filter_map(|((at, column), place)| Some((at, column, (*place)?, new.columns.get((*place)?)?)));
    super::indexes::indexes(old, new, places, pairs().any(|(_, column, _, other)| retyped(pair, column, other)), out, &mut late);
    for (column, _) in old.columns.iter().zip(places).filter(|(_, place)| place.is_none()) {
        out.before.push(alter(format!("DROP COLUMN {}", quote(&column.name))));
    }
    let mut constraints = Vec::new();
    for (_, column, _, other) in pairs() {
        match (foreign_key(pair.old_plan, old, column), foreign_key(pair.new_plan, new, other)) {
            (Some((name, to)), Some((other_name, other_to))) if to == other_to => constraints.push((name, other_name)),
            (was, _) => {
                out.before.extend(was.map(|(name, _)| alter(format!("DROP CONSTRAINT {}", quote(&name)))));
                late.extend(ddl::foreign_key(pair.new_plan, new, other));
            }
        }
    }
    out.before.extend(renames::within(&constraints, |from, to| alter(format!("RENAME CONSTRAINT {} TO {}", quote(from), quote(to)))));
    let mut names: Vec<(String, String)> = pairs().map(|(_, column, _, other)| (column.name.clone(), other.name.clone())).collect();
    let meta = if new.parent.is_none() { meta(pair) } else { Vec::new() };
    for (was, is, _) in &meta {
        match (was, is) {
            (Some(was), Some(is)) => names.push((was.clone(), is.clone())),
            (Some(was), None) => out.before.push(alter(format!("DROP COLUMN {}", quote(was)))),
            _ => {}
        }
    }
    out.before.extend(renames::within(&names, |from, to| alter(format!("RENAME COLUMN {} TO {}", quote(from), quote(to)))));
    for (at, column, place, other) in pairs() {
        let name = quote(&other.name);
        if field(column).is_some() && pair.types(&column.pg, &other.pg) == Some(false) {
            let ty = sql(pair.new_plan, other);
            let statement = alter(format!("ALTER COLUMN {name} TYPE {ty}{}", using(other, &ty)));
            out.before.push(if retyped(pair, column, other) { with_default(new, &other.name, &statement) } else { statement });
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
    out.before.extend(meta.iter().filter(|(was, ..)| was.is_none()).filter_map(|(_, is, ty)| Some(alter(format!("ADD COLUMN {} {ty}", quote(is.as_ref()?))))));
    out.after.append(&mut late);
}

/// The root table's version and digest: their names in both mappings, and types.
fn meta(pair: &Pair<'_>) -> Vec<(Option<String>, Option<String>, &'static str)> {
    let version = |collection: &crate::plan::CollectionPlan| collection.version.as_ref().map(|version| version.column.clone());
    vec![(version(pair.old), version(pair.new), "bigint"), (pair.old.hash.clone(), pair.new.hash.clone(), "bytea")]
}
