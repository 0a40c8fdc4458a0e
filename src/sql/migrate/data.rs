//! The statements that take values out of rows and complements, and put them into the new ones.

use super::assemble::{choose, object, Assemble};
use super::compare::{Change, Pair};
use super::guards::guards;
use super::held::{held, Held};
use super::orders::orders;
use super::parts::{child, Parts};
use super::shred::{child_rows, ChildRows};
use super::value::{at, hold, looked_up, names, null_is_null, show};
use super::variants::{alias, cases, in_row, in_value, joins, own_tables, Case, When};
use crate::plan::{CollectionPlan, Plan};
use crate::postgres::identifier::{literal, quote};
use crate::postgres::PgType;

/// Statements of one collection whose fields move.
#[derive(Debug, Default)]
pub(super) struct Data {
    /// Values are taken, and what rests on them is removed.
    pub take: Vec<String>,
    /// Values are put where the new mapping has them, what is left over into the complement.
    pub put: Vec<String>,
}

pub(super) fn complement(collection: &CollectionPlan) -> Option<String> {
    Some(format!("t.{}", quote(&collection.tables.first()?.columns.get(collection.complement?)?.name)))
}

fn path(name: &str) -> String {
    let mut path = String::new();
    crate::path::push_field(&mut path, name);
    literal(&path)
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(", ")
}

/// What the rows alone say of each field, as columns `f0`, `f1`, … of `b`, and in which order their objects have their keys.
fn bases(collection: &CollectionPlan, moved: &[(String, Change)]) -> String {
    let mut assemble = Assemble::new(collection);
    let kind = in_row(collection, &collection.root, "t");
    let values = list(moved.iter().enumerate().map(|(index, (name, _))| {
        let shapes: Vec<_> = cases(&collection.root, name).iter().map(|case| (case.when.condition(&kind), assemble.node(case.node, "t").value)).collect();
        format!("({})::jsonb AS f{index}", choose(shapes))
    }));
    format!("{values}, {} AS orders", object(orders(collection, moved.iter().map(|(name, _)| name.as_str())).sql()))
}

/// What rows and complement together say of each field, as one object; to be had from what [`read`] joins.
pub(super) fn values(moved: &[(String, Change)]) -> String {
    object(moved.iter().enumerate().map(|(index, (name, _))| {
        let said = literal(name);
        (name.as_str(), format!("CASE WHEN {said} = ANY (w.said) THEN pg_temp.rowlens_apply(b.f{index}, w.fields -> {said}, w.types, w.rows, {at}, b.orders, {at}) ELSE b.f{index} END", at = path(name)))
    }))
}

/// What is joined to a root row `t` to read the fields: variants' tables, `w` with the parts of the complement and of which fields it says anything, and `b` with what the rows
/// alone say, and whether the complement says more; where `only`, only of rows for which it does.
pub(super) fn read(collection: &CollectionPlan, moved: &[(String, Change)], only: bool) -> String {
    let rest = complement(collection).unwrap_or_else(|| "NULL::jsonb".to_owned());
    let all = names(moved.iter().map(|(name, _)| name.as_str()));
    let only = if only { format!(" WHERE said && {all}") } else { String::new() };
    let parts = "coalesce(rest -> 'fields', '{}') AS fields, coalesce(rest -> 'types', '{}') AS types, coalesce(rest -> 'rows', '{}') AS rows";
    format!(
        "{}, LATERAL (SELECT pg_temp.rowlens_said(rest) AS said, {parts} FROM (SELECT {rest} || '{{}}' AS rest OFFSET 0) r OFFSET 0) w, LATERAL (SELECT said && {all} AS touched, {}{only} OFFSET 0) b",
        joins(collection), bases(collection, moved)
    )
}

fn rows_of(plan: &Plan, collection: &CollectionPlan, moved: &[(String, Change)]) -> Vec<ChildRows> {
    moved.iter().flat_map(|(name, _)| child_rows(plan, collection, name)).collect()
}

/// The documents that move, as `s`, to look into them many times.
///
/// OFFSET 0, here and below: PostgreSQL would put an expression wherever it is named, and evaluate it as often. And what a table has out of line or compressed (TOAST) it fetches and
/// unpacks for every use; what `||` returns it has once.
fn opened(moving: &str) -> String {
    format!("(SELECT k, v || '{{}}' AS v FROM {moving} OFFSET 0) s")
}

