//! Which table and column of the old mapping is which of the new one: that to which the same ways lead, by the same variants.

use super::compare::Pair;
use super::routes::Routes;
use super::value::field;
use super::variants::is_own;
use crate::plan::{Source, TablePlan};
use std::collections::BTreeSet;

/// For each old table, and each column of it, its number in the new mapping; none: it goes.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub tables: Vec<Option<usize>>,
    pub columns: Vec<Vec<Option<usize>>>,
}

impl Places {
    pub(super) fn of(pair: &Pair<'_>) -> Self {
        let (old, new) = (Routes::of(pair.old), Routes::of(pair.new));
        let tables = tables(pair, &old, &new);
        let columns = |(at, table): (usize, &TablePlan)| match tables[at] {
            Some(place) => columns(pair, (table, &old.columns[at]), (&pair.new.tables[place], &new.columns[place])),
            None => vec![None; table.columns.len()],
        };
        Places { columns: pair.old.tables.iter().enumerate().map(columns).collect(), tables }
    }
}

/// How well two fit, the lower the better.
fn rank(old: &[String], new: &[String], same_name: bool) -> u8 {
    let ways = if old == new { 0 } else if old.iter().any(|way| new.contains(way)) { 2 } else { 4 };
    ways + u8::from(!same_name)
}

/// Of those that fit the best ones, each once.
fn best(mut fitting: Vec<(u8, usize, usize)>, found: &mut [Option<usize>]) {
    fitting.sort_unstable();
    let mut taken = BTreeSet::new();
    for (_, old, new) in fitting {
        if found[old].is_none() && taken.insert(new) {
            found[old] = Some(new);
        }
    }
}

fn tables(pair: &Pair<'_>, old_routes: &Routes, new_routes: &Routes) -> Vec<Option<usize>> {
    let (olds, news) = (&pair.old.tables, &pair.new.tables);
    let mut found: Vec<Option<usize>> = olds.iter().map(|table| table.parent.is_none().then_some(0)).collect();
    for parent in 0..olds.len() {
        let Some(place) = found[parent] else { continue };
        let mut fitting = Vec::new();
        for (at, old) in olds.iter().enumerate().filter(|(_, old)| old.parent == Some(parent)) {
            for (to, new) in news.iter().enumerate().filter(|(_, new)| new.parent == Some(place)) {
                let rank = rank(&old_routes.tables[at], &new_routes.tables[to], old.name == new.name);
                // The table of a variant is that of no other.
                let own = is_own(pair.old, at);
                if own == is_own(pair.new, to) && (if own { rank < 4 } else { new.path == old.path }) && shape(new) == shape(old) && pair.same_key(old, new) {
                    fitting.push((rank, at, to));
                }
            }
        }
        best(fitting, &mut found);
    }
    found
}

fn shape(table: &TablePlan) -> Option<&Source> {
    table.columns.iter().map(|column| &column.source).find(|source| matches!(source, Source::Ordinal | Source::MapKey))
}

/// What changes its type beyond what PostgreSQL alters goes and comes anew.
fn columns(pair: &Pair<'_>, (old, old_ways): (&TablePlan, &[Vec<String>]), (new, new_ways): (&TablePlan, &[Vec<String>])) -> Vec<Option<usize>> {
    let mut found = vec![None; old.columns.len()];
    let mut fitting = Vec::new();
    for (at, column) in old.columns.iter().enumerate() {
        for (to, other) in new.columns.iter().enumerate() {
            let same = match (field(column), field(other)) {
                (Some(_), Some(_)) => column.path == other.path && pair.types(&column.pg, &other.pg).is_some(),
                (None, None) => column.source == other.source,
                _ => false,
            };
            if same {
                fitting.push((rank(&old_ways[at], &new_ways[to], column.name == other.name), at, to));
            }
        }
    }
    best(fitting, &mut found);
    found
}
