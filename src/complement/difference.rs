//! The difference between a document and what its rows give back.

use super::display::jsonb_before;
use crate::bson::{index_digits, kind, Element, Elements};
use crate::identity::fingerprint;
use crate::json::push_json_string;
use std::collections::HashMap;

/// The parts of a complement while it is collected; each holds `"path":value` pairs.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    types: Vec<u8>,
    rows: Vec<u8>,
    orders: Vec<u8>,
    exact: bool,
}

fn pair(out: &mut Vec<u8>, path: &str) {
    if !out.is_empty() {
        out.push(b',');
    }
    push_json_string(path, out);
    out.push(b':');
}

impl Overlay {
    pub(super) fn tag(&mut self, path: &str, tag: &str) {
        pair(&mut self.types, path);
        push_json_string(tag, &mut self.types);
    }

    /// Notes the key order of an object; only fidelity exact needs it.
    pub(super) fn order(&mut self, path: &str, names: &[&[u8]]) {
        if !self.exact {
            return;
        }
        pair(&mut self.orders, path);
        self.orders.push(b'[');
        for (index, name) in names.iter().enumerate() {
            if index > 0 {
                self.orders.push(b',');
            }
            push_json_string(&String::from_utf8_lossy(name), &mut self.orders);
        }
        self.orders.push(b']');
    }

    pub(super) fn marks(&self) -> (usize, usize, usize) {
        (self.types.len(), self.rows.len(), self.orders.len())
    }

    pub(super) fn restore(&mut self, marks: (usize, usize, usize)) {
        self.types.truncate(marks.0);
        self.rows.truncate(marks.1);
        self.orders.truncate(marks.2);
    }

    /// Fields of `document` that `base` lacks or has otherwise; writes `"name":json` pairs. False: cannot be said field by field.
    fn object(&mut self, document: &[u8], base: &[u8], path: &str, out: &mut Vec<u8>) -> bool {
        let (Some(wanted), Some(had)) = (elements(document), elements(base)) else { return false };
        fn name<'b>(bytes: &'b [u8], element: &Element) -> &'b [u8] {
            bytes.get(element.name..element.name_end).unwrap_or(&[])
        }
        let places: Option<HashMap<&[u8], usize>> = (had.len() > 48).then(|| had.iter().enumerate().map(|(index, element)| (name(base, element), index)).collect());
        let mut names: Vec<&[u8]> = wanted.iter().map(|element| name(document, element)).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return false;
        }
        let mut first = true;
        let mut added: Vec<&[u8]> = Vec::new();
        // Fields mostly come in the base's order.
        let mut guess = 0;
        for element in &wanted {
            let key = name(document, element);
            let Ok(text) = std::str::from_utf8(key) else { return false };
            let value = &document[element.start..element.end];
            let place = match &places {
                _ if had.get(guess).is_some_and(|other| name(base, other) == key) => Some(guess),
                Some(places) => places.get(key).copied(),
                None => had.iter().position(|other| name(base, other) == key),
            };
            let other = place.and_then(|place| had.get(place));
            if let Some(place) = place {
                guess = place + 1;
            }
            if other.is_some_and(|other| other.kind == element.kind && base[other.start..other.end] == *value) {
                continue;
            }
            let mut inner = path.to_owned();
            crate::path::push_field(&mut inner, text);
            let mark = out.len();
            if !first {
                out.push(b',');
            }
            push_json_string(text, out);
            out.push(b':');
            let wrote = match other {
                None => {
                    added.push(key);
                    self.display(element.kind, value, &inner, 0, out);
                    true
                }
                Some(other) => self.value((element.kind, value), (other.kind, &base[other.start..other.end]), &inner, out),
            };
            if wrote {
                first = false;
            } else {
                out.truncate(mark);
            }
        }
        let mut kept: Vec<&[u8]> = Vec::with_capacity(wanted.len());
        for element in &had {
            let key = name(base, element);
            if names.binary_search(&key).is_ok() {
                kept.push(key);
            } else {
                let mut inner = path.to_owned();
                crate::path::push_field(&mut inner, &String::from_utf8_lossy(key));
                self.tag(&inner, "missing");
            }
        }
        if self.exact {
            added.sort_by(|a, b| if jsonb_before(a, b) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
            kept.extend(added);
            let order: Vec<&[u8]> = wanted.iter().map(|e| &document[e.name..e.name_end]).collect();
            if order != kept {
                self.order(path, &order);
            }
        }
        true
    }

    /// Writes what turns `base` into `wanted`; false (and nothing) where they are the same.
    fn value(&mut self, wanted: (u8, &[u8]), base: (u8, &[u8]), path: &str, out: &mut Vec<u8>) -> bool {
        if wanted == base {
            return false;
        }
        match (wanted.0, base.0) {
            (kind::DOCUMENT, kind::DOCUMENT) => {
                let (mark, saved) = (out.len(), self.marks());
                out.push(b'{');
                if !self.object(wanted.1, base.1, path, out) {
                    out.truncate(mark);
                    self.restore(saved);
                    self.raw(wanted.0, wanted.1, path, out);
                    return true;
                }
                out.push(b'}');
                out.len() - mark > 2
            }
            (kind::ARRAY, kind::ARRAY) => {
                let (mark, saved) = (out.len(), self.marks());
                match self.array(wanted.1, base.1, path, out) {
                    Some(wrote) => wrote,
                    None => {
                        out.truncate(mark);
                        self.restore(saved);
                        self.display(wanted.0, wanted.1, path, 0, out);
                        true
                    }
                }
            }
            (kind::DOCUMENT, kind::ARRAY) => {
                let before = self.types.len();
                self.display(wanted.0, wanted.1, path, 0, out);
                // A raw tag of the same path already says "replace".
                let mut raw_tag = Vec::new();
                push_json_string(path, &mut raw_tag);
                raw_tag.extend_from_slice(b":\"bson:");
                let tagged = self.types.get(before..).is_some_and(|new| new.windows(raw_tag.len()).any(|w| w == raw_tag));
                if !tagged {
                    self.tag(path, "replace");
                }
                true
            }
            // A substitute identity is a hash of these very bytes, key order included.
            (kind::DOCUMENT | kind::ARRAY, _) if base.0 != kind::NULL => {
                self.raw(wanted.0, wanted.1, path, out);
                true
            }
            _ => {
                self.display(wanted.0, wanted.1, path, 0, out);
                true
            }
        }
    }

    /// Element by element, keyed by position; `None` where the arrays do not match up.
    fn array(&mut self, wanted: &[u8], base: &[u8], path: &str, out: &mut Vec<u8>) -> Option<bool> {
        let (new, old) = (elements(wanted)?, elements(base)?);
        if new.len() != old.len() {
            return None;
        }
        let mark = out.len();
        out.push(b'{');
        let mut first = true;
        let mut digits = [0; 10];
        for (index, (element, other)) in new.iter().zip(&old).enumerate() {
            let index = index as u32;
            let length = index_digits(index, &mut digits);
            if wanted.get(element.name..element.name_end) != Some(&digits[..length]) {
                return None;
            }
            let mut inner = path.to_owned();
            crate::path::push_index(&mut inner, index);
            let (before, saved) = (out.len(), self.marks());
            if !first {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(&digits[..length]);
            out.extend_from_slice(b"\":");
            let base_value = &base[other.start..other.end];
            let wrote = self.value((element.kind, &wanted[element.start..element.end]), (other.kind, base_value), &inner, out);
            if wrote {
                first = false;
            } else {
                out.truncate(before);
            }
            if wrote || self.marks() != saved {
                pair(&mut self.rows, &inner);
                push_json_string(&element_fingerprint(other.kind, base_value), &mut self.rows);
            }
        }
        if first {
            out.truncate(mark);
            return Some(false);
        }
        out.push(b'}');
        Some(true)
    }
}

