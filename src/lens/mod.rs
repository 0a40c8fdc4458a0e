//! The lens of one collection: batches of documents to row sets and back, complements and issues included.

mod documents;
mod report;

use crate::aggregate::{DocumentSpan, Spans};
use crate::assemble::{self, Assembler, BadTuple};
use crate::bson::validate_document;
use crate::complement;
use crate::frames::Frames;
use crate::issue::Severity;
use crate::lookup::{Lookups, Needed, Wanted};
use crate::plan::{Fidelity, Plan};
use crate::postgres::text::{BadField, CopyText};
use crate::rowset::{Issues, Rows};
use crate::shred::{self, Refusal, Shredder};
use std::ops::Range;
use std::sync::Arc;

/// Turns documents of one collection into rows ([`Lens::to_rows`]) and rows into documents ([`Lens::to_documents`]).
///
/// A lens keeps buffers: make one per thread and use it for every batch.
///
/// ```
/// use rowlens::{compile_str, CompileOptions, Lens};
///
/// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id","as":"integer"},"complement":"rest"}}}"#;
/// let plan = std::sync::Arc::new(compile_str(mapping, &CompileOptions::default()).unwrap().plan);
/// let mut users = Lens::new(&plan, 0).unwrap();
/// // `{ _id: 7 }`, and five bytes that are no document.
/// let batch = b"\x0e\0\0\0\x10_id\0\x07\0\0\0\0\xff\xff\xff\x7f\0";
/// let rows = users.to_rows(batch);
/// assert_eq!((rows.documents, rows.accepted), (2, 1));
/// assert_eq!(rows.tables[0].tuples, b"\0\x02\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff"); // two fields: 7 and NULL
/// let issue = &rows.issues.list[0];
/// assert_eq!((issue.code, issue.document, issue.offset), ("document-malformed", Some(1), Some(14)));
/// assert_eq!(users.to_documents(&rows.slices()).bson, &batch[..14]);
/// ```
#[derive(Debug)]
pub struct Lens {
    plan: Arc<Plan>,
    collection: usize,
    shredder: Shredder,
    /// Shreds documents again to see whether a complement still holds.
    scratch: Shredder,
    assembler: Assembler,
    exact: bool,
    complement: bool,
    shortcuts: bool,
    /// The document that a complement was put over.
    patched: Vec<u8>,
}

/// What [`Lens::to_documents`] gives.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// Concatenated BSON.
    pub bson: Vec<u8>,
    /// How many documents.
    pub count: u32,
    /// Findings.
    pub issues: Issues,
}

/// What [`Lens::to_rows`] gives.
#[derive(Debug, Clone, Default)]
pub struct RowSet {
    /// Rows by table, in the plan's order.
    pub tables: Vec<Rows>,
    /// Documents in the batch.
    pub documents: u32,
    /// Documents that became rows.
    pub accepted: u32,
    /// Findings.
    pub issues: Issues,
    /// Which rows each document became; noted only where this is there before the run.
    pub spans: Option<Spans>,
}

impl RowSet {
    /// The tuples by table, as [`Lens::to_documents`] takes them.
    pub fn slices(&self) -> Vec<&[u8]> {
        self.tables.iter().map(|rows| rows.tuples.as_slice()).collect()
    }
}

impl Lens {
    /// The lens of collection number `collection`; `None` where the plan has no such collection.
    pub fn new(plan: &Arc<Plan>, collection: usize) -> Option<Self> {
        let program = shred::program::build(plan, collection)?;
        let back = assemble::build(plan, collection)?;
        let exact = plan.collections.get(collection)?.fidelity == Fidelity::Exact;
        let complement = program.complement;
        Some(Lens {
            plan: Arc::clone(plan),
            collection,
            shredder: Shredder::new(program.clone()),
            scratch: Shredder::new(program),
            assembler: Assembler::new(back),
            exact,
            complement,
            shortcuts: true,
            patched: Vec::new(),
        })
    }

