//! Rows to documents: a base of the rows, and the complement put over it where the rows still agree with it.

use super::{Documents, Lens};
use crate::assemble::Place;
use crate::bson::document_length;
use crate::complement;
use crate::issue::Severity;
use crate::rowset::Issues;
use crate::shred::Note;
use std::collections::HashSet;

impl Lens {
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

    /// The document of a base and its complement.
    fn patch(&mut self, base: &[u8], json: &[u8], index: u32, issues: &mut Issues) -> Vec<u8> {
        let document = self.agreeing(base, json, index, issues);
        self.scratch.forget_answers();
        document
    }

    /// The document of a base and its complement. Entries that would change what typed columns say are dropped with an issue.
    fn agreeing(&mut self, base: &[u8], json: &[u8], index: u32, issues: &mut Issues) -> Vec<u8> {
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
        self.scratch.note_answers();
        let reference = self.settled(base);
        self.scratch.hold_answers();
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
