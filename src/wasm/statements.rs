//! The texts of a plan: the statements of its collections, and what it is for readers.

use super::{value, Plan};
use crate::identity::fingerprint;
use crate::plan::explain;
use crate::sql::ddl::{ddl, DdlOptions};
use crate::sql::digest::{digest_statement, DigestScope};
use crate::sql::input::Input;
use crate::sql::read::{read_statement, stream_statement};
use crate::sql::{apply, apply_new, delete, load, lock, lookup, staging};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A statement and the name it is prepared under.
#[derive(Serialize)]
struct Named {
    text: String,
    name: String,
}

fn named(text: String) -> Named {
    Named { name: format!("rowlens_{}", fingerprint(0, text.as_bytes())), text }
}

/// The statements of one collection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statements {
    lock: Named,
    lock_alone: Named,
    lock_one: Named,
    apply: Named,
    apply_new: Named,
    delete: Named,
    merge: Named,
    staging: Vec<String>,
    staging_copy: Vec<String>,
    staging_clear: Vec<String>,
    load_lock: String,
    load_check: String,
    load_copy: Vec<String>,
    all_new: Named,
    lookup: Named,
    lookup_create: Named,
}

#[wasm_bindgen]
impl Plan {
    /// Where everything goes, for readers.
    pub fn explain(&self) -> String {
        explain::explain_text(&self.plan, false)
    }

    /// The DDL.
    pub fn ddl(&self, if_not_exists: bool, id_map: bool) -> String {
        ddl(&self.plan, &DdlOptions { if_not_exists, id_map })
    }

    /// The statements that write collection number `collection`.
    pub fn write_statements(&self, collection: usize) -> JsValue {
        let plan = &*self.plan;
        let Some(it) = plan.collections.get(collection) else { return JsValue::NULL };
        value(&Statements {
            lock: named(lock::lock(it, false)),
            lock_alone: named(lock::lock(it, true)),
            lock_one: named(lock::lock_one(it)),
            apply: named(apply::apply(plan, it, Input::Parameters)),
            apply_new: named(apply_new::apply_new(plan, it)),
            delete: named(delete::delete(plan, it)),
            merge: named(apply::apply(plan, it, Input::Staging)),
            staging: staging::staging_ddl(plan, it),
            staging_copy: staging::staging_copy(plan, it),
            staging_clear: staging::staging_clear(plan, it),
            load_lock: load::load_lock(it),
            load_check: load::load_check(plan, it),
            load_copy: it.tables.iter().map(|table| load::load_copy(it, table)).collect(),
            all_new: named(load::all_new(plan, it)),
            lookup: named(lookup::lookup(plan)),
            lookup_create: named(lookup::lookup_create(plan)),
        })
    }
}

#[wasm_bindgen]
impl Plan {
    /// The statement that reads aggregates of collection number `collection` by key.
    pub fn read_statement(&self, collection: usize) -> Option<String> {
        Some(read_statement(&self.plan, self.plan.collections.get(collection)?))
    }

    /// The `COPY` of all aggregates.
    pub fn stream_statement(&self, collection: usize) -> Option<String> {
        Some(stream_statement(&self.plan, self.plan.collections.get(collection)?))
    }

    /// The statement of digests: of everything, of ranges, or of each aggregate of ranges (`scope` 0, 1, 2).
    pub fn digest_statement(&self, collection: usize, scope: u8, stored: bool) -> Option<String> {
        let scope = [DigestScope::All, DigestScope::Ranges, DigestScope::Keys].into_iter().nth(scope.into())?;
        digest_statement(&self.plan, self.plan.collections.get(collection)?, scope, stored)
    }
}
