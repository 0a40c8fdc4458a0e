//! Beside the last defence, which reads again what moved: what that does not see.
//!
//! The complement says whatever rows do not, so rows that were not written as they should be are read all the same, in SQL; the core, however, takes rows that an
//! entry does not fit for written since, and drops the entry. So rows are looked at, too: columns where the complement has a say, and how many rows there are.
//!
//! What did not move is summed up, table by table, before and after: how many rows, and a sum of hashes of what is in them, found by paths and variants and not by
//! which column became which.

use super::assemble::choose;
use super::compare::{Change, Pair};
use super::data::complement;
use super::faults::each_child;
use super::parts::Parts;
use super::shred::ChildRows;
use super::value::names;
use super::variants::{cases, in_row, is_own, joins, shapes};
use crate::plan::{CollectionPlan, Node, Source, TablePlan};
use crate::postgres::identifier::{literal, quote};

/// Statements before anything changes, and after everything has.
#[derive(Debug, Default)]
pub(super) struct Proof {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

const HELP: &str = "this is a fault of rowlens: please report the two mappings; going by way of the documents works, reading them with the old mapping and writing them with the new one";

/// What does not move.
pub(super) fn still(pair: &Pair<'_>, moved: &[(String, Change)], number: usize) -> Proof {
    let mut proof = Proof::default();
    let sums = format!("pg_temp.rowlens_sums_{number}");
    let all = names(moved.iter().map(|(name, _)| name.as_str()));
    let both = pair.old.version.is_some() && pair.new.version.is_some();
    let (old, new) = (sum(pair.old, moved, &all, both), sum(pair.new, moved, &all, both));
    proof.before.push(format!("CREATE TEMPORARY TABLE {} AS\n{old};", sums.trim_start_matches("pg_temp.")));
    let lost = literal("rows that do not move are not what they were: of ");
    proof.after.push(format!("SELECT pg_temp.rowlens_refuse({lost} || coalesce(was.place, now.place), {})\nFROM {sums} was FULL JOIN ({new}) now ON now.place = was.place\nWHERE (was.n, was.h) IS DISTINCT FROM (now.n, now.h) LIMIT 1;", literal(HELP)));
    proof.after.push(format!("DROP TABLE {sums};"));
    proof
}

/// A statement that refuses where a table's rows are not what was put there.
pub(super) fn written(table: &TablePlan, from: &str) -> String {
    let message = literal(&format!("rows of `{}` are not what was written", table.name));
    format!("SELECT pg_temp.rowlens_refuse({message}, {})\nFROM {from} LIMIT 1;", literal(HELP))
}

/// The same for how many rows tables of children have.
pub(super) fn counted(collection: &CollectionPlan, rows: &[ChildRows], moving: &str) -> Vec<String> {
    let one = |(index, table): (usize, &TablePlan)| {
        let counts: Vec<String> = rows.iter().filter(|rows| rows.table == index).map(|rows| format!("SELECT count(*) FROM {moving} s{}", rows.from)).collect();
        let first = quote(&table.columns.first()?.name);
        let from = format!(
            "(SELECT count(*) AS n FROM {} c JOIN {moving} s ON c.{first} = s.k) now, (SELECT sum(n) AS n FROM ({}) x(n)) wanted WHERE now.n <> wanted.n",
            table.qualified(), counts.join("\nUNION ALL ")
        );
        (!counts.is_empty()).then(|| written(table, &from))
    };
    collection.tables.iter().enumerate().filter_map(one).collect()
}

/// Places with their sums: of the documents' own rows, and of each table below fields that do not move.
fn sum(collection: &CollectionPlan, moved: &[(String, Change)], all: &str, version: bool) -> String {
    let still = |name: &str| !moved.iter().any(|(other, _)| other == name);
    let mut fields: Vec<&str> = shapes(&collection.root).iter().filter_map(|case| if let Node::Object(object) = case.node { Some(object) } else { None }).flat_map(|object| &object.fields).map(|(name, _)| name.as_str()).filter(|name| still(name)).collect();
    fields.sort_unstable();
    fields.dedup();
    let kind = in_row(collection, &collection.root, "t");
    let mut values: Vec<String> = collection.tables.first().map(|root| format!("t.{}::text", root.key_columns())).into_iter().collect();
    values.extend(collection.version.iter().filter(|_| version).map(|version| format!("t.{}::text", quote(&version.column))));
    values.extend(complement(collection).map(|rest| format!("CASE WHEN {rest} IS NOT NULL THEN pg_temp.rowlens_complement({rest}, {all}, '{{}}')::text END")));
    for name in &fields {
        let shapes: Vec<_> = cases(&collection.root, name).iter().map(|case| (case.when.condition(&kind), columns(collection, case.node, 0, "t"))).collect();
        values.push(format!("({})::text", choose(shapes)));
    }
    let mut selects: Vec<String> = collection.tables.first().map(|root| one("''", &values, &format!("{} t{}", root.qualified(), joins(collection)))).into_iter().collect();
    let mut seen = Vec::new();
    for name in &fields {
        for case in cases(&collection.root, name) {
            each_child(case.node, &mut |child| {
                let table = &collection.tables[child.context.table];
                if seen.contains(&child.context.table) {
                    return;
                }
                seen.push(child.context.table);
                let mut values: Vec<String> = table.columns.iter().filter(|column| !matches!(column.source, Source::Field(_))).map(|column| format!("t.{}::text", quote(&column.name))).collect();
                let kind = in_row(collection, &child.context, "t");
                let shapes: Vec<_> = shapes(&child.context).iter().map(|case| (case.when.condition(&kind), columns(collection, case.node, child.context.table, "t"))).collect();
                values.push(format!("({})::text", choose(shapes)));
                selects.push(one(&literal(&table.path), &values, &format!("{} t", table.qualified())));
            });
        }
    }
    // Two variants may have tables of their own for the same place.
    format!("SELECT place, sum(n) AS n, sum(h) AS h FROM (\n{}\n) x GROUP BY place", selects.join("\nUNION ALL "))
}

fn one(place: &str, values: &[String], from: &str) -> String {
    format!("SELECT {place} AS place, count(*) AS n, sum(hashtextextended(ARRAY[{}]::text, 0)::numeric) AS h FROM {from}", values.join(", "))
}

/// The columns of one row in the order of their paths, as an array of texts.
fn columns(collection: &CollectionPlan, node: &Node, table: usize, alias: &str) -> String {
    let mut columns = Parts::of(node, &[]).columns;
    columns.sort_unstable();
    let texts = columns.into_iter().filter_map(|(_, of, at)| {
        let column = quote(&collection.tables.get(of)?.columns.get(at)?.name);
        if of == table {
            return Some(format!("{alias}.{column}::text"));
        }
        (table == 0 && is_own(collection, of)).then(|| format!("{}.{column}::text", super::variants::alias(of)))
    });
    format!("ARRAY[{}]::text[]", texts.collect::<Vec<_>>().join(", "))
}
