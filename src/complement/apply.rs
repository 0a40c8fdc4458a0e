//! Putting a complement over the document its rows give.

use super::difference::{element_fingerprint, elements};
use super::display::date_millis;
use crate::bson::{kind, validate_value, Writer};
use crate::identity;
use crate::json::{base64, Json, Object};
use crate::json::decimal_text::decimal128_from_text;
use std::collections::{HashMap, HashSet};

/// The complement is not one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadComplement(pub String);

/// A document with its complement applied.
#[derive(Debug, Clone)]
pub struct Applied {
    /// BSON bytes.
    pub document: Vec<u8>,
    /// Paths of the entries that were applied.
    pub entries: Vec<String>,
    /// Paths of entries whose array element is no longer there.
    pub stale: Vec<String>,
}

/// A document taken apart, so that it can be changed.
#[derive(Debug, Clone)]
enum Tree {
    Leaf(u8, Vec<u8>),
    Object(Vec<(Vec<u8>, Tree)>),
    Array(Vec<Tree>),
}

impl Tree {
    fn read(kind: u8, value: &[u8]) -> Option<Tree> {
        Some(match kind {
            kind::DOCUMENT => Tree::Object(
                elements(value)?.into_iter().map(|e| Some((value[e.name..e.name_end].to_vec(), Tree::read(e.kind, &value[e.start..e.end])?))).collect::<Option<_>>()?,
            ),
            kind::ARRAY => Tree::Array(elements(value)?.into_iter().map(|e| Tree::read(e.kind, &value[e.start..e.end])).collect::<Option<_>>()?),
            _ => Tree::Leaf(kind, value.to_vec()),
        })
    }

    fn kind(&self) -> u8 {
        match self {
            Tree::Leaf(kind, _) => *kind,
            Tree::Object(_) => kind::DOCUMENT,
            Tree::Array(_) => kind::ARRAY,
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Tree::Leaf(_, bytes) => writer.out.extend_from_slice(bytes),
            Tree::Object(fields) => {
                let mark = writer.open();
                for (name, value) in fields {
                    writer.name(value.kind(), name);
                    value.write(writer);
                }
                writer.close(mark);
            }
            Tree::Array(items) => {
                let mark = writer.open();
                for (index, value) in items.iter().enumerate() {
                    writer.index(value.kind(), index as u32);
                    value.write(writer);
                }
                writer.close(mark);
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.out
    }
}

struct Patch<'a> {
    types: Option<&'a Object<'a>>,
    rows: Option<&'a Object<'a>>,
    /// Of each entry inside an array: the array's path, the element's position and the element's path; sorted by the array's path.
    elements: Vec<(&'a str, usize, &'a str)>,
    orders: Option<&'a Object<'a>>,
    skip: &'a HashSet<String>,
    entries: Vec<String>,
    stale: Vec<String>,
}

/// Applies complement text to the base document. Entries whose path is in `skip` are left out.
///
/// # Errors
/// [`BadComplement`] where the text is not a complement of a known version.
pub fn apply(base: &[u8], complement: &[u8], skip: &HashSet<String>) -> Result<Applied, BadComplement> {
    let bad = |what: &str| BadComplement(what.to_owned());
    let value = Json::parse(complement).map_err(|fault| BadComplement(format!("complement is not JSON: {fault}")))?;
    let Json::Object(parts) = &value else { return Err(bad("complement is not an object")) };
    if parts.get("v").and_then(Json::as_i64) != Some(super::VERSION) {
        return Err(bad("complement has an unknown version"));
    }
    let part = |name: &str| parts.get(name).and_then(Json::as_object);
    let rows = part("rows");
    let mut patch = Patch { types: part("types"), rows, elements: rows.map(by_array).unwrap_or_default(), orders: part("order"), skip, entries: Vec::new(), stale: Vec::new() };
    if let Some(tag) = patch.tag("") {
        if patch.admit("") {
            let (_, document) = raw(tag).filter(|(kind, _)| *kind == kind::DOCUMENT).ok_or_else(|| bad("complement's document is not base64"))?;
            return Ok(Applied { document, entries: patch.entries, stale: patch.stale });
        }
    }
    let mut tree = Tree::read(kind::DOCUMENT, base).ok_or_else(|| bad("base document is not well-formed"))?;
    if let Tree::Object(have) = &mut tree {
        patch.object(have, part("fields"), "")?;
    }
    Ok(Applied { document: tree.bytes(), entries: patch.entries, stale: patch.stale })
}

/// The entries inside arrays by array, so that each array finds its own without a look at all others.
fn by_array<'a>(rows: &'a Object<'a>) -> Vec<(&'a str, usize, &'a str)> {
    let place = |row: &'a str| {
        let (array, position) = row.strip_suffix(']')?.rsplit_once('[')?;
        Some((array, position.parse().ok()?, row))
    };
    let mut elements: Vec<_> = rows.iter().filter_map(|(row, _)| place(row)).collect();
    elements.sort_by_key(|(array, ..)| *array);
    elements
}

