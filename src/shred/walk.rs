//! One walk over an object: every mapped value's place goes into its slot; anything unforeseen marks the document.

use super::program::{ChildSlot, ContextProgram, FieldProgram, NodeProgram, ObjectProgram, EMPTY, NOT_A_LEAF};
use super::seen::Place;
use super::{Hint, Note, Slot, State};
use crate::bson::{behind, document_length, kind, value_end, varying_end, Fault};
use crate::bytes::find_nul;
use crate::plan::Absent;
use crate::postgres::fit::Fit;

/// A walk over an object, as long as each field is the one that came next last time, and usual.
struct Run<'d> {
    /// One more than the number of the field that was placed last.
    behind: usize,
    /// The fields came in the mapping's order.
    ordered: bool,
    found: bool,
    /// The rest of the object, its terminator excluded.
    rest: &'d [u8],
}

impl<'d> Run<'d> {
    /// Most documents go through here entirely: nothing is looked at that the usual field does not need, and all else stops it.
    #[inline(always)]
    fn place(&mut self, object: &ObjectProgram, hints: &mut [Hint], slots: &mut [Slot], document: &'d [u8], end: usize) {
        let fields = object.usual.as_slice();
        let (mut behind_last, mut rest, mut ordered, mut found) = (self.behind, self.rest, self.ordered, self.found);
        while let Some((&kind, named)) = rest.split_first() {
            let Some(hint) = hints.get_mut(behind_last) else { break };
            let Some(mut field) = fields.get(hint.last as usize) else { break };
            // What stands behind the object may be looked at: a name that reached there would leave no value.
            let Some(window) = document.get(end - named.len()..).and_then(|named| named.first_chunk::<16>()) else { break };
            if !field.name.begins(window) {
                // Where a field comes and goes, it mostly is the one before.
                let Some(other) = fields.get(hint.before as usize).filter(|other| other.name.begins(window)) else { break };
                *hint = Hint { last: hint.before, before: hint.last };
                field = other;
            }
            let index = hint.last as usize;
            if !field.name.is_whole() && !object.fields.get(index).is_some_and(|field| field.name.ends(named)) {
                break;
            }
            let Some(value) = named.get(field.name.length()..) else { break };
            let Some(next) = behind(kind, value) else { break };
            if kind == kind::NULL {
                if !field.null {
                    break;
                }
            } else if field.container != 0 && (kind != field.container || value.len() - next.len() < field.least.into()) {
                break;
            }
            let Some(slot) = slots.get_mut(field.slot as usize).filter(|slot| slot.kind == 0) else { break };
            *slot = Slot { kind, start: (end - value.len()) as u32, end: (end - next.len()) as u32, fit: Fit::Exact };
            ordered &= index + 1 >= behind_last;
            (behind_last, rest) = (index + 1, next);
            found |= kind != kind::NULL;
        }
        *self = Run { behind: behind_last, ordered, found, rest };
    }
}

impl State {
    /// Notes a deviation at `name` below the current place.
    #[cold]
    #[inline(never)]
    pub(crate) fn note(&mut self, code: &'static str, path: &str, kind: u8, column: Option<(usize, usize)>) {
        self.dirty = true;
        // Below arrays and maps an entry must say which element it belongs to: the difference does.
        self.plain &= self.trail.is_empty() && !matches!(code, "duplicate-key" | "array-keys" | "key-substituted");
        let mut full = String::new();
        for (label, position) in &self.trail {
            crate::path::push_path(&mut full, self.labels.get(*label).map_or("", |label| label));
            match position {
                Place::Whole => {}
                Place::Index(index) => crate::path::push_index(&mut full, *index),
                Place::Key(start, length) => {
                    let name = self.trail_names.get(*start..start + length).unwrap_or(&[]);
                    crate::path::push_field(&mut full, &String::from_utf8_lossy(name));
                }
            }
        }
        if !path.is_empty() && path != "@" {
            crate::path::push_path(&mut full, path);
        }
        self.notes.push(Note { code, path: full, column, kind });
    }

    #[cold]
    #[inline(never)]
    fn note_name(&mut self, code: &'static str, object: &ObjectProgram, name: &[u8], kind: u8) {
        let mut path = object.path.clone();
        crate::path::push_field(&mut path, &String::from_utf8_lossy(name));
        self.note(code, &path, kind, None);
    }

