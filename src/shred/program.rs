//! The plan of one collection, laid out for walking: trees whose leaves are slots, tables whose columns read slots.

use super::codec::Codec;
use crate::bson::kind;
use crate::bytes::{Head, Name};
use crate::lookup::Lookup;
use crate::plan::{Absent, Child, CollectionPlan, ColumnPlan, Context, Node, Plan, Source};
use crate::postgres::PgType;

/// A collection's plan, ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub root: ContextProgram,
    pub tables: usize,
    /// Slots of all contexts together.
    pub slots: usize,
    /// Hints of all objects together.
    pub hints: usize,
    pub complement: bool,
    /// Exact fidelity: key order counts.
    pub exact: bool,
    /// Where children stand in their parents' contexts, as paths; the first one is empty.
    pub labels: Vec<String>,
}

/// One context: what one row (and its variant's own row) is made of.
#[derive(Debug, Clone)]
pub(crate) struct ContextProgram {
    pub base: TreeProgram,
    pub discriminator: Option<DiscriminatorProgram>,
    /// All variants' fields at once, where they differ in plain columns only: one walk, then the discriminator's slot says which tree it was.
    pub union: Option<UnionProgram>,
    pub children: Vec<ChildProgram>,
    /// What a walk needs to know of each child.
    pub child_slots: Vec<ChildSlot>,
    /// Which label says where the child stands in its parent's context (the empty one for the root, and where the element itself is the child).
    pub label: usize,
}

/// Where a walk puts a child's container, and what it must be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChildSlot {
    pub slot: usize,
    pub kind: u8,
    pub one: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct DiscriminatorProgram {
    pub path: Vec<Name>,
    pub variants: Vec<(Vec<u8>, TreeProgram)>,
}

/// The fields of a context and of all its variants.
#[derive(Debug, Clone)]
pub(crate) struct UnionProgram {
    pub object: ObjectProgram,
    /// Slot of the discriminating value.
    pub discriminator: usize,
}

/// One tree and the tables its row goes to.
#[derive(Debug, Clone)]
pub(crate) struct TreeProgram {
    pub node: NodeProgram,
    pub rows: Vec<RowProgram>,
    /// Children that belong to this tree (indexes into `ContextProgram::children`).
    pub children: Vec<usize>,
    /// The tree's slots (those of its children's contexts lie among them).
    pub slots: std::ops::Range<usize>,
    /// Fields of the context's union that this tree does not have.
    pub foreign: Vec<usize>,
}

/// How one row is put together.
#[derive(Debug, Clone)]
pub(crate) struct RowProgram {
    pub table: usize,
    pub columns: Vec<ColumnProgram>,
    /// How many leading columns repeat the parent's key.
    pub parent_key: usize,
    /// Rows below repeat its key.
    pub above: bool,
}

