//! Document paths: `wallet.address`, `events[].amount`, `fees{}`, `'a.b'.c`, `@` (the element itself), `events[2].note`.

use std::fmt;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// A field of an object.
    Field(String),
    /// Each element of an array: `[]`.
    Each,
    /// Each entry of a map: `{}`.
    Entry,
    /// One element: `[2]`.
    Index(u32),
}

/// A parsed path. No segments: the element itself, `@`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path {
    /// The steps.
    pub segments: Vec<Segment>,
}

/// Whether a field name must be quoted.
fn needs_quotes(name: &str) -> bool {
    name.is_empty() || name.chars().any(|c| matches!(c, '.' | '[' | ']' | '{' | '}' | '\'' | '@') || c.is_whitespace() || c.is_control())
}

/// A name as a message shows it: control characters by their numbers. (`escape_debug` brings tables of all of Unicode.)
pub(crate) fn printable(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Appends a field (quoted where needed, after a dot where something stands before it).
pub fn push_field(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    if needs_quotes(name) {
        path.push('\'');
        path.push_str(&name.replace('\'', "''"));
        path.push('\'');
    } else {
        path.push_str(name);
    }
}

/// Appends a path that is written out already (after a dot where something stands before it); nothing where it is empty.
pub fn push_path(path: &mut String, more: &str) {
    if !path.is_empty() && !more.is_empty() {
        path.push('.');
    }
    path.push_str(more);
}

/// Appends `[2]`.
pub fn push_index(path: &mut String, index: u32) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if !matches!(self.segments.first(), Some(Segment::Field(_))) {
            text.push('@');
        }
        for segment in &self.segments {
            match segment {
                Segment::Field(name) => push_field(&mut text, name),
                Segment::Each => text.push_str("[]"),
                Segment::Entry => text.push_str("{}"),
                Segment::Index(index) => push_index(&mut text, *index),
            }
        }
        f.write_str(&text)
    }
}

impl Path {
    /// Parses a path.
    ///
    /// # Errors
    /// What is wrong, and where.
    ///
    /// ```
    /// use rowlens::path::{Path, Segment};
    /// let path = Path::parse("events[].'a.b'").unwrap();
    /// assert_eq!(path.segments, [Segment::Field("events".into()), Segment::Each, Segment::Field("a.b".into())]);
    /// assert_eq!(path.to_string(), "events[].'a.b'");
    /// ```
    pub fn parse(text: &str) -> Result<Path, String> {
        let mut segments = Vec::new();
        let mut rest = text;
        let at = |rest: &str| text.len() - rest.len();
        if let Some(after) = rest.strip_prefix('@') {
            rest = after;
            if rest.is_empty() {
                return Ok(Path { segments });
            }
            if let Some(after) = rest.strip_prefix('.') {
                rest = field(after, &mut segments).map_err(|what| format!("{what} at position {}", at(after)))?;
            }
        } else {
            rest = field(rest, &mut segments).map_err(|what| format!("{what} at position {}", at(rest)))?;
        }
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[]") {
                segments.push(Segment::Each);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{}") {
                segments.push(Segment::Entry);
                rest = after;
            } else if let Some(after) = rest.strip_prefix('[') {
                let end = after.find(']').ok_or_else(|| format!("`]` is missing after position {}", at(rest)))?;
                let index = after[..end].parse().map_err(|_| format!("`{}` at position {} is not an array position", &after[..end], at(after)))?;
                segments.push(Segment::Index(index));
                rest = &after[end + 1..];
            } else if let Some(after) = rest.strip_prefix('.') {
                rest = field(after, &mut segments).map_err(|what| format!("{what} at position {}", at(after)))?;
            } else {
                return Err(format!("`.`, `[]` or `{{}}` is expected at position {}", at(rest)));
            }
        }
        Ok(Path { segments })
    }
}

/// Reads one field name; returns what follows.
fn field<'t>(text: &'t str, segments: &mut Vec<Segment>) -> Result<&'t str, String> {
    if let Some(mut rest) = text.strip_prefix('\'') {
        let mut name = String::new();
        loop {
            let end = rest.find('\'').ok_or("a quote is opened and not closed")?;
            name.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(after) => {
                    name.push('\'');
                    rest = after;
                }
                None => {
                    segments.push(Segment::Field(name));
                    return Ok(rest);
                }
            }
        }
    }
    let end = text.find(['.', '[', '{']).unwrap_or(text.len());
    let name = &text[..end];
    if name.is_empty() {
        return Err("a field name is expected".to_owned());
    }
    if needs_quotes(name) {
        return Err(format!("`{}` must be quoted", printable(name)));
    }
    segments.push(Segment::Field(name.to_owned()));
    Ok(&text[end..])
}
