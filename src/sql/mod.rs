//! SQL that a plan gives: text and the order of parameters. Running it is the caller's.

pub mod ddl;
