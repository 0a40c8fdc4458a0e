//! How much of a document's place in rows two mappings agree on, field by field.

use super::parts::{child, field};
use super::tables::Places;
use super::value;
use super::variants::{of_kind, own_tables, shapes, tree_of, varies};
use crate::plan::{Absent, Child, CollectionPlan, ColumnPlan, Fidelity, Node, ObjectNode, Plan, TablePlan};
use crate::postgres::PgType;

/// One collection in both mappings.
pub(super) struct Pair<'p> {
    pub old_plan: &'p Plan,
    pub new_plan: &'p Plan,
    pub old: &'p CollectionPlan,
    pub new: &'p CollectionPlan,
    /// Which table and column is which.
    pub places: Places,
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

impl<'p> Pair<'p> {
    pub(super) fn new(old_plan: &'p Plan, new_plan: &'p Plan, old: &'p CollectionPlan, new: &'p CollectionPlan) -> Self {
        let mut pair = Pair { old_plan, new_plan, old, new, places: Places::default() };
        pair.places = Places::of(&pair);
        pair
    }
}

/// Whether fields that both have stand in another order.
fn reordered(old: &ObjectNode, new: &ObjectNode) -> bool {
    let kept = |of: &ObjectNode, other: &ObjectNode| -> Vec<String> { of.fields.iter().filter(|(name, _)| field(other, name).is_some()).map(|(name, _)| name.clone()).collect() };
    kept(old, new) != kept(new, old)
}

