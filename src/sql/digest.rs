//! Digests inside PostgreSQL; see [`crate::aggregate::Digest`].

use super::records::{from, key_type, record, root_key};
use crate::plan::{CollectionPlan, Plan, TablePlan};
use crate::postgres::identifier::{literal, quote};
use crate::postgres::PgType;

/// What a digest is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestScope {
    /// The whole collection; no parameters. One row.
    All,
    /// Ranges of keys: `$1` has their first keys, `$2` the first keys behind them (NULL: there is no end). One row per range with its number `n`, from 1.
    Ranges,
    /// Each aggregate of such ranges: `key` as text, in order, at most `$3` of them.
    Keys,
}

/// A statement that gives, as text, `documents` (root rows), `rows`, `high` and `low`: the two sums.
///
/// Where `stored`, nothing is computed of the rows: the sums are of what the `hash` column holds, `rows` is how many root rows have one, and the sums
/// equal the computed ones modulo 2^64. `None` where the mapping has no such column.
pub fn digest_statement(plan: &Plan, collection: &CollectionPlan, scope: DigestScope, stored: bool) -> Option<String> {
    let root = collection.tables.first()?;
    let hash = collection.hash.as_ref().map(|hash| format!("encode(t.{}, 'hex')", quote(hash)));
    if stored && hash.is_none() {
        return None;
    }
    let (kind, collate) = key_type(plan, root);
    let branch = |table: &TablePlan, is_root: bool, filter: &str| {
        let digest = hash.clone().filter(|_| stored).unwrap_or_else(|| format!("md5({})", record(table, Some(literal(&table.name) + "::text"))));
        // Bits once: taking the text apart in two and reading each half costs as much as the digest itself.
        format!("SELECT {} AS k, {} AS d, ('x' || {digest})::bit(128) AS h FROM {}{filter}", root_key(table), if is_root { "1" } else { "NULL::int" }, from(table))
    };
    let mut branches = Vec::new();
    for (number, table) in collection.tables.iter().enumerate().take(if stored { 1 } else { usize::MAX }) {
        let key = root_key(table) + collate;
        // Two branches instead of an OR: the first is a range of the primary key's index.
        let filters = match scope {
            DigestScope::All => vec![String::new()],
            _ => vec![format!(" WHERE {key} >= r.low AND {key} < r.high"), format!(" WHERE {key} >= r.low AND r.high IS NULL")],
        };
        branches.extend(filters.iter().map(|filter| branch(table, number == 0, filter)));
    }
    // OFFSET 0: each digest is computed once, however often it is used.
    let rows = format!("({} OFFSET 0) s", branches.join(" UNION ALL "));
    let sum = |half: &str, name: &str| format!("coalesce(sum({half}::bit(64)::bigint), 0)::text AS {name}");
    let sums = format!("count(d)::text AS documents, count(h)::text AS rows, {}, {}", sum("h", "high"), sum("(h << 64)", "low"));
    let ranges = format!("unnest($1::{kind}[], $2::{kind}[]) WITH ORDINALITY r(low, high, n)");
    // Whatever the session's settings; and a cast drops the blanks that the key ends with.
    let key = match root.columns.get(root.root_key()).map(|column| &column.pg) {
        Some(PgType::Bytea) => r"'\x' || encode(k, 'hex')".to_owned(),
        Some(PgType::Char(length)) => format!("rpad(k::text, {length})"),
        _ => "k::text".to_owned(),
    };
    Some(match scope {
        DigestScope::All => format!("SELECT {sums} FROM {rows}"),
        DigestScope::Ranges => format!("SELECT r.n::text AS n, d.* FROM {ranges}, LATERAL (SELECT {sums} FROM {rows}) d ORDER BY r.n"),
        DigestScope::Keys => format!("SELECT {key} AS key, {sums} FROM {ranges}, LATERAL {rows} GROUP BY k ORDER BY k{collate} LIMIT $3::bigint"),
    })
}
