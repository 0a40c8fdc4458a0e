//! New names, and schemas. A name that something else still has is given by way of one that nothing has, so names are exchanged and handed on.

use crate::plan::TablePlan;
use crate::postgres::identifier::{literal, qualify, quote, shorten};

/// A name on the way; nothing else has it.
fn aside(name: &str) -> String {
    shorten(&format!("{name}_rowlens_moving"))
}

/// Statements for names of one place, as they are given: from which to which.
pub(super) fn within(names: &[(String, String)], statement: impl Fn(&str, &str) -> String) -> Vec<String> {
    let changed: Vec<&(String, String)> = names.iter().filter(|(from, to)| from != to).collect();
    let taken = |name: &str| changed.iter().any(|(from, _)| from == name);
    let first = changed.iter().map(|(from, to)| if taken(to) { statement(from, &aside(to)) } else { statement(from, to) });
    let second = changed.iter().filter(|(_, to)| taken(to)).map(|(_, to)| statement(&aside(to), to));
    first.chain(second).collect()
}

/// Whether they may be one schema: what has none is where the `search_path` leads.
pub(super) fn may_meet(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// Puts a table or type into another schema; none: into that in which a name without schema is made. Where it is there already, nothing happens.
pub(super) fn set_schema(kind: &str, from: Option<&str>, name: &str, to: Option<&str>) -> String {
    let alter = format!("ALTER {kind} {} SET SCHEMA", qualify(from, name));
    if let Some(schema) = to {
        return format!("{alter} {};", quote(schema));
    }
    let none = format!("RAISE EXCEPTION 'rowlens: the search_path leads to no schema for % %', {}, {} USING HINT = 'nothing was changed; set it to the schema that is meant'", literal(&kind.to_lowercase()), literal(name));
    format!("DO $rowlens$\nBEGIN\n  IF current_schema() IS NULL THEN {none}; END IF;\n  EXECUTE {} || quote_ident(current_schema());\nEND $rowlens$;", literal(&format!("{alter} ")))
}

/// A table or an index, whose names are those of one schema.
#[derive(Debug, PartialEq)]
pub(super) struct Relation {
    index: bool,
    schemas: (Option<String>, Option<String>),
    names: (String, String),
}

impl Relation {
    pub(super) fn table(old: &TablePlan, new: &TablePlan) -> Self {
        Relation { index: false, schemas: (old.schema.clone(), new.schema.clone()), names: (old.name.clone(), new.name.clone()) }
    }

    /// An index of the table.
    pub(super) fn index(old: &TablePlan, new: &TablePlan, from: &str, to: &str) -> Self {
        Relation { index: true, schemas: (old.schema.clone(), new.schema.clone()), names: (from.to_owned(), to.to_owned()) }
    }

    pub(super) fn moves(&self) -> bool {
        self.names.0 != self.names.1 || self.schemas.0 != self.schemas.1
    }

    fn rename(&self, schema: Option<&str>, from: &str, to: &str) -> String {
        format!("ALTER {} {} RENAME TO {};", if self.index { "INDEX" } else { "TABLE" }, qualify(schema, from), quote(to))
    }
}

/// Statements for tables and indexes of all collections that move: an index goes to another schema with its table.
pub(super) fn relations(changed: &[Relation]) -> Vec<String> {
    let taken = |of: &Relation, name: &str| changed.iter().any(|other| *other != *of && may_meet(other.schemas.0.as_deref(), of.schemas.1.as_deref()) && other.names.0 == name);
    let crossed: Vec<bool> = changed.iter().map(|it| taken(it, &it.names.1) || (it.schemas.0 != it.schemas.1 && taken(it, &it.names.0))).collect();
    let (mut out, mut last) = (Vec::new(), Vec::new());
    for (it, _) in changed.iter().zip(&crossed).filter(|(_, crossed)| **crossed) {
        out.push(it.rename(it.schemas.0.as_deref(), &it.names.0, &aside(&it.names.1)));
        last.push(it.rename(it.schemas.1.as_deref(), &aside(&it.names.1), &it.names.1));
    }
    for (it, crossed) in changed.iter().zip(&crossed) {
        let now = if *crossed { aside(&it.names.1) } else { it.names.0.clone() };
        if !it.index && it.schemas.0 != it.schemas.1 {
            out.push(set_schema("TABLE", it.schemas.0.as_deref(), &now, it.schemas.1.as_deref()));
        }
    }
    for (it, _) in changed.iter().zip(&crossed).filter(|(it, crossed)| !**crossed && it.names.0 != it.names.1) {
        out.push(it.rename(it.schemas.1.as_deref(), &it.names.0, &it.names.1));
    }
    out.append(&mut last);
    out
}
