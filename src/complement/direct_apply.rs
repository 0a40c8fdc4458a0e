//! Putting a simple complement over the document its rows give: entries for fields of the document itself, none inside them.
//!
//! The mirror of [`direct`](super::direct). Whatever is not simple is left to [`apply`](super::apply), which says the same of these.

use super::apply::raw;
use super::display::date_millis;
use crate::bson::{kind, read_f64, read_i32, string_bytes, Element, Elements, Writer};
use crate::identity;
use crate::json::decimal_text::decimal128_from_text;
use crate::json::read_plain_json;

/// With more entries than this, looking for each is slower than a map of them.
const FEW: usize = 64;

/// What an entry makes of a field: its type and bytes, or that it is missing.
pub(crate) type Wanted<'a> = Option<(u8, &'a [u8])>;

/// An entry of the complement.
struct Entry<'a> {
    name: &'a [u8],
    tag: Option<&'a str>,
    kind: u8,
    value: &'a [u8],
    /// What the tag makes of the value, where it is not the value itself.
    built: Option<Vec<u8>>,
    used: bool,
}

/// Appends the document to `out`, if the complement is simple and `holds` says of every entry (field name, what it wants, what the base
/// has) that the columns say the same with it. False: nothing was appended, and it takes [`apply`](super::apply).
pub(crate) fn direct_apply(base: &[u8], complement: &[u8], out: &mut Vec<u8>, mut holds: impl FnMut(&[u8], Wanted<'_>, Option<(u8, &[u8])>) -> bool) -> bool {
    let mut parts = Vec::new();
    if !read_plain_json(complement, &mut parts) {
        return false;
    }
    let mark = out.len();
    let done = entries(&parts).and_then(|entries| patch(base, entries, out, &mut holds)).is_some();
    if !done {
        out.truncate(mark);
    }
    done
}

fn name<'a>(document: &'a [u8], element: &Element) -> Option<&'a [u8]> {
    document.get(element.name..element.name_end)
}

fn value<'a>(document: &'a [u8], element: &Element) -> Option<&'a [u8]> {
    document.get(element.start..element.end)
}

/// The entries of a complement that has nothing but fields and their types.
fn entries(parts: &[u8]) -> Option<Vec<Entry<'_>>> {
    let (mut fields, mut types, mut version) = (None, None, 0);
    let mut elements = Elements::new(parts, 0, parts.len()).ok()?;
    while let Some(part) = elements.next_element().ok()? {
        let document = |part: &Element| (part.kind == kind::DOCUMENT).then_some((part.start, part.end));
        match name(parts, &part)? {
            b"v" if part.kind == kind::INT32 => version = read_i32(value(parts, &part)?)?,
            b"fields" => fields = Some(document(&part)?),
            b"types" => types = Some(document(&part)?),
            _ => return None,
        }
    }
    if i64::from(version) != super::VERSION {
        return None;
    }
    let mut list: Vec<Entry<'_>> = Vec::new();
    if let Some((start, end)) = fields {
        let mut elements = Elements::new(parts, start, end).ok()?;
        while let Some(field) = elements.next_element().ok()? {
            let field_name = name(parts, &field)?;
            if list.len() == FEW || list.iter().any(|entry| entry.name == field_name) {
                return None;
            }
            list.push(Entry { name: field_name, tag: None, kind: field.kind, value: value(parts, &field)?, built: None, used: false });
        }
    }
    if let Some((start, end)) = types {
        let mut elements = Elements::new(parts, start, end).ok()?;
        while let Some(tag) = elements.next_element().ok()? {
            let path = name(parts, &tag)?;
            let text = std::str::from_utf8(string_bytes(value(parts, &tag).filter(|_| tag.kind == kind::STRING)?)).ok()?;
            // A name that needs no quotes is its own path; all others, and paths inside fields, are not simple.
            if path.iter().any(|byte| b".[]{}'@ \t\r\n\x0b\x0c".contains(byte)) || path.is_empty() || !path.is_ascii() {
                return None;
            }
            match list.iter_mut().find(|entry| entry.name == path) {
                Some(_) if text == "missing" => return None,
                Some(entry) => {
                    entry.tag = Some(text);
                    entry.built = build(entry, text)?;
                }
                None if text == "missing" => list.push(Entry { name: path, tag: Some(text), kind: kind::NULL, value: &[], built: None, used: false }),
                None => return None,
            }
        }
    }
    Some(list)
}

