//! The SQL functions that statements call: those that they need, in the order in which PostgreSQL takes them.
//!
//! Values on their way are jsonb, in the form that jsonb columns have: what JSON cannot say is canonical Extended JSON. A value of which only
//! the bytes are known is `{"$rowlens": its tag, "shown": what the complement shows}`.

/// One file each: what values are, their bytes, entries of the complement, complements over values and back, columns, ids that are looked up, places in a document.
const FILES: [&str; 7] =
    [include_str!("functions/values.sql"), include_str!("functions/bytes.sql"), include_str!("functions/entries.sql"), include_str!("functions/difference.sql"), include_str!("functions/columns.sql"), include_str!("functions/ids.sql"), include_str!("functions/places.sql")];

const PREFIX: &str = "pg_temp.rowlens_";

/// A function: its text with the comment above it, and its name with the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    pub text: &'static str,
    pub name: &'static str,
}

/// The functions that the statements call, and those that these call.
pub(super) fn needed<'s>(statements: impl IntoIterator<Item = &'s str>) -> Vec<Function> {
    let all: Vec<Function> = FILES.iter().flat_map(|file| file.trim_end().split("\n\n")).filter_map(|text| Some(Function { text, name: text.split("FUNCTION ").nth(1)?.split('(').next()? })).collect();
    let mut names: Vec<&str> = statements.into_iter().flat_map(called).collect();
    let mut seen = 0;
    while let Some(name) = names.get(seen).copied() {
        let inside = all.iter().filter(|function| function.name == name).flat_map(|function| called(function.text));
        for inner in inside {
            if !names.contains(&inner) {
                names.push(inner);
            }
        }
        seen += 1;
    }
    all.into_iter().filter(|function| names.contains(&function.name)).collect()
}

/// Names of the functions that a text calls.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices(PREFIX).filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))?;
        rest.get(end..)?.starts_with('(').then(|| rest.get(..end)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_called_directly_or_not_is_needed() {
        let names = |statement| needed([statement]).iter().map(|function| function.name.trim_start_matches(PREFIX)).collect::<Vec<_>>();
        assert_eq!(names("SELECT pg_temp.rowlens_at(v, 'a')"), ["refuse", "wrapper", "plain", "open", "at"]);
        assert_eq!(names("SELECT * FROM pg_temp.rowlens_moving_0"), [""; 0]);
        assert_eq!(needed(FILES).len(), FILES.iter().map(|file| file.matches("CREATE FUNCTION").count()).sum::<usize>());
    }
}
