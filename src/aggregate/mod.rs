//! A batch by aggregate: which rows of which table each document became, under which key, in which version.

mod diff;
mod digest;
mod order;
mod spans;
mod version;

pub use diff::{diff, Class, Difference};
pub use digest::{Digest, Digester};
pub use order::groups;
pub use spans::{DocumentSpan, Spans};
pub use version::{version_of, NoVersion};

use crate::postgres::text::value_text;
use crate::postgres::tuple::read_tuple;
use crate::postgres::PgType;
use crate::rowset::Rows;
use std::ops::Range;

/// All rows of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// Position of its document in the batch, refused documents counted.
    pub document: u32,
    /// The root row's key in binary form.
    pub key: Vec<u8>,
    /// The source's version.
    pub version: Result<i64, NoVersion>,
    /// Per table, the bytes of its tuples.
    pub rows: Vec<Range<usize>>,
}

/// The aggregates of a batch, each key once, in the keys' byte order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aggregates {
    /// Each key's newest state.
    pub list: Vec<Aggregate>,
    /// Older states of a key that is in the batch several times.
    pub superseded: Vec<Superseded>,
}

/// A state in whose place another of the same batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superseded {
    /// Position of its document in the batch.
    pub document: u32,
    /// Position of the one that takes its place.
    pub newest: u32,
    /// Its own version: of one without, nobody knows whether it is the older one.
    pub version: Result<i64, NoVersion>,
}

/// Where versions come from.
#[derive(Debug, Clone, Copy)]
pub enum Versions<'a> {
    /// From the documents, at this path.
    Path(&'a [String]),
    /// From the caller, by position in the batch.
    Given(&'a [i64]),
    /// Nowhere.
    None,
}

impl Aggregates {
    /// The aggregates of `batch`, which became `tables`; `key` is the position of the root table's key column.
    ///
    /// A key that is in the batch several times (a change feed repeats itself) keeps its newest version; of equal versions the last,
    /// and one without a version counts as older than all others.
    pub fn new(batch: &[u8], spans: &Spans, tables: &[Rows], key: usize, versions: Versions<'_>) -> Self {
        let root = tables.first().map_or(&[][..], |rows| &rows.tuples);
        let mut list: Vec<Aggregate> = spans
            .documents
            .iter()
            .enumerate()
            .map(|(accepted, span)| {
                let rows: Vec<Range<usize>> = (0..tables.len()).map(|table| spans.rows(accepted, table)).collect();
                let tuple = rows.first().and_then(|range| root.get(range.clone())).unwrap_or(&[]);
                let version = match versions {
                    Versions::Path(path) => version_of(batch.get(span.start..span.end).unwrap_or(&[]), path),
                    Versions::Given(given) => given.get(span.document as usize).copied().ok_or(NoVersion::Missing),
                    Versions::None => Err(NoVersion::Missing),
                };
                Aggregate { document: span.document, key: field(tuple, key).unwrap_or(&[]).to_vec(), version, rows }
            })
            .collect();
        // Newest first within a key, so that the first of each stays.
        list.sort_unstable_by(|a, b| a.key.cmp(&b.key).then_with(|| (b.version.ok(), b.document).cmp(&(a.version.ok(), a.document))));
        let mut superseded = Vec::new();
        let mut kept: Vec<Aggregate> = Vec::with_capacity(list.len());
        for aggregate in list {
            match kept.last() {
                Some(newest) if newest.key == aggregate.key => superseded.push(Superseded { document: aggregate.document, newest: newest.document, version: aggregate.version }),
                _ => kept.push(aggregate),
            }
        }
        Aggregates { list: kept, superseded }
    }

    /// Per table, the tuples of all aggregates, without those of older states.
    pub fn tuples(&self, tables: &[Rows]) -> Vec<Vec<u8>> {
        let of = |number: usize, table: &Rows| self.list.iter().filter_map(|aggregate| table.tuples.get(aggregate.rows.get(number)?.clone())).collect::<Vec<_>>().concat();
        tables.iter().enumerate().map(|(number, table)| of(number, table)).collect()
    }
}

impl Aggregate {
    /// How many rows it has in `tables`.
    pub fn row_count(&self, tables: &[Rows]) -> u32 {
        self.slices(tables).map(count).sum()
    }

    /// Its tuples per table.
    pub fn slices<'t>(&'t self, tables: &'t [Rows]) -> impl Iterator<Item = &'t [u8]> {
        self.rows.iter().zip(tables).map(|(range, table)| table.tuples.get(range.clone()).unwrap_or(&[]))
    }

    /// The key as PostgreSQL writes it as text (a `bytea` as `\x…`), whatever the session's settings.
    pub fn key_text(&self, pg: &PgType) -> Option<String> {
        value_text(pg, &self.key)
    }
}

/// How many tuples there are.
fn count(mut tuples: &[u8]) -> u32 {
    let (mut count, mut fields) = (0, Vec::new());
    while let Some(rest) = read_tuple(tuples, &mut fields) {
        tuples = rest;
        count += 1;
    }
    count
}

/// Field number `index` of the tuple that `tuple` begins with; `None` where it is NULL or not there.
fn field(tuple: &[u8], index: usize) -> Option<&[u8]> {
    let mut rest = tuple.get(2..)?;
    for at in 0..=index {
        let length = usize::try_from(i32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok();
        let value = rest.get(4..4 + length.unwrap_or(0))?;
        if at == index {
            return length.map(|_| value);
        }
        rest = rest.get(4 + value.len()..)?;
    }
    None
}
