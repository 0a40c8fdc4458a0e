//! Writing one document from its rows.

use super::codec::Loss;
use super::index::tuple;
use super::program::{ChildProgram, ContextProgram, FieldProgram, Leaf, NodeProgram, Program};
use super::{BadTuple, State, Step};
use crate::bson::kind;
use crate::bytes::{push_key, starts_with};
use crate::plan::Absent;
use crate::shred::program::Shape;
use crate::shred::Note;

/// The rows a tree reads from: the context's, and its variant's own.
#[derive(Debug, Clone, Copy)]
struct Rows<'t> {
    data: &'t [u8],
    /// Index of the row's first field in `State::fields`.
    fields: usize,
    variant: Option<(&'t [u8], usize)>,
    /// Range of the row's primary key in `State::keys`.
    key: (usize, usize),
}

type Tables<'a, 't> = &'a [&'t [u8]];

impl State {
    /// The next root row's document; the complement's text where there is one.
    pub(super) fn document<'t>(&mut self, program: &Program, tables: Tables<'_, 't>) -> Result<Option<Option<&'t [u8]>>, BadTuple> {
        let data = tables.first().copied().unwrap_or(&[]);
        let at = self.cursors.first().copied().unwrap_or(0);
        if at >= data.len() {
            return Ok(None);
        }
        let next = tuple(0, data, at, &mut self.fields)?;
        let fields = self.fields.len();
        if fields != program.root.columns {
            return Err(BadTuple { table: 0, offset: at, reason: "tuple has another number of fields than the table" });
        }
        if let Some(root) = self.cursors.first_mut() {
            *root = next;
        }
        self.context(&program.root, tables, data, 0)?;
        let complement = program.complement.and_then(|column| self.fields.get(column)).and_then(|(start, end)| data.get(*start as usize..*end as usize));
        Ok(Some(complement.and_then(|value| value.split_first()).map(|(_version, json)| json)))
    }

    /// The value of one context: returns its BSON type, the bytes are appended.
    fn context(&mut self, context: &ContextProgram, tables: Tables<'_, '_>, data: &[u8], fields: usize) -> Result<u8, BadTuple> {
        let key_start = self.keys.len();
        for column in context.key.iter().filter(|_| context.above) {
            match self.fields.get(fields + column) {
                Some(&(start, end)) if start != u32::MAX => push_key(&mut self.keys, data, start as usize - 4, end as usize),
                _ => self.keys.extend_from_slice(&(-1i32).to_be_bytes()),
            }
        }
        let mut rows = Rows { data, fields, variant: None, key: (key_start, self.keys.len()) };
        let mut tree = &context.base;
        if let Some((column, variants)) = &context.discriminator {
            let value = self.fields.get(fields + column).filter(|(start, _)| *start != u32::MAX).and_then(|(start, end)| data.get(*start as usize..*end as usize));
            let chosen = value.map(|value| value.trim_ascii_end()).and_then(|value| variants.iter().position(|(name, _, _)| name == value));
            let unread = chosen.and_then(|chosen| context.unread.1.get(chosen)).unwrap_or(&context.unread.0);
            for &column in unread {
                if self.fields.get(fields + column).is_some_and(|(start, _)| *start != u32::MAX) {
                    let path = self.place();
                    self.notes.push(Note { code: "column-outside-variant", path, column: Some((context.table, column)), kind: 0 });
                }
            }
            if let Some((_, own, variant)) = chosen.and_then(|chosen| variants.get(chosen)) {
                tree = variant;
                if let Some(own) = own {
                    rows.variant = self.one_row(*own, tables, rows.key)?;
                }
            }
        }
        let kind = match tree {
            NodeProgram::Object(object) => {
                let mark = self.writer.open();
                self.object(object, tables, rows)?;
                self.writer.close(mark);
                kind::DOCUMENT
            }
            NodeProgram::Leaf(leaf) => match self.value(leaf, rows) {
                Some((data, start, end)) => self.element(leaf, data, start, end)?,
                None => kind::NULL,
            },
            NodeProgram::Child(child) => {
                let mark = self.writer.out.len();
                let found = self.rows_of(child, tables, rows.key)?;
                if found == 0 && child.absent != Absent::Empty {
                    self.writer.out.truncate(mark);
                    kind::NULL
                } else if child.shape == Shape::Array {
                    kind::ARRAY
                } else {
                    kind::DOCUMENT
                }
            }
        };
        self.keys.truncate(key_start);
        Ok(kind)
    }

