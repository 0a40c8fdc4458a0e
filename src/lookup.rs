//! Keys with `as: "lookup"`: ids that an `id_map(collection, mongo_id, pg_id)` table resolves, both ways.
//!
//! The core does no I/O. [`crate::lens::Lens::needed_lookups`] lists the ids of a batch, the caller resolves them, and
//! [`crate::lens::Lens::set_lookups`] takes the answers.

use crate::bson::{index_digits, kind, Elements, Writer};
use crate::issue::{Issue, Severity};
use crate::json::{parse_extended_json, to_extended_json};
use crate::plan::{Plan, Source};
use crate::postgres::fit::Fit;
use crate::postgres::PgType;
use std::collections::{HashMap, HashSet};

type Answers = HashMap<usize, HashMap<Vec<u8>, Vec<u8>>>;

/// Answers of `id_map`.
///
/// ```
/// use rowlens::lookup::Lookups;
/// use rowlens::plan::{compile_str, CompileOptions};
///
/// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id","as":"lookup","type":"bigint"},"complement":"rest"}}}"#;
/// let plan = compile_str(mapping, &CompileOptions::default()).unwrap().plan;
/// let lookups = Lookups::from_text(&plan, [("users", r#"{"$oid":"65f1a2b3c4d5e6f708192a3b"}"#, "42")]);
/// assert!(lookups.is_ok());
/// let faults = Lookups::from_text(&plan, [("users", "{}", "x"), ("user", "1", "2")]).unwrap_err();
/// assert_eq!(faults.len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Lookups {
    /// By collection: document id (type byte and value bytes) to the key column's bytes.
    forward: Answers,
    /// By collection: the key column's bytes to document id.
    backward: Answers,
}

/// An id that a batch needs an answer for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Needed {
    /// Index of the collection whose id it is.
    pub collection: usize,
    /// BSON type byte and value bytes.
    pub id: Vec<u8>,
}

impl Needed {
    /// The id as canonical Extended JSON: `{"$oid":"…"}`, `"text"`, `{"$numberInt":"5"}`.
    pub fn text(&self) -> String {
        let Some((kind, value)) = self.id.split_first() else { return String::new() };
        let mut writer = Writer::default();
        let mark = writer.open();
        writer.element(*kind, b"", value);
        writer.close(mark);
        let mut json = Vec::new();
        // Ids are taken from validated documents only.
        if to_extended_json(&writer.out, false, &mut json).is_err() {
            return String::new();
        }
        let inner = json.strip_prefix(b"{\"\":").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(&[]);
        String::from_utf8_lossy(inner).into_owned()
    }
}

/// Ids in the order they are met first, each once.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    seen: HashSet<Needed>,
    pub list: Vec<Needed>,
}

impl Wanted {
    fn add(&mut self, collection: usize, id: &[u8]) {
        let needed = Needed { collection, id: id.to_vec() };
        if self.seen.insert(needed.clone()) {
            self.list.push(needed);
        }
    }
}

/// A column whose ids are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// Index of the collection whose ids it holds.
    pub collection: usize,
    /// Array columns: the element's OID and the number of dimensions.
    pub array: Option<(u32, u8)>,
}

impl Lookups {
    /// Answers as texts: collection, document id as Extended JSON, PostgreSQL id as PostgreSQL prints it.
    ///
    /// # Errors
    /// One issue per entry that cannot be taken; `path` is its index.
    pub fn from_text<'a>(plan: &Plan, entries: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Result<Self, Vec<Issue>> {
        let mut lookups = Lookups::default();
        let answers: Vec<(&str, Result<_, _>)> = entries.into_iter().map(|(collection, id, key)| (key, entry(plan, collection, id, key))).collect();
        for (of, id, key) in answers.iter().filter_map(|(_, answer)| answer.as_ref().ok()) {
            lookups.insert(*of, id.clone(), key.clone());
        }
        // Of two answers that are not both, one is not there any more: a document would overwrite the rows of the other, and which of the two is right is not to be guessed.
        let gone = |(of, id, key): &(usize, Vec<u8>, Vec<u8>)| lookups.forward.get(of).and_then(|answers| answers.get(id)) != Some(key) || lookups.id(*of, key) != Some(id.as_slice());
        // The others of the first thousand are told, too; more would be looked at again and again.
        let lost: Vec<&(usize, Vec<u8>, Vec<u8>)> = answers.iter().filter_map(|(_, answer)| answer.as_ref().ok()).filter(|answer| gone(answer)).take(1000).collect();
        let mut faults = Vec::new();
        for (index, (text, answer)) in answers.iter().enumerate() {
            let (message, help) = match answer {
                Err((message, help)) => (message.clone(), *help),
                Ok(answer) if gone(answer) || lost.iter().any(|lost| lost.0 == answer.0 && (lost.1 == answer.1 || lost.2 == answer.2)) => (format!("`{text}` is not the only answer: an id has one key, and a key one id"), "correct `id_map`"),
                Ok(_) => continue,
            };
            faults.push(Issue::new("lookup-invalid", Severity::Error, format!("[{index}]"), message).help(help));
        }
        if faults.is_empty() { Ok(lookups) } else { Err(faults) }
    }

    /// One answer: the document id as type byte and value bytes, and the key column's bytes.
    pub fn insert(&mut self, collection: usize, id: Vec<u8>, key: Vec<u8>) {
        self.backward.entry(collection).or_default().insert(key.clone(), id.clone());
        self.forward.entry(collection).or_default().insert(id, key);
    }

    /// The document id of a key: type byte and value bytes.
    pub(crate) fn id(&self, collection: usize, key: &[u8]) -> Option<&[u8]> {
        self.backward.get(&collection)?.get(key).map(Vec::as_slice)
    }

    /// The ids of an array of keys as a BSON array's bytes; false (nothing written) where one is unknown.
    pub(crate) fn ids(&self, collection: usize, keys: &[u8], out: &mut Vec<u8>) -> bool {
        let Some((lengths, keys)) = split_array(keys) else { return false };
        let mut ids = Vec::with_capacity(keys.len());
        for key in keys {
            match key {
                None => ids.push((kind::NULL, &[][..])),
                Some(key) => {
                    let Some((kind, value)) = self.id(collection, key).and_then(<[u8]>::split_first) else { return false };
                    ids.push((*kind, value));
                }
            }
        }
        let mut writer = Writer::default();
        nest(&lengths, &mut ids.into_iter(), &mut writer);
        out.extend_from_slice(&writer.out);
        true
    }
}

