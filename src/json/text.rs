//! One JSON string from text.

/// Appends `text` as a JSON string, quotes included.
pub fn push_json_string(text: &str, out: &mut Vec<u8>) {
    super::escape::write_string(text.as_bytes(), out);
}
