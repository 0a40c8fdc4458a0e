//! The statements that take values out of rows and complements, and put them into the new ones.

use super::assemble::{object, Assemble};
use super::compare::{Change, Pair};
use super::parts::{child, named, Parts};
use super::shred::{child_rows, ChildRows};
use super::tables::{columns, tables};
use super::value::{at, hold, names, null_is_null, show};
use crate::plan::{CollectionPlan, Node, Plan};
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

/// One field of the document as one of the two mappings has it.
fn fields<'p>(collection: &'p CollectionPlan, moved: &'p [(String, Change)]) -> impl Iterator<Item = (&'p str, Option<&'p Node>)> {
    moved.iter().map(|(name, _)| (name.as_str(), named(&collection.root, name)))
}

fn complement(collection: &CollectionPlan) -> Option<String> {
    Some(format!("t.{}", quote(&collection.tables.first()?.columns.get(collection.complement?)?.name)))
}

fn path_of(name: &str) -> String {
    let mut path = String::new();
    crate::path::push_field(&mut path, name);
    path
}

fn path(name: &str) -> String {
    literal(&path_of(name))
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(", ")
}

/// What the rows alone say of each field, as columns `f0`, `f1`, … of `b`, and in which order their objects have their keys.
fn bases(collection: &CollectionPlan, moved: &[(String, Change)]) -> String {
    let mut assemble = Assemble::new(collection);
    let mut orders = Vec::new();
    let values = list(fields(collection, moved).enumerate().map(|(index, (name, node))| {
        let Some(node) = node else { return format!("NULL::jsonb AS f{index}") };
        super::orders::orders(node, &path_of(name), &mut orders);
        format!("{} AS f{index}", assemble.node(node, "t").value)
    }));
    format!("{values}, {} AS orders", object(orders.iter().map(|(place, order)| (place.as_str(), order.clone()))))
}

fn rows_of(plan: &Plan, collection: &CollectionPlan, moved: &[(String, Change)]) -> Vec<ChildRows> {
    fields(collection, moved).filter_map(|(name, node)| Some(child_rows(plan, collection, name, node?))).flatten().collect()
}