/// Arrays in arrays, as `lengths` says, of the values in order.
fn nest(lengths: &[u32], values: &mut dyn Iterator<Item = (u8, &[u8])>, writer: &mut Writer) {
    let mark = writer.open();
    let (length, deeper) = lengths.split_first().map_or((0, &[][..]), |(length, deeper)| (*length, deeper));
    for index in 0..length {
        if deeper.is_empty() {
            let Some((kind, value)) = values.next() else { break };
            writer.index(kind, index);
            writer.out.extend_from_slice(value);
        } else {
            writer.index(kind::ARRAY, index);
            nest(deeper, values, writer);
        }
    }
    writer.close(mark);
}

/// Appends the key of a document id. Where ids are only collected, `wanted` takes it, and the id stands in for its own key.
pub(crate) fn encode(lookups: &Lookups, wanted: &mut Option<Wanted>, lookup: Lookup, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let Some((oid, dimensions)) = lookup.array else { return one(lookups, wanted, lookup.collection, kind, value, out) };
    if kind != kind::ARRAY {
        return Fit::Misfit;
    }
    let mut array = Array { lengths: vec![None; usize::from(dimensions)], exact: true, nulls: false, elements: Vec::new() };
    let fits = array.level(0, value, &mut |kind, value, out| !matches!(one(lookups, wanted, lookup.collection, kind, value, out), Fit::Misfit));
    let lengths: Option<Vec<u32>> = array.lengths.iter().copied().collect();
    // PostgreSQL's empty array has no dimensions; `[[]]` has no array there.
    let lengths = match lengths {
        _ if array.lengths.first() == Some(&Some(0)) => Vec::new(),
        Some(lengths) if !lengths.contains(&0) => lengths,
        _ => return Fit::Misfit,
    };
    if !fits {
        return Fit::Misfit;
    }
    out.extend_from_slice(&(lengths.len() as u32).to_be_bytes());
    out.extend_from_slice(&u32::from(array.nulls).to_be_bytes());
    out.extend_from_slice(&oid.to_be_bytes());
    for length in lengths {
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&1u32.to_be_bytes());
    }
    out.extend_from_slice(&array.elements);
    if array.exact {
        Fit::Exact
    } else {
        Fit::Differs
    }
}

/// Appends the key of an id; false where there is none.
type KeyOf<'f> = &'f mut dyn FnMut(u8, &[u8], &mut Vec<u8>) -> bool;

/// An array under way to PostgreSQL.
struct Array {
    /// Length of each dimension, once known.
    lengths: Vec<Option<u32>>,
    /// The keys of all arrays are 0, 1, 2, …
    exact: bool,
    nulls: bool,
    elements: Vec<u8>,
}

impl Array {
    /// The array `value` as dimension number `depth`. False: it is not rectangular, or an element has no key; all elements are asked for.
    fn level(&mut self, depth: usize, value: &[u8], key: KeyOf<'_>) -> bool {
        let Ok(mut elements) = Elements::new(value, 0, value.len()) else { return false };
        let (mut count, mut fits) = (0u32, true);
        let mut digits = [0; 10];
        while let Ok(Some(element)) = elements.next_element() {
            let length = index_digits(count, &mut digits);
            self.exact &= value.get(element.name..element.name_end) == digits.get(..length);
            count += 1;
            let inner = value.get(element.start..element.end).unwrap_or(&[]);
            if depth + 1 < self.lengths.len() {
                fits &= element.kind == kind::ARRAY && self.level(depth + 1, inner, key);
                continue;
            }
            let start = self.elements.len();
            self.elements.extend_from_slice(&(-1i32).to_be_bytes());
            if element.kind == kind::NULL {
                self.nulls = true;
                continue;
            }
            fits &= key(element.kind, inner, &mut self.elements);
            let written = (self.elements.len() - start - 4) as i32;
            if let Some(place) = self.elements.get_mut(start..start + 4) {
                place.copy_from_slice(&written.to_be_bytes());
            }
        }
        let Some(known) = self.lengths.get_mut(depth) else { return false };
        fits && *known.get_or_insert(count) == count
    }
}