/// One column of a row.
#[derive(Debug, Clone)]
pub(crate) struct ColumnProgram {
    pub source: ColumnSource,
    /// Part of the primary key.
    pub key: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum ColumnSource {
    ParentKey,
    Ordinal,
    MapKey,
    /// Always NULL here: the complement, and what the tree in use does not fill.
    Null,
    /// A value, or NULL. `usual` is the BSON type that [`Codec::encode_usual`] takes.
    Value { slot: usize, usual: u8, codec: Codec, json: bool },
    /// A value that is never NULL.
    Identity { slot: usize, codec: Codec },
    /// A value that `id_map` answers.
    Lookup { slot: usize, lookup: Lookup },
}

#[derive(Debug, Clone)]
pub(crate) enum NodeProgram {
    Leaf(usize),
    Object(ObjectProgram),
    /// A child container: slot and index into the context's children.
    Child(usize),
}

#[derive(Debug, Clone)]
pub(crate) struct ObjectProgram {
    pub fields: Vec<FieldProgram>,
    /// What most of the fields take, by the same numbers.
    pub usual: Vec<Usual>,
    /// Where the object stands in its context, as a path.
    pub path: String,
    /// Fields that must be there in a document that needs no complement, and their slots.
    pub required: Vec<(usize, usize)>,
    /// Where the object itself is noted: it must not be there twice.
    pub slot: usize,
    /// Which field came first last time; the hints after it say what followed each field.
    pub first_hint: usize,
}

/// What a field usually is; small, because every field of every document is compared with one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usual {
    pub name: Head,
    /// Where its value goes; [`NO_SLOT`] where that takes more.
    pub slot: u32,
    /// Null is no value, and says the same as absence.
    pub null: bool,
    /// The BSON type of a child's container; 0 for leaves, which may be of any.
    pub container: u8,
    /// The least bytes of such a container that gives rows.
    pub least: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct FieldProgram {
    pub name: Name,
    /// The slot of a leaf, or [`NOT_A_LEAF`].
    pub leaf: u32,
    /// Where the field stands in its context, as a path.
    pub path: String,
    pub node: NodeProgram,
    /// Absence in SQL stands for null or empty: the field must be there.
    pub required: bool,
    /// What absence stands for.
    pub absent: Absent,
    /// JSON columns hold null as a value.
    pub null_is_value: bool,
}

/// Stands for the slot of a field that is no leaf.
pub(crate) const NOT_A_LEAF: u32 = u32::MAX;

/// Stands for the slot of a field that is never usual.
const NO_SLOT: u32 = u32::MAX;

/// An empty BSON document or array is five bytes.
pub(crate) const EMPTY: u8 = 5;

/// The label that is empty.
pub(crate) const NO_LABEL: usize = 0;

/// The fields that must be there, and their slots.
pub(super) fn required(fields: &[FieldProgram], children: &[ChildProgram]) -> Vec<(usize, usize)> {
    let slot = |field: &FieldProgram| match &field.node {
        NodeProgram::Leaf(slot) => Some(*slot),
        NodeProgram::Child(index) => children.get(*index).map(|child| child.slot),
        NodeProgram::Object(_) => None,
    };
    fields.iter().enumerate().filter(|(_, field)| field.required).filter_map(|(index, field)| Some((index, slot(field)?))).collect()
}

impl FieldProgram {
    /// What it usually is.
    pub(super) fn usual(&self, children: &[ChildProgram]) -> Usual {
        let name = self.name.head();
        let null = self.absent == Absent::Null && !self.null_is_value;
        let leaf = Usual { name, slot: NO_SLOT, null, container: 0, least: 0 };
        match &self.node {
            NodeProgram::Leaf(slot) => Usual { slot: *slot as u32, ..leaf },
            NodeProgram::Child(index) => children.get(*index).map_or(leaf, |child| {
                let least = if child.shape == Shape::One { EMPTY } else { EMPTY + 1 };
                Usual { slot: child.slot as u32, container: child.kind(), least, ..leaf }
            }),
            NodeProgram::Object(_) => leaf,
        }
    }
}

impl ObjectProgram {
    /// The field whose name `rest` begins with, looked for where fields mostly are: behind `guess`.
    #[inline(never)]
    pub fn find(&self, rest: &[u8], guess: usize) -> Option<usize> {
        let guess = guess.min(self.fields.len());
        let (before, behind) = self.fields.split_at(guess);
        behind.iter().position(|field| field.name.begins(rest)).map(|index| index + guess).or_else(|| before.iter().position(|field| field.name.begins(rest)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    One,
    Array,
    Map,
}

#[derive(Debug, Clone)]
pub(crate) struct ChildProgram {
    pub shape: Shape,
    pub absent: Absent,
    pub slot: usize,
    pub context: Box<ContextProgram>,
    /// The element's identity column, where its key is its own.
    pub element_key: Option<usize>,
}

impl ChildProgram {
    /// The BSON type its container must have.
    pub fn kind(&self) -> u8 {
        if self.shape == Shape::Array {
            kind::ARRAY
        } else {
            kind::DOCUMENT
        }
    }
}

pub(super) struct Builder<'a> {
    plan: &'a Plan,
    pub(super) collection: &'a CollectionPlan,
    pub(super) slots: usize,
    hints: usize,
    labels: Vec<String>,
}

/// Lays out one collection's plan.
pub(crate) fn build(plan: &Plan, collection: usize) -> Option<Program> {
    let collection = plan.collections.get(collection)?;
    let mut builder = Builder { plan, collection, slots: 0, hints: 0, labels: vec![String::new()] };
    let root = builder.context(&collection.root, "");
    Some(Program {
        root,
        tables: collection.tables.len(),
        slots: builder.slots,
        hints: builder.hints,
        complement: collection.complement.is_some(),
        exact: collection.fidelity == crate::plan::Fidelity::Exact,
        labels: builder.labels,
    })
}

/// What a context under construction has handed out so far.
pub(super) struct Scope {
    pub(super) leaves: Vec<((usize, usize), usize)>,
    pub(super) children: Vec<ChildProgram>,
}

impl Builder<'_> {
    fn context(&mut self, context: &Context, label: &str) -> ContextProgram {
        if let Some(united) = self.united(context, label) {
            return united;
        }
        let mut scope = Scope { leaves: Vec::new(), children: Vec::new() };
        let base = self.tree(&context.tree, &[context.table], &mut scope);
        let discriminator = context.discriminator.as_ref().map(|d| DiscriminatorProgram {
            path: d.path.iter().map(|name| Name::new(name.as_bytes())).collect(),
            variants: d
                .variants
                .iter()
                .map(|variant| {
                    let tables: Vec<usize> = std::iter::once(context.table).chain(variant.table).collect();
                    (variant.value.clone().into_bytes(), self.tree(&variant.tree, &tables, &mut scope))
                })
                .collect(),
        });
        let child_slots = scope.children.iter().map(|child| ChildSlot { slot: child.slot, kind: child.kind(), one: child.shape == Shape::One }).collect();
        ContextProgram { base, discriminator, union: None, children: scope.children, child_slots, label: self.label(label) }
    }

    pub(super) fn label(&mut self, label: &str) -> usize {
        if label.is_empty() {
            return NO_LABEL;
        }
        self.labels.push(label.to_owned());
        self.labels.len() - 1
    }

    fn tree(&mut self, node: &Node, tables: &[usize], scope: &mut Scope) -> TreeProgram {
        let before = scope.leaves.len();
        let first_slot = self.slots;
        let mut used = Vec::new();
        let node = self.node(node, "", scope, &mut used);
        // A variant's tree repeats the base fields: their slots are the same, so only what this tree names is filled.
        let named: Vec<((usize, usize), usize)> = scope.leaves[before..].to_vec();
        let above = !used.is_empty() || tables.len() > 1;
        let rows = tables.iter().map(|&table| self.row(table, &named, above)).collect();
        TreeProgram { node, rows, children: used, slots: first_slot..self.slots, foreign: Vec::new() }
    }

    pub(super) fn row(&self, table: usize, leaves: &[((usize, usize), usize)], above: bool) -> RowProgram {
        let plan = &self.collection.tables[table];
        let exact = self.collection.fidelity == crate::plan::Fidelity::Exact;
        let source = |index: usize, column: &ColumnPlan| match &column.source {
            Source::ParentKey(_) => ColumnSource::ParentKey,
            Source::Ordinal => ColumnSource::Ordinal,
            Source::MapKey => ColumnSource::MapKey,
            Source::Complement => ColumnSource::Null,
            Source::Field(field) => {
                let slot = leaves.iter().find(|(at, _)| *at == (table, index)).map(|(_, slot)| *slot);
                let codec = Codec::new(&column.pg, field, &self.plan.enums, exact);
                match (slot, field.identity, &codec) {
                    (None, false, _) => ColumnSource::Null,
                    (slot, true, _) => ColumnSource::Identity { slot: slot.unwrap_or(usize::MAX), codec },
                    (Some(slot), false, Codec::Lookup(lookup)) => ColumnSource::Lookup { slot, lookup: *lookup },
                    (Some(slot), false, _) => ColumnSource::Value { slot, usual: codec.usual(), json: codec.is_json(), codec },
                }
            }
        };
        let columns = plan.columns.iter().enumerate().map(|(index, column)| ColumnProgram { source: source(index, column), key: plan.key.contains(&index) }).collect();
        RowProgram { table, columns, parent_key: plan.parent_key, above }
    }

    pub(super) fn node(&mut self, node: &Node, path: &str, scope: &mut Scope, used: &mut Vec<usize>) -> NodeProgram {
        match node {
            Node::Column { table, column } => {
                let slot = self.slots;
                self.slots += 1;
                scope.leaves.push(((*table, *column), slot));
                NodeProgram::Leaf(slot)
            }
            Node::Object(object) => {
                let slot = self.slots;
                self.slots += 1;
                let first_hint = self.hints;
                self.hints += 1 + object.fields.len();
                let fields: Vec<FieldProgram> = object
                    .fields
                    .iter()
                    .map(|(name, node)| {
                        let (absent, null_is_value) = self.absence(node);
                        let mut inner = path.to_owned();
                        crate::path::push_field(&mut inner, name);
                        let node = self.node(node, &inner, scope, used);
                        let leaf = if let NodeProgram::Leaf(slot) = node { slot as u32 } else { NOT_A_LEAF };
                        FieldProgram { name: Name::new(name.as_bytes()), leaf, node, path: inner, required: absent != Absent::Missing, absent, null_is_value }
                    })
                    .collect();
                let required = required(&fields, &scope.children);
                let usual = fields.iter().map(|field| field.usual(&scope.children)).collect();
                NodeProgram::Object(ObjectProgram { fields, usual, path: path.to_owned(), required, slot, first_hint })
            }
            Node::One(child) => self.child(Shape::One, child, path, scope, used),
            Node::Array(child) => self.child(Shape::Array, child, path, scope, used),
            Node::Map(child) => self.child(Shape::Map, child, path, scope, used),
        }
    }

    fn absence(&self, node: &Node) -> (Absent, bool) {
        match node {
            Node::Column { table, column } => {
                let column = &self.collection.tables[*table].columns[*column];
                let json = matches!(column.pg, PgType::Json | PgType::Jsonb);
                match &column.source {
                    Source::Field(field) => (field.absent, json),
                    _ => (Absent::Missing, json),
                }
            }
            Node::Object(_) => (Absent::Missing, false),
            Node::One(child) | Node::Array(child) | Node::Map(child) => (child.absent, false),
        }
    }

    fn child(&mut self, shape: Shape, child: &Child, path: &str, scope: &mut Scope, used: &mut Vec<usize>) -> NodeProgram {
        let slot = self.slots;
        self.slots += 1;
        let context = self.context(&child.context, path);
        let element_key = self.collection.tables[child.context.table].columns.iter().position(|column| matches!(&column.source, Source::Field(field) if field.identity));
        let index = scope.children.len();
        scope.children.push(ChildProgram { shape, absent: child.absent, slot, context: Box::new(context), element_key });
        used.push(index);
        NodeProgram::Child(index)
    }
}
