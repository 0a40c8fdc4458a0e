//! The plan of one collection, laid out for assembling.

use super::codec::Decoder;
use super::index::Layout;
use crate::bson::kind;
use crate::bytes::Run;
use crate::plan::{Absent, Child, CollectionPlan, Context, Node, Plan, Source};
use crate::shred::program::Shape;

/// A collection's plan, ready to assemble.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) root: ContextProgram,
    pub(crate) tables: usize,
    pub(crate) layout: Vec<Layout>,
    pub(crate) complement: Option<usize>,
    /// Where children stand in their parents' contexts, as paths.
    pub(crate) labels: Vec<String>,
}

/// A discriminator value, its own table (and how many columns that has), and its tree.
pub(crate) type Variant = (Vec<u8>, Option<(usize, usize)>, NodeProgram);

#[derive(Debug, Clone)]
pub(crate) struct ContextProgram {
    pub table: usize,
    pub key: Vec<usize>,
    pub columns: usize,
    pub base: NodeProgram,
    /// Discriminator column; values with their trees and own tables.
    pub discriminator: Option<(usize, Vec<Variant>)>,
    /// Columns of this table that the base tree does not read, and those that each variant's does not: none may be filled.
    pub unread: (Vec<usize>, Vec<Vec<usize>>),
    /// Index of its label.
    pub label: usize,
    pub shape_column: Option<usize>,
    /// Rows of other tables repeat its key.
    pub above: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum NodeProgram {
    Leaf(Leaf),
    Object(Vec<FieldProgram>),
    Child(Box<ChildProgram>),
}

#[derive(Debug, Clone)]
pub(crate) struct FieldProgram {
    /// What stands before the value: the type byte that is most likely, and the name with its NUL.
    pub header: Run,
    /// That type.
    pub usual: u8,
    pub node: NodeProgram,
}

#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// In the variant's own table rather than the context's.
    pub own_table: bool,
    pub table: usize,
    pub column: usize,
    pub decoder: Decoder,
    pub absent: Absent,
    pub lookup: Option<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct ChildProgram {
    pub shape: Shape,
    pub absent: Absent,
    pub context: ContextProgram,
}

/// Lays out one collection's plan.
pub(crate) fn build(plan: &Plan, collection: usize) -> Option<Program> {
    let collection = plan.collections.get(collection)?;
    let layout = collection
        .tables
        .iter()
        .map(|table| Layout {
            parent_key: table.parent_key,
            ordinal: table.columns.iter().position(|c| c.source == Source::Ordinal),
            map_key: table.columns.iter().position(|c| c.source == Source::MapKey),
        })
        .collect();
    let mut labels = Vec::new();
    Some(Program { root: context(collection, &collection.root, "", &mut labels), tables: collection.tables.len(), layout, complement: collection.complement, labels })
}

fn context(collection: &CollectionPlan, context: &Context, label: &str, labels: &mut Vec<String>) -> ContextProgram {
    let table = &collection.tables[context.table];
    labels.push(label.to_owned());
    let label = labels.len() - 1;
    let variants = context.discriminator.iter().flat_map(|it| &it.variants);
    let above = has_children(&context.tree) || variants.clone().any(|variant| variant.table.is_some() || has_children(&variant.tree));
    ContextProgram {
        table: context.table,
        key: table.key.clone(),
        columns: table.columns.len(),
        base: node(collection, &context.tree, context.table, "", labels),
        discriminator: context.discriminator.as_ref().map(|d| {
            let own = |table: usize| (table, collection.tables[table].columns.len());
            let variants = d.variants.iter().map(|v| (v.value.clone().into_bytes(), v.table.map(own), node(collection, &v.tree, context.table, "", labels))).collect();
            (d.column, variants)
        }),
        unread: (
            unread(collection, context.table, &context.tree),
            variants.map(|v| unread(collection, context.table, &v.tree)).collect(),
        ),
        label,
        shape_column: table.columns.iter().position(|c| matches!(c.source, Source::Ordinal | Source::MapKey)),
        above,
    }
}

fn has_children(node: &Node) -> bool {
    match node {
        Node::Column { .. } => false,
        Node::Object(object) => object.fields.iter().any(|(_, inner)| has_children(inner)),
        Node::One(_) | Node::Array(_) | Node::Map(_) => true,
    }
}

fn node(collection: &CollectionPlan, node_plan: &Node, own: usize, path: &str, labels: &mut Vec<String>) -> NodeProgram {
    match node_plan {
        Node::Column { table, column } => {
            let plan = &collection.tables[*table].columns[*column];
            let (decoder, absent, lookup) = match &plan.source {
                Source::Field(field) => (Decoder::new(&plan.pg, field), field.absent, field.lookup),
                _ => {
                    let field = crate::plan::FieldPlan { bson: crate::plan::BsonKind::Any, identity: false, absent: Absent::Missing, lookup: None };
                    (Decoder::new(&plan.pg, &field), Absent::Missing, None)
                }
            };
            NodeProgram::Leaf(Leaf { own_table: *table != own, table: *table, column: *column, decoder, absent, lookup })
        }
        Node::Object(object) => {
            let inner = |name: &str| {
                let mut inner = path.to_owned();
                crate::path::push_field(&mut inner, name);
                inner
            };
            let field = |(name, inside): &(String, Node)| {
                let node = node(collection, inside, own, &inner(name), labels);
                let usual = match &node {
                    NodeProgram::Leaf(leaf) => leaf.decoder.usual(),
                    NodeProgram::Child(child) if child.shape == Shape::Array => kind::ARRAY,
                    NodeProgram::Object(_) | NodeProgram::Child(_) => kind::DOCUMENT,
                };
                FieldProgram { header: Run::new(&[&[usual], name.as_bytes(), &[0]].concat()), usual, node }
            };
            NodeProgram::Object(object.fields.iter().map(field).collect())
        }
        Node::One(child) => child_node(collection, Shape::One, child, path, labels),
        Node::Array(child) => child_node(collection, Shape::Array, child, path, labels),
        Node::Map(child) => child_node(collection, Shape::Map, child, path, labels),
    }
}

fn child_node(collection: &CollectionPlan, shape: Shape, child: &Child, path: &str, labels: &mut Vec<String>) -> NodeProgram {
    NodeProgram::Child(Box::new(ChildProgram { shape, absent: child.absent, context: context(collection, &child.context, path, labels) }))
}

/// Field columns of `table` that `tree` does not read.
fn unread(collection: &CollectionPlan, table: usize, tree: &Node) -> Vec<usize> {
    fn reads(node: &Node, table: usize, column: usize) -> bool {
        match node {
            Node::Column { table: t, column: c } => (*t, *c) == (table, column),
            Node::Object(object) => object.fields.iter().any(|(_, inner)| reads(inner, table, column)),
            Node::One(_) | Node::Array(_) | Node::Map(_) => false,
        }
    }
    let columns = &collection.tables[table].columns;
    (0..columns.len()).filter(|&column| matches!(columns[column].source, Source::Field(_)) && !reads(tree, table, column)).collect()
}
