//! BSON bytes into tuples: one walk over the document records where each value is (a slot), one pass over the columns writes them.

mod anonymous;
mod answered;
mod children;
pub(crate) mod codec;
mod emit;
mod holds;
pub(crate) mod program;
mod seen;
mod union;
mod walk;

pub(crate) use program::Program;

use crate::bson::Fault;
use crate::complement;
use crate::json::KeyMemory;
use crate::lookup::{Lookups, Wanted};
use crate::postgres::fit::Fit;
use crate::rowset::Rows;
use answered::Answered;
use seen::{Place, Seen};
use std::sync::Arc;

/// Where a value is in the document; `kind` 0: not there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    pub start: u32,
    pub end: u32,
    pub kind: u8,
    /// How well its column holds the value; known once the row is written.
    pub fit: Fit,
}

/// Which field came next the last time, and which one came before it was that one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hint {
    pub last: u32,
    pub before: u32,
}

/// Something about a document that its rows do not say.
#[derive(Debug, Clone)]
pub struct Note {
    /// Issue code.
    pub code: &'static str,
    /// Document path.
    pub path: String,
    /// Table and column, where one is concerned.
    pub column: Option<(usize, usize)>,
    /// BSON type found.
    pub kind: u8,
}

/// Why a document has no rows.
#[derive(Debug, Clone)]
pub enum Refusal {
    /// Not well-formed.
    Malformed(Fault),
    /// Its identity has no place in the key column, or none could be looked up.
    Key(Note),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Malformed(fault)
    }
}

/// Turns documents of one collection into tuples.
#[derive(Debug)]
pub struct Shredder {
    pub(crate) program: Program,
    state: State,
}

/// All that changes while a document is shredded.
#[derive(Debug)]
pub(crate) struct State {
    pub tables: Vec<Rows>,
    pub slots: Vec<Slot>,
    /// Primary keys of the rows on the way down: encoded fields, with lengths.
    pub keys: Vec<u8>,
    /// Deviates: rows alone do not give the document back.
    pub dirty: bool,
    /// All deviations are of kinds that say by themselves what the complement must say (see `complement::direct`).
    pub plain: bool,
    pub notes: Vec<Note>,
    /// Labels and positions on the way down, for paths in notes.
    pub trail: Vec<(usize, Place)>,
    pub trail_names: Vec<u8>,
    pub labels: Vec<String>,
    pub lookups: Arc<Lookups>,
    /// Takes the ids that need a lookup, where only those are asked for.
    pub wanted: Option<Wanted>,
    /// Which answers count.
    pub answered: Answered,
    /// The key of the row that is checked: where the document has no identity, this is its substitute.
    pub known_key: Option<Vec<u8>>,
    marks: Vec<(usize, u32)>,
    /// Key order counts.
    pub exact_order: bool,
    /// Keys of the objects in JSON columns.
    pub json_keys: KeyMemory,
    /// Per object, which field came first, then which field came after each.
    pub hints: Vec<Hint>,
    /// Element identities seen in the array that is walked.
    pub element_keys: Seen,
    /// Emptied ones, for the next array or map.
    pub spare_seen: Vec<Seen>,
}

impl Shredder {
    /// A shredder for `program`.
    pub(crate) fn new(program: Program) -> Self {
        let state = State {
            tables: vec![Rows::default(); program.tables],
            slots: vec![Slot::default(); program.slots],
            keys: Vec::new(),
            dirty: false,
            plain: true,
            notes: Vec::new(),
            trail: Vec::new(),
            trail_names: Vec::new(),
            labels: program.labels.clone(),
            lookups: Arc::default(),
            wanted: None,
            answered: Answered::default(),
            known_key: None,
            marks: Vec::new(),
            exact_order: program.exact,
            json_keys: KeyMemory::default(),
            hints: vec![Hint::default(); program.hints],
            element_keys: Seen::default(),
            spare_seen: Vec::new(),
        };
        Shredder { program, state }
    }

    /// The tuples so far.
    pub fn tables(&self) -> &[Rows] {
        &self.state.tables
    }

    /// Takes the tuples so far.
    pub fn take_tables(&mut self) -> Vec<Rows> {
        let empty = vec![Rows::default(); self.program.tables];
        std::mem::replace(&mut self.state.tables, empty)
    }

    /// Forgets all tuples, keeps the memory.
    pub fn clear(&mut self) {
        for table in &mut self.state.tables {
            table.tuples.clear();
            table.count = 0;
        }
    }

