//! Where in a batch's tuples each document's rows are.

use crate::bson::Elements;
use crate::rowset::Rows;
use std::ops::Range;

/// What [`Lens::append_rows`](crate::Lens::append_rows) notes about each document that became rows, where it is asked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans {
    /// Accepted documents in the batch's order.
    pub documents: Vec<DocumentSpan>,
    /// Per accepted document and table, where its tuples end (a document's begin where the one's before it end).
    ends: Vec<usize>,
}

/// One accepted document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentSpan {
    /// Its position in the batch, refused documents counted.
    pub document: u32,
    /// Its first byte in the batch.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Spans {
    pub(crate) fn push(&mut self, document: DocumentSpan, tables: &[Rows]) {
        self.documents.push(document);
        self.ends.extend(tables.iter().map(|table| table.tuples.len()));
    }

    /// Bytes of table `table`'s tuples that are the rows of accepted document number `accepted`.
    pub fn rows(&self, accepted: usize, table: usize) -> Range<usize> {
        let tables = self.ends.len().checked_div(self.documents.len()).unwrap_or(0);
        let end = |accepted: usize| self.ends.get(accepted * tables + table).copied().unwrap_or(0);
        let start = if accepted == 0 { 0 } else { end(accepted - 1) };
        start..end(accepted).max(start)
    }

    /// The element `_id` of the document at that position of `batch`; `None` where it has none, or was refused.
    pub fn identity<'b>(&self, document: u32, batch: &'b [u8]) -> Option<&'b [u8]> {
        let span = self.documents.get(self.documents.binary_search_by_key(&document, |span| span.document).ok()?)?;
        let mut elements = Elements::new(batch, span.start, span.end).ok()?;
        while let Some(element) = elements.next_element().ok()? {
            if batch.get(element.name..element.name_end) == Some(b"_id") {
                // The type byte stands before the name.
                return batch.get(element.name - 1..element.end);
            }
        }
        None
    }
}
