//! New names. One that something else still has is given by way of a name that nothing has, so names are exchanged and handed on.

use crate::plan::TablePlan;
use crate::postgres::identifier::{qualify, quote, shorten};

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
    let taken = |of: &Relation, name: &str| changed.iter().any(|other| *other != *of && other.schemas.0 == of.schemas.1 && other.names.0 == name);
    let crossed: Vec<bool> = changed.iter().map(|it| taken(it, &it.names.1) || (it.schemas.0 != it.schemas.1 && taken(it, &it.names.0))).collect();
    let (mut out, mut last) = (Vec::new(), Vec::new());
    for (it, _) in changed.iter().zip(&crossed).filter(|(_, crossed)| **crossed) {
        out.push(it.rename(it.schemas.0.as_deref(), &it.names.0, &aside(&it.names.1)));
        last.push(it.rename(it.schemas.1.as_deref(), &aside(&it.names.1), &it.names.1));
    }
    for (it, crossed) in changed.iter().zip(&crossed) {
        let now = if *crossed { aside(&it.names.1) } else { it.names.0.clone() };
        if let (false, true, Some(schema)) = (it.index, it.schemas.0 != it.schemas.1, &it.schemas.1) {
            out.push(format!("ALTER TABLE {} SET SCHEMA {};", qualify(it.schemas.0.as_deref(), &now), quote(schema)));
        }
    }
    for (it, _) in changed.iter().zip(&crossed).filter(|(it, crossed)| !**crossed && it.names.0 != it.names.1) {
        out.push(it.rename(it.schemas.1.as_deref(), &it.names.0, &it.names.1));
    }
    out.append(&mut last);
    out
}
