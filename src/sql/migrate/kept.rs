//! The tables that rowlens keeps itself, `id_map` and tombstones: they come, are renamed, and follow collections that get other names. What they hold is never
//! dropped, or what was deleted would come back.

use super::compare::Pair;
use super::renames;
use crate::plan::{Plan, ID_MAP};
use crate::postgres::identifier::{literal, qualify, quote};
use crate::sql::ddl;

/// A table in both mappings, by name where they have it, and how it is made.
struct Kept {
    was: Option<String>,
    is: Option<String>,
    create: Option<String>,
}

fn all(old: &Plan, new: &Plan) -> [Kept; 2] {
    let id_map = |plan: &Plan| plan.looks_up().then(|| ID_MAP.to_owned());
    // One that is there is of an earlier mapping, and what it holds is true still.
    let again = "IF NOT EXISTS ";
    [
        Kept { was: id_map(old), is: id_map(new), create: Some(ddl::create_id_map(new, again)) },
        Kept { was: old.tombstones.clone(), is: new.tombstones.clone(), create: ddl::create_tombstones(new, again) },
    ]
}

/// The statements; `pairs` are the collections of both mappings.
pub(super) fn kept<'p>(old: &Plan, new: &Plan, pairs: impl Iterator<Item = &'p Pair<'p>>) -> Vec<String> {
    let mut out = Vec::new();
    let (mut roots, mut renamed) = (Vec::new(), Vec::new());
    for pair in pairs.filter(|pair| pair.old.name != pair.new.name) {
        roots.extend(pair.old.tables.first().map(crate::plan::TablePlan::qualified));
        renamed.push((pair.old.name.clone(), pair.new.name.clone()));
    }
    let tables = all(old, new);
    if !renamed.is_empty() && tables.iter().any(|kept| kept.was.is_some()) {
        // Nobody is in the middle of a deletion whose tombstone would have the old name.
        let own = tables.iter().filter_map(|kept| Some(qualify(old.schema.as_deref(), kept.was.as_ref()?)));
        out.push(format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", roots.into_iter().chain(own).collect::<Vec<_>>().join(", ")));
    }
    for kept in tables {
        let Some(was) = kept.was else {
            out.extend(kept.create.filter(|_| kept.is.is_some()));
            continue;
        };
        let table = qualify(old.schema.as_deref(), &was);
        out.extend(renames::within(&renamed, |from, to| format!("UPDATE {table} SET \"collection\" = {} WHERE \"collection\" = {};", literal(to), literal(from))));
        let Some(is) = kept.is else { continue };
        if old.schema != new.schema {
            out.push(renames::set_schema("TABLE", old.schema.as_deref(), &was, new.schema.as_deref()));
        }
        if was != is {
            out.push(format!("ALTER TABLE {} RENAME TO {};", qualify(new.schema.as_deref(), &was), quote(&is)));
        }
    }
    out
}
