//! The lens of one collection: batches of documents to row sets and back, complements and issues included.

use crate::aggregate::{DocumentSpan, Spans};
use crate::assemble::{self, Assembler, BadTuple, Place};
use crate::bson::{document_length, kind_name, validate_document, Fault};
use crate::complement;
use crate::frames::Frames;
use crate::issue::{Issue, Severity};
use crate::lookup::{Lookups, Needed, Wanted};
use crate::plan::{Fidelity, Plan};
use crate::postgres::text::{BadField, CopyText};
use crate::rowset::{Issues, Rows};
use crate::shred::{self, Note, Refusal, Shredder};
use std::collections::HashSet;
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

    /// Documents of a row set: per table (in the plan's order) its tuples.
    ///
    /// Child rows may come in any order. Tuples that are not of the plan's tables end the run with an issue.
    pub fn to_documents(&mut self, tables: &[&[u8]]) -> Documents {
        let first = self.documents_pass(tables, false);
        match first {
            Some(documents) => documents,
            None => self.documents_pass(tables, true).unwrap_or_default(),
        }
    }

    /// Takes back the memory of documents that are no longer needed, for the next run.
    pub fn recycle(&mut self, documents: Documents) {
        self.assembler.recycle(documents.bson);
    }

    fn documents_pass(&mut self, tables: &[&[u8]], indexed: bool) -> Option<Documents> {
        let mut documents = Documents::default();
        self.assembler.begin(self.exact);
        if indexed {
            if let Err(bad) = self.assembler.use_indexes(tables) {
                self.bad_tuple(&bad, &mut documents.issues);
                return Some(documents);
            }
        }
        let mut patched: Vec<(Vec<u8>, Vec<u8>, Vec<Note>)> = Vec::new();
        let mut place = Place::default();
        loop {
            if !self.exact && self.complement {
                self.assembler.remember(&mut place);
            }
            match self.assembler.next(tables) {
                Ok(None) => break,
                Ok(Some(complement)) => {
                    if !indexed && self.assembler.out_of_order() {
                        return None;
                    }
                    let notes = self.assembler.notes().to_vec();
                    for note in &notes {
                        self.report(note, Some(documents.count), &mut documents.issues);
                    }
                    match complement {
                        None => documents.count += 1,
                        Some(json) => {
                            if self.shortcuts && !self.exact && self.patch_directly(tables, json) {
                                documents.count += 1;
                                continue;
                            }
                            if !self.exact {
                                if let Err(bad) = self.assembler.again(tables, &place) {
                                    self.assembler.drop_document();
                                    self.bad_tuple(&bad, &mut documents.issues);
                                    break;
                                }
                                if !indexed && self.assembler.out_of_order() {
                                    return None;
                                }
                            }
                            // Complements need the assembler for their own check: they wait until this pass is over.
                            let base = self.assembler.document().to_vec();
                            self.assembler.drop_document();
                            patched.push((self.assembler.take_documents(), json.to_vec(), notes));
                            patched.push((base, Vec::new(), Vec::new()));
                            documents.count += 1;
                        }
                    }
                }
                Err(bad) => {
                    self.assembler.drop_document();
                    self.bad_tuple(&bad, &mut documents.issues);
                    break;
                }
            }
        }
        documents.bson = self.assembler.take_documents();
        let orphans = self.assembler.orphans(tables);
        if !orphans.is_empty() && !indexed {
            return None;
        }
        for (table, count) in orphans {
            let name = self.table_name(table);
            for _ in 0..count {
                documents.issues.add("orphan-row", || {
                    let mut issue = self.issue("orphan-row", Severity::Warning, "", format!("a row of `{name}` belongs to no row of its parent table"), None).help("delete it, or read its parent too");
                    issue.table = Some(name.clone());
                    issue
                });
            }
        }
        if !patched.is_empty() {
            let tail = std::mem::take(&mut documents.bson);
            let mut index = 0;
            for pair in patched.chunks(2) {
                let [(before, json, _), (base, _, _)] = pair else { continue };
                documents.bson.extend_from_slice(before);
                index += count_documents(before);
                let document = self.patch(base, json, index, &mut documents.issues);
                documents.bson.extend_from_slice(&document);
                index += 1;
            }
            documents.bson.extend_from_slice(&tail);
        }
        Some(documents)
    }

    /// Makes of the last base the document of a simple complement, all of whose entries agree with the columns; false for all others.
    fn patch_directly(&mut self, tables: &[&[u8]], json: &[u8]) -> bool {
        let base = self.assembler.document();
        let tree = self.scratch.root_tree(base);
        self.patched.clear();
        let done = complement::direct_apply(base, json, &mut self.patched, |name, wanted, has| self.scratch.holds(tree, name, wanted, has, |column| self.assembler.root_field(column, tables)));
        if done {
            self.assembler.replace_document(&self.patched);
        }
        done
    }

    /// The document of a base and its complement. Entries that would change what typed columns say are dropped with an issue.
    fn patch(&mut self, base: &[u8], json: &[u8], index: u32, issues: &mut Issues) -> Vec<u8> {
        self.scratch.know_key(None);
        let none = HashSet::new();
        let applied = match complement::apply(base, json, &none) {
            Ok(applied) => applied,
            Err(complement::BadComplement(what)) => {
                issues.add("complement-invalid", || {
                    self.issue("complement-invalid", Severity::Error, "", what.clone(), Some(index)).help("restore the complement column from a backup; the typed columns were used alone")
                });
                return base.to_vec();
            }
        };
        for path in &applied.stale {
            self.stale(path, index, issues);
        }
        let reference = self.settled(base);
        let key = self.scratch.last_key();
        self.scratch.know_key(key);
        if self.holds(&applied.document, reference.as_deref()) {
            return applied.document;
        }
        // Somebody changed a column since: keep the entries that still agree with the columns.
        let skip = self.disagreeing(base, json, &applied.entries, reference.as_deref());
        for entry in applied.entries.iter().filter(|entry| skip.contains(*entry)) {
            self.stale(entry, index, issues);
        }
        match complement::apply(base, json, &skip) {
            Ok(kept) if self.holds(&kept.document, reference.as_deref()) => kept.document,
            _ => base.to_vec(),
        }
    }

    /// The entries that do not agree with the columns. Few of many do not, so they are sought in halves.
    fn disagreeing(&mut self, base: &[u8], json: &[u8], entries: &[String], reference: Option<&[u8]>) -> HashSet<String> {
        let mut found = HashSet::new();
        let mut parts = vec![(0, entries.len())];
        while let Some((start, end)) = parts.pop() {
            let others: HashSet<String> = entries.iter().enumerate().filter(|(at, _)| !(start..end).contains(at)).map(|(_, entry)| entry.clone()).collect();
            let document = complement::apply(base, json, &others).map(|applied| applied.document).unwrap_or_default();
            if self.holds(&document, reference) {
                continue;
            }
            if end - start > 1 {
                let middle = start + (end - start) / 2;
                parts.extend([(start, middle), (middle, end)]);
            } else {
                found.extend(entries.get(start).cloned());
            }
        }
        found
    }

    /// The base as it comes out when it goes through rows once more (what BSON cannot hold has settled then).
    fn settled(&mut self, base: &[u8]) -> Option<Vec<u8>> {
        self.scratch.clear();
        self.scratch.shred(base).ok()?;
        self.base(true).ok()
    }

    /// Whether the document's rows say the same as the base's.
    fn holds(&mut self, document: &[u8], reference: Option<&[u8]>) -> bool {
        self.settled(document).as_deref() == reference && reference.is_some()
    }

    fn stale(&self, path: &str, index: u32, issues: &mut Issues) {
        issues.add("complement-stale", || {
            self.issue("complement-stale", Severity::Warning, path, format!("the complement's entry for `{path}` no longer agrees with the columns and was dropped"), Some(index))
                .help("nothing, if PostgreSQL is written first; otherwise write the document again")
        });
    }

    fn malformed(&self, fault: &Fault, at: usize, index: u32, issues: &mut Issues) {
        issues.add("document-malformed", || {
            let mut issue = self.issue("document-malformed", Severity::Error, "", format!("not well-formed BSON: {}", fault.reason), Some(index)).help("read the document again from its source");
            issue.offset = Some((at + fault.offset) as u32);
            issue
        });
    }

    fn bad_tuple(&self, bad: &BadTuple, issues: &mut Issues) {
        let name = self.table_name(bad.table);
        issues.add("row-malformed", || {
            let mut issue = self.issue("row-malformed", Severity::Error, "", format!("rows of `{name}` cannot be read: {}", bad.reason), None).help("check that the table has the columns and types of the mapping");
            issue.table = Some(name.clone());
            issue.offset = Some(bad.offset as u32);
            issue
        });
    }

    fn table_name(&self, table: usize) -> String {
        self.plan.collections.get(self.collection).and_then(|c| c.tables.get(table)).map(|t| t.name.clone()).unwrap_or_default()
    }

    fn issue(&self, code: &'static str, severity: Severity, path: &str, message: String, document: Option<u32>) -> Issue {
        let mut issue = Issue::new(code, severity, path, message);
        issue.collection = self.plan.collections.get(self.collection).map(|c| c.name.clone());
        issue.document = document;
        issue
    }

    fn report(&self, note: &Note, document: Option<u32>, issues: &mut Issues) {
        issues.add(note.code, || {
            let column = note.column.and_then(|(table, column)| {
                let table = self.plan.collections.get(self.collection)?.tables.get(table)?;
                Some((table.name.as_str(), table.columns.get(column)?))
            });
            let mut path = note.path.clone();
            if let Some((_, column)) = column {
                if !column.path.is_empty() && column.path != "@" {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&column.path);
                }
            }
            let found = kind_name(note.kind);
            let (severity, message, help) = crate::findings::describe(note.code, &path, found, column.map(|(_, c)| c.name.as_str()).unwrap_or(""), self.complement);
            let mut issue = self.issue(note.code, severity, &path, message, document).help(help);
            if let Some((table, column)) = column {
                issue = issue.at(table, &column.name);
            }
            issue
        });
    }
}

/// How many documents stand in bytes that this crate wrote.
fn count_documents(bson: &[u8]) -> u32 {
    let (mut at, mut count) = (0, 0);
    while let Ok(length) = document_length(bson, at, bson.len()) {
        at += length;
        count += 1;
    }
    count
}
