//! Where the documents of a batch stand.

use crate::bson::{document_length, read_i32, Fault};
use std::ops::Range;

/// The documents of a batch one by one, or what is wrong with them.
pub(crate) struct Frames<'b> {
    batch: &'b [u8],
    at: usize,
    /// Where they end, where the caller knows.
    ends: Option<std::slice::Iter<'b, u32>>,
}

impl<'b> Frames<'b> {
    /// Of concatenated documents, which say themselves how long they are.
    pub fn said(batch: &'b [u8]) -> Self {
        Frames { batch, at: 0, ends: None }
    }

    /// Of documents that end at `ends`: one that says another length harms no other.
    pub fn known(batch: &'b [u8], ends: &'b [u32]) -> Self {
        Frames { batch, at: 0, ends: Some(ends.iter()) }
    }

    fn next_known(&mut self, end: usize) -> Result<Range<usize>, Fault> {
        let end = end.clamp(self.at, self.batch.len());
        let start = std::mem::replace(&mut self.at, end);
        if document_length(self.batch, start, end)? == end - start {
            Ok(start..end)
        } else {
            Err(Fault::new(start, "document length is not that of its bytes"))
        }
    }
}

impl Iterator for Frames<'_> {
    type Item = Result<Range<usize>, Fault>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(ends) = &mut self.ends {
            let end = *ends.next()? as usize;
            return Some(self.next_known(end));
        }
        let (start, left) = (self.at, self.batch.len() - self.at);
        if left == 0 {
            return None;
        }
        Some(match document_length(self.batch, start, self.batch.len()) {
            Ok(length) => {
                self.at += length;
                Ok(start..self.at)
            }
            Err(fault) => {
                // A believable length that ends in the batch lets the next document start after it; otherwise the rest has no boundaries.
                let length = self.batch.get(start..).and_then(read_i32).and_then(|length| usize::try_from(length).ok());
                self.at += length.filter(|length| (5..=left).contains(length)).unwrap_or(left);
                Err(fault)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: [u8; 5] = [5, 0, 0, 0, 0];

    fn found(frames: Frames<'_>) -> Vec<Result<Range<usize>, usize>> {
        frames.map(|frame| frame.map_err(|fault| fault.offset)).collect()
    }

    #[test]
    fn a_length_that_lies_takes_the_rest_along_only_where_nobody_knows_better() {
        for (lie, concatenated) in [
            (4, vec![Ok(0..5), Err(5)]),
            (6, vec![Ok(0..5), Err(10), Err(11)]),
            (9, vec![Ok(0..5), Ok(5..14), Err(14)]),
            (10, vec![Ok(0..5), Ok(5..15)]),
            (11, vec![Ok(0..5), Err(5)]),
            (0, vec![Ok(0..5), Err(5)]),
        ] {
            let mut batch = [DOCUMENT; 3].concat();
            batch[5] = lie;
            assert_eq!(found(Frames::said(&batch)), concatenated, "{lie}");
            assert_eq!(found(Frames::known(&batch, &[5, 10, 15])).iter().filter(|frame| frame.is_ok()).count(), 2, "{lie}");
        }
    }

    #[test]
    fn each_end_is_one_document() {
        let batch = [DOCUMENT; 2].concat();
        assert_eq!(found(Frames::known(&batch, &[0, 5, 5, 10])), [Err(0), Ok(0..5), Err(5), Ok(5..10)]);
        assert_eq!(found(Frames::known(&batch, &[10])), [Err(0)], "two in one");
        assert_eq!(found(Frames::known(&batch, &[5, 3, 99, 7])), [Ok(0..5), Err(5), Ok(5..10), Err(10)], "ends that cannot be");
        assert_eq!(found(Frames::said(&batch)), [Ok(0..5), Ok(5..10)]);
        assert_eq!(found(Frames::said(&[])), []);
    }
}
