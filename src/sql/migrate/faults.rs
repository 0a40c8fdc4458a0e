//! What a migration is refused for, and what to know before it runs.

use super::compare::{Change, Pair};
use super::orders::orders;
use super::parts::{child, Parts};
use super::value::field;
use super::variants::{cases, shapes};
use crate::issue::{Issue, Severity};
use crate::plan::{Child, CollectionPlan, ColumnPlan, Node};
use crate::postgres::PgType;

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

    /// Whatever goes belongs to a field that moves; else how the two mappings were matched is wrong.
    fn nothing_lost(&mut self, pair: &Pair<'_>, moved: &[(String, Change)]) {
        let moves = |(name, _): &&(String, Change)| -> (Vec<usize>, Vec<(usize, usize)>) { (tables_below(pair.old, name), columns_of(pair.old, name)) };
        let (tables, columns): (Vec<_>, Vec<_>) = moved.iter().filter(|(_, change)| *change == Change::Other).collect::<Vec<_>>().iter().map(moves).unzip();
        let (tables, columns) = (tables.concat(), columns.concat());
        let mut lost = Vec::new();
        for (at, (table, places)) in pair.old.tables.iter().zip(&pair.places.columns).enumerate().filter(|(at, _)| !tables.contains(at)) {
            let gone = |(column, place): (usize, &Option<usize>)| (place.is_none() && !columns.contains(&(at, column)) && table.columns.get(column).and_then(field).is_some()).then(|| format!("`{}` of `{}`", table.columns[column].name, table.name));
            lost.extend(places.iter().enumerate().filter_map(gone));
        }
        for what in lost {
            self.error("migration-loss", pair.new, format!("{what} would go, and no field that it holds moves"), "this is a fault of rowlens: please report the two mappings");
        }
    }

    /// The version comes from a field that SQL cannot read.
    fn version(&mut self, pair: &Pair<'_>) {
        let Some(name) = pair.new.version.as_ref().filter(|_| super::versions::come(pair)).and_then(|version| version.path.first()) else { return };
        if !tables_below(pair.new, name).is_empty() {
            self.error("migration-lookup", pair.new, format!("the version of `{}` stands in `{name}`, of which SQL cannot read all", pair.new.name), REMAP);
        }
    }

    /// The fields that move; what forbids it becomes faults.
    pub(super) fn check(&mut self, pair: &Pair<'_>) -> Vec<(String, Change)> {
        let (old, new) = (pair.old, pair.new);
        let name = &new.name;
        if old.tables.is_empty() || new.tables.is_empty() {
            return Vec::new();
        }
        let key = |collection: &CollectionPlan| collection.tables.first().and_then(|root| root.columns.first().map(|key| (key.pg.clone(), key.path.clone(), field(key).map(|field| (field.bson, field.lookup.is_some())))));
        if key(old) != key(new) {
            self.error("migration-identity", new, format!("the key of `{name}` has another path, type or kind"), REMAP);
        }
        if let (Some(was), Some(is)) = (&old.version, &new.version) {
            if was.path != is.path {
                self.error("migration-version", new, format!("the version of `{name}` is another one, and what is stored are versions of the old one"), "take `version` out of the mapping with one migration and in again with the next, and delete the collection's tombstones when nothing older can arrive any more");
            }
        }
        if old.complement.is_some() && new.complement.is_none() {
            self.error("migration-loss", new, format!("`{name}` has no complement any more, which holds what columns do not say"), "keep `complement`");
        }
        if old.fidelity != new.fidelity {
            self.error("migration-order", new, format!("`fidelity` of `{name}` changes, and SQL does not know in which order documents had their keys"), REMAP);
        } else if pair.ordered() && pair.reordered() {
            self.error("migration-order", new, format!("columns or children of `{name}` stand in another order, which is that of keys under `fidelity: exact`"), "keep their order");
        }
        let moved: Vec<(String, Change)> = pair.fields().into_iter().filter(|(field, _)| !self.identity(pair, field)).collect();
        self.nothing_lost(pair, &moved);
        self.version(pair);
        if moved.is_empty() {
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
            if pair.ordered() {
                self.error("migration-order", new, format!("`{name}` moves, and SQL cannot keep the order of keys that `fidelity: exact` promises"), REMAP);
            }
            for collection in [old, new] {
                if orders(collection, [name.as_str()]).conflict {
                    self.error("migration-variants", new, format!("`{name}` moves, and two variants have the same fields of it in another order, or one of them in JSON"), "give both the same order, or read the documents with the old mapping and write them with the new one");
                }
                if cases(&collection.root, name).iter().any(|case| tables_by_element(case.node)) {
                    self.error("migration-variants", new, format!("`{name}` moves, and elements in it have tables by a discriminator"), REMAP);
                }
            }
        }
        moved
    }

    /// Whether the document's identity stands in the field, which then cannot move.
    fn identity(&mut self, pair: &Pair<'_>, name: &str) -> bool {
        let holds = |collection: &CollectionPlan| {
            columns_of(collection, name).iter().any(|(table, column)| column_of(collection, *table, *column).and_then(field).is_some_and(|field| field.identity))
        };
        let found = holds(pair.old) || holds(pair.new);
        if found {
            self.error("migration-identity", pair.new, format!("`{name}` holds the document's identity and changes"), REMAP);
        }
        found
    }
}

