//! Findings of a run as issues.

use super::Lens;
use crate::assemble::BadTuple;
use crate::bson::{kind_name, Fault};
use crate::issue::{Issue, Severity};
use crate::rowset::Issues;
use crate::shred::Note;

impl Lens {
    pub(super) fn stale(&self, path: &str, index: u32, issues: &mut Issues) {
        issues.add("complement-stale", || {
            self.issue("complement-stale", Severity::Warning, path, format!("the complement's entry for `{path}` no longer agrees with the columns and was dropped"), Some(index))
                .help("nothing, if PostgreSQL is written first; otherwise write the document again")
        });
    }

    pub(super) fn malformed(&self, fault: &Fault, at: usize, index: u32, issues: &mut Issues) {
        issues.add("document-malformed", || {
            let mut issue = self.issue("document-malformed", Severity::Error, "", format!("not well-formed BSON: {}", fault.reason), Some(index)).help("read the document again from its source");
            issue.offset = Some((at + fault.offset) as u32);
            issue
        });
    }

    pub(super) fn bad_tuple(&self, bad: &BadTuple, issues: &mut Issues) {
        let name = self.table_name(bad.table);
        issues.add("row-malformed", || {
            let mut issue = self.issue("row-malformed", Severity::Error, "", format!("rows of `{name}` cannot be read: {}", bad.reason), None).help("check that the table has the columns and types of the mapping");
            issue.table = Some(name.clone());
            issue.offset = Some(bad.offset as u32);
            issue
        });
    }

    pub(super) fn table_name(&self, table: usize) -> String {
        self.plan.collections.get(self.collection).and_then(|c| c.tables.get(table)).map(|t| t.name.clone()).unwrap_or_default()
    }

    pub(super) fn issue(&self, code: &'static str, severity: Severity, path: &str, message: String, document: Option<u32>) -> Issue {
        let mut issue = Issue::new(code, severity, path, message);
        issue.collection = self.plan.collections.get(self.collection).map(|c| c.name.clone());
        issue.document = document;
        issue
    }

    pub(super) fn report(&self, note: &Note, document: Option<u32>, issues: &mut Issues) {
        issues.add(note.code, || {
            let column = note.column.and_then(|(table, column)| {
                let table = self.plan.collections.get(self.collection)?.tables.get(table)?;
                Some((table.name.as_str(), table.columns.get(column)?))
            });
            let mut path = note.path.clone();
            if let Some((_, column)) = column {
                if !column.path.is_empty() && column.path != "@" {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&column.path);
                }
            }
            let found = kind_name(note.kind);
            let (severity, message, help) = crate::findings::describe(note.code, &path, found, column.map(|(_, c)| c.name.as_str()).unwrap_or(""), self.complement);
            let mut issue = self.issue(note.code, severity, &path, message, document).help(help);
            if let Some((table, column)) = column {
                issue = issue.at(table, &column.name);
            }
            issue
        });
    }
}