pub(super) fn data(pair: &Pair<'_>, moved: &[(String, Change)], number: usize) -> Option<Data> {
    let mut out = Data::default();
    let moving = format!("pg_temp.rowlens_moving_{number}");
    let all = names(moved.iter().map(|(name, _)| name.as_str()));
    let (root, key) = (pair.old.tables.first()?, |collection: &CollectionPlan| collection.tables.first().map(|root| format!("t.{}", root.key_columns())));
    // Taking.
    let rest = complement(pair.old).unwrap_or_else(|| "NULL::jsonb".to_owned());
    let part = |part: &str| format!("coalesce({rest} -> '{part}', '{{}}')");
    let values = object(moved.iter().enumerate().map(|(index, (name, _))| {
        let entry = format!("{rest} -> 'fields' -> {}", literal(name));
        (name.as_str(), format!("CASE WHEN b.touched THEN pg_temp.rowlens_apply(b.f{index}, {entry}, {}, {}, {at}, b.orders, {at}) ELSE b.f{index} END", part("types"), part("rows"), at = path(name)))
    }));
    let only = if moved.iter().all(|(_, change)| *change == Change::More) { "\nWHERE b.touched" } else { "" };
    let tables_of_old: Vec<String> = pair.old.tables.iter().map(crate::plan::TablePlan::qualified).collect();
    out.take.push(format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", tables_of_old.join(", ")));
    out.take.push(format!(
        "CREATE TEMPORARY TABLE {} AS\nSELECT {} AS k, {values} AS v, b.touched\nFROM {} t, LATERAL (SELECT pg_temp.rowlens_touches({rest}, {all}) AS touched, {}) b{only};",
        moving.trim_start_matches("pg_temp."), key(pair.old)?, root.qualified(), bases(pair.old, moved)
    ));
    out.take.push(format!("CREATE INDEX ON {moving} (k);\nANALYZE {moving};"));
    for (name, node) in fields(pair.old, moved) {
        for (names_of, _, column) in node.map(|node| Parts::of(node, &[name.to_owned()]).columns).unwrap_or_default() {
            let column = root.columns.get(column)?;
            let own = format!("t.{}", quote(&column.name));
            let compared = if column.pg == PgType::Json { "::jsonb" } else { "" };
            let shown = show(&own, column);
            let shown = if null_is_null(column) { format!("coalesce({shown}, 'null')") } else { shown };
            out.take.push(format!(
                "-- Where the column was written since, it wins over the complement.\nUPDATE {moving} s SET v = pg_temp.rowlens_put(s.v, {}, {shown})\nFROM {} t WHERE {} = s.k AND s.touched AND {}{compared}::text IS DISTINCT FROM {own}{compared}::text;",
                names(names_of.iter().map(String::as_str)), root.qualified(), key(pair.old)?, hold(&at("s.v", &names_of), column, pair.old_plan)
            ));
        }
    }
    for rows in rows_of(pair.old_plan, pair.old, moved) {
        let table = pair.old.tables.get(rows.table)?;
        let text = |sql: String, pg: &PgType| format!("{sql}{}::text", if *pg == PgType::Json { "::jsonb" } else { "" });
        let wanted = list(rows.columns.iter().zip(&table.columns).map(|(sql, column)| text(sql.clone(), &column.pg)));
        let had = list(table.columns.iter().map(|column| text(format!("c.{}", quote(&column.name)), &column.pg)));
        out.take.push(format!(
            "SELECT pg_temp.rowlens_refuse({}) FROM {moving} m WHERE m.touched\nAND (SELECT array_agg(r ORDER BY r) FROM (SELECT ARRAY[{wanted}] FROM (SELECT m.k, m.v) s(k, v){}) x(r))\nIS DISTINCT FROM (SELECT array_agg(r ORDER BY r) FROM (SELECT ARRAY[{had}] FROM {} c WHERE c.{} = m.k) x(r));",
            literal(&format!("the complement no longer agrees with rows of `{}`", table.name)), rows.from, table.qualified(), quote(&table.columns.first()?.name)
        ));
    }
    let places = tables(pair);
    for (name, node) in fields(pair.old, moved) {
        for index in node.map(|node| Parts::of(node, &[name.to_owned()]).children).unwrap_or_default().iter().filter_map(|(_, node)| child(node)).map(|child| child.context.table) {
            let table = pair.old.tables.get(index)?;
            if places.get(index).copied().flatten().is_some() {
                out.take.push(format!("DELETE FROM {} c USING {moving} s WHERE c.{} = s.k;", table.qualified(), quote(&table.columns.first()?.name)));
            }
        }
    }
    // Putting.
    let new_root = pair.new.tables.first()?;
    let kept = columns(pair, root, new_root);
    let (mut set, mut select, mut differ) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
    for (name, node) in fields(pair.new, moved) {
        for (names_of, _, index) in node.map(|node| Parts::of(node, &[name.to_owned()]).columns).unwrap_or_default() {
            let column = new_root.columns.get(index)?;
            let was = kept.iter().position(|place| *place == Some(index)).and_then(|old| root.columns.get(old));
            let change = was.map_or(Change::Other, |was| pair.columns(was, column));
            if change == Change::Same {
                continue;
            }
            let (own, value) = (format!("t.{}", quote(&column.name)), format!("n.c{index}"));
            // What a type that only became wider holds already stays as it is.
            let value = if change == Change::More { format!("coalesce({own}, {value})") } else { value };
            set.push(format!("{} = {value}", quote(&column.name)));
            select.push(format!("{} AS c{index}", hold(&at("s.v", &names_of), column, pair.new_plan)));
            differ.0.push(format!("{own}::text"));
            differ.1.push(format!("{value}::text"));
        }
    }
    let (target, target_key) = (new_root.qualified(), key(pair.new)?);
    if !set.is_empty() {
        out.put.push(format!(
            "UPDATE {target} t SET {}\nFROM (SELECT s.k, {} FROM {moving} s) n\nWHERE {target_key} = n.k AND ({}) IS DISTINCT FROM ({});",
            set.join(", "), select.join(", "), differ.0.join(", "), differ.1.join(", ")
        ));
    }
    for rows in rows_of(pair.new_plan, pair.new, moved) {
        let table = pair.new.tables.get(rows.table)?;
        out.put.push(format!("INSERT INTO {} ({})\nSELECT {}\nFROM {moving} s{};", table.qualified(), list(table.columns.iter().map(|c| quote(&c.name))), rows.columns.join(", "), rows.from));
    }
    let rest = complement(pair.new)?;
    let entries = object(moved.iter().enumerate().map(|(index, (name, _))| {
        let value = format!("s.v -> {}", literal(name));
        (name.as_str(), format!("CASE WHEN {value} IS DISTINCT FROM b.f{index} THEN pg_temp.rowlens_difference({value}, b.f{index}, {at}, b.orders, {at}) END", at = path(name)))
    }));
    out.put.push(format!(
        "UPDATE {target} t SET {} = n.rest\nFROM (SELECT s.k, pg_temp.rowlens_complement({rest}, {all}, d.entries) AS rest\n  FROM {target} t JOIN {moving} s ON s.k = {target_key}, LATERAL (SELECT {}) b, LATERAL (SELECT {entries} AS entries) d) n\nWHERE {target_key} = n.k AND {rest} IS DISTINCT FROM n.rest;",
        rest.trim_start_matches("t."), bases(pair.new, moved)
    ));
    out.put.push(format!("DROP TABLE {moving};"));
    Some(out)
}
