//! Tuples into BSON bytes: root rows in order, each with the rows that belong to it.

pub(crate) mod codec;
mod index;
mod program;
mod run;

pub(crate) use program::build;
pub(crate) use program::Program;

use crate::bson::Writer;
use crate::lookup::Lookups;
use crate::shred::Note;
use index::{Fields, TableIndex};

/// A row set whose bytes are not tuples of the plan's tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTuple {
    /// Table.
    pub table: usize,
    /// Byte offset in the table's tuples.
    pub offset: usize,
    /// What is wrong.
    pub reason: &'static str,
}

/// Where an assembler is in its row set.
#[derive(Debug, Clone, Default)]
pub struct Place {
    cursors: Vec<usize>,
    used: Vec<u32>,
}

/// Turns row sets of one collection into documents, without regard to complements.
#[derive(Debug)]
pub struct Assembler {
    program: Program,
    pub(crate) state: State,
}

/// A step of a walk below a child's label, for paths in notes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// A one-to-one subdocument.
    Whole,
    /// An element.
    Index(u32),
    /// A map entry: where it begins in what is written.
    Entry(usize),
}

/// All that changes while documents are assembled.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub writer: Writer,
    /// Where the last document starts in what was written.
    pub start: usize,
    pub keys: Vec<u8>,
    pub json: codec::JsonReading,
    pub notes: Vec<Note>,
    pub lookups: std::sync::Arc<Lookups>,
    /// Field ranges of the rows on the way down.
    pub fields: Fields,
    /// Where each table's rows go on, while they come in the order of their parents.
    pub cursors: Vec<usize>,
    pub indexes: Vec<Option<TableIndex>>,
    /// Rows are found by index; otherwise they must come in order.
    pub indexed: bool,
    /// Rows of maps are sorted by key and JSON is normalised: what PostgreSQL would give back.
    pub canonical: bool,
    /// Order was not as expected: start again with indexes.
    pub restart: bool,
    pub trail: Vec<(usize, Step)>,
    /// What the trail's numbers stand for.
    pub labels: Vec<String>,
    /// How many rows of each table were used.
    pub used: Vec<u32>,
}

impl Assembler {
    /// An assembler for `program`.
    pub(crate) fn new(program: Program) -> Self {
        let state = State { cursors: vec![0; program.tables], indexes: (0..program.tables).map(|_| None).collect(), used: vec![0; program.tables], labels: program.labels.clone(), ..State::default() };
        Assembler { program, state }
    }

    /// Takes the lookup answers.
    pub fn set_lookups(&mut self, lookups: std::sync::Arc<Lookups>) {
        self.state.lookups = lookups;
    }

    /// Starts on a new row set.
    pub fn begin(&mut self, canonical: bool) {
        let state = &mut self.state;
        state.writer.out.clear();
        state.start = 0;
        state.cursors.fill(0);
        state.used.fill(0);
        state.indexes.iter_mut().for_each(|index| *index = None);
        state.indexed = false;
        state.canonical = canonical;
        state.restart = false;
        state.notes.clear();
    }

    /// Appends the next root row's document to those before it; gives its complement.
    /// `None` after the last. Sets `restart` when child rows do not come in the order of their parents.
    ///
    /// # Errors
    /// A [`BadTuple`].
    pub fn next<'t>(&mut self, tables: &[&'t [u8]]) -> Result<Option<Option<&'t [u8]>>, BadTuple> {
        let state = &mut self.state;
        state.notes.clear();
        state.start = state.writer.out.len();
        state.keys.clear();
        state.fields.truncate(0);
        state.trail.clear();
        state.document(&self.program, tables)
    }

    /// As [`Assembler::next`], but the base of a complement: JSON normalised and maps sorted, as when the complement was written.
    /// `from` is what [`Assembler::remember`] said before the row.
    ///
    /// # Errors
    /// A [`BadTuple`].
    pub fn again(&mut self, tables: &[&[u8]], from: &Place) -> Result<(), BadTuple> {
        let canonical = std::mem::replace(&mut self.state.canonical, true);
        self.drop_document();
        self.state.cursors.clone_from(&from.cursors);
        self.state.used.clone_from(&from.used);
        let done = self.next(tables).map(|_| ());
        self.state.canonical = canonical;
        done
    }

    /// Where the next row of each table is.
    pub fn remember(&self, place: &mut Place) {
        place.cursors.clone_from(&self.state.cursors);
        place.used.clone_from(&self.state.used);
    }

    /// Starts again, with rows found by parent key instead of by order.
    ///
    /// # Errors
    /// A [`BadTuple`].
    pub fn use_indexes(&mut self, tables: &[&[u8]]) -> Result<(), BadTuple> {
        let state = &mut self.state;
        state.restart = false;
        state.indexed = true;
        state.used.fill(0);
        for (table, slot) in state.indexes.iter_mut().enumerate().skip(1) {
            let plan = self.program.layout.get(table).copied().unwrap_or_default();
            *slot = Some(TableIndex::build(table, tables.get(table).copied().unwrap_or(&[]), plan)?);
        }
        if let Some(root) = state.cursors.first_mut() {
            *root = 0;
        }
        Ok(())
    }

    /// Whether child rows did not come in the order of their parents, so that [`Assembler::use_indexes`] is needed.
    pub fn out_of_order(&self) -> bool {
        self.state.restart
    }

    /// The document that [`Assembler::next`] assembled.
    pub fn document(&self) -> &[u8] {
        self.state.writer.out.get(self.state.start..).unwrap_or(&[])
    }

    /// Forgets the last document.
    pub fn drop_document(&mut self) {
        self.state.writer.out.truncate(self.state.start);
    }

    /// Puts another document in the place of the last one.
    pub fn replace_document(&mut self, document: &[u8]) {
        self.drop_document();
        self.state.writer.out.extend_from_slice(document);
    }

    /// Takes all documents since [`Assembler::begin`], or since they were taken last.
    pub fn take_documents(&mut self) -> Vec<u8> {
        self.state.start = 0;
        std::mem::take(&mut self.state.writer.out)
    }

    /// Gives memory for documents.
    pub fn recycle(&mut self, mut memory: Vec<u8>) {
        memory.clear();
        self.state.writer.out = memory;
    }

    /// A field of the last document's root row, its length included.
    pub fn root_field<'t>(&self, column: usize, tables: &[&'t [u8]]) -> Option<&'t [u8]> {
        const NULL: &[u8] = &(-1i32).to_be_bytes();
        let &(start, end) = self.state.fields.get(column)?;
        if start == u32::MAX {
            return Some(NULL);
        }
        tables.first()?.get((start as usize).checked_sub(4)?..end as usize)
    }

    /// What the last document's rows said that BSON cannot.
    pub fn notes(&self) -> &[Note] {
        &self.state.notes
    }

    /// Child rows that belong to no root row: (table, how many).
    pub fn orphans(&self, tables: &[&[u8]]) -> Vec<(usize, u32)> {
        (1..self.program.tables)
            .filter_map(|table| {
                let all = match self.state.indexes.get(table) {
                    Some(Some(index)) => index.count,
                    _ => {
                        let at = self.state.cursors.get(table).copied().unwrap_or(0);
                        return (tables.get(table).map_or(0, |rows| rows.len()) > at).then_some((table, 1));
                    }
                };
                let used = self.state.used.get(table).copied().unwrap_or(0);
                (all > used).then(|| (table, all - used))
            })
            .collect()
    }
}