pub(super) fn raw(tag: &str) -> Option<(u8, Vec<u8>)> {
    let mut bytes = Vec::new();
    base64::decode(tag.strip_prefix("bson:")?.as_bytes(), &mut bytes)?;
    let (kind, value) = bytes.split_first()?;
    // Somebody may have written the column by hand: what is not BSON must not get into a document.
    validate_value(*kind, value).ok()?;
    Some((*kind, value.to_vec()))
}

/// A JSON key as a field name.
fn name(key: &str) -> Result<Vec<u8>, BadComplement> {
    if key.contains('\0') {
        return Err(BadComplement(format!("`{}` holds a NUL, which no BSON field name can", crate::path::printable(key))));
    }
    Ok(key.as_bytes().to_vec())
}

impl<'a> Patch<'a> {
    fn tag(&self, path: &str) -> Option<&'a str> {
        self.types?.get(path)?.as_str()
    }

    /// Whether the entry at `path` is to be applied; counts it.
    fn admit(&mut self, path: &str) -> bool {
        if self.skip.contains(path) {
            return false;
        }
        self.entries.push(path.to_owned());
        true
    }

    /// Brings one place of the base to what the document had there. `path` names elements by the positions they had when the complement was written.
    fn visit(&mut self, at: &mut Tree, value: Option<&Json<'_>>, path: &str) -> Result<(), BadComplement> {
        if let Some(value) = value {
            let replace = self.tag(path).is_some_and(|tag| tag == "replace" || tag.starts_with("bson:"));
            if replace || matches!(at, Tree::Leaf(..)) || value.as_object().is_none() {
                if self.admit(path) {
                    *at = self.build(value, path, 0)?;
                }
                return Ok(());
            }
        }
        match at {
            Tree::Object(fields) => self.object(fields, value.and_then(Json::as_object), path),
            Tree::Array(items) => self.array(items, value.and_then(Json::as_object), path),
            Tree::Leaf(..) => Ok(()),
        }
    }

    fn object(&mut self, have: &mut Vec<(Vec<u8>, Tree)>, fields: Option<&Object<'_>>, path: &str) -> Result<(), BadComplement> {
        for (name, mut value) in std::mem::take(have) {
            let mut inner = path.to_owned();
            let text = String::from_utf8_lossy(&name);
            crate::path::push_field(&mut inner, &text);
            if self.tag(&inner) == Some("missing") && self.admit(&inner) {
                continue;
            }
            self.visit(&mut value, fields.and_then(|fields| fields.get(text.as_ref())), &inner)?;
            have.push((name, value));
        }
        if let Some(fields) = fields {
            let known: HashSet<&[u8]> = have.iter().map(|(name, _)| name.as_slice()).collect();
            let added: Vec<_> = fields.iter().filter(|(name, _)| !known.contains(name.as_bytes())).collect();
            for (name, value) in added {
                let mut inner = path.to_owned();
                crate::path::push_field(&mut inner, name);
                if self.tag(&inner) != Some("missing") && self.admit(&inner) {
                    let built = self.build(value, &inner, 0)?;
                    have.push((self::name(name)?, built));
                }
            }
        }
        self.reorder(have, path);
        Ok(())
    }

    fn array(&mut self, items: &mut [Tree], fields: Option<&Object<'_>>, path: &str) -> Result<(), BadComplement> {
        let first = self.elements.partition_point(|(array, ..)| *array < path);
        let last = self.elements.partition_point(|(array, ..)| *array <= path);
        // All places are found before any element changes: fingerprints are of the base.
        let mut moved = None;
        let places: Vec<(usize, &str, Option<usize>)> =
            self.elements.get(first..last).unwrap_or_default().iter().map(|(_, position, row)| (*position, *row, self.locate(items, *position, row, &mut moved))).collect();
        for (position, row, place) in places {
            match place.and_then(|place| items.get_mut(place)) {
                Some(item) => self.visit(item, fields.and_then(|fields| fields.get(position.to_string().as_str())), row)?,
                None => self.stale.push(row.to_owned()),
            }
        }
        Ok(())
    }

    fn reorder(&self, fields: &mut [(Vec<u8>, Tree)], path: &str) {
        if let Some(order) = self.orders.and_then(|orders| orders.get(path)).and_then(Json::as_array) {
            let mut places: HashMap<&[u8], usize> = HashMap::with_capacity(order.len());
            for (place, name) in order.iter().enumerate().filter_map(|(place, entry)| Some((place, entry.as_str()?.as_bytes()))) {
                places.entry(name).or_insert(place);
            }
            let place = |name: &[u8]| places.get(name).copied().unwrap_or(order.len());
            fields.sort_by_key(|(name, _)| place(name));
        }
    }

    /// Where the element that was at `position` is now. `moved` keeps the fingerprints of all elements, once they were needed.
    fn locate(&self, items: &[Tree], position: usize, path: &str, moved: &mut Option<HashMap<String, usize>>) -> Option<usize> {
        let Some(wanted) = self.rows.and_then(|rows| rows.get(path)).and_then(Json::as_str) else { return (position < items.len()).then_some(position) };
        let fingerprint = |tree: &Tree| element_fingerprint(tree.kind(), &tree.bytes());
        if items.get(position).is_some_and(|item| fingerprint(item) == wanted) {
            return Some(position);
        }
        // Of elements alike the first: what is put last, stays.
        let places = moved.get_or_insert_with(|| items.iter().enumerate().rev().map(|(place, item)| (fingerprint(item), place)).collect());
        places.get(wanted).copied()
    }

    fn build(&self, value: &Json<'_>, path: &str, depth: usize) -> Result<Tree, BadComplement> {
        let bad = || BadComplement(format!("the value at `{path}` is not what its type says"));
        if depth > 200 {
            return Err(bad());
        }
        let tag = self.tag(path);
        if let Some(tag) = tag.filter(|tag| tag.starts_with("bson:")) {
            let (kind, bytes) = raw(tag).ok_or_else(bad)?;
            return Ok(Tree::Leaf(kind, bytes));
        }
        let text = value.as_str();
        let leaf = |kind, bytes: &[u8]| Ok(Tree::Leaf(kind, bytes.to_vec()));
        match tag {
            Some("objectId") => return leaf(kind::OBJECT_ID, &text.and_then(|t| identity::object_id_from_hex(t.as_bytes())).ok_or_else(bad)?),
            Some("date") => return leaf(kind::DATE, &text.and_then(date_millis).ok_or_else(bad)?.to_le_bytes()),
            Some("decimal") => return leaf(kind::DECIMAL128, &text.and_then(|t| decimal128_from_text(t.as_bytes())).ok_or_else(bad)?),
            Some("int64") => {
                let integer = value.as_i64().or_else(|| text.and_then(|t| t.parse().ok())).ok_or_else(bad)?;
                return leaf(kind::INT64, &integer.to_le_bytes());
            }
            Some("double") => return leaf(kind::DOUBLE, &value.as_f64().ok_or_else(bad)?.to_le_bytes()),
            _ => {}
        }
        match value {
            Json::Null => leaf(kind::NULL, &[]),
            Json::Bool(flag) => leaf(kind::BOOLEAN, &[u8::from(*flag)]),
            Json::Number(_) => match value.as_i64().and_then(|n| i32::try_from(n).ok()) {
                Some(int) => leaf(kind::INT32, &int.to_le_bytes()),
                None => {
                    let double = value.as_f64().ok_or_else(bad)?;
                    if double.fract() == 0.0 && double.abs() < 2_147_483_648.0 && !(double == 0.0 && double.is_sign_negative()) {
                        return leaf(kind::INT32, &(double as i32).to_le_bytes());
                    }
                    leaf(kind::DOUBLE, &double.to_le_bytes())
                }
            },
            Json::String(text) => {
                let mut bytes = (text.len() as i32 + 1).to_le_bytes().to_vec();
                bytes.extend_from_slice(text.as_bytes());
                bytes.push(0);
                Ok(Tree::Leaf(kind::STRING, bytes))
            }
            Json::Array(items) => {
                let build = |(index, item): (usize, &Json<'_>)| {
                    let mut inner = path.to_owned();
                    crate::path::push_index(&mut inner, index as u32);
                    self.build(item, &inner, depth + 1)
                };
                Ok(Tree::Array(items.iter().enumerate().map(build).collect::<Result<_, _>>()?))
            }
            Json::Object(fields) => {
                let build = |(name, item): (&str, &Json<'_>)| {
                    let mut inner = path.to_owned();
                    crate::path::push_field(&mut inner, name);
                    Ok((self::name(name)?, self.build(item, &inner, depth + 1)?))
                };
                let mut built: Vec<(Vec<u8>, Tree)> = fields.iter().map(build).collect::<Result<_, BadComplement>>()?;
                self.reorder(&mut built, path);
                Ok(Tree::Object(built))
            }
        }
    }
}
