//! Child rows by their parent's key, in order, for row sets whose rows come in any order.

use super::BadTuple;
use std::collections::HashMap;

/// What is needed of a table to find its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Layout {
    /// Leading columns that repeat the parent's key.
    pub parent_key: usize,
    /// Column that holds the ordinal.
    pub ordinal: Option<usize>,
    /// Column that holds the map key.
    pub map_key: Option<usize>,
}

/// Tuple offsets by parent key, each list in ordinal or map key order.
#[derive(Debug)]
pub(crate) struct TableIndex {
    pub by_parent: HashMap<Vec<u8>, Vec<usize>>,
    pub count: u32,
}

/// Field ranges of the rows on the way down. Its memory is kept filled, so that a field is put in its place instead of appended.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    ranges: Vec<(u32, u32)>,
    top: usize,
}

/// The range of a NULL.
const NULL: (u32, u32) = (u32::MAX, u32::MAX);

impl Fields {
    /// How many there are.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.top
    }

    /// Keeps the first `length`.
    #[inline(always)]
    pub fn truncate(&mut self, length: usize) {
        self.top = self.top.min(length);
    }

    /// The field `index`; what lies above the top is of rows that were left.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&(u32, u32)> {
        self.ranges.get(index).filter(|_| index < self.top)
    }

    /// Room for `count` more.
    #[inline(always)]
    fn room(&mut self, count: usize) -> &mut [(u32, u32)] {
        let start = self.top;
        self.top += count;
        if self.ranges.len() < self.top {
            self.grow();
        }
        self.ranges.get_mut(start..self.top).unwrap_or_default()
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.ranges.resize(self.top * 2, NULL);
    }
}

/// Splits the tuple at `at` into field ranges (a NULL is `(u32::MAX, u32::MAX)`), returns where the next one starts.
pub(crate) fn tuple(table: usize, data: &[u8], at: usize, fields: &mut Fields) -> Result<usize, BadTuple> {
    let bad = |offset, reason| BadTuple { table, offset, reason };
    let Some((count, mut rest)) = data.get(at..).and_then(|rest| rest.split_first_chunk()) else { return Err(bad(at, "truncated tuple")) };
    // A lying count must not cost memory: every field takes its length's four bytes.
    let count = usize::try_from(i16::from_be_bytes(*count)).unwrap_or(0);
    if count > rest.len() / 4 {
        return Err(bad(data.len(), "truncated field length"));
    }
    for field in fields.room(count) {
        let Some((length, value)) = rest.split_first_chunk() else { return Err(bad(data.len() - rest.len(), "truncated field length")) };
        let length = i32::from_be_bytes(*length);
        if length < 0 {
            *field = NULL;
            rest = value;
            continue;
        }
        let start = data.len() - value.len();
        rest = value.get(length as usize..).ok_or(bad(start, "field runs past the tuples"))?;
        *field = (start as u32, start as u32 + length as u32);
    }
    Ok(data.len() - rest.len())
}

/// A row below its parent: ordinal, map key, offset.
type Sibling = (i32, Vec<u8>, usize);

impl TableIndex {
    pub fn build(table: usize, data: &[u8], layout: Layout) -> Result<Self, BadTuple> {
        let mut rows: HashMap<Vec<u8>, Vec<Sibling>> = HashMap::new();
        let (mut at, mut count) = (0, 0);
        let mut fields = Fields::default();
        while at < data.len() {
            fields.truncate(0);
            let next = tuple(table, data, at, &mut fields)?;
            let end = match layout.parent_key.checked_sub(1).and_then(|last| fields.get(last)) {
                Some((_, end)) if *end != u32::MAX => *end as usize,
                _ => at + 2,
            };
            let bytes = |column: Option<usize>| column.and_then(|c| fields.get(c)).and_then(|(s, e)| data.get(*s as usize..*e as usize)).unwrap_or(&[]);
            let ordinal = bytes(layout.ordinal).try_into().map(i32::from_be_bytes).unwrap_or(0);
            rows.entry(data.get(at + 2..end).unwrap_or(&[]).to_vec()).or_default().push((ordinal, bytes(layout.map_key).to_vec(), at));
            count += 1;
            at = next;
        }
        let by_parent = rows
            .into_iter()
            .map(|(parent, mut list)| {
                list.sort_unstable();
                (parent, list.into_iter().map(|(_, _, at)| at).collect())
            })
            .collect();
        Ok(TableIndex { by_parent, count })
    }
}
