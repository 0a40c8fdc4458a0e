//! Findings about keys: unique indexes, and when two keys count as one.

use super::findings::Findings;
use super::{is, list, number, quoted, same_names, text, Expected};
use crate::issue::Severity;
use crate::json::Json;
use crate::postgres::identifier::quote;

/// OID of the collation `default`, which gives way to any other.
const THE_DATABASES: i64 = 100;

impl Findings<'_> {
    /// The unique indexes that writes need.
    pub fn keys(&mut self, table: &Expected<'_>, found: &Json<'_>) {
        let indexes = list(found, "indexes");
        // An expression has no name among the columns, and so is no key.
        let is_key = |index: &Json<'_>, names: &[&str]| is(index, "unique") && is(index, "immediate") && is(index, "valid") && !is(index, "partial") && same_names(list(index, "columns"), names);
        let mut has_primary = indexes.iter().any(|index| is(index, "primary"));
        for key in [&table.key, &table.unique].into_iter().filter(|key| !key.is_empty()) {
            if !indexes.iter().any(|index| is_key(index, key)) {
                let columns = quoted(key);
                let kind = if has_primary || key == &table.unique { "UNIQUE" } else { "PRIMARY KEY" };
                has_primary = true;
                let message = format!("`{}` has no primary key and no unique index on ({columns})", table.name);
                self.of_table("key-missing", Severity::Error, table, message, format!("ALTER TABLE {} ADD {kind} ({columns});", table.qualified()));
            }
        }
    }

    /// Collations of the key's columns: two keys are one only where their bytes are, and rows of a table are ordered as those of its parent.
    pub fn collations(&mut self, table: &Expected<'_>, found: &Json<'_>, parent: Option<(&Expected<'_>, &Json<'_>)>) {
        let find = |found, name: &str| list(found, "columns").iter().find(|column| text(column, "name") == name);
        for name in table.key.iter().chain(&table.unique) {
            let Some(column) = find(found, name) else { continue };
            let folds = text(column, "folds");
            if folds.is_empty() {
                continue;
            }
            let message = format!("`{}.{name}` has the nondeterministic collation `{folds}`: keys that it takes for equal would be one row, and one document would overwrite the other", table.name);
            let help = format!(
                "give it a deterministic collation, as in ALTER TABLE {} ALTER COLUMN {} TYPE {} COLLATE \"C\"; foreign keys that use it are to be dropped before and added again after",
                table.qualified(), quote(name), text(column, "type")
            );
            self.of_table("key-collation", Severity::Error, table, message, help).column = Some((*name).to_owned());
        }
        let above = parent.and_then(|(parent, found)| find(found, parent.key.first()?));
        if let (Some(name), Some(above)) = (table.key.first(), above) {
            let Some(column) = find(found, name) else { return };
            let collation = |column| number(column, "collation").filter(|oid| *oid != 0 && *oid != THE_DATABASES);
            let differ = collation(column).zip(collation(above)).is_some_and(|(own, other)| own != other);
            if differ && text(column, "folds").is_empty() && text(above, "folds").is_empty() {
                let message = format!("`{}.{name}` has another collation than the key that it repeats: rows of both have no common order, and `stream` fails", table.name);
                let help = "give both columns the same collation, as in ALTER TABLE … ALTER COLUMN … TYPE … COLLATE \"C\";".to_owned();
                self.of_table("key-collation", Severity::Error, table, message, help).column = Some((*name).to_owned());
            }
        }
    }
}
