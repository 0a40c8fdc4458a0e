//! Indexes: those whose meaning stays are renamed at most, the others go before their columns do and come when the data is there.

use super::renames::Relation;
use super::structure::Structure;
use crate::plan::{IndexPlan, TablePlan};
use crate::postgres::identifier::{qualify, quote};
use crate::sql::ddl::index_statement;

/// `places`: for each old column its number in the new table. `retyped`: a column gets a type that conditions of indexes do not know.
pub(super) fn indexes(old: &TablePlan, new: &TablePlan, places: &[Option<usize>], retyped: bool, out: &mut Structure, after: &mut Vec<String>) {
    let moved = |name: &String| old.columns.iter().position(|column| column.name == *name).map_or(Some(name.clone()), |at| Some(new.columns.get(places.get(at).copied()??)?.name.clone()));
    let same = |was: &IndexPlan, is: &IndexPlan| {
        let columns: Option<Vec<String>> = was.columns.iter().map(moved).collect();
        columns.is_some_and(|columns| IndexPlan { name: is.name.clone(), columns, ..was.clone() } == *is) && !(retyped && was.condition.is_some())
    };
    let mut kept: Vec<usize> = Vec::new();
    for was in &old.indexes {
        let found = new.indexes.iter().enumerate().find(|(at, is)| !kept.contains(at) && same(was, is));
        match found {
            Some((at, is)) => {
                kept.push(at);
                out.relations.push(Relation::index(old, new, &was.name, &is.name));
            }
            None if was.deferrable => out.drops.push(format!("ALTER TABLE {} DROP CONSTRAINT {};", old.qualified(), quote(&was.name))),
            None => out.drops.push(format!("DROP INDEX {};", qualify(old.schema.as_deref(), &was.name))),
        }
    }
    after.extend(new.indexes.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, is)| index_statement(new, is, "")));
}
