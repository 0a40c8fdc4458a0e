//! Findings about what stands between a write and its rows.

use super::findings::{ticked, Findings};
use super::{list, text, Expected};
use crate::issue::Severity;
use crate::json::Json;
use crate::postgres::identifier::quote;

impl Findings<'_> {
    /// Triggers that may change what is written, rules, and tables that inherit.
    pub fn writes(&mut self, table: &Expected<'_>, found: &Json<'_>) {
        let name = table.name;
        for trigger in list(found, "triggers") {
            let (called, events, on) = (text(trigger, "name"), text(trigger, "events"), text(trigger, "on"));
            let message = format!("trigger `{called}` of `{name}` runs BEFORE {events} of each row: it may change or drop what is written");
            let help = format!("see that it returns NEW (of deletes OLD) and leaves mapped columns as they are, or ALTER TABLE {on} DISABLE TRIGGER {};", quote(called));
            self.of_table("trigger-before", Severity::Warning, table, message, help);
        }
        let rules: Vec<&str> = list(found, "rules").iter().filter_map(Json::as_str).collect();
        if !rules.is_empty() {
            let help = format!("use triggers instead: {}", rules.iter().map(|rule| format!("DROP RULE {} ON {};", quote(rule), table.qualified())).collect::<Vec<_>>().join(" "));
            self.of_table("table-rules", Severity::Error, table, format!("`{name}` has rules ({}), with which PostgreSQL refuses what rowlens writes", ticked(&rules)), help);
        }
        let heirs = text(found, "heirs");
        if !heirs.is_empty() {
            let help = format!("let them stand alone, as by ALTER TABLE {} NO INHERIT {}; or partition the table", heirs.split(", ").next().unwrap_or_default(), table.qualified());
            let message = format!("{heirs} inherit from `{name}`: their rows are read as its own, and its keys are no longer unique");
            self.of_table("table-inherited", Severity::Error, table, message, help);
        }
    }
}