fn one(lookups: &Lookups, wanted: &mut Option<Wanted>, collection: usize, kind: u8, value: &[u8], out: &mut Vec<u8>) -> Fit {
    let mut id = Vec::with_capacity(value.len() + 1);
    id.push(kind);
    id.extend_from_slice(value);
    if let Some(wanted) = wanted {
        wanted.add(collection, &id);
        out.extend_from_slice(&id);
        return Fit::Exact;
    }
    match lookups.forward.get(&collection).and_then(|answers| answers.get(&id)) {
        Some(key) => {
            out.extend_from_slice(key);
            Fit::Exact
        }
        None => Fit::Misfit,
    }
}

/// Lengths of the dimensions, and elements.
type Split<'a> = (Vec<u32>, Vec<Option<&'a [u8]>>);

/// The dimensions and elements of an array in PostgreSQL's binary form.
fn split_array(array: &[u8]) -> Option<Split<'_>> {
    let read = |at: usize| Some(i32::from_be_bytes(array.get(at..at.checked_add(4)?)?.try_into().ok()?));
    let dimensions = usize::try_from(read(0)?).ok().filter(|dimensions| *dimensions <= 6)?;
    let lengths = (0..dimensions).map(|dimension| u32::try_from(read(12 + 8 * dimension)?).ok().filter(|length| *length > 0)).collect::<Option<Vec<u32>>>()?;
    let mut at = 12 + 8 * dimensions;
    let mut elements = Vec::new();
    while at < array.len() {
        let length = read(at)?;
        at += 4;
        if length < 0 {
            elements.push(None);
            continue;
        }
        elements.push(Some(array.get(at..at.checked_add(length as usize)?)?));
        at += length as usize;
    }
    let wanted = if lengths.is_empty() { Some(0) } else { lengths.iter().try_fold(1usize, |all, length| all.checked_mul(*length as usize)) };
    (wanted == Some(elements.len())).then_some((lengths, elements))
}

type Entry = (usize, Vec<u8>, Vec<u8>);

fn entry(plan: &Plan, collection: &str, id: &str, key: &str) -> Result<Entry, (String, &'static str)> {
    let Some((index, of)) = plan.collection(collection) else {
        return Err((format!("there is no collection `{collection}`"), "name a collection of the mapping"));
    };
    let column = of.tables.first().and_then(|table| table.columns.iter().find(|c| matches!(&c.source, Source::Field(f) if f.identity && f.lookup.is_some())));
    let Some(column) = column else {
        return Err((format!("keys of `{collection}` are not looked up"), "leave its entries out, or give its key `\"as\": \"lookup\"`"));
    };
    let Some(id) = id_from_text(id) else {
        return Err((format!("`{id}` is not Extended JSON of one value"), "give the `_id` as neededLookups lists it, for example `{\"$oid\":\"…\"}`"));
    };
    let Some(key) = key_from_text(&column.pg, key) else {
        return Err((format!("`{key}` is not a value of the type of column `{}`", column.name), "give the id as PostgreSQL prints it"));
    };
    Ok((index, id, key))
}

/// Type byte and value bytes of one value in Extended JSON.
fn id_from_text(text: &str) -> Option<Vec<u8>> {
    let document = parse_extended_json(format!("{{\"\":{text}}}").as_bytes()).ok()?;
    let mut elements = Elements::new(&document, 0, document.len()).ok()?;
    let first = elements.next_element().ok()??;
    if elements.next_element() != Ok(None) {
        return None;
    }
    let mut id = vec![first.kind];
    id.extend_from_slice(document.get(first.start..first.end)?);
    Some(id)
}

/// A key column's bytes from what PostgreSQL prints.
pub fn key_from_text(pg: &PgType, text: &str) -> Option<Vec<u8>> {
    match pg {
        PgType::Uuid => uuid_from_text(text).map(Vec::from),
        // In one spelling only: `id_map` compares texts, and `7` and `07` would be two rows of one key.
        PgType::BigInt => text.parse::<i64>().ok().filter(|key| key.to_string() == text).map(|key| key.to_be_bytes().to_vec()),
        PgType::Integer => text.parse::<i32>().ok().filter(|key| key.to_string() == text).map(|key| key.to_be_bytes().to_vec()),
        PgType::Text => (!text.contains('\0')).then(|| text.as_bytes().to_vec()),
        _ => None,
    }
}

/// 8-4-4-4-12 hex digits, in either case.
fn uuid_from_text(text: &str) -> Option<[u8; 16]> {
    let groups: Vec<&str> = text.split('-').collect();
    if groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12]) {
        return None;
    }
    let digits = groups.concat();
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)
}