/// What an element is recognised by: its `_id` where it has one, else all of it.
pub(super) fn element_fingerprint(kind: u8, value: &[u8]) -> String {
    if kind == kind::DOCUMENT {
        if let Some(id) = elements(value).and_then(|list| list.into_iter().find(|e| &value[e.name..e.name_end] == b"_id")) {
            return fingerprint(id.kind, &value[id.start..id.end]);
        }
    }
    fingerprint(kind, value)
}

/// All elements; `None` where the bytes are not well-formed.
pub(super) fn elements(document: &[u8]) -> Option<Vec<Element>> {
    let mut elements = Elements::new(document, 0, document.len()).ok()?;
    let mut list = Vec::new();
    while let Some(element) = elements.next_element().ok()? {
        list.push(element);
    }
    Some(list)
}

/// The complement that turns `base` into `document`, as JSON text; `None` where they are the same.
/// `exact`: the order of keys counts.
pub fn difference(document: &[u8], base: &[u8], exact: bool) -> Option<Vec<u8>> {
    if document == base {
        return None;
    }
    let mut overlay = Overlay { exact, ..Overlay::default() };
    let mut fields = Vec::new();
    if !overlay.object(document, base, "", &mut fields) {
        fields.clear();
        overlay = Overlay { exact, ..Overlay::default() };
        let mut shown = Vec::new();
        overlay.raw(kind::DOCUMENT, document, "", &mut shown);
    }
    overlay.finish(&fields)
}

/// Appends a JSON key, after a comma where one is needed.
pub(super) fn key(out: &mut Vec<u8>, name: &str) {
    if out.last().is_some_and(|last| *last != b'{') {
        out.push(b',');
    }
    push_json_string(name, out);
    out.push(b':');
}

impl Overlay {
    /// The complement of what was collected; `None` where that is nothing.
    pub(super) fn finish(&self, fields: &[u8]) -> Option<Vec<u8>> {
        let mut out = b"{\"v\":1".to_vec();
        for (name, part, open, close) in [("fields", fields, b'{', b'}'), ("types", &self.types[..], b'{', b'}'), ("rows", &self.rows[..], b'{', b'}'), ("order", &self.orders[..], b'{', b'}')] {
            if !part.is_empty() {
                out.extend_from_slice(b",\"");
                out.extend_from_slice(name.as_bytes());
                out.extend_from_slice(b"\":");
                out.push(open);
                out.extend_from_slice(part);
                out.push(close);
            }
        }
        out.push(b'}');
        // The same up to key order, which does not count here.
        (out != b"{\"v\":1}").then_some(out)
    }
}