    /// Answers of `id_map`, used both ways.
    pub fn set_lookups(&mut self, lookups: Lookups) {
        let lookups = Arc::new(lookups);
        self.scratch.set_lookups(Arc::clone(&lookups));
        self.assembler.set_lookups(Arc::clone(&lookups));
        self.shredder.set_lookups(lookups);
    }

    /// The ids that a batch needs answers of `id_map` for: those of documents and those that `ref` columns hold, in the order they are
    /// met first, each once, whether or not an answer is already there. Documents that are not well-formed need none.
    pub fn needed_lookups(&mut self, batch: &[u8]) -> Vec<Needed> {
        self.needed_by(batch, Frames::said(batch))
    }

    /// The same of documents that end at `ends`.
    pub fn needed_lookups_at(&mut self, batch: &[u8], ends: &[u32]) -> Vec<Needed> {
        self.needed_by(batch, Frames::known(batch, ends))
    }

    fn needed_by(&mut self, batch: &[u8], frames: Frames<'_>) -> Vec<Needed> {
        self.scratch.clear();
        self.scratch.want(Some(Wanted::default()));
        for document in frames.flatten().filter_map(|frame| batch.get(frame)) {
            if validate_document(document, 0, document.len()).is_ok() && self.scratch.shred(document).is_ok() {
                self.scratch.rollback();
            }
        }
        self.scratch.want(None).map(|wanted| wanted.list).unwrap_or_default()
    }

    /// The plan the lens is of.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Rows of a batch of concatenated BSON documents. Never fails: what is wrong with a document is an issue, the others go on.
    pub fn to_rows(&mut self, batch: &[u8]) -> RowSet {
        self.clear();
        let mut set = RowSet::default();
        self.append_rows(batch, &mut set);
        set.tables = self.shredder.take_tables();
        set
    }

    /// As [`Lens::to_rows`], but the tuples stay in [`Lens::tables`] until the next call of [`Lens::clear`]; memory is reused.
    pub fn append_rows(&mut self, batch: &[u8], set: &mut RowSet) {
        self.append_framed(batch, Frames::said(batch), set);
    }

    /// As [`Lens::append_rows`], of documents that end at `ends`: one that says another length harms no other.
    pub fn append_rows_at(&mut self, batch: &[u8], ends: &[u32], set: &mut RowSet) {
        self.append_framed(batch, Frames::known(batch, ends), set);
    }

    fn append_framed(&mut self, batch: &[u8], frames: Frames<'_>, set: &mut RowSet) {
        for frame in frames {
            let index = set.documents;
            set.documents += 1;
            let Range { start, end } = match frame {
                Ok(frame) => frame,
                Err(fault) => {
                    self.malformed(&fault, 0, index, &mut set.issues);
                    continue;
                }
            };
            if self.one(batch.get(start..end).unwrap_or(&[]), start, index, &mut set.issues) {
                set.accepted += 1;
                if let Some(spans) = &mut set.spans {
                    spans.push(DocumentSpan { document: index, start, end }, self.shredder.tables());
                }
            }
        }
    }

    /// Whether simple complements are made and applied without assembling documents (they are, by default). For tests: both ways say the same.
    #[doc(hidden)]
    pub fn set_shortcuts(&mut self, shortcuts: bool) {
        self.shortcuts = shortcuts;
    }

    /// Tuples of all documents since [`Lens::clear`].
    pub fn tables(&self) -> &[Rows] {
        self.shredder.tables()
    }

