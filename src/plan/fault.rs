//! Faults of a mapping, collected while it is read: JSON path, what is wrong, what to do.

use crate::issue::{Issue, Severity};
use crate::json::{Json, Object};

/// Collects every fault.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub issues: Vec<Issue>,
}

/// Appends a key to a JSON path.
pub(super) fn join(path: &str, key: &str) -> String {
    let mut joined = path.to_owned();
    crate::path::push_field(&mut joined, key);
    joined
}

impl Faults {
    pub fn error(&mut self, code: &'static str, path: &str, message: String, help: impl Into<String>) {
        self.issues.push(Issue::new(code, Severity::Error, path, message).help(help));
    }

    pub fn warn(&mut self, code: &'static str, path: &str, message: String, help: impl Into<String>) {
        self.issues.push(Issue::new(code, Severity::Warning, path, message).help(help));
    }

    /// Whether anything found forbids a plan.
    pub fn fatal(&self) -> bool {
        self.issues.iter().any(|issue| issue.severity == Severity::Error)
    }

    /// The object at `path`, its keys checked against `known`.
    pub fn object<'v>(&mut self, value: &'v Json<'v>, path: &str, known: &[&str]) -> Option<&'v Object<'v>> {
        let Some(object) = value.as_object() else {
            let what = if path.is_empty() { "the mapping".to_owned() } else { format!("`{path}`") };
            self.error("mapping-type", path, format!("{what} is not an object"), "write an object in braces");
            return None;
        };
        for key in object.iter().map(|(key, _)| key).filter(|key| !known.contains(key)) {
            let near = nearest(key, known.iter().copied());
            let help = near.map_or_else(|| format!("use one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.error("mapping-key-unknown", &join(path, key), format!("unknown key `{key}`"), help);
        }
        Some(object)
    }

    /// A string under `key`; a fault where it is of another type, or missing though required.
    pub fn text(&mut self, object: &Object<'_>, key: &str, path: &str, required: bool) -> Option<String> {
        match object.get(key) {
            Some(Json::String(text)) => Some(text.to_string()),
            Some(_) => {
                self.error("mapping-type", &join(path, key), format!("`{key}` is not a string"), "write a string in quotes");
                None
            }
            None => {
                if required {
                    self.error("mapping-key-missing", path, format!("`{key}` is missing"), format!("add `{key}`"));
                }
                None
            }
        }
    }

    /// A boolean under `key`, false where missing.
    pub fn flag(&mut self, object: &Object<'_>, key: &str, path: &str) -> bool {
        match object.get(key) {
            None => false,
            Some(Json::Bool(flag)) => *flag,
            Some(_) => {
                self.error("mapping-type", &join(path, key), format!("`{key}` is neither true nor false"), "write true or false");
                false
            }
        }
    }

    /// Checks a PostgreSQL name.
    pub fn name(&mut self, name: &str, path: &str) {
        if name.is_empty() || name.contains('\0') {
            self.error("name-invalid", path, "a name is empty or holds a NUL".into(), "choose another name");
        } else {
            self.length(name, path);
        }
    }

    /// Checks a column's name: PostgreSQL's tables have columns of their own.
    pub fn column(&mut self, name: &str, path: &str) {
        self.name(name, path);
        if matches!(name, "tableoid" | "xmin" | "cmin" | "xmax" | "cmax" | "ctid") {
            self.error("name-invalid", path, format!("every table of PostgreSQL's has a system column `{name}`"), "choose another name");
        }
    }

    /// Checks an enum's label, which may be empty.
    pub fn label(&mut self, label: &str, path: &str) {
        if label.contains('\0') {
            self.error("name-invalid", path, "a label holds a NUL".into(), "remove the label: texts with a NUL go to the complement");
        } else {
            self.length(label, path);
        }
    }

    fn length(&mut self, name: &str, path: &str) {
        if name.len() > crate::postgres::identifier::MAX_IDENTIFIER_BYTES {
            let short = crate::postgres::identifier::shorten(name);
            self.error("name-too-long", path, format!("`{name}` is longer than 63 bytes, PostgreSQL would cut it off"), format!("use `{short}`"));
        }
    }
}

/// The name within two edits that was likely meant. Long names are not compared.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > 100 {
        return None;
    }
    known.filter(|k| k.len().abs_diff(name.len()) <= 8).map(|k| (distance(k, name), k)).min().filter(|(d, _)| *d <= 2).map(|(_, k)| k)
}

/// Edit distance, for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}
