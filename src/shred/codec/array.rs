//! Arrays of one to six dimensions.

use super::field::NULL;
use super::{fit, Codec};
use crate::bson::{kind, Elements};
use crate::postgres::array::MAX_DIMENSIONS;
use crate::postgres::fit::Fit;

pub(super) fn encode_array(element: &Codec, oid: u32, dimensions: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let mark = out.len();
    let dimensions = usize::from(dimensions).min(MAX_DIMENSIONS);
    let header = 12 + 8 * dimensions;
    out.resize(mark + header, 0);
    let mut state = ArrayState { lengths: [None; MAX_DIMENSIONS], dimensions, nulls: false, exact: true };
    let done = array_level(element, value, 0, &mut state, out);
    let lengths = state.lengths.get(..dimensions).unwrap_or(&[]);
    if done && lengths.first() == Some(&Some(0)) {
        out.truncate(mark);
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&oid.to_be_bytes());
        return fit(state.exact);
    }
    if !done || lengths.iter().any(|length| matches!(length, None | Some(0))) {
        out.truncate(mark);
        return Fit::Misfit;
    }
    if let Some(place) = out.get_mut(mark..mark + header) {
        place[3] = dimensions as u8;
        place[7] = u8::from(state.nulls);
        place[8..12].copy_from_slice(&oid.to_be_bytes());
        for (place, length) in place[12..].chunks_exact_mut(8).zip(lengths) {
            place[..4].copy_from_slice(&length.unwrap_or(0).to_be_bytes());
            place[7] = 1;
        }
    }
    fit(state.exact)
}

struct ArrayState {
    /// Length of each dimension, once known; the first level of an empty array leaves the deeper ones unknown.
    lengths: [Option<u32>; MAX_DIMENSIONS],
    dimensions: usize,
    nulls: bool,
    exact: bool,
}

fn array_level(element: &Codec, value: &[u8], level: usize, state: &mut ArrayState, out: &mut Vec<u8>) -> bool {
    let Ok(mut elements) = Elements::new(value, 0, value.len()) else { return false };
    let innermost = level + 1 == state.dimensions;
    let mut count = 0u32;
    loop {
        let item = match elements.next_of_array(count) {
            Ok(Some((item, named))) => {
                state.exact &= named;
                item
            }
            Ok(None) => break,
            Err(_) => return false,
        };
        if !innermost {
            if item.kind != kind::ARRAY || !array_level(element, value.get(item.start..item.end).unwrap_or(&[]), level + 1, state, out) {
                return false;
            }
        } else if item.kind == kind::NULL && !element.is_json() {
            state.nulls = true;
            out.extend_from_slice(&NULL);
        } else {
            match element.encode(item.kind, value, item.start, item.end, out) {
                Fit::Exact => {}
                Fit::Differs => state.exact = false,
                Fit::Misfit => return false,
            }
        }
        count += 1;
    }
    if level == 0 && count == 0 {
        state.lengths.iter_mut().for_each(|length| *length = Some(0));
        return true;
    }
    match state.lengths[level] {
        None => state.lengths[level] = Some(count),
        // PostgreSQL's arrays are rectangular.
        Some(known) => return known == count,
    }
    true
}
