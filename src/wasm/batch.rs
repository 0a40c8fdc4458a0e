//! Batches by aggregate, and what they send to PostgreSQL.

use super::Shredder;
use crate::aggregate::{groups, Aggregates, Digester, NoVersion, Spans, Versions};
use crate::postgres::PgType;
use crate::rowset::Rows;
use crate::sql::parameters::{copied, new_parameters, parameters, Form, Member, Parameters, Target};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// The aggregates of one batch, apart from the shredder that made them.
#[wasm_bindgen]
pub struct Batch {
    plan: Arc<crate::plan::Plan>,
    collection: usize,
    tables: Vec<Rows>,
    aggregates: Aggregates,
    keys: Vec<String>,
    /// Digests, where the collection stores them.
    hashes: Vec<[u8; 16]>,
    out: Parameters,
}

#[wasm_bindgen]
impl Shredder {
    /// Shreds the first `length` bytes of what was written, and gives the aggregates; `given` are versions by document, where the caller says them.
    pub fn run_batch(&mut self, length: usize, given: Option<Vec<i64>>) -> Batch {
        self.run_with(length, Some(Spans::default()));
        let spans = self.last.spans.take().unwrap_or_default();
        let plan = Arc::clone(self.lens.plan());
        let tables = self.lens.take_tables();
        let collection = self.lens.collection();
        let mapped = plan.collections.get(collection);
        let versions = match (&given, mapped.and_then(|it| it.version.as_ref())) {
            (Some(given), _) => Versions::Given(given),
            (None, Some(version)) if !version.path.is_empty() => Versions::Path(&version.path),
            _ => Versions::None,
        };
        let root = mapped.and_then(|it| it.tables.first());
        let key = root.and_then(|table| table.key.first().copied()).unwrap_or_default();
        let aggregates = Aggregates::new(&self.input, &spans, &tables, key, versions);
        let pg = root.and_then(|table| table.columns.get(key)).map_or(PgType::Text, |column| column.pg.clone());
        let keys = aggregates.list.iter().map(|aggregate| aggregate.key_text(&pg).unwrap_or_default()).collect();
        let mut digester = mapped.filter(|it| it.hash.is_some()).map(Digester::new);
        let hashes = aggregates.list.iter().filter_map(|aggregate| Some(digester.as_mut()?.tables(aggregate.slices(&tables))?.hash())).collect();
        Batch { plan, collection, tables, aggregates, keys, hashes, out: Parameters::default() }
    }
}

#[wasm_bindgen]
impl Batch {
    /// Positions of the aggregates' documents.
    pub fn documents(&self) -> Vec<u32> {
        self.aggregates.list.iter().map(|aggregate| aggregate.document).collect()
    }

    /// Their keys as text.
    pub fn keys(&self) -> Vec<String> {
        self.keys.clone()
    }

    /// How many bytes their rows are.
    pub fn sizes(&self) -> Vec<u32> {
        self.aggregates.list.iter().map(|aggregate| aggregate.rows.iter().map(|rows| rows.len() as u32).sum()).collect()
    }

    /// How many rows they have.
    pub fn row_counts(&self) -> Vec<u32> {
        self.aggregates.list.iter().map(|aggregate| aggregate.row_count(&self.tables)).collect()
    }

    /// Which of them have no version: 0 it has one, 1 it is missing, 2 what stands there is none.
    pub fn no_versions(&self) -> Vec<u8> {
        self.aggregates.list.iter().map(|aggregate| code(&aggregate.version)).collect()
    }

    /// Documents whose key another of the batch has in a newer state, each followed by that one and by whether it has a version itself, as in
    /// `no_versions`.
    pub fn superseded(&self) -> Vec<u32> {
        self.aggregates.superseded.iter().flat_map(|it| [it.document, it.newest, u32::from(code(&it.version))]).collect()
    }

    /// These aggregates in groups, each behind its size, in the order in which they can be written: a document after those it refers to.
    pub fn groups(&self, members: &[u32]) -> Vec<u32> {
        let members: Vec<usize> = members.iter().map(|member| *member as usize).collect();
        let Some(collection) = self.plan.collections.get(self.collection) else { return Vec::new() };
        let found = groups(collection, self.collection, &self.tables, &self.aggregates.list, &members);
        found.iter().flat_map(|group| std::iter::once(group.len() as u32).chain(group.iter().map(|member| *member as u32))).collect()
    }

    /// Makes the parameters of the statement `apply` for these aggregates; gives where each ends, nothing where it cannot.
    pub fn parameters(&mut self, members: &[u32], binary: bool) -> Option<Vec<u32>> {
        let form = if binary { Form::Binary } else { Form::Text };
        let members = self.members(members);
        let out = parameters(self.plan.collections.get(self.collection)?, &self.tables, &members, form)?;
        let ends = out.ends.iter().map(|end| *end as u32).collect();
        self.out = out;
        Some(ends)
    }

    /// Makes the parameters of the statement `apply_new` for this aggregate, as one tuple; gives whether it can.
    pub fn new_parameters(&mut self, member: u32) -> bool {
        let members = self.members(&[member]);
        let made = self.plan.collections.get(self.collection).zip(members.first()).and_then(|(it, member)| new_parameters(it, &self.tables, member));
        let made_any = made.is_some();
        self.out.bytes = made.unwrap_or_default();
        made_any
    }

    /// Makes tuples of table number `table` for these aggregates, for its staging table or for itself; gives whether it can.
    pub fn copied(&mut self, table: usize, members: &[u32], staging: bool) -> bool {
        let mut bytes = std::mem::take(&mut self.out.bytes);
        bytes.clear();
        let target = if staging { Target::Staging } else { Target::Table };
        let members = self.members(members);
        let made = self.plan.collections.get(self.collection).zip(self.tables.get(table)).and_then(|(it, rows)| copied(it, rows, table, &members, target, &mut bytes));
        self.out.bytes = bytes;
        made.is_some()
    }

    /// Where what was made last is.
    pub fn out_ptr(&self) -> usize {
        self.out.bytes.as_ptr() as usize
    }

    /// How many bytes it is.
    pub fn out_len(&self) -> usize {
        self.out.bytes.len()
    }
}

fn code(version: &Result<i64, NoVersion>) -> u8 {
    match version {
        Ok(_) => 0,
        Err(NoVersion::Missing) => 1,
        Err(NoVersion::Unusable) => 2,
    }
}

impl Batch {
    fn members(&self, members: &[u32]) -> Vec<Member<'_>> {
        let member = |index: &u32| {
            let aggregate = self.aggregates.list.get(*index as usize)?;
            Some(Member { aggregate, version: aggregate.version.ok(), hash: self.hashes.get(*index as usize).copied(), key: self.keys.get(*index as usize)? })
        };
        members.iter().filter_map(member).collect()
    }
}