/// The columns of the document's own rows that hold something of a field, whichever kind it is of.
pub(super) fn columns_of(collection: &CollectionPlan, name: &str) -> Vec<(usize, usize)> {
    cases(&collection.root, name).iter().flat_map(|case| Parts::of(case.node, &[]).columns).map(|(_, table, column)| (table, column)).collect()
}

fn column_of(collection: &CollectionPlan, table: usize, column: usize) -> Option<&ColumnPlan> {
    collection.tables.get(table)?.columns.get(column)
}

/// Every child below a node, whichever shape it is of.
pub(super) fn each_child(node: &Node, look: &mut impl FnMut(&Child)) {
    for (_, node) in Parts::of(node, &[]).children {
        let Some(child) = child(node) else { continue };
        look(child);
        for case in shapes(&child.context) {
            each_child(case.node, look);
        }
    }
}

pub(super) fn tables_below(collection: &CollectionPlan, name: &str) -> Vec<usize> {
    let mut tables = Vec::new();
    for case in cases(&collection.root, name) {
        each_child(case.node, &mut |child| tables.push(child.context.table));
    }
    tables
}

/// Whether variants of elements have tables of their own.
fn tables_by_element(node: &Node) -> bool {
    let mut found = false;
    each_child(node, &mut |child| found |= child.context.discriminator.iter().flat_map(|it| &it.variants).any(|variant| variant.table.is_some()));
    found
}

/// Warning: the rows of all documents are written anew.
pub(super) fn rewrites(pair: &Pair<'_>, moved: &[(String, Change)]) -> Option<Issue> {
    let names: Vec<String> = moved.iter().filter(|(_, change)| *change == Change::Other).map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("every document's {} is written anew, and its tables are locked meanwhile", names.join(", "));
    (!names.is_empty()).then(|| issue("migration-rewrites", Severity::Warning, pair.new, message, "run it where that takes seconds, or when nobody waits"))
}

/// Warning: `json` keeps its text, which SQL makes from jsonb.
pub(super) fn json_texts(pair: &Pair<'_>, moved: &[(String, Change)]) -> Option<Issue> {
    let is_json = |pg: &PgType| *pg == PgType::Json || matches!(pg, PgType::Array(element, _) if **element == PgType::Json);
    let mut names: Vec<String> = Vec::new();
    for (name, _) in moved {
        let below = tables_below(pair.new, name).into_iter().flat_map(|table| (0..pair.new.tables[table].columns.len()).map(move |column| (table, column)));
        names.extend(columns_of(pair.new, name).into_iter().chain(below).filter_map(|(table, column)| column_of(pair.new, table, column)).filter(|column| is_json(&column.pg)).map(|column| format!("`{}`", column.name)));
    }
    names.sort_unstable();
    names.dedup();
    let message = format!("{} of type json get jsonb's order of keys and blanks, which documents do not have: comparisons tell them until the documents are written again", names.join(", "));
    (!names.is_empty()).then(|| issue("migration-json", Severity::Warning, pair.new, message, "take jsonb, or write the documents again"))
}

/// Warning: stored digests are of the old form of the rows.
pub(super) fn digests(pair: &Pair<'_>) -> Issue {
    issue("migration-digests", Severity::Warning, pair.new, "stored digests are of the rows as they were and are set to NULL".to_owned(), "write the documents again, or compare without stored digests")
}

/// Warning: writes are no longer, or not yet, held against versions.
pub(super) fn unversioned(pair: &Pair<'_>) -> Option<Issue> {
    let name = &pair.new.name;
    let (message, help) = match (&pair.old.version, &pair.new.version) {
        (Some(_), None) => (format!("versions of `{name}` go, and writes are no longer held against them"), "keep `version` where writes may come late or twice"),
        (None, Some(is)) if is.path.is_empty() => (format!("rows of `{name}` have no version until they are written again, and whatever is written first wins"), "let no older states arrive meanwhile"),
        _ => return None,
    };
    Some(issue("migration-unversioned", Severity::Warning, pair.new, message, help))
}
