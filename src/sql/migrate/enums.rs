//! Enum types. A type whose labels change is made anew beside the old one: a label that `ALTER TYPE … ADD VALUE` adds cannot be used in the same transaction.

use super::renames::{may_meet, set_schema};
use super::structure::Structure;
use crate::plan::Plan;
use crate::postgres::identifier::{qualify, quote, shorten};
use crate::sql::ddl;

/// Types made before columns get them, and dropped after the last column has lost them.
pub(super) fn enums(old: &Plan, new: &Plan) -> Structure {
    let mut out = Structure::default();
    let there = |name: &str| qualify(old.schema.as_deref(), name);
    for was in &old.enums {
        if new.enums.contains(was) {
            if old.schema != new.schema {
                out.before.push(set_schema("TYPE", old.schema.as_deref(), &was.name, new.schema.as_deref()));
            }
            continue;
        }
        let taken = new.enums.iter().any(|is| is.name == was.name) && may_meet(old.schema.as_deref(), new.schema.as_deref());
        let aside = shorten(&format!("{}_rowlens_old", was.name));
        if taken {
            out.before.push(format!("ALTER TYPE {} RENAME TO {};", there(&was.name), quote(&aside)));
        }
        out.after.push(format!("DROP TYPE {};", there(if taken { &aside } else { &was.name })));
    }
    for is in &new.enums {
        if !old.enums.contains(is) {
            out.before.push(ddl::create_enum(new, is));
        }
    }
    out
}
