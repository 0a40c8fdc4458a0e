//! From slots to tuples: the row of a context, then the rows of its children.

use super::codec::{patch_length, push_eight, push_field_run, push_uuid};
use super::program::{ColumnSource, ContextProgram, DiscriminatorProgram, NodeProgram, RowProgram, TreeProgram};
use super::{Note, Refusal, Slot, State};
use crate::bson::{behind, kind, varying_end};
use crate::bytes::{find_nul, push_key, Name};
use crate::lookup::{self, Lookup};
use crate::postgres::fit::Fit;
use crate::shred::codec::Codec;

/// Where a row stands in its parent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Position {
    Root,
    One,
    Ordinal(u32),
    /// The map key's place in the document.
    Key(u32, u32),
}

const NULL: [u8; 4] = (-1i32).to_be_bytes();

impl State {
    /// One row and everything below it. `parent` is the range of the parent's key in `keys`.
    pub(crate) fn context(&mut self, context: &ContextProgram, document: &[u8], place: Slot, parent: (usize, usize), position: Position) -> Result<(), Refusal> {
        let mut tree = &context.base;
        if context.discriminator.is_some() && context.union.is_none() {
            tree = self.choose(context, document, place);
        }
        // Only what says that a slot is empty: filling memory is a call in WebAssembly.
        for slot in self.slots.get_mut(tree.slots.clone()).unwrap_or_default() {
            slot.kind = 0;
        }
        match &tree.node {
            NodeProgram::Object(_) if context.union.is_some() && place.kind == kind::DOCUMENT => tree = self.walk_union(context, document, place)?,
            NodeProgram::Object(object) => {
                if place.kind == kind::DOCUMENT {
                    self.walk(object, context, document, place)?;
                } else {
                    self.note("container-mismatch", "", place.kind, None);
                }
            }
            NodeProgram::Leaf(slot) => {
                self.slots[*slot] = place;
            }
            NodeProgram::Child(index) => {
                let Some(child) = context.children.get(*index) else { return Ok(()) };
                if place.kind == child.kind() {
                    self.slots[child.slot] = place;
                    if place.end - place.start == 5 && child.absent != crate::plan::Absent::Empty {
                        self.note("absent-differs", "", place.kind, None);
                    }
                } else {
                    self.note("container-mismatch", "", place.kind, None);
                }
            }
        }
        let mut own = (0, 0);
        for (index, row) in tree.rows.iter().enumerate() {
            // A variant's own table hangs off the context's row.
            let above = if index == 0 { parent } else { own };
            let key = self.row(row, document, above, position)?;
            if index == 0 {
                own = key;
            }
        }
        for &index in &tree.children {
            if let Some(child) = context.children.get(index) {
                let slot = self.slots[child.slot];
                if slot.kind == kind::DOCUMENT || slot.kind == kind::ARRAY {
                    self.child(child, document, slot, own)?;
                }
            }
        }
        self.keys.truncate(own.0);
        Ok(())
    }

