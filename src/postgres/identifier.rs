//! Identifiers.

/// Longest identifier; PostgreSQL cuts longer ones off (`NAMEDATALEN` - 1).
pub const MAX_IDENTIFIER_BYTES: usize = 63;

/// The name, or a shorter one with a part of its hash where PostgreSQL would cut it off.
pub fn shorten(name: &str) -> String {
    if name.len() <= MAX_IDENTIFIER_BYTES {
        return name.to_owned();
    }
    let hash = crate::identity::fingerprint(0, name.as_bytes());
    let mut cut = MAX_IDENTIFIER_BYTES - 9;
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}_{}", &name[..cut], hash.get(..8).unwrap_or_default())
}

/// The identifier in double quotes.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The identifier in double quotes, after its schema's where it has one.
pub fn qualify(schema: Option<&str>, name: &str) -> String {
    schema.map_or_else(|| quote(name), |schema| format!("{}.{}", quote(schema), quote(name)))
}

/// The text as a string literal.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    // The same whatever `standard_conforming_strings` is.
    if text.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}