    /// Takes the lookup answers.
    pub fn set_lookups(&mut self, lookups: Arc<Lookups>) {
        self.state.lookups = lookups;
    }

    /// Collects the ids that need a lookup, instead of resolving them, from here on (`Some`) or no longer; gives those collected.
    pub(crate) fn want(&mut self, wanted: Option<Wanted>) -> Option<Wanted> {
        std::mem::replace(&mut self.state.wanted, wanted)
    }

    /// Appends one document's tuples. Returns whether the rows alone give the document back; if not, [`Shredder::notes`] say why.
    ///
    /// # Errors
    /// A [`Refusal`]; then no tuple of the document stays.
    pub fn shred(&mut self, document: &[u8]) -> Result<bool, Refusal> {
        let state = &mut self.state;
        state.marks.clear();
        state.marks.extend(state.tables.iter().map(|table| (table.tuples.len(), table.count)));
        state.keys.clear();
        state.trail.clear();
        state.trail_names.clear();
        state.element_keys.clear();
        state.notes.clear();
        state.answered.begin();
        state.dirty = false;
        state.plain = true;
        let whole = Slot { kind: crate::bson::kind::DOCUMENT, start: 0, end: document.len() as u32, ..Slot::default() };
        let done = state.context(&self.program.root, document, whole, (0, 0), emit::Position::Root);
        match done {
            Ok(()) => Ok(!state.dirty),
            Err(refusal) => {
                self.rollback();
                Err(refusal)
            }
        }
    }

    /// Takes back the tuples of the last document.
    pub fn rollback(&mut self) {
        for (table, (length, count)) in self.state.tables.iter_mut().zip(&self.state.marks) {
            table.tuples.truncate(*length);
            table.count = *count;
        }
    }

    /// From here on it is noted which looked-up columns of a document hold something.
    pub(crate) fn note_answers(&mut self) {
        self.state.answered = Answered::Noted(Vec::new());
    }

    /// From here on those that held nothing when it was noted hold nothing.
    pub(crate) fn hold_answers(&mut self) {
        self.state.answered.hold();
    }

    /// From here on every answer counts again.
    pub(crate) fn forget_answers(&mut self) {
        self.state.answered = Answered::Any;
    }

    /// Documents without an identity have this key, if it is a substitute: the row is there already, and its key does not follow its content.
    pub fn know_key(&mut self, key: Option<Vec<u8>>) {
        self.state.known_key = key;
    }

    /// The key of the last document's root row.
    pub fn last_key(&self) -> Option<Vec<u8>> {
        let column = self.program.root.base.rows.first()?.columns.iter().position(|column| column.key)?;
        let mut rest = self.state.tables.first()?.tuples.get(self.state.marks.first()?.0 + 2..)?;
        for _ in 0..column {
            let length = i32::from_be_bytes(rest.get(..4)?.try_into().ok()?);
            rest = rest.get(4 + usize::try_from(length).unwrap_or(0)..)?;
        }
        let length = usize::try_from(i32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        rest.get(4..4 + length).map(<[u8]>::to_vec)
    }

    /// The complement of the last document, where its deviations are simple ones; see [`complement::direct`](crate::complement).
    pub fn direct_complement(&mut self, document: &[u8]) -> Option<Vec<u8>> {
        if !self.state.plain || self.program.exact {
            return None;
        }
        let whole = Slot { kind: crate::bson::kind::DOCUMENT, start: 0, end: document.len() as u32, ..Slot::default() };
        let tree = self.state.choose(&self.program.root, document, whole);
        complement::direct(document, tree, &self.program.root, &self.state.slots)
    }

    /// Why the last document's rows do not say all of it.
    pub fn notes(&self) -> &[Note] {
        &self.state.notes
    }

    /// The last document's own tuples, per table.
    pub fn last(&self) -> Vec<&[u8]> {
        self.state.tables.iter().zip(&self.state.marks).map(|(table, (start, _))| table.tuples.get(*start..).unwrap_or(&[])).collect()
    }

    /// Puts a complement into the last document's root row (whose complement column is last and still NULL).
    pub fn set_complement(&mut self, json: &[u8]) {
        if let Some(root) = self.state.tables.first_mut() {
            let length = root.tuples.len().saturating_sub(4);
            root.tuples.truncate(length);
            root.tuples.extend_from_slice(&(json.len() as i32 + 1).to_be_bytes());
            root.tuples.push(1);
            root.tuples.extend_from_slice(json);
        }
    }
}
