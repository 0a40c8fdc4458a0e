//! The complement: what a document says beyond its typed columns, as an overlay keyed by the document's own paths.
//! Its JSON form is described in docs/mapping.md, "The complement".

mod apply;
mod difference;
mod direct;
mod direct_apply;
mod display;

pub use apply::{apply, Applied, BadComplement};
pub use difference::difference;
pub(crate) use direct::direct;
pub(crate) use direct_apply::{direct_apply, Wanted};

/// Version of the JSON form.
pub const VERSION: i64 = 1;
