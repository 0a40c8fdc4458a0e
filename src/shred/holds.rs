//! Whether a field of the document can be replaced without changing what the rows say.

use super::program::{ColumnSource, ContextProgram, NodeProgram, TreeProgram};
use super::{Shredder, Slot};
use crate::bson::kind;
use crate::complement::Wanted;
use crate::postgres::fit::Fit;

impl Shredder {
    /// The tree of the root context that a document goes by.
    pub(crate) fn root_tree(&self, document: &[u8]) -> &TreeProgram {
        let whole = Slot { kind: kind::DOCUMENT, start: 0, end: document.len() as u32, fit: Fit::Exact };
        self.state.choose(&self.program.root, document, whole)
    }

    /// Whether the root row (`field` gives a column's field, its length included) says the same when the document's field `name` is what
    /// `wanted` says instead of `has`. False also where that takes more than a look at one column.
    pub(crate) fn holds<'r>(&self, tree: &TreeProgram, name: &[u8], wanted: Wanted<'_>, has: Option<(u8, &[u8])>, field: impl Fn(usize) -> Option<&'r [u8]>) -> bool {
        let root = &self.program.root;
        if root.discriminator.as_ref().is_some_and(|it| it.path.first().is_some_and(|first| first.is(name))) {
            return false;
        }
        let NodeProgram::Object(object) = &tree.node else { return false };
        let Some(mapped) = object.fields.iter().find(|field| field.name.is(name)) else { return true };
        // Nothing, or nothing but null: no column and no row below it holds anything. An empty array is no row, but a column may hold one.
        let rows = matches!(mapped.node, NodeProgram::Child(_));
        let nothing = has.is_none_or(|(of, value)| of == kind::NULL || (rows && of == kind::ARRAY && value.len() == 5));
        let Some((of, value)) = wanted else { return nothing };
        match &mapped.node {
            NodeProgram::Leaf(slot) => column_holds(tree, *slot, of, value, field),
            NodeProgram::Object(_) => nothing && of != kind::DOCUMENT,
            NodeProgram::Child(index) => nothing && child_is_empty(root, *index, of, value),
        }
    }
}

fn column_holds<'r>(tree: &TreeProgram, slot: usize, of: u8, value: &[u8], field: impl Fn(usize) -> Option<&'r [u8]>) -> bool {
    let Some(row) = tree.rows.first() else { return false };
    for (index, column) in row.columns.iter().enumerate() {
        if let ColumnSource::Value { slot: own, codec, json, .. } = &column.source {
            if *own == slot {
                let mut out = Vec::with_capacity(value.len() + 32);
                if of == kind::NULL && !json {
                    out.extend_from_slice(&(-1i32).to_be_bytes());
                } else {
                    codec.encode(of, value, 0, value.len(), &mut out);
                }
                return field(index) == Some(&out);
            }
        }
    }
    false
}

/// Whether a value gives a child no rows.
fn child_is_empty(root: &ContextProgram, index: usize, of: u8, value: &[u8]) -> bool {
    root.child_slots.get(index).is_some_and(|child| of != child.kind || (value.len() == 5 && !child.one))
}
