//! What only tables have and documents do not, and would be lost where rows are written anew: the SQL looks for it before anything changes.

use super::compare::{Change, Pair};
use super::parts::Parts;
use super::shred::child_rows;
use super::variants::{cases, When};
use crate::plan::{ColumnPlan, TablePlan};
use crate::postgres::identifier::{literal, quote};
use crate::postgres::PgType;

/// Statements that refuse to go on; `moving` is the table of the documents that move.
pub(super) fn guards(pair: &Pair<'_>, moved: &[(String, Change)], moving: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (Some(root), Some(new_root)) = (pair.old.tables.first(), pair.new.tables.first()) else { return out };
    let kept = &pair.places.columns[0];
    let stays = |at: usize| {
        let new = kept.get(at).copied().flatten().and_then(|place| new_root.columns.get(place));
        root.columns.get(at).zip(new).is_some_and(|(old, new)| pair.columns(old, new) != Change::Other)
    };
    let (mut below, mut looked_at) = (Vec::new(), Vec::new());
    for (name, _) in moved {
        for case in cases(&pair.old.root, name) {
            for (_, table, at) in Parts::of(case.node, &[]).columns {
                let varying = case.when != When::Always;
                if !looked_at.contains(&(table, at)) && (table != 0 || varying || !stays(at)) {
                    looked_at.push((table, at));
                    out.extend(pair.old.tables.get(table).and_then(|table| microseconds(table, table.columns.get(at)?, moving)));
                }
            }
        }
        below.extend(child_rows(pair.old_plan, pair.old, name).into_iter().map(|rows| rows.table));
    }
    // Those that go with their rows, too: tables of variants.
    below.extend(pair.places.tables.iter().enumerate().filter(|(_, place)| place.is_none()).map(|(table, _)| table));
    below.sort_unstable();
    below.dedup();
    for table in below.iter().filter_map(|table| pair.old.tables.get(*table)) {
        out.extend(table.columns.iter().filter_map(|column| microseconds(table, column, moving)));
        out.push(unknown(table));
        out.push(referenced(pair, table));
    }
    out
}

fn refuse(message: &str, help: &str) -> String {
    format!("SELECT pg_temp.rowlens_refuse({message}, {help})")
}

/// A document's dates are milliseconds.
fn microseconds(table: &TablePlan, column: &ColumnPlan, moving: &str) -> Option<String> {
    let (element, array) = match &column.pg {
        PgType::Array(element, _) => (&**element, true),
        pg => (pg, false),
    };
    let (PgType::Timestamp(4..) | PgType::TimestampTz(4..)) = element else { return None };
    let (name, key) = (format!("c.{}", quote(&column.name)), quote(&table.columns.first()?.name));
    let (more, value) = if array { (format!(", unnest({name}) x(x)"), "x.x".to_owned()) } else { (String::new(), name) };
    let message = literal(&format!("`{}` of `{}` has microseconds, which no document can have", column.name, table.name));
    let help = literal("set it to whole milliseconds first (date_trunc), or leave the field where it is");
    Some(format!("{}\nFROM {} c JOIN {moving} s ON c.{key} = s.k{more} WHERE {value} <> date_trunc('milliseconds', {value}) LIMIT 1;", refuse(&message, &help), table.qualified()))
}

/// Rows are deleted and written again, and what others have put beside them would be gone.
fn unknown(table: &TablePlan) -> String {
    let known: Vec<String> = table.columns.iter().map(|column| literal(&column.name)).collect();
    let message = format!("'`' || attname || {}", literal(&format!("` of `{}` is no column of the mapping, and rows of the table are written anew", table.name)));
    let help = literal("map the column, or move it to a table of its own first");
    format!("{}\nFROM pg_attribute WHERE attrelid = {}::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> ALL (ARRAY[{}]) LIMIT 1;", refuse(&message, &help), literal(&table.qualified()), known.join(", "))
}

/// A foreign key that the mapping does not know does something when the rows go.
fn referenced(pair: &Pair<'_>, table: &TablePlan) -> String {
    let own: Vec<String> = pair.old.tables.iter().map(|table| format!("{}::regclass", literal(&table.qualified()))).collect();
    let message = format!("'rows of `' || conrelid::regclass || {}", literal(&format!("` depend on rows of `{}`, which are written anew", table.name)));
    let help = literal("drop the foreign key first, and add it again afterwards");
    format!("{}\nFROM pg_constraint WHERE contype = 'f' AND confrelid = {}::regclass AND conparentid = 0 AND confdeltype IN ('c', 'n', 'd') AND conrelid NOT IN ({}) LIMIT 1;", refuse(&message, &help), literal(&table.qualified()), own.join(", "))
}
