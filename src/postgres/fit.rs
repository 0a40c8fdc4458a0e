//! How well a column holds a value.

/// How well a column holds a document's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fit {
    #[default]
    /// Decoding gives the very same BSON value.
    Exact,
    /// The column holds the value, but decoding gives another BSON representation of it.
    Differs,
    /// The column cannot hold it; nothing was written.
    Misfit,
}
