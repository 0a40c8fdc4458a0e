//! What a migration is refused for, and what to know before it runs.

use super::compare::{Change, Pair};
use super::parts::{named, Parts};
use super::shred::child_rows;
use super::value::field;
use crate::issue::{Issue, Severity};
use crate::plan::{CollectionPlan, Fidelity, Node};

/// Everything found, collected.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub errors: Vec<Issue>,
}

const REMAP: &str = "read the documents with the old mapping and write them with the new one, into tables of their own";

fn issue(code: &'static str, severity: Severity, collection: &CollectionPlan, message: String, help: &str) -> Issue {
    let mut path = "collections".to_owned();
    crate::path::push_field(&mut path, &collection.name);
    let mut issue = Issue::new(code, severity, path, message).help(help);
    issue.collection = Some(collection.name.clone());
    issue
}

impl Faults {
    fn error(&mut self, code: &'static str, collection: &CollectionPlan, message: String, help: &str) {
        self.errors.push(issue(code, Severity::Error, collection, message, help));
    }

    pub(super) fn collection_gone(&mut self, collection: &CollectionPlan) {
        self.error("migration-loss", collection, format!("the new mapping has no collection `{}`", collection.name), "keep it, or take it out of the old mapping too and drop its tables yourself");
    }

    /// The fields that move; what forbids it becomes faults.
    pub(super) fn check(&mut self, pair: &Pair<'_>) -> Vec<(String, Change)> {
        let (old, new) = (pair.old, pair.new);
        let name = &new.name;
        let (Some(was), Some(is)) = (old.tables.first(), new.tables.first()) else { return Vec::new() };
        let key = |collection: &CollectionPlan| collection.tables.first().and_then(|root| root.columns.first().map(|key| (key.pg.clone(), key.path.clone(), field(key).map(|field| (field.bson, field.lookup.is_some())))));
        if key(old) != key(new) {
            self.error("migration-identity", new, format!("the key of `{name}` has another path, type or kind"), REMAP);
        }
        if was.schema != is.schema && (was.schema.is_none() || is.schema.is_none()) {
            self.error("migration-schema", new, format!("only one of the two mappings names a schema for `{name}`"), "name the schema in both");
        }
        if old.complement.is_some() && new.complement.is_none() {
            self.error("migration-loss", new, format!("`{name}` has no complement any more, which holds what columns do not say"), "keep `complement`");
        }
        let moved: Vec<(String, Change)> = pair.fields().into_iter().filter(|(field, _)| !self.identity(pair, field)).collect();
        if moved.is_empty() {
            if !pair.same_variants() {
                self.error("migration-variants", new, format!("variants of `{name}` change, and SQL does not know which rows are of which"), REMAP);
            }
            return moved;
        }
        // Columns come without anything to put into them.
        if old.complement.is_none() && new.complement.is_none() && moved.iter().all(|(_, change)| *change == Change::More) {
            return moved;
        }
        for (name, _) in &moved {
            if new.complement.is_none() && old.complement.is_none() {
                self.error("migration-loss", new, format!("`{name}` moves, and there is no complement for what its new columns cannot hold"), "declare a `complement` column");
            }
            if Fidelity::Exact == old.fidelity || Fidelity::Exact == new.fidelity {
                self.error("migration-order", new, format!("`{name}` moves, and SQL cannot keep the order of keys that `fidelity: exact` promises"), REMAP);
            }
            let sides = [(pair.old_plan, old), (pair.new_plan, new)];
            let looked_up = |collection: &CollectionPlan, node: &Node| {
                let mut tables: Vec<(usize, usize)> = Parts::of(node, &[]).columns.iter().map(|(_, table, column)| (*table, *column)).collect();
                for rows in child_rows(pair.old_plan, collection, "", node) {
                    tables.extend((0..collection.tables.get(rows.table).map_or(0, |table| table.columns.len())).map(|column| (rows.table, column)));
                }
                tables.iter().any(|(table, column)| collection.tables.get(*table).and_then(|table| table.columns.get(*column)).and_then(field).is_some_and(|field| field.lookup.is_some()))
            };
            if sides.iter().any(|(_, collection)| named(&collection.root, name).is_some_and(|node| looked_up(collection, node))) {
                self.error("migration-lookup", new, format!("`{name}` moves, and ids in it are looked up, which SQL cannot undo"), REMAP);
            }
            if sides.iter().any(|(_, collection)| varies(collection, name)) {
                self.error("migration-variants", new, format!("`{name}` moves, and what its rows look like depends on a discriminator"), REMAP);
            }
        }
        if !pair.same_variants() {
            self.error("migration-variants", new, format!("variants of `{name}` change, and SQL does not know which rows are of which"), REMAP);
        }
        moved
    }

    /// Whether the document's identity stands in the field, which then cannot move.
    fn identity(&mut self, pair: &Pair<'_>, name: &str) -> bool {
        let holds = |collection: &CollectionPlan| {
            let columns = named(&collection.root, name).map(|node| Parts::of(node, &[]).columns).unwrap_or_default();
            columns.iter().any(|(_, table, column)| collection.tables.get(*table).and_then(|table| table.columns.get(*column)).and_then(field).is_some_and(|field| field.identity))
        };
        let found = holds(pair.old) || holds(pair.new);
        if found {
            self.error("migration-identity", pair.new, format!("`{name}` holds the document's identity and changes"), REMAP);
        }
        found
    }
}

/// Whether a discriminator has a say in the field: it is the discriminator, a variant has it otherwise, or rows below it have one of their own.
fn varies(collection: &CollectionPlan, name: &str) -> bool {
    let base = named(&collection.root, name);
    let by_root = collection.root.discriminator.as_ref().is_some_and(|it| {
        let differs = |tree: &Node| match tree {
            Node::Object(object) => super::parts::field(object, name) != base,
            _ => true,
        };
        it.path.first().is_some_and(|first| first == name) || it.variants.iter().any(|variant| differs(&variant.tree))
    });
    fn below(node: &Node) -> bool {
        match node {
            Node::Column { .. } => false,
            Node::Object(object) => object.fields.iter().any(|(_, node)| below(node)),
            Node::One(child) | Node::Array(child) | Node::Map(child) => child.context.discriminator.is_some() || below(&child.context.tree),
        }
    }
    by_root || base.is_some_and(below)
}

/// Warning: the rows of all documents are written anew.
pub(super) fn rewrites(pair: &Pair<'_>, moved: &[(String, Change)]) -> Option<Issue> {
    let names: Vec<String> = moved.iter().filter(|(_, change)| *change == Change::Other).map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("every document's {} is written anew, and its tables are locked meanwhile", names.join(", "));
    (!names.is_empty()).then(|| issue("migration-rewrites", Severity::Warning, pair.new, message, "run it where that takes seconds, or when nobody waits"))
}

/// Warning: stored digests are of the old form of the rows.
pub(super) fn digests(pair: &Pair<'_>) -> Issue {
    issue("migration-digests", Severity::Warning, pair.new, "stored digests are of the rows as they were and are set to NULL".to_owned(), "write the documents again, or compare without stored digests")
}
