//! In which order the objects that rows give have their keys: fingerprints of elements depend on it, and jsonb does not keep it.

use super::value::names;
use crate::plan::Node;

/// By place (a path with `[]` for every element and `{}` for every entry): the names of an object's fields, or true where it is a map, whose keys are sorted.
pub(super) fn orders(node: &Node, place: &str, out: &mut Vec<(String, String)>) {
    match node {
        Node::Column { .. } => {}
        Node::Object(object) => {
            out.push((place.to_owned(), format!("to_jsonb({})", names(object.fields.iter().map(|(name, _)| name.as_str())))));
            for (name, inner) in &object.fields {
                let mut below = place.to_owned();
                crate::path::push_field(&mut below, name);
                orders(inner, &below, out);
            }
        }
        Node::One(child) => orders(&child.context.tree, place, out),
        Node::Array(child) => orders(&child.context.tree, &format!("{place}[]"), out),
        Node::Map(child) => {
            out.push((place.to_owned(), "'true'::jsonb".to_owned()));
            orders(&child.context.tree, &format!("{place}{{}}"), out);
        }
    }
}
