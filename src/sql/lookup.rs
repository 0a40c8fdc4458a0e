//! The table `id_map`: keys that documents' ids are translated to.

use crate::plan::{Plan, ID_MAP};
use crate::postgres::identifier::qualify;

/// Answers for the ids `$2` (`text[]`, canonical Extended JSON) of the collections `$1` (`text[]`): `collection`, `mongo_id`, `pg_id`.
pub fn lookup(plan: &Plan) -> String {
    format!(
        r#"SELECT m."collection", m."mongo_id", m."pg_id" FROM unnest($1::text[], $2::text[]) AS u(c, i) JOIN {} AS m ON m."collection" = u.c AND m."mongo_id" = u.i"#,
        qualify(plan.schema.as_deref(), ID_MAP)
    )
}

/// Gives ids the keys `$3` (`text[]`) where they have none yet; what comes back is what holds, whoever came first.
pub fn lookup_create(plan: &Plan) -> String {
    format!(
        r#"INSERT INTO {} AS m ("collection", "mongo_id", "pg_id") SELECT c, i, k FROM unnest($1::text[], $2::text[], $3::text[]) AS u(c, i, k) ORDER BY c, i ON CONFLICT ("collection", "mongo_id") DO UPDATE SET "pg_id" = m."pg_id" RETURNING m."collection", m."mongo_id", m."pg_id""#,
        qualify(plan.schema.as_deref(), ID_MAP)
    )
}
