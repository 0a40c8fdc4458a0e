//! How much of a document's place in rows two mappings agree on, field by field.

use super::parts::{child, field, named};
use super::value;
use crate::plan::{Absent, Child, CollectionPlan, ColumnPlan, Node, Plan, TablePlan};
use crate::postgres::PgType;

/// One collection in both mappings.
#[derive(Clone, Copy)]
pub(super) struct Pair<'p> {
    pub old_plan: &'p Plan,
    pub new_plan: &'p Plan,
    pub old: &'p CollectionPlan,
    pub new: &'p CollectionPlan,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    /// Only names, if anything.
    Same,
    /// Columns and tables come to it, or hold more than before: rows stay as they are, and complements may have what belongs there now.
    More,
    /// Anything else: every document's rows are written anew.
    Other,
}

impl Pair<'_> {
    /// The fields of the document that change, in the order of the old mapping, then the new one.
    pub(super) fn fields(&self) -> Vec<(String, Change)> {
        let mut names: Vec<&str> = Vec::new();
        for context in [&self.old.root, &self.new.root] {
            if let Node::Object(object) = &context.tree {
                names.extend(object.fields.iter().map(|(name, _)| name.as_str()));
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        names.retain(|name| !seen.contains(name) && { seen.push(name); true });
        let change = |name: &str| match (named(&self.old.root, name), named(&self.new.root, name)) {
            (Some(old), Some(new)) => self.node(old, new),
            (None, Some(new)) => self.added(new),
            _ => Change::Other,
        };
        names.into_iter().map(|name| (name.to_owned(), change(name))).filter(|(_, change)| *change != Change::Same).collect()
    }

    /// Whether the shapes that rows have by a discriminator are the same.
    pub(super) fn same_variants(&self) -> bool {
        let (Some(old), Some(new)) = (&self.old.root.discriminator, &self.new.root.discriminator) else { return self.old.root.discriminator.is_none() && self.new.root.discriminator.is_none() };
        old.path == new.path
            && old.variants.len() == new.variants.len()
            && old.variants.iter().zip(&new.variants).all(|(old, new)| old.value == new.value && old.table.is_some() == new.table.is_some() && self.variant(&old.tree, &new.tree))
    }

    /// Fields that only a variant has must not change; those of the base are compared with it.
    fn variant(&self, old: &Node, new: &Node) -> bool {
        let (Node::Object(old), Node::Object(new)) = (old, new) else { return self.node(old, new) == Change::Same };
        let base = |context: &crate::plan::Context, name: &str| named(context, name).is_some();
        old.fields.iter().all(|(name, node)| base(&self.old.root, name) || field(new, name).is_some_and(|other| self.node(node, other) == Change::Same))
            && new.fields.iter().all(|(name, _)| base(&self.new.root, name) || field(old, name).is_some())
    }

    fn column(&self, table: usize, column: usize, new: bool) -> &ColumnPlan {
        &(if new { self.new } else { self.old }).tables[table].columns[column]
    }

    fn node(&self, old: &Node, new: &Node) -> Change {
        match (old, new) {
            (Node::Column { table: a, column: b }, Node::Column { table: c, column: d }) => self.columns(self.column(*a, *b, false), self.column(*c, *d, true)),
            (Node::Object(a), Node::Object(b)) => {
                let kept = a.fields.iter().map(|(name, node)| field(b, name).map_or(Change::Other, |other| self.node(node, other)));
                let come = b.fields.iter().filter(|(name, _)| field(a, name).is_none()).map(|(_, node)| self.added(node));
                kept.chain(come).max().unwrap_or(Change::Same)
            }
            (Node::One(a), Node::One(b)) | (Node::Array(a), Node::Array(b)) | (Node::Map(a), Node::Map(b)) => self.children(a, b),
            _ => Change::Other,
        }
    }

    pub(super) fn columns(&self, old: &ColumnPlan, new: &ColumnPlan) -> Change {
        let (Some(a), Some(b)) = (value::field(old), value::field(new)) else { return Change::Other };
        if a.absent != b.absent || a.bson != b.bson || a.identity != b.identity || a.lookup.is_some() != b.lookup.is_some() {
            return Change::Other;
        }
        match self.types(&old.pg, &new.pg) {
            Some(true) => Change::Same,
            Some(false) => Change::More,
            None => Change::Other,
        }
    }

    /// Whether the types are the same; false: the new one holds the same values and more, and PostgreSQL can alter the column.
    pub(super) fn types(&self, old: &PgType, new: &PgType) -> Option<bool> {
        use PgType::{Array, BigInt, Char, Double, Enum, Integer, Numeric, Real, SmallInt, Text, Timestamp, TimestampTz, Varchar};
        match (old, new) {
            (Enum(a), Enum(b)) => {
                let (a, b) = (self.old_plan.enums.get(*a)?, self.new_plan.enums.get(*b)?);
                if a.name == b.name && a.labels == b.labels && self.old_plan.schema == self.new_plan.schema {
                    return Some(true);
                }
                a.labels.iter().all(|label| b.labels.contains(label)).then_some(false)
            }
            (Array(a, m), Array(b, n)) if m == n => self.types(a, b),
            (a, b) if a == b => Some(true),
            (Varchar(a) | Char(a), Varchar(b)) => (a <= b).then_some(false),
            (Varchar(_) | Char(_), Text) | (SmallInt, Integer | BigInt) | (Integer, BigInt) | (Real, Double) => Some(false),
            (Numeric(Some((p, s))), Numeric(Some((q, t)))) => (s == t && p <= q).then_some(false),
            (Timestamp(a), Timestamp(b)) | (TimestampTz(a), TimestampTz(b)) => (a <= b).then_some(false),
            _ => None,
        }
    }

    fn children(&self, old: &Child, new: &Child) -> Change {
        let same = old.absent == new.absent && old.context.discriminator.is_none() == new.context.discriminator.is_none() && self.same_key(&self.old.tables[old.context.table], &self.new.tables[new.context.table]);
        if !same {
            return Change::Other;
        }
        let variants = match (&old.context.discriminator, &new.context.discriminator) {
            (Some(a), Some(b)) if a.path == b.path && a.variants.len() == b.variants.len() => {
                let change = |(a, b): (&crate::plan::Variant, &crate::plan::Variant)| if a.value == b.value && a.table.is_some() == b.table.is_some() { self.node(&a.tree, &b.tree) } else { Change::Other };
                a.variants.iter().zip(&b.variants).map(change).max().unwrap_or(Change::Same)
            }
            (None, None) => Change::Same,
            _ => Change::Other,
        };
        self.node(&old.context.tree, &new.context.tree).max(variants)
    }

    /// Whether rows of the two tables are told apart in the same way.
    pub(super) fn same_key(&self, old: &TablePlan, new: &TablePlan) -> bool {
        let key = |table: &TablePlan| -> Vec<(usize, PgType)> { table.key.iter().filter_map(|k| Some((*k, table.columns.get(*k)?.pg.clone()))).collect() };
        old.parent_key == new.parent_key && key(old) == key(new)
    }

    /// What a field means for documents that have nothing there.
    fn added(&self, node: &Node) -> Change {
        let absent = match node {
            Node::Column { table, column } => value::field(self.column(*table, *column, true)).map_or(Absent::Null, |field| field.absent),
            Node::Object(object) => return object.fields.iter().map(|(_, inner)| self.added(inner)).max().unwrap_or(Change::More),
            node => child(node).map_or(Absent::Missing, |child| child.absent),
        };
        if absent == Absent::Missing {
            Change::More
        } else {
            Change::Other
        }
    }
}
