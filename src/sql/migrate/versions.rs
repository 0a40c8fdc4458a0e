//! The version of documents comes: rows get it as if they were written now, so that nothing older overwrites them.

use super::compare::{Change, Pair};
use super::data::{read, values};
use super::value::at;
use crate::postgres::identifier::quote;

/// Whether rows need versions that they do not have.
pub(super) fn come(pair: &Pair<'_>) -> bool {
    pair.new.version.is_some() && pair.old.version.is_none()
}

/// The statement that fills them from the documents, after data has moved.
pub(super) fn versions(pair: &Pair<'_>) -> Option<String> {
    let is = pair.new.version.as_ref().filter(|_| come(pair))?;
    let (root, column, field) = (pair.new.tables.first()?, quote(&is.column), [(is.path.first()?.clone(), Change::Other)]);
    Some(format!(
        "UPDATE {target} t SET {column} = n.version\nFROM (SELECT t.{key} AS k, pg_temp.rowlens_version({}) AS version FROM {target} t{}) n\nWHERE t.{key} = n.k AND n.version IS NOT NULL;",
        at(&values(&field), &is.path), read(pair.new, &field, false), target = root.qualified(), key = root.key_columns()
    ))
}
