//! Row sets: per table, a run of PostgreSQL binary tuples.

use crate::issue::Issue;
use std::collections::BTreeMap;

/// The rows of one table: concatenated COPY-binary tuples without header and trailer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The tuples.
    pub tuples: Vec<u8>,
    /// How many.
    pub count: u32,
}

/// Findings of a run: details up to a limit, counts always complete.
#[derive(Debug, Clone, Default)]
pub struct Issues {
    /// The first findings.
    pub list: Vec<Issue>,
    /// How many there were of each code.
    pub counts: BTreeMap<&'static str, u64>,
}

/// Most issues kept in full; [`Issues::counts`] goes on counting.
pub const ISSUE_LIMIT: usize = 1_000;

impl Issues {
    /// Counts `code`, and keeps the issue that `make` builds while there is room.
    pub fn add(&mut self, code: &'static str, make: impl FnOnce() -> Issue) {
        *self.counts.entry(code).or_insert(0) += 1;
        if self.list.len() < ISSUE_LIMIT {
            self.list.push(make());
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.list.clear();
        self.counts.clear();
    }
}
