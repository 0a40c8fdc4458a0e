//! Findings as data: what is wrong, where, and what to do about it.

use serde::Serialize;
use std::fmt;

/// How much an [`Issue`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is lost; worth knowing.
    Info,
    /// Nothing is lost, but a typed column does not say the whole value.
    Warning,
    /// A document or a mapping was refused, or a declared promise cannot be kept.
    Error,
}

/// One finding. Codes are kebab-case, stable and documented in `docs/issues.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Lower case, no final period, user input in backticks.
    pub message: String,
    /// Document path (`events[2].amount`) or JSON path in a mapping (`collections.payments.table`).
    pub path: String,
    /// The collection concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// Index of the document in its batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<u32>,
    /// Byte offset in the batch, where the bytes themselves are at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// The table concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The column concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Issue {
    /// An issue with just a code, a severity, a path and a message.
    pub fn new(code: &'static str, severity: Severity, path: impl Into<String>, message: impl Into<String>) -> Self {
        Issue { code, severity, message: message.into(), path: path.into(), collection: None, document: None, offset: None, table: None, column: None, help: None }
    }
    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    /// Names the table and column.
    #[must_use]
    pub fn at(mut self, table: &str, column: &str) -> Self {
        self.table = Some(table.to_owned());
        self.column = Some(column.to_owned());
        self
    }
}

/// One line for people: where, what, and what to do.
///
/// ```
/// # use rowlens::{Issue, Severity};
/// let issue = Issue::new("mapping-version", Severity::Error, "version", "`version` is not 1").help("write \"version\": 1");
/// assert_eq!(issue.to_string(), "version: `version` is not 1 (mapping-version; write \"version\": 1)");
/// ```
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} ({}", self.message, self.code)?;
        if let Some(help) = &self.help {
            write!(f, "; {help}")?;
        }
        f.write_str(")")
    }
}
