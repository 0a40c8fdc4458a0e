//! Where complements recognise elements by bytes that SQL does not know: the text of `json` has its keys in an order that jsonb, and so values on their way, does not keep.

use super::compare::{Change, Pair};
use super::data::complement;
use super::parts::Parts;
use super::shred::child_rows;
use super::variants::cases;
use crate::plan::{ColumnPlan, TablePlan};
use crate::postgres::identifier::{literal, quote};
use crate::postgres::PgType;

/// Statements that refuse to go on where an entry would not find its element; `moving` is the table of the documents that move.
pub(super) fn guards(pair: &Pair<'_>, moved: &[(String, Change)], moving: &str) -> Vec<String> {
    let (Some(root), Some(rest)) = (pair.old.tables.first(), complement(pair.old)) else { return Vec::new() };
    let mut out = Vec::new();
    for (name, _) in moved {
        let mut columns: Vec<(usize, usize)> = cases(&pair.old.root, name).iter().flat_map(|case| Parts::of(case.node, &[]).columns).map(|(_, table, column)| (table, column)).collect();
        let below = child_rows(pair.old_plan, pair.old, name).into_iter().map(|rows| rows.table);
        columns.extend(below.flat_map(|table| (0..pair.old.tables.get(table).map_or(0, |table| table.columns.len())).map(move |column| (table, column))));
        columns.sort_unstable();
        columns.dedup();
        for (table, column) in columns.into_iter().filter_map(|(table, column)| pair.old.tables.get(table).and_then(|table| Some((table, table.columns.get(column)?)))) {
            out.extend(ordered(root, &rest, table, column, name, moving));
        }
    }
    out
}

fn ordered(root: &TablePlan, rest: &str, table: &TablePlan, column: &ColumnPlan, name: &str, moving: &str) -> Option<String> {
    let own = format!("c.{}", quote(&column.name));
    let (more, value) = match &column.pg {
        PgType::Json => (String::new(), own),
        PgType::Array(element, _) if **element == PgType::Json => (format!(", unnest({own}) x(x)"), "x.x".to_owned()),
        _ => return None,
    };
    let message = literal(&format!("the complement says something about elements of `{name}`, and `{}` of `{}` has keys in an order that SQL does not keep", column.name, table.name));
    Some(format!(
        "SELECT pg_temp.rowlens_refuse({message})\nFROM {} c JOIN {moving} s ON c.{} = s.k JOIN {} t ON t.{} = s.k{more}\nWHERE s.touched AND EXISTS (SELECT FROM jsonb_object_keys({rest} -> 'rows') k WHERE pg_temp.rowlens_about(k) = {}) AND NOT pg_temp.rowlens_sorted({value}) LIMIT 1;",
        table.qualified(), quote(&table.columns.first()?.name), root.qualified(), root.key_columns(), literal(name)
    ))
}
