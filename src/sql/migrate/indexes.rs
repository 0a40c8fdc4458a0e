//! Indexes: those whose meaning stays are renamed at most, the others go before their columns do and come when the data is there.

use crate::plan::{IndexPlan, TablePlan};
use crate::postgres::identifier::{qualify, quote};
use crate::sql::ddl::index_statement;

/// `places`: for each old column its number in the new table.
pub(super) fn indexes(old: &TablePlan, new: &TablePlan, places: &[Option<usize>], before: &mut Vec<String>, after: &mut Vec<String>) {
    let moved = |name: &String| old.columns.iter().position(|column| column.name == *name).map_or(Some(name.clone()), |at| Some(new.columns.get(places.get(at).copied()??)?.name.clone()));
    let same = |was: &IndexPlan, is: &IndexPlan| {
        let columns: Option<Vec<String>> = was.columns.iter().map(moved).collect();
        columns.is_some_and(|columns| IndexPlan { name: is.name.clone(), columns, ..was.clone() } == *is)
    };
    let mut kept: Vec<usize> = Vec::new();
    for was in &old.indexes {
        let found = new.indexes.iter().enumerate().find(|(at, is)| !kept.contains(at) && same(was, is));
        match found {
            Some((at, is)) => {
                kept.push(at);
                if was.name != is.name {
                    before.push(format!("ALTER INDEX {} RENAME TO {};", qualify(new.schema.as_deref(), &was.name), quote(&is.name)));
                }
            }
            None if was.deferrable => before.push(format!("ALTER TABLE {} DROP CONSTRAINT {};", new.qualified(), quote(&was.name))),
            None => before.push(format!("DROP INDEX {};", qualify(new.schema.as_deref(), &was.name))),
        }
    }
    after.extend(new.indexes.iter().enumerate().filter(|(at, _)| !kept.contains(at)).map(|(_, is)| index_statement(new, is, "")));
}
