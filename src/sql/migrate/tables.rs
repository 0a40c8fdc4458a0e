//! Which table and column of the old mapping is which of the new one.

use super::compare::Pair;
use super::value::field;
use crate::plan::{Source, TablePlan};

/// For each old table its number in the new mapping; none: it goes.
pub(super) fn tables(pair: &Pair<'_>) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = Vec::new();
    for old in &pair.old.tables {
        let parent = match old.parent {
            None => {
                found.push(Some(0));
                continue;
            }
            Some(parent) => found.get(parent).copied().flatten(),
        };
        let fits = |index: usize, new: &TablePlan| new.parent == parent && parent.is_some() && new.path == old.path && shape(new) == shape(old) && pair.same_key(old, new) && !found.contains(&Some(index));
        let candidates: Vec<usize> = pair.new.tables.iter().enumerate().filter(|(index, new)| fits(*index, new)).map(|(index, _)| index).collect();
        let same_name = candidates.iter().copied().find(|index| pair.new.tables.get(*index).is_some_and(|new| new.name == old.name));
        found.push(same_name.or(candidates.first().copied()));
    }
    found
}

fn shape(table: &TablePlan) -> Option<&Source> {
    table.columns.iter().map(|column| &column.source).find(|source| matches!(source, Source::Ordinal | Source::MapKey))
}

/// For each old column its number in the new table; none: it goes. What changes its type beyond what PostgreSQL alters goes and comes anew.
pub(super) fn columns(pair: &Pair<'_>, old: &TablePlan, new: &TablePlan) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = Vec::new();
    for column in &old.columns {
        let fits = |index: usize| {
            let Some(other) = new.columns.get(index) else { return false };
            let same = match (field(column), field(other)) {
                (Some(_), Some(_)) => column.path == other.path && pair.types(&column.pg, &other.pg).is_some(),
                (None, None) => column.source == other.source,
                _ => false,
            };
            same && !found.contains(&Some(index))
        };
        let candidates: Vec<usize> = (0..new.columns.len()).filter(|index| fits(*index)).collect();
        let same_name = candidates.iter().copied().find(|index| new.columns.get(*index).is_some_and(|other| other.name == column.name));
        found.push(same_name.or(candidates.first().copied()));
    }
    found
}
