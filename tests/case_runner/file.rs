//! A case's file: prose and fences. What each fence means is in `tests/cases/README.md`.

use std::fmt::Write;
use std::path::PathBuf;

/// A part of the file.
enum Part {
    Prose(String),
    Fence { info: String, body: String },
}

/// One case.
pub struct CaseFile {
    pub path: PathBuf,
    parts: Vec<Part>,
}

const KNOWN: &[&str] = &[
    "json mapping", "issues mapping", "json lookups", "json document", "json document refused", "hex document", "hex document refused", "json document back", "json complement", "issues", "issues back",
    "sql change", "postgres change", "json document after", "issues after", "sql ddl", "sql query", "result",
];

impl CaseFile {
    /// Reads the file; a fence whose meaning is not known is an error, so that no expectation goes unchecked.
    pub fn read(path: PathBuf) -> CaseFile {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut parts = Vec::new();
        let mut prose = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else {
                prose.push_str(line);
                prose.push('\n');
                continue;
            };
            assert!(KNOWN.contains(&info) || info.strip_prefix("rows ").is_some_and(|table| !table.is_empty()), "{}: no fence is called `{info}`", path.display());
            let mut body = String::new();
            loop {
                let line = lines.next().unwrap_or_else(|| panic!("{}: the fence `{info}` is not closed", path.display()));
                if line == "```" {
                    break;
                }
                body.push_str(line);
                body.push('\n');
            }
            parts.push(Part::Prose(std::mem::take(&mut prose)));
            parts.push(Part::Fence { info: info.to_owned(), body });
        }
        parts.push(Part::Prose(prose));
        assert!(text.starts_with("# "), "{}: a case begins with its behaviour as a heading", path.display());
        CaseFile { path, parts }
    }

    /// All fences of that name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.parts.iter().filter_map(|part| if let Part::Fence { info, body } = part { (info == name).then_some(body.as_str()) } else { None }).collect()
    }

    /// The only fence of that name.
    pub fn one(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{}: two fences `{name}`", self.path.display());
        all.first().copied()
    }

    /// Names of fences, in order.
    pub fn names(&self) -> Vec<&str> {
        self.parts.iter().filter_map(|part| if let Part::Fence { info, .. } = part { Some(info.as_str()) } else { None }).collect()
    }

    /// Makes the fences of that name be these, and no others.
    pub fn set(&mut self, name: &str, bodies: &[String]) {
        let mut bodies = bodies.iter();
        for part in &mut self.parts {
            let Part::Fence { info, body } = part else { continue };
            if info == name {
                match bodies.next() {
                    Some(wanted) => body.clone_from(wanted),
                    None => *part = Part::Prose(String::new()),
                }
            }
        }
        // What follows from the documents stands before the change, what follows from the change at the end.
        let change = self.parts.iter().position(|part| matches!(part, Part::Fence { info, .. } if info == "sql change" || info == "postgres change" || info == "sql query"));
        let place = match change {
            Some(change) if !name.ends_with(" after") => self.parts[..change].iter().rposition(|part| matches!(part, Part::Fence { .. })).map_or(change, |last| last + 1),
            _ => self.parts.len(),
        };
        for body in bodies.rev() {
            self.parts.insert(place, Part::Fence { info: name.to_owned(), body: body.clone() });
        }
    }

    /// Writes the file back.
    pub fn write(&self) {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Prose(text) => out.push_str(text),
                Part::Fence { info, body } => {
                    if !out.ends_with("\n\n") {
                        out.push('\n');
                    }
                    let _ = write!(out, "```{info}\n{body}```\n");
                }
            }
        }
        std::fs::write(&self.path, out.trim_end().to_owned() + "\n").unwrap();
    }
}