    /// Walks by the fields of all variants, then sees which one it was.
    fn walk_union<'p>(&mut self, context: &'p ContextProgram, document: &[u8], place: Slot) -> Result<&'p TreeProgram, Refusal> {
        let (Some(union), Some(discriminator)) = (&context.union, &context.discriminator) else { return Ok(&context.base) };
        self.walk(&union.object, context, document, place)?;
        let value = self.slots.get(union.discriminator).copied().unwrap_or_default();
        let tree = discriminator.choose(document, value).unwrap_or(&context.base);
        for field in tree.foreign.iter().filter_map(|&field| union.object.fields.get(field)) {
            if let Some(kind) = self.slots.get(field.leaf as usize).map(|slot| slot.kind).filter(|kind| *kind != 0) {
                self.note("unknown-field", &field.path, kind, None);
            }
        }
        if let NodeProgram::Object(object) = &tree.node {
            self.note_required(object);
        }
        Ok(tree)
    }

    pub(super) fn choose<'p>(&self, context: &'p ContextProgram, document: &[u8], place: Slot) -> &'p TreeProgram {
        let Some(discriminator) = &context.discriminator else { return &context.base };
        let mut at = place;
        for name in &discriminator.path {
            if at.kind != kind::DOCUMENT {
                return &context.base;
            }
            at = find(document, at, name).unwrap_or_default();
        }
        discriminator.choose(document, at).unwrap_or(&context.base)
    }

    fn row(&mut self, row: &RowProgram, document: &[u8], parent: (usize, usize), position: Position) -> Result<(usize, usize), Refusal> {
        let mut out = std::mem::take(&mut self.tables[row.table].tuples);
        let done = self.columns(row, document, parent, position, &mut out);
        self.tables[row.table].tuples = out;
        self.tables[row.table].count += 1;
        done
    }

    /// One loop that everything goes through: in a function of its own, so that its state stays in registers.
    #[inline(never)]
    fn columns(&mut self, row: &RowProgram, document: &[u8], parent: (usize, usize), position: Position, out: &mut Vec<u8>) -> Result<(usize, usize), Refusal> {
        out.extend_from_slice(&(row.columns.len() as i16).to_be_bytes());
        let key_start = self.keys.len();
        if row.parent_key > 0 {
            let mark = out.len();
            push_key(out, &self.keys, parent.0, parent.1);
            if row.above {
                push_key(&mut self.keys, out, mark, out.len());
            }
        }
        for (index, column) in (row.parent_key..).zip(row.columns.get(row.parent_key..).unwrap_or(&[])) {
            let mark = out.len();
            match &column.source {
                ColumnSource::Value { slot: number, usual, codec, json } => {
                    let slot = self.slots.get(*number).copied().unwrap_or_default();
                    let mut fit = None;
                    if slot.kind == *usual {
                        fit = codec.encode_usual(document, slot.start as usize, slot.end as usize, out);
                    } else if slot.kind == 0 || (slot.kind == kind::NULL && !json) {
                        out.extend_from_slice(&NULL);
                        fit = Some(Fit::Exact);
                    }
                    if fit != Some(Fit::Exact) {
                        let fit = match fit {
                            Some(fit) => fit,
                            None if *json => {
                                self.json_keys.enter((row.table, index));
                                codec.encode_remembering(slot.kind, document.get(slot.start as usize..slot.end as usize).unwrap_or(&[]), &mut self.json_keys, out)
                            }
                            None => codec.encode_rare(slot.kind, document, slot.start as usize, slot.end as usize, out),
                        };
                        if fit != Fit::Exact {
                            self.misfit(fit, *number, (row.table, index), slot.kind);
                        }
                    }
                }
                ColumnSource::Null => out.extend_from_slice(&NULL),
                ColumnSource::ParentKey => {}
                ColumnSource::Ordinal => push_eight(out, if let Position::Ordinal(ordinal) = position { u64::from(ordinal) << 32 } else { 0 }, 4),
                ColumnSource::MapKey => {
                    let (start, end) = if let Position::Key(start, end) = position { (start as usize, end as usize) } else { (0, 0) };
                    push_field_run(out, document, start, end);
                }
                ColumnSource::Identity { slot, codec } => {
                    let slot = self.slots.get(*slot).copied().unwrap_or_default();
                    if !(matches!(codec, Codec::Uuid) && slot.kind == kind::OBJECT_ID && self.object_id(document, slot, position, out)) {
                        out.truncate(mark);
                        self.identity(codec, slot, (row.table, index), document, position, out)?;
                    }
                }
                ColumnSource::Lookup { slot, lookup } => self.lookup_column(*slot, *lookup, (row.table, index), document, out),
            }
            if column.key && row.above {
                push_key(&mut self.keys, out, mark, out.len());
            }
        }
        Ok((key_start, self.keys.len()))
    }

    /// A value that its column does not hold exactly.
    #[cold]
    #[inline(never)]
    fn misfit(&mut self, fit: Fit, number: usize, column: (usize, usize), kind: u8) {
        self.note_fit(fit, column, kind);
        // What a container lost on the way is not told by the container, and a decimal may come back as it was after all.
        self.plain &= fit == Fit::Misfit || !matches!(kind, kind::DOCUMENT | kind::ARRAY | kind::DECIMAL128);
        if let Some(place) = self.slots.get_mut(number) {
            place.fit = fit;
        }
    }

    /// An identity that is an ObjectId, as a UUID; false where another element had it.
    #[inline(always)]
    fn object_id(&mut self, document: &[u8], slot: Slot, position: Position, out: &mut Vec<u8>) -> bool {
        let Some(value) = document.get(slot.start as usize..slot.end as usize) else { return false };
        push_uuid(out, value);
        matches!(position, Position::Root) || self.element_keys.first(out, out.len() - 16, out.len())
    }

    /// A value that `id_map` answers.
    #[inline(never)]
    fn lookup_column(&mut self, number: usize, lookup: Lookup, at: (usize, usize), document: &[u8], out: &mut Vec<u8>) {
        let slot = self.slots.get(number).copied().unwrap_or_default();
        let mark = out.len();
        out.extend_from_slice(&NULL);
        let there = slot.kind != 0 && slot.kind != kind::NULL;
        let mut fit = if there { self.look_up(lookup, slot.kind, document.get(slot.start as usize..slot.end as usize).unwrap_or(&[]), out) } else { Fit::Misfit };
        if !self.answered.counts(fit != Fit::Misfit) {
            fit = Fit::Misfit;
            out.truncate(mark + NULL.len());
        }
        if there {
            match fit {
                Fit::Misfit => self.note_column("reference-unresolved", at, slot.kind),
                Fit::Differs => self.note_fit(fit, at, slot.kind),
                Fit::Exact => {}
            }
            self.plain &= fit != Fit::Differs;
            if let Some(place) = self.slots.get_mut(number) {
                place.fit = fit;
            }
            if fit != Fit::Misfit {
                patch_length(out, mark);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn note_fit(&mut self, fit: Fit, column: (usize, usize), kind: u8) {
        self.note_column(if fit == Fit::Misfit { "value-misfit" } else { "type-differs" }, column, kind);
    }

    fn note_column(&mut self, code: &'static str, column: (usize, usize), kind: u8) {
        self.note(code, "", kind, Some(column));
    }

    fn look_up(&mut self, column: Lookup, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
        lookup::encode(&self.lookups, &mut self.wanted, column, kind, value, out)
    }

    /// The other identities. One is never NULL: what its column cannot hold gets a substitute, and the document is marked.
    #[inline(never)]
    fn identity(&mut self, codec: &Codec, slot: Slot, column: (usize, usize), document: &[u8], position: Position, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let mark = out.len();
        // An empty slot's place is what was there before.
        let value = if slot.kind == 0 { &[][..] } else { document.get(slot.start as usize..slot.end as usize).unwrap_or(&[]) };
        let mut fit = if slot.kind == 0 || slot.kind == kind::NULL {
            Fit::Misfit
        } else if let Codec::Lookup(lookup) = codec {
            out.extend_from_slice(&NULL);
            let fit = self.look_up(*lookup, slot.kind, value, out);
            patch_length(out, mark);
            fit
        } else {
            codec.encode(slot.kind, document, slot.start as usize, slot.end as usize, out)
        };
        // A UUID that looks like an ObjectId's would take the row of the document with that ObjectId.
        if fit == Fit::Differs && slot.kind == kind::BINARY {
            fit = Fit::Misfit;
        }
        if fit != Fit::Misfit && !matches!(position, Position::Root) && !self.element_keys.first(out, mark + 4, out.len()) {
            fit = Fit::Misfit;
        }
        match fit {
            Fit::Exact => return Ok(()),
            Fit::Differs => {
                self.note_column("type-differs", column, slot.kind);
                self.plain = false;
            }
            Fit::Misfit => {
                out.truncate(mark);
                out.extend_from_slice(&NULL);
                // Siblings without a usable identity must still differ: their position is hashed too.
                let anonymous = slot.kind == 0 && matches!(position, Position::Root);
                if let Some(known) = self.known_key.as_ref().filter(|known| anonymous && codec.is_substitute(known)) {
                    out.extend_from_slice(known);
                    self.note_column("key-substituted", column, slot.kind);
                    patch_length(out, mark);
                    return Ok(());
                }
                let mut seed = if anonymous { super::anonymous::seed(document) } else { value.to_vec() };
                if let Position::Ordinal(ordinal) = position {
                    seed.extend_from_slice(&ordinal.to_le_bytes());
                }
                if !codec.substitute(slot.kind, &seed, out) {
                    let code = if matches!(codec, Codec::Lookup(_)) { "lookup-unresolved" } else { "key-unrepresentable" };
                    self.note(code, "", slot.kind, Some(column));
                    let note = self.notes.pop().unwrap_or(Note { code, path: String::new(), column: Some(column), kind: slot.kind });
                    return Err(Refusal::Key(note));
                }
                patch_length(out, mark);
                self.note_column("key-substituted", column, slot.kind);
            }
        }
        Ok(())
    }
}

impl DiscriminatorProgram {
    /// The tree of the variant that the value at `place` names.
    fn choose(&self, document: &[u8], place: Slot) -> Option<&TreeProgram> {
        if place.kind != kind::STRING {
            return None;
        }
        let text = document.get(place.start as usize..place.end as usize).map(crate::bson::string_bytes)?;
        self.variants.iter().find(|(value, _)| value == text).map(|(_, tree)| tree)
    }
}

/// The field `name` of the object at `place`; `None` too where what stands before it is not well-formed.
fn find(document: &[u8], place: Slot, name: &Name) -> Option<Slot> {
    let end = (place.end as usize).saturating_sub(1);
    let mut rest = document.get(place.start as usize + 4..end)?;
    while let Some((&kind, named)) = rest.split_first() {
        let found = name.begins(named);
        let value = named.get(if found { name.length() } else { find_nul(named)? + 1 }..)?;
        let start = end - value.len();
        rest = match behind(kind, value) {
            Some(rest) => rest,
            None => document.get(varying_end(document, kind, start, end).ok()?..end)?,
        };
        if found {
            return Some(Slot { kind, start: start as u32, end: (end - rest.len()) as u32, fit: Fit::Exact });
        }
    }
    None
}
