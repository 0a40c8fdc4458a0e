//! The complement of a document whose deviations are simple: fields that are not mapped, values that their columns cannot hold or
//! hold as another type, absence of another kind, none of them inside arrays or maps.
//!
//! Such deviations say by themselves what the difference between the document and its base would be, so no base is assembled.
//! Whatever is not simple gives `None`, and the difference decides. `tests/shortcuts.rs` holds both against each other.

use super::difference::Overlay;
use crate::bson::{kind, validate_place, Elements};
use crate::plan::Absent;
use crate::postgres::fit::Fit;
use crate::shred::program::{ContextProgram, FieldProgram, NodeProgram, ObjectProgram, TreeProgram};
use crate::shred::Slot;

/// Objects with more unmapped fields than this are left to the difference, which finds repeated ones faster.
const FEW: usize = 32;

struct Direct<'a> {
    document: &'a [u8],
    context: &'a ContextProgram,
    slots: &'a [Slot],
    overlay: Overlay,
}

/// The complement as JSON text; `None` where the difference must decide.
pub(crate) fn direct(document: &[u8], tree: &TreeProgram, context: &ContextProgram, slots: &[Slot]) -> Option<Vec<u8>> {
    let NodeProgram::Object(root) = &tree.node else { return None };
    let mut direct = Direct { document, context, slots, overlay: Overlay::default() };
    let mut fields = Vec::new();
    direct.object(root, 0, document.len(), &mut String::new(), &mut fields)?;
    direct.overlay.finish(&fields)
}

impl Direct<'_> {
    /// Appends what the base lacks or has otherwise of the object at `start..end`.
    fn object(&mut self, object: &ObjectProgram, start: usize, end: usize, path: &mut String, out: &mut Vec<u8>) -> Option<()> {
        let mut elements = Elements::new(self.document, start, end).ok()?;
        let mut unknown: Vec<(usize, usize)> = Vec::new();
        let mut guess = 0;
        let length = path.len();
        while let Some(element) = elements.next_element().ok()? {
            let named = self.document.get(element.name..)?;
            let field = match object.fields.get(guess) {
                Some(field) if field.name.begins(named) => Some(guess),
                _ => object.find(named, guess),
            };
            let slot = Slot { kind: element.kind, start: element.start as u32, end: element.end as u32, fit: Fit::Exact };
            let inner = match field {
                Some(index) => {
                    guess = index + 1;
                    let field = object.fields.get(index)?;
                    match self.says(field, slot)? {
                        Says::Nothing => continue,
                        Says::Whole => None,
                        Says::Inside(inner) => Some(inner),
                    }
                }
                None => {
                    let name = self.document.get(element.name..element.name_end)?;
                    if unknown.len() == FEW || unknown.iter().any(|(start, end)| self.document.get(*start..*end) == Some(name)) {
                        return None;
                    }
                    unknown.push((element.name, element.name_end));
                    None
                }
            };
            let text = std::str::from_utf8(self.document.get(element.name..element.name_end)?).ok()?;
            crate::path::push_field(path, text);
            let mark = out.len();
            super::difference::key(out, text);
            match inner {
                Some(inner) => {
                    let open = out.len();
                    out.push(b'{');
                    self.object(inner, element.start, element.end, path, out)?;
                    if out.len() == open + 1 {
                        // Only absences inside, if anything: those are types.
                        out.truncate(mark);
                    } else {
                        out.push(b'}');
                    }
                }
                None => {
                    validate_place(self.document, element.kind, element.start, element.end).ok()?;
                    self.overlay.display(element.kind, self.document.get(element.start..element.end)?, path, 0, out);
                }
            }
            path.truncate(length);
        }
        for field in object.fields.iter().filter(|field| field.required) {
            let missing = match &field.node {
                NodeProgram::Leaf(slot) => self.slot(*slot).kind == 0,
                NodeProgram::Child(index) => self.slot(self.context.child_slots.get(*index)?.slot).kind == 0,
                NodeProgram::Object(_) => false,
            };
            if missing {
                self.overlay.tag(&field.path, "missing");
            }
        }
        Some(())
    }

    fn slot(&self, slot: usize) -> Slot {
        self.slots.get(slot).copied().unwrap_or_default()
    }

    /// What the complement must say of a mapped field that the document has.
    fn says<'p>(&self, field: &'p FieldProgram, found: Slot) -> Option<Says<'p>> {
        let null = found.kind == kind::NULL;
        Some(match &field.node {
            NodeProgram::Leaf(_) if null && !field.null_is_value => {
                if field.absent == Absent::Null {
                    Says::Nothing
                } else {
                    Says::Whole
                }
            }
            NodeProgram::Leaf(slot) => match self.slot(*slot).fit {
                Fit::Exact => Says::Nothing,
                Fit::Differs | Fit::Misfit => Says::Whole,
            },
            NodeProgram::Object(inner) if found.kind == kind::DOCUMENT && self.present(inner) => Says::Inside(inner),
            NodeProgram::Object(_) => Says::Whole,
            NodeProgram::Child(index) => {
                let child = self.context.child_slots.get(*index)?;
                let empty = found.end - found.start == 5 && !child.one;
                let container = matches!(found.kind, kind::DOCUMENT | kind::ARRAY);
                if found.kind == child.kind && !empty {
                    Says::Nothing
                } else if container && found.kind != child.kind && field.absent == Absent::Empty {
                    // A container over a container of another kind.
                    return None;
                } else if (null && field.absent == Absent::Null) || (found.kind == child.kind && field.absent == Absent::Empty) {
                    Says::Nothing
                } else {
                    Says::Whole
                }
            }
        })
    }

    /// Whether the base has the object: something in it is said by a column or by rows.
    fn present(&self, object: &ObjectProgram) -> bool {
        object.fields.iter().any(|field| match &field.node {
            NodeProgram::Leaf(slot) => {
                let slot = self.slot(*slot);
                slot.kind != 0 && slot.fit != Fit::Misfit && (slot.kind != kind::NULL || field.null_is_value)
            }
            NodeProgram::Object(inner) => self.present(inner),
            NodeProgram::Child(index) => self.context.child_slots.get(*index).is_some_and(|child| {
                let slot = self.slot(child.slot);
                slot.kind == child.kind && (child.one || slot.end - slot.start > 5)
            }),
        })
    }
}

enum Says<'p> {
    Nothing,
    Whole,
    Inside(&'p ObjectProgram),
}