    /// Writes the fields of an object; true where any of them holds more than what absence stands for.
    fn object(&mut self, object: &[FieldProgram], tables: Tables<'_, '_>, rows: Rows<'_>) -> Result<bool, BadTuple> {
        let mut real = false;
        for field in object {
            let mark = self.writer.out.len();
            let (kind, says) = match &field.node {
                NodeProgram::Leaf(leaf) => {
                    let Some((data, start, end)) = self.value(leaf, rows) else {
                        if leaf.absent == Absent::Null {
                            field.header.push(&mut self.writer.out);
                            self.settle(mark, kind::NULL);
                        }
                        continue;
                    };
                    field.header.push(&mut self.writer.out);
                    (Some(self.leaf(leaf, data, start, end)?), true)
                }
                NodeProgram::Object(inner) => {
                    field.header.push(&mut self.writer.out);
                    let open = self.writer.open();
                    let says = self.object(inner, tables, rows)?;
                    self.writer.close(open);
                    (says.then_some(kind::DOCUMENT), says)
                }
                NodeProgram::Child(child) => {
                    field.header.push(&mut self.writer.out);
                    let value = self.writer.out.len();
                    let full = if child.shape == Shape::Array { kind::ARRAY } else { kind::DOCUMENT };
                    if self.rows_of(child, tables, rows.key)? > 0 {
                        (Some(full), true)
                    } else if child.absent == Absent::Empty && child.shape != Shape::One {
                        (Some(full), false)
                    } else {
                        self.writer.out.truncate(value);
                        ((child.absent == Absent::Null).then_some(kind::NULL), false)
                    }
                }
            };
            match kind {
                Some(kind) if kind == field.usual => {}
                Some(kind) => self.settle(mark, kind),
                None => self.writer.out.truncate(mark),
            }
            real |= says;
        }
        Ok(real)
    }

    /// Puts another type byte at `mark`.
    #[inline]
    fn settle(&mut self, mark: usize, kind: u8) {
        if let Some(place) = self.writer.out.get_mut(mark) {
            *place = kind;
        }
    }

