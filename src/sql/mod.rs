//! SQL that a plan gives: text and the order of parameters. Running it is the caller's.

pub mod apply;
pub mod apply_new;
pub mod check;
pub mod ddl;
pub mod delete;
pub mod digest;
pub mod input;
pub mod load;
pub mod lock;
pub mod lookup;
pub mod migrate;
mod names;
pub mod parameters;
pub mod read;
mod records;
pub mod staging;
