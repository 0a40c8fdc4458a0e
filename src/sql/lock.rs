//! Locks: one aggregate is written by one transaction at a time.

use crate::plan::CollectionPlan;
use crate::postgres::identifier::literal;
use crate::postgres::PgType;

/// Planner settings for statements whose plan must not depend on how many rows come in, nor on how small a table was when the statement
/// was first planned: a plan made for empty tables would read whole tables later.
const STEADY: &str = ", set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

/// For the statement that follows, where array columns come as literals: with `array_nulls` off, a NULL in those would be a word.
fn nulls(collection: &CollectionPlan) -> &'static str {
    let arrays = collection.tables.iter().flat_map(|table| &table.columns).any(|column| matches!(column.pg, PgType::Array(..)));
    if arrays { ", set_config('array_nulls', 'on', true)" } else { "" }
}

/// Takes the lock of every key in `$1` (`text[]`) until the transaction ends, in an order that all writers share.
///
/// It is a statement of its own: the snapshot of the next one is then taken after the lock. With `steady` it also sets what the
/// planner does, until the transaction ends; for transactions that hold nothing else.
pub fn lock(collection: &CollectionPlan, steady: bool) -> String {
    format!(
        "SELECT count(pg_advisory_xact_lock(id))::text AS locked{}{} FROM (SELECT DISTINCT hashtextextended({} || k, 0) AS id FROM unnest($1::text[]) AS u(k) ORDER BY id) AS ids",
        nulls(collection),
        if steady { STEADY } else { "" },
        literal(&format!("{}:", collection.name))
    )
}

/// Takes the lock of the one key `$1` (`text`): a plan so simple that PostgreSQL keeps it.
pub fn lock_one(collection: &CollectionPlan) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended({} || $1::text, 0))::text AS locked{}", literal(&format!("{}:", collection.name)), nulls(collection))
}
