//! What one row is made of: its columns and the children below it, each with its path from the row's object.

use crate::plan::{Child, Context, Node, ObjectNode};

#[derive(Debug, Default)]
pub(super) struct Parts<'n> {
    /// Path, table, column.
    pub columns: Vec<(Vec<String>, usize, usize)>,
    pub children: Vec<(Vec<String>, &'n Node)>,
}

impl<'n> Parts<'n> {
    pub(super) fn of(node: &'n Node, path: &[String]) -> Self {
        let mut parts = Parts::default();
        parts.add(node, path);
        parts
    }

    fn add(&mut self, node: &'n Node, path: &[String]) {
        match node {
            Node::Column { table, column } => self.columns.push((path.to_vec(), *table, *column)),
            Node::Object(object) => {
                for (name, inner) in &object.fields {
                    self.add(inner, &[path, std::slice::from_ref(name)].concat());
                }
            }
            Node::One(_) | Node::Array(_) | Node::Map(_) => self.children.push((path.to_vec(), node)),
        }
    }
}

/// The child, where a node is one.
pub(super) fn child(node: &Node) -> Option<&Child> {
    match node {
        Node::One(child) | Node::Array(child) | Node::Map(child) => Some(child),
        Node::Column { .. } | Node::Object(_) => None,
    }
}

/// A field of the context's object.
pub(super) fn named<'n>(context: &'n Context, name: &str) -> Option<&'n Node> {
    match &context.tree {
        Node::Object(object) => field(object, name),
        _ => None,
    }
}

pub(super) fn field<'n>(object: &'n ObjectNode, name: &str) -> Option<&'n Node> {
    object.fields.iter().find(|(field, _)| field == name).map(|(_, node)| node)
}