pub(super) fn data(pair: &Pair<'_>, moved: &[(String, Change)], number: usize) -> Option<Data> {
    let mut out = Data::default();
    let moving = format!("pg_temp.rowlens_moving_{number}");
    let all = names(moved.iter().map(|(name, _)| name.as_str()));
    let (root, key) = (pair.old.tables.first()?, |collection: &CollectionPlan| collection.tables.first().map(|root| format!("t.{}", root.key_columns())));
    // Taking.
    let given = object(moved.iter().enumerate().map(|(index, (name, _))| (name.as_str(), format!("b.f{index}"))));
    let only = moved.iter().all(|(_, change)| *change == Change::More);
    let tables_of_old: Vec<String> = pair.old.tables.iter().map(crate::plan::TablePlan::qualified).collect();
    out.take.push(format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", tables_of_old.join(", ")));
    out.take.push(format!(
        "CREATE TEMPORARY TABLE {} AS\nSELECT {} AS k, {} AS v, CASE WHEN b.touched THEN {given} END AS b, b.touched\nFROM {} t{};",
        moving.trim_start_matches("pg_temp."), key(pair.old)?, values(moved), root.qualified(), read(pair.old, moved, only)
    ));
    out.take.push(format!("CREATE INDEX ON {moving} (k);\nANALYZE {moving};"));
    out.take.extend(guards(pair, moved, &moving));
    out.take.extend(super::key_orders::guards(pair, moved, &moving));
    let still = super::proof::still(pair, moved, number);
    out.take.extend(still.before);
    let kind = in_row(pair.old, &pair.old.root, "t");
    for (name, case) in moved.iter().flat_map(|(name, _)| cases(&pair.old.root, name).into_iter().map(move |case| (name, case))) {
        for (names_of, table, column) in Parts::of(case.node, &[name.to_owned()]).columns {
            let column = pair.old.tables.get(table)?.columns.get(column)?;
            let own = format!("{}.{}", if table == 0 { "t".to_owned() } else { alias(table) }, quote(&column.name));
            let compared = if column.pg == PgType::Json { "::jsonb" } else { "" };
            let shown = show(&own, column);
            let shown = if null_is_null(column) { format!("coalesce({shown}, 'null')") } else { shown };
            // An id that had no key when it was written may have one now: NULL is what stood beside it.
            let unresolved = looked_up(column).map_or_else(String::new, |_| format!(" AND {own} IS NOT NULL"));
            let when = case.when.condition(&kind).map_or_else(String::new, |condition| format!(" AND {condition}"));
            out.take.push(format!(
                "-- Where the column was written since, it wins over the complement.\nUPDATE {moving} s SET v = pg_temp.rowlens_put(s.v, {}, {shown})\nFROM {} t{} WHERE {} = s.k AND s.touched{when}{unresolved} AND {}{compared}::text IS DISTINCT FROM {own}{compared}::text;",
                names(names_of.iter().map(String::as_str)), root.qualified(), joins(pair.old), key(pair.old)?, hold(&at("s.v", &names_of), column, pair.old_plan)
            ));
        }
    }
    out.take.extend(super::agreement::guards(pair.old, &rows_of(pair.old_plan, pair.old, moved), &moving));
    let places = &pair.places.tables;
    let mut cleared: Vec<usize> = moved.iter().flat_map(|(name, _)| cases(&pair.old.root, name)).flat_map(|case| Parts::of(case.node, &[]).children).filter_map(|(_, node)| Some(child(node)?.context.table)).collect();
    cleared.sort_unstable();
    cleared.dedup();
    for index in cleared {
        let table = pair.old.tables.get(index)?;
        if places.get(index).copied().flatten().is_some() {
            out.take.push(format!("DELETE FROM {} c USING {moving} s WHERE c.{} = s.k;", table.qualified(), quote(&table.columns.first()?.name)));
        }
    }
    // Putting.
    let opened = opened(&moving);
    let new_root = pair.new.tables.first()?;
    let kept = &pair.places.columns[0];
    let (mut set, mut select, mut differ) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
    let held = held(pair.new_plan, pair.new, moved);
    let mut written = Vec::new();
    for Held { column: index, shapes, .. } in held.iter().filter(|held| held.table == 0) {
        let column = new_root.columns.get(*index)?;
        let was = kept.iter().position(|place| *place == Some(*index)).and_then(|old| root.columns.get(old));
        let always = shapes.iter().all(|(condition, _)| condition.is_none());
        let change = was.filter(|_| always).map_or(Change::Other, |was| pair.columns(was, column));
        // A column that only some documents had before is not what it was.
        let change = if always && !by_kind(pair.old, moved, kept.iter().position(|place| *place == Some(*index))) { change } else { Change::Other };
        // Ids that had no key when they were written may have one now.
        let change = if looked_up(column).is_some() { change.max(Change::More) } else { change };
        if change == Change::Same {
            continue;
        }
        let (own, value) = (format!("t.{}", quote(&column.name)), format!("n.c{index}"));
        // What a type that only became wider holds already stays as it is.
        let value = if change == Change::More { format!("coalesce({own}, {value})") } else { value };
        set.push(format!("{} = {value}", quote(&column.name)));
        select.push(format!("{} AS c{index}", choose(shapes.iter().cloned())));
        differ.0.push(format!("{own}::text"));
        differ.1.push(format!("{value}::text"));
    }
    let (target, target_key) = (new_root.qualified(), key(pair.new)?);
    if !set.is_empty() {
        out.put.push(format!(
            "UPDATE {target} t SET {}\nFROM (SELECT s.k, {} FROM {opened} OFFSET 0) n\nWHERE {target_key} = n.k AND ({}) IS DISTINCT FROM ({});",
            set.join(", "), select.join(", "), differ.0.join(", "), differ.1.join(", ")
        ));
        let from = format!("{target} t JOIN {opened} ON s.k = {target_key}, LATERAL (SELECT {} WHERE pg_temp.rowlens_said({}) && {all} OFFSET 0) n WHERE ({}) IS DISTINCT FROM ({})", select.join(", "), complement(pair.new)?, differ.0.join(", "), differ.1.join(", "));
        written.push(super::proof::written(new_root, &from));
    }
    let new_kind = in_value(&pair.new.root, "s.v");
    for (kind, index) in own_tables(pair.new).filter(|_| moved.iter().any(|(_, change)| *change == Change::Other)) {
        let table = pair.new.tables.get(index)?;
        let columns: Vec<(String, String)> = held.iter().filter(|held| held.table == index).filter_map(|held| Some((quote(&table.columns.get(held.column)?.name), choose(held.shapes.iter().cloned())))).collect();
        let key_column = quote(&table.columns.first()?.name);
        if !places.contains(&Some(index)) {
            let (into, values): (Vec<&str>, Vec<&str>) = columns.iter().map(|(name, value)| (name.as_str(), value.as_str())).unzip();
            out.put.push(format!("INSERT INTO {} ({})\nSELECT {}\nFROM {opened} WHERE {new_kind} = {};", table.qualified(), [vec![key_column.as_str()], into].concat().join(", "), [vec!["s.k"], values].concat().join(", "), literal(kind)));
        } else if !columns.is_empty() {
            let sets = list(columns.iter().map(|(name, value)| format!("{name} = {value}")));
            out.put.push(format!("UPDATE {} t SET {sets}\nFROM {opened} WHERE t.{key_column} = s.k AND {new_kind} = {};", table.qualified(), literal(kind)));
        }
        let differ = columns.iter().map(|(name, value)| format!(" OR t.{name}::text IS DISTINCT FROM ({value})::text")).collect::<String>();
        written.push(super::proof::written(table, &format!("{opened} LEFT JOIN {} t ON t.{key_column} = s.k WHERE {new_kind} = {} AND (t.{key_column} IS NULL{differ})", table.qualified(), literal(kind))));
    }
    let rows = rows_of(pair.new_plan, pair.new, moved);
    written.extend(super::proof::counted(pair.new, &rows, &moving));
    for rows in rows {
        let table = pair.new.tables.get(rows.table)?;
        out.put.push(format!("INSERT INTO {} ({})\nSELECT {}\nFROM {opened}{};", table.qualified(), list(table.columns.iter().map(|c| quote(&c.name))), rows.columns.join(", "), rows.from));
    }
    let rest = complement(pair.new)?;
    let entries = object(moved.iter().enumerate().map(|(index, (name, _))| {
        let value = format!("s.v -> {}", literal(name));
        (name.as_str(), format!("CASE WHEN {value} IS DISTINCT FROM b.f{index} THEN pg_temp.rowlens_difference({value}, b.f{index}, {at}, b.orders, {at}) END", at = path(name)))
    }));
    out.put.push(format!(
        "UPDATE {target} t SET {} = n.rest\nFROM (SELECT s.k, pg_temp.rowlens_complement({rest}, {all}, d.entries) AS rest\n  FROM {target} t JOIN {opened} ON s.k = {target_key}{}, LATERAL (SELECT {} OFFSET 0) b, LATERAL (SELECT {entries} AS entries) d OFFSET 0) n\nWHERE {target_key} = n.k AND {rest} IS DISTINCT FROM n.rest;",
        rest.trim_start_matches("t."), joins(pair.new), bases(pair.new, moved)
    ));
    out.put.push(format!(
        "-- The last defence: what the new mapping reads is what was taken.\nSELECT pg_temp.rowlens_refuse('afterwards the document ' || s.k || ' would be another')\nFROM {moving} s JOIN {target} t ON {target_key} = s.k{} WHERE {} IS DISTINCT FROM s.v LIMIT 1;",
        read(pair.new, moved, false), values(moved)
    ));
    out.put.push(format!("SELECT pg_temp.rowlens_refuse('afterwards the document ' || s.k || ' would be gone')\nFROM {moving} s WHERE NOT EXISTS (SELECT FROM {target} t WHERE {target_key} = s.k) LIMIT 1;"));
    out.put.append(&mut written);
    out.put.extend(still.after);
    out.put.push(format!("DROP TABLE {moving};"));
    Some(out)
}

/// Whether only documents of some kind had the column.
fn by_kind(collection: &CollectionPlan, moved: &[(String, Change)], column: Option<usize>) -> bool {
    let holds = |case: &Case<'_>| Parts::of(case.node, &[]).columns.iter().any(|(_, table, at)| *table == 0 && Some(*at) == column);
    moved.iter().flat_map(|(name, _)| cases(&collection.root, name)).any(|case| case.when != When::Always && holds(&case))
}