    /// Walks the object at `place`. Returns whether a mapped value other than null (or a non-empty child) was found.
    pub(crate) fn walk(&mut self, object: &ObjectProgram, context: &ContextProgram, document: &[u8], place: Slot) -> Result<bool, Fault> {
        let (start, limit) = (place.start as usize, place.end as usize);
        let length = document_length(document, start, limit)?;
        if start + length != limit {
            return Err(Fault::new(start, "document length differs from its place"));
        }
        let end = limit - 1;
        let mut rest = document.get(start + 4..end).unwrap_or(&[]);
        // Documents of one collection mostly have the same fields in the same order: each field remembers what came after it last time.
        let mut hint = object.first_hint;
        let mut found = false;
        loop {
            let mut run = Run { behind: hint - object.first_hint, ordered: true, found, rest };
            if let Some(hints) = self.hints.get_mut(object.first_hint..) {
                run.place(object, hints, &mut self.slots, document, end);
            }
            // Key order is only recorded under fidelity exact; the difference decides.
            self.dirty |= !run.ordered && self.exact_order;
            (hint, found, rest) = (object.first_hint + run.behind, run.found, run.rest);
            let last = run.behind.saturating_sub(1);
            let Some((&kind, named)) = rest.split_first() else { break };
            let guess = self.hints.get(hint).copied().unwrap_or_default().last as usize;
            let index = match object.fields.get(guess) {
                Some(field) if field.name.begins(named) => guess,
                _ => match self.find(object, named, hint) {
                    Some(index) => index,
                    None => {
                        let next = self.unknown(object, document, end - rest.len(), end)?;
                        rest = document.get(next..end).unwrap_or(&[]);
                        continue;
                    }
                },
            };
            let Some(field) = object.fields.get(index) else { break };
            let value = named.get(field.name.length()..).unwrap_or(&[]);
            let start = end - value.len();
            rest = match behind(kind, value) {
                Some(rest) => rest,
                None => document.get(varying_end(document, kind, start, end)?..end).unwrap_or(&[]),
            };
            hint = object.first_hint + 1 + index;
            self.dirty |= index < last && self.exact_order;
            let slot = Slot { kind, start: start as u32, end: (end - rest.len()) as u32, fit: Fit::Exact };
            if field.leaf != NOT_A_LEAF {
                found |= self.place_leaf(field.leaf as usize, field, slot);
            } else {
                found |= match &field.node {
                    NodeProgram::Leaf(_) => false,
                    NodeProgram::Object(object) => self.place_object(object, field, context, document, slot)?,
                    NodeProgram::Child(index) => self.place_child(context.child_slots.get(*index).copied(), field, slot),
                };
            }
        }
        self.note_required(object);
        Ok(found)
    }

    /// The field whose name `named` begins with, where the first guess was wrong: the one before it mostly is right.
    #[inline(never)]
    fn find(&mut self, object: &ObjectProgram, named: &[u8], hint: usize) -> Option<usize> {
        let place = self.hints.get_mut(hint)?;
        let guess = place.before as usize;
        let index = match object.fields.get(guess) {
            Some(field) if field.name.begins(named) => guess,
            _ => object.find(named, place.last as usize)?,
        };
        *place = Hint { last: index as u32, before: place.last };
        Some(index)
    }

    /// An element the mapping does not name: notes it, returns where it ends.
    #[inline(never)]
    fn unknown(&mut self, object: &ObjectProgram, document: &[u8], at: usize, end: usize) -> Result<usize, Fault> {
        let kind = document.get(at).copied().unwrap_or(0);
        if kind == 0 {
            return Err(Fault::new(at, "document ends before its length"));
        }
        let name = document.get(at + 1..end).unwrap_or(&[]);
        let Some(length) = find_nul(name) else { return Err(Fault::new(at + 1, "unterminated field name")) };
        let next = value_end(document, kind, at + 2 + length, end)?;
        self.note_name("unknown-field", object, name.get(..length).unwrap_or(&[]), kind);
        Ok(next)
    }

    #[inline(always)]
    fn place_leaf(&mut self, index: usize, field: &FieldProgram, slot: Slot) -> bool {
        let Some(place) = self.slots.get_mut(index) else { return false };
        if place.kind != 0 {
            self.duplicate(field, slot.kind);
            return true;
        }
        *place = slot;
        if slot.kind == kind::NULL && !field.null_is_value {
            if field.absent != Absent::Null {
                self.note_field("absent-differs", field, slot.kind);
            }
            return false;
        }
        true
    }

    fn place_object(&mut self, object: &ObjectProgram, field: &FieldProgram, context: &ContextProgram, document: &[u8], slot: Slot) -> Result<bool, Fault> {
        if let Some(place) = self.slots.get_mut(object.slot) {
            if place.kind != 0 {
                self.duplicate(field, slot.kind);
                return Ok(true);
            }
            *place = slot;
        }
        if slot.kind != kind::DOCUMENT {
            self.note_field(if slot.kind == kind::NULL { "absent-differs" } else { "container-mismatch" }, field, slot.kind);
            return Ok(false);
        }
        let found = self.walk(object, context, document, slot)?;
        if !found {
            self.note_field("absent-differs", field, slot.kind);
        }
        Ok(found)
    }

    #[inline]
    fn place_child(&mut self, child: Option<ChildSlot>, field: &FieldProgram, slot: Slot) -> bool {
        let Some((child, place)) = child.and_then(|child| Some((child, self.slots.get_mut(child.slot)?))) else { return false };
        if place.kind != 0 {
            self.duplicate(field, slot.kind);
            return true;
        }
        *place = slot;
        let empty = slot.end - slot.start == u32::from(EMPTY) && !child.one;
        let state = if slot.kind == child.kind {
            if !empty {
                return true;
            }
            Absent::Empty
        } else if slot.kind == kind::NULL {
            Absent::Null
        } else {
            place.kind = kind::NULL;
            self.note_field("container-mismatch", field, slot.kind);
            return false;
        };
        if state != field.absent {
            self.note_field("absent-differs", field, slot.kind);
        }
        false
    }

    /// Notes the fields whose absence in SQL would mean null or empty, but which are missing.
    #[inline]
    pub(super) fn note_required(&mut self, object: &ObjectProgram) {
        for &(field, slot) in &object.required {
            if self.slots.get(slot).is_some_and(|slot| slot.kind == 0) {
                if let Some(field) = object.fields.get(field) {
                    self.note_field("absent-differs", field, 0);
                }
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn duplicate(&mut self, field: &FieldProgram, kind: u8) {
        self.note_field("duplicate-key", field, kind);
    }

    #[cold]
    #[inline(never)]
    fn note_field(&mut self, code: &'static str, field: &FieldProgram, kind: u8) {
        self.note(code, &field.path, kind, None);
    }
}
