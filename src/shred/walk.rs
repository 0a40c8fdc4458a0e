//! One walk over an object: every mapped value's place goes into its slot; anything unforeseen marks the document.

use super::program::{FieldProgram, NodeProgram, ObjectProgram};
use super::seen::Place;
use super::{Note, Slot, State};
use crate::bson::{kind, Element, Elements, Fault};
use crate::plan::Absent;

/// An empty BSON document or array is five bytes.
const EMPTY: u32 = 5;

impl State {
    /// Notes a deviation at `name` below the current place.
    #[cold]
    #[inline(never)]
    pub(crate) fn note(&mut self, code: &'static str, path: &str, kind: u8, column: Option<(usize, usize)>) {
        self.dirty = true;
        let mut full = String::new();
        for (label, position) in &self.trail {
            crate::path::push_path(&mut full, label);
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
    pub(crate) fn walk(&mut self, object: &ObjectProgram, children: &[usize], document: &[u8], place: Slot) -> Result<bool, Fault> {
        let mut elements = Elements::new(document, place.start as usize, place.end as usize)?;
        let fields = &object.fields;
        let mut guess = 0;
        let mut required = 0;
        let mut found = false;
        let mut last = 0;
        loop {
            let (index, element) = match fields.get(guess) {
                Some(field) => match elements.next_named(&field.name)? {
                    Some(element) => (guess, element),
                    None => match self.search(object, guess, document, &mut elements)? {
                        Some(hit) => hit,
                        None => break,
                    },
                },
                None => match self.search(object, guess, document, &mut elements)? {
                    Some(hit) => hit,
                    None => break,
                },
            };
            if index == usize::MAX {
                continue;
            }
            if index < last {
                self.out_of_order();
            }
            last = index;
            guess = index + 1;
            let Some(field) = fields.get(index) else { continue };
            required += usize::from(field.required);
            found |= self.place(field, children, document, element)?;
        }
        if required < object.required {
            self.note_required(object);
        }
        Ok(found)
    }

    /// Not where the guess was: finds the element's field, or notes it as unknown (`usize::MAX`).
    #[inline(never)]
    fn search(&mut self, object: &ObjectProgram, guess: usize, document: &[u8], elements: &mut Elements<'_>) -> Result<Option<(usize, Element)>, Fault> {
        let Some(element) = elements.next_element()? else { return Ok(None) };
        let name = document.get(element.name..=element.name_end).unwrap_or(&[]);
        let fields = &object.fields;
        let from = guess.min(fields.len());
        let hit = fields[from..].iter().position(|field| field.name == name).map(|i| i + from).or_else(|| fields[..from].iter().position(|field| field.name == name));
        match hit {
            Some(index) => Ok(Some((index, element))),
            None => {
                self.note_name("unknown-field", object, &name[..name.len().saturating_sub(1)], element.kind);
                Ok(Some((usize::MAX, element)))
            }
        }
    }

    #[inline]
    fn out_of_order(&mut self) {
        // Key order is only recorded under fidelity exact; the difference decides.
        self.dirty |= self.exact_order;
    }

    #[inline]
    fn place(&mut self, field: &FieldProgram, children: &[usize], document: &[u8], element: Element) -> Result<bool, Fault> {
        let slot = Slot { kind: element.kind, start: element.start as u32, end: element.end as u32 };
        match &field.node {
            NodeProgram::Leaf(index) => {
                if self.slots[*index].kind != 0 {
                    self.duplicate(field, element.kind);
                    return Ok(true);
                }
                self.slots[*index] = slot;
                if element.kind == kind::NULL && !field.null_is_value {
                    if field.absent != Absent::Null {
                        self.note_field("absent-differs", field, element.kind);
                    }
                    return Ok(false);
                }
                Ok(true)
            }
            NodeProgram::Object(object) => {
                if element.kind != kind::DOCUMENT {
                    self.note_field(if element.kind == kind::NULL { "absent-differs" } else { "container-mismatch" }, field, element.kind);
                    return Ok(false);
                }
                let found = self.walk(object, children, document, slot)?;
                if !found {
                    self.note_field("absent-differs", field, element.kind);
                }
                Ok(found)
            }
            NodeProgram::Child(index) => self.place_child(*index, field, slot),
        }
    }

    fn place_child(&mut self, index: usize, field: &FieldProgram, slot: Slot) -> Result<bool, Fault> {
        let Some(&(child_slot, shape_kind, one)) = self.child_slots.get(index) else { return Ok(false) };
        if self.slots[child_slot].kind != 0 {
            self.duplicate(field, slot.kind);
            return Ok(true);
        }
        self.slots[child_slot] = slot;
        let empty = slot.end - slot.start == EMPTY && !one;
        let state = if slot.kind == shape_kind {
            if !empty {
                return Ok(true);
            }
            Absent::Empty
        } else if slot.kind == kind::NULL {
            Absent::Null
        } else {
            self.slots[child_slot].kind = kind::NULL;
            self.note_field("container-mismatch", field, slot.kind);
            return Ok(false);
        };
        if state != field.absent {
            self.note_field("absent-differs", field, slot.kind);
        }
        Ok(false)
    }

    /// Notes the fields whose absence in SQL would mean null or empty, but which are missing.
    #[cold]
    fn note_required(&mut self, object: &ObjectProgram) {
        for field in object.fields.iter().filter(|field| field.required) {
            let slot = match &field.node {
                NodeProgram::Leaf(slot) => Some(*slot),
                NodeProgram::Child(index) => self.child_slots.get(*index).map(|(slot, ..)| *slot),
                NodeProgram::Object(_) => None,
            };
            if slot.and_then(|slot| self.slots.get(slot)).is_some_and(|slot| slot.kind == 0) {
                self.note_field("absent-differs", field, 0);
            }
        }
        self.dirty = true;
    }

    #[cold]
    fn duplicate(&mut self, field: &FieldProgram, kind: u8) {
        self.note_field("duplicate-key", field, kind);
    }

    #[cold]
    fn note_field(&mut self, code: &'static str, field: &FieldProgram, kind: u8) {
        self.note(code, &field.path, kind, None);
    }
}
