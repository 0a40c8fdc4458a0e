//! What must hold for bytes that nobody vouches for: no panic, an issue for each fault, well-formed output, and a lens that goes on.

use super::choices::Choices;
use super::laws::{slices, Case};
use super::{back, documents, tuples};
use rowlens::bson::{document_length, validate_document};
use rowlens::lens::{Documents, Lens, RowSet};

/// Overwrites, inserts and removes a few bytes; lengths like to be wrong.
pub fn damage(bytes: &mut Vec<u8>, c: &mut Choices<'_>) {
    for _ in 0..1 + c.pick(4) {
        if bytes.is_empty() {
            return;
        }
        let at = usize::from(u16::from_le_bytes(c.take())) % bytes.len();
        match c.pick(5) {
            0 => bytes[at] = c.byte(),
            1 => bytes[at] ^= 1 << c.pick(8),
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..at, c.take::<3>())),
            _ => {
                let number = c.of(&[0, -1, 1, 4, 5, i32::MAX, i32::MIN, i32::MAX - 3, 255, 1 << 24]);
                let (little, end) = (c.flag(8), bytes.len().min(at + 4));
                let four = if little { number.to_le_bytes() } else { number.to_be_bytes() };
                bytes[at..end].copy_from_slice(&four[..end - at]);
            }
        }
    }
}

/// The output is what it says: so many documents, each well-formed.
pub fn well_formed(documents: &Documents) {
    let (mut at, mut count) = (0, 0);
    while at < documents.bson.len() {
        let length = document_length(&documents.bson, at, documents.bson.len()).expect("output is BSON");
        if let Err(fault) = validate_document(&documents.bson[at..at + length], 0, length) {
            panic!("{fault:?} in output {:02x?}", &documents.bson[at..at + length]);
        }
        at += length;
        count += 1;
    }
    assert_eq!(count, documents.count);
}

/// Every refused document has one issue that says which, where and why.
pub fn refusals(rows: &RowSet, batch: usize) {
    let malformed: Vec<_> = rows.issues.list.iter().filter(|i| i.code == "document-malformed").collect();
    let keys = rows.issues.list.iter().filter(|i| matches!(i.code, "key-unrepresentable")).count();
    // A document that is refused for an unresolved key has no other issue.
    assert!(malformed.len() + keys <= (rows.documents - rows.accepted) as usize);
    for issue in malformed {
        assert!(issue.collection.is_some() && issue.help.is_some() && issue.message.len() > "not well-formed BSON: ".len(), "{issue:?}");
        assert!(issue.document.is_some_and(|index| index < rows.documents), "{issue:?}");
        assert!(issue.offset.is_some_and(|offset| offset as usize <= batch), "{issue:?} of {batch} bytes");
    }
}

impl Case {
    /// Any bytes as a batch: what is accepted comes back, what is not is said.
    pub fn hostile_batch(&self, batch: &[u8]) {
        let mut lens = self.lens();
        self.judge(&mut lens, batch);
    }

    fn judge(&self, lens: &mut Lens, batch: &[u8]) {
        let rows = lens.to_rows(batch);
        assert!(rows.accepted <= rows.documents);
        refusals(&rows, batch.len());
        let documents = back(lens, &rows);
        well_formed(&documents);
        assert_eq!(documents.count, rows.accepted, "{}\n{batch:02x?}\n{:?}", self.mapping, documents.issues.list);
        if rows.accepted == rows.documents {
            assert!(self.same_batch(&documents.bson, batch), "{}\n in {batch:02x?}\nout {:02x?}\n{:?}", self.mapping, documents.bson, documents.issues.list);
        }
    }

    fn same_batch(&self, a: &[u8], b: &[u8]) -> bool {
        self.fidelity == rowlens::plan::Fidelity::Exact && a == b || self.fidelity == rowlens::plan::Fidelity::Value && super::laws::each(a) == super::laws::each(b)
    }

    /// A damaged document between two good ones: both neighbours come back where the damage left the boundaries alone.
    pub fn damaged_document(&self, c: &mut Choices<'_>) {
        let good = documents::document(&self.plan, c);
        let mut damaged = documents::document(&self.plan, c);
        let length = damaged.len();
        damage(&mut damaged, c);
        let kept = damaged.len() == length && damaged[..4] == (length as i32).to_le_bytes();
        let batch = [good.clone(), damaged.clone(), good.clone()].concat();
        let mut lens = self.resolved(&good);
        let alone = lens.to_rows(&good);
        let rows = lens.to_rows(&batch);
        assert!(rows.accepted >= alone.accepted, "{}\n{:?}", self.mapping, rows.issues.list);
        if kept {
            assert_eq!(rows.documents, 3);
            assert!(rows.accepted >= 2 * alone.accepted, "{}\n{:?}", self.mapping, rows.issues.list);
        }
        refusals(&rows, batch.len());
        if rows.accepted == 0 {
            return;
        }
        // Equal keys make one aggregate of two documents in the database; here they only must not break anything.
        well_formed(&back(&mut lens, &rows));
        self.judge(&mut lens, &damaged);
        // The lens goes on as if nothing had been.
        assert_eq!(lens.to_rows(&good).tables, alone.tables);
    }

    /// Damaged tuples: the documents before the damage, an issue, never a panic, never broken BSON.
    pub fn damaged_tuples(&self, c: &mut Choices<'_>) {
        let mut tables: Vec<Vec<u8>> = if c.flag(8) {
            let document = documents::document(&self.plan, c);
            let mut lens = self.resolved(&document);
            let rows = lens.to_rows(&document);
            slices(&rows).into_iter().map(<[u8]>::to_vec).collect()
        } else {
            tuples::rows(&self.plan, c).iter().map(|rows| tuples::join(rows)).collect()
        };
        let table = c.pick(tables.len());
        damage(&mut tables[table], c);
        self.hostile_tables(&tables);
    }

    /// Any bytes as tuples.
    pub fn hostile_tables(&self, tables: &[Vec<u8>]) {
        let mut lens = self.lens();
        let slices: Vec<&[u8]> = tables.iter().map(Vec::as_slice).collect();
        let documents = lens.to_documents(&slices);
        well_formed(&documents);
        for issue in documents.issues.list.iter().filter(|i| i.code == "row-malformed") {
            assert!(issue.table.is_some() && issue.collection.is_some() && issue.help.is_some(), "{issue:?}");
            let table = self.plan.collections[0].tables.iter().position(|t| Some(&t.name) == issue.table.as_ref()).unwrap();
            assert!(issue.offset.is_some_and(|offset| offset as usize <= tables[table].len()), "{issue:?}");
        }
        // Rows again: whatever came out is a document, and documents become rows.
        let mut other = self.resolved(&documents.bson);
        let rows = other.to_rows(&documents.bson);
        assert_eq!(rows.documents, documents.count, "{}\n{:?}", self.mapping, rows.issues.list);
        assert!(!rows.issues.counts.contains_key("document-malformed"));
    }

    /// Any text as the complement of a row.
    pub fn hostile_complement(&self, c: &mut Choices<'_>, text: &[u8]) {
        let mut rows = tuples::rows(&self.plan, c);
        for row in &mut rows[0] {
            *row.last_mut().unwrap() = Some([b"\x01", text].concat());
        }
        let tables: Vec<Vec<u8>> = rows.iter().map(|rows| tuples::join(rows)).collect();
        self.hostile_tables(&tables);
    }
}
