//! What each finding about a document or a row means, in words. `docs/issues.md` has one heading per code.

use crate::issue::Severity;

/// Severity, message and help of a finding at `path`, where a value of BSON type `found` met `column`; `complement`: the mapping has one.
pub(crate) fn describe(code: &str, path: &str, found: &str, column: &str, complement: bool) -> (Severity, String, &'static str) {
    use Severity::{Error, Info, Warning};
    let has = |what: &str| if complement { format!("the complement has {what}") } else { format!("the mapping has no complement, so {what} is lost") };
    let an = if found.starts_with(['a', 'i', 'o', 'u']) { "an" } else { "a" };
    match code {
        "unknown-field" => (Info, format!("`{path}` ({found}) is not mapped; {}", has("it")), "map it, or leave it there"),
        "type-differs" => (Info, format!("`{path}` is {an} {found}; column `{column}` holds its value, {}", has("its exact type or scale")), "nothing; or, where most documents have it, set `bson` to that type, or give `numeric` no scale"),
        "value-misfit" => (Warning, format!("column `{column}` cannot hold the {found} at `{path}`; it is NULL and {}", has("the value")), "widen the column's type, or correct the document"),
        "absent-differs" => (Info, format!("`{path}` is absent in another way than the mapping says (missing, null or empty); {}", has("which")), "set `absent` in the mapping to what most documents have"),
        "container-mismatch" => (Warning, format!("`{path}` is {an} {found}, not the object, array or map that the mapping expects; {}", has("it")), "correct the document, or map it as jsonb"),
        "duplicate-key" => (Warning, format!("`{path}` occurs twice in one object; {}", has("the whole object")), "correct the document"),
        "array-keys" => (Warning, format!("the keys of the array `{path}` are not 0, 1, 2, …; {}", has("what they are")), "write the array again with a driver"),
        "key-substituted" if found == "missing" => (Warning, format!("`{path}` is missing; column `{column}` has a hash of the rest in its place"), "name another `path` for the key, or give the document an identity"),
        "key-substituted" => (Warning, format!("column `{column}` cannot hold the {found} at `{path}`; it has a hash in its place and {}", has("the value")), "map the key as `text`, or correct the document"),
        "key-unrepresentable" => (Error, format!("column `{column}` cannot hold the {found} at `{path}` and has no room for a substitute; the document was left out"), "choose another `as` for the key"),
        "lookup-unresolved" => (Error, format!("`{path}` has no entry in id_map for column `{column}`"), "resolve it and call again"),
        "reference-unresolved" => (Warning, format!("the {found} at `{path}` has no entry in id_map; column `{column}` is NULL and {}", has("the value")), "resolve it and call again"),
        "timestamp-microseconds" => (Warning, format!("`{path}` has microseconds, which BSON dates do not have; they were cut off"), "use timestamptz(3)"),
        "timestamp-infinity" => (Warning, format!("`{path}` is infinite, which BSON dates cannot be; it is given as a string"), "use NULL"),
        "numeric-beyond-decimal128" => (Warning, format!("`{path}` has more digits than Decimal128; it is given as a string"), "use numeric(34,s)"),
        "json-number-rounded" => (Warning, format!("the JSON at `{path}` has numbers with more digits than a double; they were rounded"), "write such numbers as strings, or give them a numeric column"),
        "json-beyond-bson" => (Warning, format!("the JSON at `{path}` holds what BSON cannot (a number beyond a double, U+0000 in a key, nesting too deep); it is given as a string"), "correct the row"),
        "array-bounds" => (Info, format!("the array at `{path}` does not start at 1; positions were normalised"), "nothing"),
        "column-outside-variant" => (Warning, format!("column `{column}` has a value, but the row's discriminator names a variant without `{path}`; the value was left out"), "set the column to NULL, or correct the discriminator"),
        "ordinal-normalised" => (Info, format!("the ordinals of `{path}` were not 0, 1, 2, …; they were normalised"), "nothing, or renumber the rows"),
        _ => (Warning, format!("`{path}` needs attention"), "see docs/issues.md"),
    }
}