/// What a tag makes of an entry's value; sets its type. `Some(None)`: the value itself.
fn build(entry: &mut Entry<'_>, tag: &str) -> Option<Option<Vec<u8>>> {
    let text = (entry.kind == kind::STRING).then(|| string_bytes(entry.value));
    let string = || text.and_then(|text| std::str::from_utf8(text).ok());
    let (of, built) = match tag {
        "objectId" => (kind::OBJECT_ID, identity::object_id_from_hex(text?)?.to_vec()),
        "date" => (kind::DATE, date_millis(string()?)?.to_le_bytes().to_vec()),
        "decimal" => (kind::DECIMAL128, decimal128_from_text(text?)?.to_vec()),
        "int64" => {
            let integer = match entry.kind {
                kind::INT32 => i64::from(read_i32(entry.value)?),
                kind::STRING => string()?.parse().ok()?,
                // Integers beyond 32 bits came as doubles: exact up to 2^53, which is as far as they are not quoted.
                kind::DOUBLE => read_f64(entry.value).filter(|number| number.trunc() == *number && number.abs() <= 9_007_199_254_740_992.0)? as i64,
                _ => return None,
            };
            (kind::INT64, integer.to_le_bytes().to_vec())
        }
        "double" => {
            let number = match entry.kind {
                kind::INT32 => f64::from(read_i32(entry.value)?),
                kind::DOUBLE => read_f64(entry.value)?,
                _ => return None,
            };
            (kind::DOUBLE, number.to_le_bytes().to_vec())
        }
        "replace" => return Some(None),
        _ => raw(tag)?,
    };
    entry.kind = of;
    Some(Some(built))
}

fn patch(base: &[u8], mut entries: Vec<Entry<'_>>, out: &mut Vec<u8>, holds: &mut impl FnMut(&[u8], Wanted<'_>, Option<(u8, &[u8])>) -> bool) -> Option<()> {
    let mut writer = Writer { out: std::mem::take(out) };
    let done = overlay(base, &mut entries, &mut writer, holds);
    *out = writer.out;
    done
}

fn overlay(base: &[u8], entries: &mut [Entry<'_>], writer: &mut Writer, holds: &mut impl FnMut(&[u8], Wanted<'_>, Option<(u8, &[u8])>) -> bool) -> Option<()> {
    let mark = writer.open();
    let mut elements = Elements::new(base, 0, base.len()).ok()?;
    let mut from = elements.position();
    while let Some(field) = elements.next_element().ok()? {
        let field_name = name(base, &field)?;
        let Some(entry) = entries.iter_mut().find(|entry| entry.name == field_name) else { continue };
        // What is not touched is copied in runs.
        writer.out.extend_from_slice(base.get(from..field.name - 1)?);
        from = field.end;
        entry.used = true;
        let has = Some((field.kind, value(base, &field)?));
        if entry.tag == Some("missing") {
            if !holds(field_name, None, has) {
                return None;
            }
            continue;
        }
        // An object over a container is merged with it, and that is not simple.
        if entry.kind == kind::DOCUMENT && entry.tag.is_none() && matches!(field.kind, kind::DOCUMENT | kind::ARRAY) {
            return None;
        }
        write(entry, has, writer, holds)?;
    }
    writer.out.extend_from_slice(base.get(from..base.len() - 1)?);
    for entry in entries.iter().filter(|entry| !entry.used) {
        if entry.tag == Some("missing") {
            return None;
        }
        write(entry, None, writer, holds)?;
    }
    writer.close(mark);
    Some(())
}

fn write(entry: &Entry<'_>, has: Option<(u8, &[u8])>, writer: &mut Writer, holds: &mut impl FnMut(&[u8], Wanted<'_>, Option<(u8, &[u8])>) -> bool) -> Option<()> {
    let value = entry.built.as_deref().unwrap_or(entry.value);
    if !holds(entry.name, Some((entry.kind, value)), has) {
        return None;
    }
    writer.element(entry.kind, entry.name, value);
    Some(())
}
