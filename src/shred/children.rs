//! The rows below a row: one for a subdocument, one for each element of an array or entry of a map.

use super::emit::Position;
use super::program::{ChildProgram, Shape, NO_LABEL};
use super::seen::Place;
use super::{Refusal, Slot, State};
use crate::bson::Elements;
use crate::bytes::is_storable_text;
use crate::postgres::fit::Fit;

impl State {
    /// All rows of the child whose container stands at `slot`.
    pub(super) fn child(&mut self, child: &ChildProgram, document: &[u8], slot: Slot, parent: (usize, usize)) -> Result<(), Refusal> {
        let depth = self.trail.len();
        self.trail.push((child.context.label, Place::Whole));
        match child.shape {
            Shape::One => self.context(&child.context, document, slot, parent, Position::One)?,
            Shape::Array => self.elements(child, document, slot, parent)?,
            Shape::Map => self.entries(child, document, slot, parent)?,
        }
        self.trail.truncate(depth);
        Ok(())
    }

    fn elements(&mut self, child: &ChildProgram, document: &[u8], slot: Slot, parent: (usize, usize)) -> Result<(), Refusal> {
        let mut elements = Elements::new(document, slot.start as usize, slot.end as usize)?;
        let outer_keys = child.element_key.map(|_| std::mem::replace(&mut self.element_keys, self.spare_seen.pop().unwrap_or_default()));
        let depth = self.trail.len() - 1;
        let mut ordinal = 0u32;
        let mut odd = false;
        while let Some((element, named)) = elements.next_of_array(ordinal)? {
            if !odd && !named {
                odd = true;
                self.step(depth, Place::Whole);
                self.note("array-keys", "", slot.kind, None);
            }
            self.step(depth, Place::Index(ordinal));
            let place = Slot { kind: element.kind, start: element.start as u32, end: element.end as u32, fit: Fit::Exact };
            self.context(&child.context, document, place, parent, Position::Ordinal(ordinal))?;
            ordinal += 1;
        }
        if let Some(outer) = outer_keys {
            let own = std::mem::replace(&mut self.element_keys, outer);
            self.spare(own);
        }
        Ok(())
    }

    /// Where the walk is below the child at `depth` of the trail.
    #[inline]
    fn step(&mut self, depth: usize, place: Place) {
        if let Some(last) = self.trail.get_mut(depth) {
            last.1 = place;
        }
    }

    fn entries(&mut self, child: &ChildProgram, document: &[u8], slot: Slot, parent: (usize, usize)) -> Result<(), Refusal> {
        let mut elements = Elements::new(document, slot.start as usize, slot.end as usize)?;
        let mut seen = self.spare_seen.pop().unwrap_or_default();
        let depth = self.trail.len();
        let mut before: Option<&[u8]> = None;
        while let Some(element) = elements.next_element()? {
            let name = document.get(element.name..element.name_end).unwrap_or(&[]);
            if !seen.first(document, element.name, element.name_end) || !is_storable_text(document, element.name, element.name_end) {
                self.note("duplicate-key", "", slot.kind, None);
                continue;
            }
            // Rows of a map have no order of their own; on the way back they are sorted by key.
            self.dirty |= self.exact_order && before.is_some_and(|before| before >= name);
            before = Some(name);
            self.trail.push((NO_LABEL, Place::Key(self.trail_names.len(), name.len())));
            self.trail_names.extend_from_slice(name);
            let place = Slot { kind: element.kind, start: element.start as u32, end: element.end as u32, fit: Fit::Exact };
            self.context(&child.context, document, place, parent, Position::Key(element.name as u32, element.name_end as u32))?;
            self.trail.truncate(depth);
        }
        self.spare(seen);
        Ok(())
    }

    /// Keeps the memory of keys seen for the next array or map.
    fn spare(&mut self, mut seen: super::seen::Seen) {
        seen.clear();
        self.spare_seen.push(seen);
    }
}
