//! Findings about the indexes that the mapping asks for.

use super::findings::Findings;
use super::{is, list, same_names, text, Expected};
use crate::issue::Severity;
use crate::json::Json;
use crate::plan::IndexPlan;
use crate::postgres::identifier::{qualify, quote, shorten};
use crate::sql::ddl::index_statement;

impl Findings<'_> {
    /// Indexes that are missing, or are there in another shape.
    pub fn indexes(&mut self, table: &Expected<'_>, found: &Json<'_>) {
        let Some(mapped) = table.mapped else { return };
        let there = list(found, "indexes");
        for wanted in mapped.indexes.iter().filter(|wanted| !there.iter().any(|index| serves(wanted, index))) {
            let taken = there.iter().any(|index| text(index, "name") == wanted.name);
            let create = index_statement(mapped, wanted, "");
            let (what, help) = if taken {
                // Nothing is dropped by a help: what has the name gets another.
                let schema = Some(text(found, "schema"));
                ("is there, but not as the mapping says", format!("ALTER INDEX {} RENAME TO {}; {create}", qualify(schema, &wanted.name), quote(&shorten(&format!("{}_old", wanted.name)))))
            } else {
                ("is missing", create)
            };
            let loses = if wanted.unique { ", so that values which are to be unique need not be" } else { "" };
            self.of_table("index-missing", Severity::Warning, table, format!("index `{}` of `{}` {what}{loses}", wanted.name, table.name), help);
        }
    }
}

/// Whether an index does what the mapping wants one for. Conditions are not compared: PostgreSQL keeps them in words of its own.
fn serves(wanted: &IndexPlan, index: &Json<'_>) -> bool {
    let names = list(index, "columns");
    let wants: Vec<&str> = wanted.columns.iter().map(String::as_str).collect();
    let method = wanted.method.as_deref().unwrap_or("btree");
    if !is(index, "valid") || text(index, "method") != method {
        return false;
    }
    if wanted.unique {
        return is(index, "unique") && same_names(names, &wants) && is(index, "immediate") != wanted.deferrable && is(index, "partial") == wanted.condition.is_some() && is(index, "nullsEqual") == wanted.nulls_not_distinct;
    }
    let has_columns = if method == "btree" {
        names.len() >= wants.len() && names.iter().zip(&wants).all(|(name, wanted)| name.as_str() == Some(wanted))
    } else {
        wants.iter().all(|wanted| names.iter().any(|name| name.as_str() == Some(wanted)))
    };
    has_columns && (!is(index, "partial") || wanted.condition.is_some())
}