impl Pair<'_> {
    /// Whether the order of keys is part of what either mapping promises.
    pub(super) fn ordered(&self) -> bool {
        self.old.fidelity == Fidelity::Exact || self.new.fidelity == Fidelity::Exact
    }

    /// Whether documents' own fields stand in another order.
    pub(super) fn reordered(&self) -> bool {
        let kinds: Vec<Option<&str>> = [&self.old.root, &self.new.root].into_iter().flat_map(|context| &context.discriminator).flat_map(|it| &it.variants).map(|variant| Some(variant.value.as_str())).chain([None]).collect();
        kinds.into_iter().any(|kind| matches!((tree_of(&self.old.root, kind), tree_of(&self.new.root, kind)), (Node::Object(old), Node::Object(new)) if reordered(old, new)))
    }

    /// The fields of the document that change, in the order of the old mapping, then the new one; where their rows depend on a discriminator, its field is among them.
    pub(super) fn fields(&self) -> Vec<(String, Change)> {
        let mut names: Vec<&str> = Vec::new();
        for context in [&self.old.root, &self.new.root] {
            for case in shapes(context).iter().rev() {
                if let Node::Object(object) = case.node {
                    names.extend(object.fields.iter().map(|(name, _)| name.as_str()));
                }
            }
        }
        let mut seen: Vec<&str> = Vec::new();
        names.retain(|name| !seen.contains(name) && { seen.push(name); true });
        let mut changes: Vec<(String, Change)> = names.into_iter().map(|name| (name.to_owned(), self.change(name))).collect();
        let by_kind = changes.iter().any(|(name, change)| *change != Change::Same && (varies(&self.old.root, name) || varies(&self.new.root, name)));
        let come = self.variant_tables_change();
        let kinds: Vec<&str> = [&self.old.root, &self.new.root].into_iter().filter_map(|context| context.discriminator.as_ref()?.path.first().map(String::as_str)).collect();
        changes.retain(|(name, change)| *change != Change::Same || ((by_kind || come) && kinds.contains(&name.as_str())));
        changes.iter_mut().filter(|(name, _)| come && kinds.contains(&name.as_str())).for_each(|(_, change)| *change = Change::Other);
        changes
    }

    fn change(&self, name: &str) -> Change {
        let pair = |kind: Option<&str>| match (of_kind(&self.old.root, kind, name), of_kind(&self.new.root, kind, name)) {
            (Some(old), Some(new)) => self.node(old, new, false),
            (None, Some(new)) => self.added(new),
            (None, None) => Change::Same,
            _ => Change::Other,
        };
        let kinds = [&self.old.root, &self.new.root].into_iter().flat_map(|context| &context.discriminator).flat_map(|it| &it.variants).map(|variant| Some(variant.value.as_str()));
        let change = kinds.chain([None]).map(pair).max().unwrap_or(Change::Same);
        let same_path = self.old.root.discriminator.as_ref().map(|it| &it.path) == self.new.root.discriminator.as_ref().map(|it| &it.path);
        if (varies(&self.old.root, name) || varies(&self.new.root, name)) && (change != Change::Same || !same_path) {
            // A column that others have too, or no longer.
            return Change::Other;
        }
        change
    }

    /// Whether variants get tables of their own, or lose them.
    fn variant_tables_change(&self) -> bool {
        let kinds = |collection| { let mut kinds: Vec<&str> = own_tables(collection).map(|(kind, _)| kind).collect(); kinds.sort_unstable(); kinds };
        kinds(self.old) != kinds(self.new)
    }

    fn column(&self, table: usize, column: usize, new: bool) -> &ColumnPlan {
        &(if new { self.new } else { self.old }).tables[table].columns[column]
    }

    /// `listed`: below elements, which complements recognise by their bytes.
    fn node(&self, old: &Node, new: &Node, listed: bool) -> Change {
        match (old, new) {
            (Node::Column { table: a, column: b }, Node::Column { table: c, column: d }) => {
                if self.places.tables[*a] == Some(*c) && self.places.columns[*a][*b] == Some(*d) { self.columns(self.column(*a, *b, false), self.column(*c, *d, true)) } else { Change::Other }
            }
            (Node::Object(a), Node::Object(b)) => {
                let kept = a.fields.iter().map(|(name, node)| field(b, name).map_or(Change::Other, |other| self.node(node, other, listed)));
                let come = b.fields.iter().filter(|(name, _)| field(a, name).is_none()).map(|(_, node)| self.added(node));
                let order = ((listed || self.ordered()) && reordered(a, b)).then_some(Change::More);
                kept.chain(come).chain(order).max().unwrap_or(Change::Same)
            }
            (Node::Array(a), Node::Array(b)) => self.children(a, b, true),
            (Node::One(a), Node::One(b)) | (Node::Map(a), Node::Map(b)) => self.children(a, b, listed),
            _ => Change::Other,
        }
    }

    pub(super) fn columns(&self, old: &ColumnPlan, new: &ColumnPlan) -> Change {
        let (Some(a), Some(b)) = (value::field(old), value::field(new)) else { return Change::Other };
        if a.absent != b.absent || a.bson != b.bson || a.identity != b.identity || a.lookup != b.lookup {
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
                if a == b {
                    return Some(true);
                }
                a.labels.iter().all(|label| b.labels.contains(label)).then_some(false)
            }
            (Array(a, m), Array(b, n)) if m == n => self.types(a, b),
            (a, b) if a == b => Some(true),
            (Varchar(Some(a)) | Char(a), Varchar(Some(b))) => (a <= b).then_some(false),
            (Varchar(_) | Char(_), Text | Varchar(None)) | (Text, Varchar(None)) | (SmallInt, Integer | BigInt) | (Integer, BigInt) | (Real, Double) => Some(false),
            (Numeric(Some((p, s))), Numeric(Some((q, t)))) => (s == t && p <= q).then_some(false),
            (Timestamp(a), Timestamp(b)) | (TimestampTz(a), TimestampTz(b)) => (a <= b).then_some(false),
            _ => None,
        }
    }

    fn children(&self, old: &Child, new: &Child, listed: bool) -> Change {
        let same = self.places.tables[old.context.table] == Some(new.context.table) && old.absent == new.absent && old.context.discriminator.is_none() == new.context.discriminator.is_none();
        if !same {
            return Change::Other;
        }
        let variants = match (&old.context.discriminator, &new.context.discriminator) {
            (Some(a), Some(b)) if a.path == b.path && a.variants.len() == b.variants.len() => {
                let change = |(a, b): (&crate::plan::Variant, &crate::plan::Variant)| if a.value == b.value && a.table.is_some() == b.table.is_some() { self.node(&a.tree, &b.tree, listed) } else { Change::Other };
                a.variants.iter().zip(&b.variants).map(change).max().unwrap_or(Change::Same)
            }
            (None, None) => Change::Same,
            _ => Change::Other,
        };
        self.node(&old.context.tree, &new.context.tree, listed).max(variants)
    }

    /// Whether rows of the two tables are told apart in the same way.
    pub(super) fn same_key(&self, old: &TablePlan, new: &TablePlan) -> bool {
        let key = |table: &TablePlan| -> Vec<(usize, PgType, String)> { table.key.iter().filter_map(|k| { let column = table.columns.get(*k)?; Some((*k, column.pg.clone(), column.path.clone())) }).collect() };
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