    /// Appends COPY's text format of tuples of table number `table` (what `COPY … FROM STDIN` takes); gives how many lines.
    ///
    /// ```
    /// use rowlens::{compile_str, CompileOptions, Lens};
    ///
    /// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id","as":"integer"},"columns":{"name":{"path":"name","type":"text"}},"complement":"rest"}}}"#;
    /// let plan = std::sync::Arc::new(compile_str(mapping, &CompileOptions::default()).unwrap().plan);
    /// let mut users = Lens::new(&plan, 0).unwrap();
    /// let document = rowlens::json::parse_extended_json(br#"{ "_id": 7, "name": "Ann\tB." }"#).unwrap();
    /// let rows = users.to_rows(&document);
    /// let mut text = Vec::new();
    /// users.copy_text(0, &rows.tables[0].tuples, &mut text).unwrap();
    /// assert_eq!(text, b"7\tAnn\\tB.\t\\N\n");
    /// ```
    ///
    /// # Errors
    /// [`BadField`] where the bytes are not tuples of that table; then nothing is appended.
    pub fn copy_text(&self, table: usize, tuples: &[u8], out: &mut Vec<u8>) -> Result<u32, BadField> {
        self.lines(table).write(tuples, out)
    }

    /// Writes the tuples of table `table` of the last run over what is in `out`, which keeps its length, and gives the length of the text.
    #[cfg(feature = "wasm-lens")]
    pub(crate) fn copy_text_over(&self, table: usize, out: &mut Vec<u8>) -> Result<usize, BadField> {
        let tuples = self.tables().get(table).map_or(&[][..], |rows| &rows.tuples);
        self.lines(table).write_over(tuples, 0, out).map(|(_, end)| end)
    }

    fn lines(&self, table: usize) -> CopyText {
        let columns = self.plan.collections.get(self.collection).and_then(|collection| collection.tables.get(table)).map_or(&[][..], |table| &table.columns);
        CopyText::new(columns.iter().map(|column| &column.pg))
    }

    /// Takes them out of the lens.
    pub fn take_tables(&mut self) -> Vec<Rows> {
        self.shredder.take_tables()
    }

    /// Number of the collection in its plan.
    pub fn collection(&self) -> usize {
        self.collection
    }

    /// Forgets all tuples.
    pub fn clear(&mut self) {
        self.shredder.clear();
    }

    fn one(&mut self, document: &[u8], at: usize, index: u32, issues: &mut Issues) -> bool {
        match self.shredder.shred(document) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(Refusal::Malformed(fault)) => {
                self.malformed(&fault, at, index, issues);
                return false;
            }
            Err(Refusal::Key(note)) => {
                if let Err(fault) = validate_document(document, 0, document.len()) {
                    self.malformed(&fault, at, index, issues);
                } else {
                    self.report(&note, Some(index), issues);
                }
                return false;
            }
        }
        if self.complement && self.shortcuts {
            if let Some(json) = self.shredder.direct_complement(document) {
                self.shredder.set_complement(&json);
                for note in self.shredder.notes() {
                    self.report(note, Some(index), issues);
                }
                return true;
            }
        }
        // Something deviates, so everything is checked: unmapped parts were only skipped so far.
        if let Err(fault) = validate_document(document, 0, document.len()) {
            self.shredder.rollback();
            self.malformed(&fault, at, index, issues);
            return false;
        }
        let base = match self.base(false) {
            Ok(base) => base,
            Err(bad) => {
                self.shredder.rollback();
                self.bad_tuple(&bad, issues);
                return false;
            }
        };
        let difference = complement::difference(document, &base, self.exact);
        if let Some(json) = &difference {
            if self.complement {
                self.shredder.set_complement(json);
            } else {
                issues.add("not-representable", || {
                    self.issue("not-representable", Severity::Error, "", "the rows do not say the whole document and the mapping has no complement".to_owned(), Some(index))
                        .help("declare a `complement` column, or map what is missing")
                });
            }
        }
        if difference.is_some() {
            for note in self.shredder.notes() {
                self.report(note, Some(index), issues);
            }
        }
        true
    }

    /// What the last document's tuples give back, as PostgreSQL would return them.
    fn base(&mut self, scratch: bool) -> Result<Vec<u8>, BadTuple> {
        let rows = if scratch { self.scratch.last() } else { self.shredder.last() };
        self.assembler.begin(true);
        self.assembler.next(&rows)?;
        if self.assembler.out_of_order() {
            self.assembler.use_indexes(&rows)?;
            self.assembler.next(&rows)?;
        }
        Ok(self.assembler.document().to_vec())
    }
}
