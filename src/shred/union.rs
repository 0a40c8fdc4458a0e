//! Contexts whose variants differ in plain columns only: their documents are walked once, by the fields of all variants.

use super::program::{required, Builder, ChildSlot, ContextProgram, DiscriminatorProgram, NodeProgram, ObjectProgram, Scope, Shape, TreeProgram, UnionProgram};
use crate::bytes::Name;
use crate::plan::{Context, Fidelity, Node, ObjectNode};

impl Builder<'_> {
    /// The context with one walk for all variants; `None` where there are none, or where they differ in more than columns.
    pub(super) fn united(&mut self, context: &Context, label: &str) -> Option<ContextProgram> {
        let discriminator = context.discriminator.as_ref()?;
        // Fidelity exact records the order of keys, and each variant has its own.
        if self.collection.fidelity == Fidelity::Exact {
            return None;
        }
        let united = Node::Object(union(context)?);
        let mut scope = Scope { leaves: Vec::new(), children: Vec::new() };
        let mut children = Vec::new();
        let first_slot = self.slots;
        let NodeProgram::Object(mut object) = self.node(&united, "", &mut scope, &mut children) else { return None };
        let slots = first_slot..self.slots;
        let at = (context.table, discriminator.column);
        let discriminating = scope.leaves.iter().find(|(column, _)| *column == at).map(|(_, slot)| *slot)?;
        let tree = |node: &Node, tables: &[usize]| {
            let mut columns = Vec::new();
            named(node, &mut columns);
            let leaves: Vec<((usize, usize), usize)> = scope.leaves.iter().filter(|(column, _)| columns.contains(column)).copied().collect();
            let fields = |name: &Name| if let Node::Object(own) = node { own.fields.iter().any(|(field, _)| name.is(field.as_bytes())) } else { false };
            let own: Vec<_> = object.fields.iter().filter(|field| fields(&field.name)).cloned().collect();
            let foreign = (0..object.fields.len()).filter(|&index| !fields(&object.fields[index].name)).collect();
            let required = required(&own, &scope.children);
            let usual = own.iter().map(|field| field.usual(&scope.children)).collect();
            let above = !children.is_empty() || tables.len() > 1;
            TreeProgram {
                node: NodeProgram::Object(ObjectProgram { fields: own, usual, required, ..object.clone() }),
                rows: tables.iter().map(|&table| self.row(table, &leaves, above)).collect(),
                children: children.clone(),
                slots: slots.clone(),
                foreign,
            }
        };
        let base = tree(&context.tree, &[context.table]);
        let variants = discriminator.variants.iter().map(|variant| {
            let tables: Vec<usize> = std::iter::once(context.table).chain(variant.table).collect();
            (variant.value.clone().into_bytes(), tree(&variant.tree, &tables))
        });
        let program = DiscriminatorProgram { path: discriminator.path.iter().map(|name| Name::new(name.as_bytes())).collect(), variants: variants.collect() };
        let child_slots = scope.children.iter().map(|child| ChildSlot { slot: child.slot, kind: child.kind(), one: child.shape == Shape::One }).collect();
        // What must be there depends on the variant: it is looked at when that is known.
        object.required = Vec::new();
        let union = Some(UnionProgram { object, discriminator: discriminating });
        Some(ContextProgram { base, discriminator: Some(program), union, children: scope.children, child_slots, label: self.label(label) })
    }
}

/// The base's fields, and the columns that variants add.
fn union(context: &Context) -> Option<ObjectNode> {
    let Node::Object(base) = &context.tree else { return None };
    let mut union = base.clone();
    for variant in &context.discriminator.as_ref()?.variants {
        let Node::Object(own) = &variant.tree else { return None };
        // A variant's tree has all that the base has.
        if base.fields.iter().any(|(name, _)| !own.fields.iter().any(|(field, _)| field == name)) {
            return None;
        }
        for (name, node) in &own.fields {
            match union.fields.iter().find(|(field, _)| field == name) {
                Some((_, known)) if known == node => {}
                None if matches!(node, Node::Column { .. }) => union.fields.push((name.clone(), node.clone())),
                _ => return None,
            }
        }
    }
    Some(union)
}

/// The columns that a tree fills.
fn named(node: &Node, columns: &mut Vec<(usize, usize)>) {
    match node {
        Node::Column { table, column } => columns.push((*table, *column)),
        Node::Object(object) => object.fields.iter().for_each(|(_, inner)| named(inner, columns)),
        Node::One(_) | Node::Array(_) | Node::Map(_) => {}
    }
}
