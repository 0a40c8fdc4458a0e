//! Findings about foreign keys: to the parent, and to other collections.

use super::findings::Findings;
use super::{is, list, number, quoted, same_names, text, Expected};
use crate::issue::Severity;
use crate::json::Json;
use crate::sql::ddl::foreign_key;

impl Findings<'_> {
    /// The foreign key that deletes need, those that the mapping asks for, and others that would change documents. `parent` is there where the parent's
    /// table is; `tables` are those that are, with their OIDs.
    pub fn references(&mut self, table: &Expected<'_>, found: &Json<'_>, parent: Option<(&Expected<'_>, i64, &Vec<&str>)>, tables: &[(&Expected<'_>, i64)]) {
        let keys = list(found, "foreignKeys");
        let alter = format!("ALTER TABLE {}", table.qualified());
        let to_parent = |key: &Json<'_>| parent.is_some_and(|(_, oid, own)| number(key, "to") == Some(oid) && same_names(list(key, "columns"), own));
        if let Some((parent, _, own)) = parent {
            if !keys.iter().any(|key| to_parent(key) && is(key, "cascades")) {
                let add = format!("ADD FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE CASCADE;", quoted(own), parent.qualified(), quoted(&parent.key));
                let (what, help) = match keys.iter().find(|key| to_parent(key)) {
                    Some(key) => ("does not cascade, so that its rows keep their parent from being deleted", format!("{alter} DROP CONSTRAINT {}, {add}", text(key, "name"))),
                    None => ("is missing, so that its rows stay when their parent is deleted", format!("{alter} {add}")),
                };
                self.of_table("foreign-key-cascade", Severity::Error, table, format!("the foreign key from `{}` to `{}` {what}", table.name, parent.name), help);
            }
        }
        let mut asked_for = Vec::new();
        for column in table.mapped.iter().flat_map(|mapped| &mapped.columns).filter(|column| column.foreign_key) {
            let plan = self.plan;
            let Some((target, add)) = column.reference.zip(table.mapped.and_then(|mapped| foreign_key(plan, mapped, column))) else { continue };
            // A target that is not there has been reported.
            let Some((target, oid)) = tables.iter().find(|(other, _)| other.collection == Some(target) && other.parent.is_none()) else { continue };
            let own: Vec<&Json<'_>> = keys.iter().filter(|key| same_names(list(key, "columns"), &[&column.name])).collect();
            let (name, to) = (format!("`{}.{}`", table.name, column.name), &target.name);
            // What stands there gives way, in the same statement.
            let instead = |key: &Json<'_>| add.replacen(&alter, &format!("{alter} DROP CONSTRAINT {},", text(key, "name")), 1);
            let finding = match (own.iter().find(|key| number(key, "to") == Some(*oid)), own.first()) {
                (Some(key), _) => {
                    asked_for.push(text(key, "name"));
                    if is(key, "acts") {
                        Some(("foreign-key-action", Severity::Error, format!("the foreign key from {name} to `{to}` has ON DELETE or ON UPDATE actions: deleting a document of one collection changes or removes documents of the other"), instead(key)))
                    } else if is(key, "deferred") {
                        None
                    } else {
                        Some(("foreign-key-immediate", Severity::Warning, format!("the foreign key from {name} to `{to}` is not DEFERRABLE INITIALLY DEFERRED: a document must be written after those it refers to"), instead(key)))
                    }
                }
                (None, Some(key)) => Some(("foreign-key-target", Severity::Error, format!("the foreign key from {name} leads to {} instead of `{to}`, so that documents which refer to one of `{to}` are refused", text(key, "toName")), instead(key))),
                (None, None) => Some(("foreign-key-missing", Severity::Warning, format!("there is no foreign key from {name} to `{to}`, which the mapping asks for"), add.clone())),
            };
            if let Some((code, severity, message, help)) = finding {
                self.of_table(code, severity, table, message, help).column = Some(column.name.clone());
            }
        }
        for key in keys.iter().filter(|key| is(key, "acts") && !to_parent(key) && !asked_for.contains(&text(key, "name"))) {
            // Deleting rows of tables that are not mapped is the user's affair.
            let Some((target, _)) = tables.iter().find(|(_, oid)| number(key, "to") == Some(*oid)) else { continue };
            let (name, constraint) = (table.name, text(key, "name"));
            let message = format!("the foreign key {constraint} from `{name}` to `{}` has ON DELETE or ON UPDATE actions: deleting a document changes or removes rows of others, which stay in MongoDB", target.name);
            let help = format!("make it one without actions: {alter} DROP CONSTRAINT {constraint}; then add it again, DEFERRABLE INITIALLY DEFERRED");
            self.of_table("foreign-key-action", Severity::Warning, table, message, help);
        }
    }
}