    /// Where the leaf's value is; `None` for NULL.
    #[inline(always)]
    fn value<'t>(&self, leaf: &Leaf, rows: Rows<'t>) -> Option<(&'t [u8], usize, usize)> {
        let (data, fields) = if leaf.own_table { rows.variant? } else { (rows.data, rows.fields) };
        let &(start, end) = self.fields.get(fields + leaf.column)?;
        (start != u32::MAX).then_some((data, start as usize, end as usize))
    }

    /// In the loop that everything goes through: a call would cost as much as the value.
    #[inline(always)]
    fn leaf(&mut self, leaf: &Leaf, data: &[u8], start: usize, end: usize) -> Result<u8, BadTuple> {
        match leaf.decoder.decode_common(data, start, end, &mut self.writer.out) {
            Some(kind) => Ok(kind),
            None => self.rare_leaf(leaf, data.get(start..end).unwrap_or(&[]), start),
        }
    }

    /// A leaf that is a row's whole value.
    #[inline(never)]
    fn element(&mut self, leaf: &Leaf, data: &[u8], start: usize, end: usize) -> Result<u8, BadTuple> {
        self.leaf(leaf, data, start, end)
    }

    #[inline(never)]
    fn rare_leaf(&mut self, leaf: &Leaf, value: &[u8], start: usize) -> Result<u8, BadTuple> {
        if let Some(collection) = leaf.lookup {
            if leaf.decoder.is_array() {
                if self.lookups.ids(collection, value, &mut self.writer.out) {
                    return Ok(kind::ARRAY);
                }
            } else if let Some((kind, bytes)) = self.lookups.id(collection, value).and_then(<[u8]>::split_first) {
                self.writer.out.extend_from_slice(bytes);
                return Ok(*kind);
            }
            self.note("lookup-unresolved", leaf);
        }
        self.json.normalize = self.canonical;
        self.json.memory.enter((leaf.table, leaf.column));
        match leaf.decoder.decode(value, &mut self.json, &mut self.writer.out) {
            Ok((kind, None)) => Ok(kind),
            Ok((kind, Some(loss))) => {
                let code = match loss {
                    Loss::Microseconds => "timestamp-microseconds",
                    Loss::Digits => "numeric-beyond-decimal128",
                    Loss::Infinity => "timestamp-infinity",
                    Loss::Bounds => "array-bounds",
                    Loss::JsonDigits => "json-number-rounded",
                    Loss::Json => "json-beyond-bson",
                };
                self.note(code, leaf);
                Ok(kind)
            }
            Err(_) => Err(BadTuple { table: leaf.table, offset: start, reason: "value is not of the column's type" }),
        }
    }

    #[cold]
    fn note(&mut self, code: &'static str, leaf: &Leaf) {
        self.notes.push(Note { code, path: self.place(), column: Some((leaf.table, leaf.column)), kind: 0 });
    }

    fn place(&self) -> String {
        let mut path = String::new();
        for (label, position) in &self.trail {
            crate::path::push_path(&mut path, self.labels.get(*label).map_or("", |label| label));
            match position {
                Step::Whole => {}
                Step::Index(index) => crate::path::push_index(&mut path, *index),
                Step::Entry(at) => {
                    // Behind the type byte stands the key, with its NUL.
                    let name = self.writer.out.get(at + 1..).and_then(|rest| rest.split(|byte| *byte == 0).next()).unwrap_or(&[]);
                    crate::path::push_field(&mut path, &String::from_utf8_lossy(name));
                }
            }
        }
        path
    }

    /// The one row of `table` below `key`, its fields pushed; `None` where there is none.
    fn one_row<'t>(&mut self, (table, columns): (usize, usize), tables: Tables<'_, 't>, key: (usize, usize)) -> Result<Option<(&'t [u8], usize)>, BadTuple> {
        let data = tables.get(table).copied().unwrap_or(&[]);
        let Some(at) = self.next_row(table, data, key, 0) else { return Ok(None) };
        let fields = self.fields.len();
        let next = tuple(table, data, at, &mut self.fields)?;
        if self.fields.len() - fields != columns {
            return Err(BadTuple { table, offset: at, reason: "tuple has another number of fields than the table" });
        }
        self.advance(table, next);
        Ok(Some((data, fields)))
    }

    fn advance(&mut self, table: usize, next: usize) {
        if let Some(used) = self.used.get_mut(table) {
            *used += 1;
        }
        if !self.indexed {
            if let Some(cursor) = self.cursors.get_mut(table) {
                *cursor = next;
            }
        }
    }

    /// Offset of the row number `number` below `key`.
    #[inline]
    fn next_row(&self, table: usize, data: &[u8], key: (usize, usize), number: usize) -> Option<usize> {
        let key = self.keys.get(key.0..key.1)?;
        if self.indexed {
            return self.indexes.get(table)?.as_ref()?.by_parent.get(key)?.get(number).copied();
        }
        let at = *self.cursors.get(table)?;
        starts_with(data, at + 2, key).then_some(at)
    }

    /// All rows of `child` below `key` as one array, map or object. Returns how many.
    fn rows_of(&mut self, child: &ChildProgram, tables: Tables<'_, '_>, key: (usize, usize)) -> Result<u32, BadTuple> {
        let table = child.context.table;
        let data = tables.get(table).copied().unwrap_or(&[]);
        let (depth, mark) = (self.trail.len(), self.writer.out.len());
        if child.shape != Shape::One {
            self.writer.open();
        }
        let mut count = 0u32;
        let mut last_ordinal = -1i32;
        let mut last_key: Option<&[u8]> = None;
        while let Some(at) = self.next_row(table, data, key, count as usize) {
            let fields = self.fields.len();
            let next = tuple(table, data, at, &mut self.fields)?;
            if self.fields.len() - fields != child.context.columns {
                return Err(BadTuple { table, offset: at, reason: "tuple has another number of fields than the table" });
            }
            self.advance(table, next);
            let kind_at = self.writer.out.len();
            let step = match child.shape {
                Shape::One => Step::Whole,
                Shape::Array => Step::Index(count),
                Shape::Map => Step::Entry(kind_at),
            };
            self.trail.push((child.context.label, step));
            let shape_value = child.context.shape_column.and_then(|column| self.fields.get(fields + column)).and_then(|(s, e)| data.get(*s as usize..*e as usize)).unwrap_or(&[]);
            match child.shape {
                Shape::One => {}
                Shape::Array => {
                    let ordinal = shape_value.try_into().map(i32::from_be_bytes).unwrap_or(0);
                    self.restart |= !self.indexed && ordinal <= last_ordinal;
                    if ordinal != count as i32 {
                        self.notes.push(Note { code: "ordinal-normalised", path: self.place(), column: child.context.shape_column.map(|column| (table, column)), kind: 0 });
                    }
                    last_ordinal = ordinal;
                    self.writer.index(kind::NULL, count);
                }
                Shape::Map => {
                    if shape_value.contains(&0) {
                        return Err(BadTuple { table, offset: at, reason: "map key holds a NUL" });
                    }
                    self.restart |= !self.indexed && self.canonical && last_key.is_some_and(|last| last >= shape_value);
                    last_key = Some(shape_value);
                    self.writer.name(kind::NULL, shape_value);
                }
            }
            let kind = self.context(&child.context, tables, data, fields)?;
            if child.shape != Shape::One {
                self.settle(kind_at, kind);
            }
            self.fields.truncate(fields);
            self.trail.truncate(depth);
            count += 1;
            if child.shape == Shape::One {
                break;
            }
        }
        if child.shape != Shape::One {
            self.writer.close(mark);
        }
        Ok(count)
    }
}
