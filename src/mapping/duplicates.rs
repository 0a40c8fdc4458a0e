//! Keys that occur twice in one JSON object: parsers keep the last and say nothing, so a column would vanish.

use crate::json::Json;
use crate::path::{push_field, push_index};

/// JSON paths of all keys that stand in one object a second time.
pub(crate) fn duplicate_keys(json: &Json<'_>) -> Vec<String> {
    let mut found = Vec::new();
    walk(json, "", &mut found);
    found
}

fn walk(json: &Json<'_>, path: &str, found: &mut Vec<String>) {
    let below = |name: &str| {
        let mut inner = path.to_owned();
        push_field(&mut inner, name);
        inner
    };
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let mut inner = path.to_owned();
                push_index(&mut inner, index as u32);
                walk(item, &inner, found);
            }
        }
        Json::Object(object) => {
            found.extend(object.twice.iter().map(|name| below(name)));
            for (name, value) in object.iter() {
                walk(value, &below(name), found);
            }
        }
        _ => {}
    }
}
