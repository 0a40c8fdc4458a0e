//! From one version of a mapping to the next: the SQL that gives tables their new form and moves what is in them.
//!
//! Whatever moves, moves by one way: the values of the document's top-level fields that the two mappings have differently are taken out of rows and complement, in one
//! form, and then put where the new mapping has them; what its rows do not say is the complement again. So a field goes between complement, column, JSON and
//! tables of its own in every direction, and the documents stay what they were. What SQL cannot read back exactly is refused: what the mappings show here, what only
//! the data shows by the SQL itself, which then changes nothing.

mod agreement;
mod assemble;
mod beside;
mod compare;
mod data;
mod enums;
mod faults;
mod frame;
mod functions;
mod guards;
mod held;
mod indexes;
mod kept;
mod key_orders;
mod lookups;
mod orders;
mod parts;
mod proof;
mod renames;
mod routes;
mod shred;
mod structure;
mod tables;
mod value;
mod variants;
mod versions;

use self::compare::{Change, Pair};
use crate::issue::Issue;
use crate::plan::{CollectionPlan, Plan};
use crate::postgres::identifier::quote;
use crate::sql::ddl;

/// The way from one mapping to another.
#[derive(Debug, Clone, Default)]
pub struct Migration {
    /// Statements in their order, to be run in one transaction. None: the two mappings write the same rows into the same tables.
    pub statements: Vec<String>,
    /// What to know before.
    pub warnings: Vec<Issue>,
}

/// The SQL from `old` to `new`: `new` reads from the tables after it the documents that `old` read before.
///
/// ```
/// use rowlens::{compile_str, migrate, CompileOptions};
///
/// let plan = |columns: &str| {
///     let mapping = format!(r#"{{"version":1,"collections":{{"users":{{"table":"users","key":{{"column":"id"}},"columns":{{{columns}}},"complement":"rest"}}}}}}"#);
///     compile_str(&mapping, &CompileOptions::default()).unwrap().plan
/// };
/// let migration = migrate(&plan(""), &plan(r#""age":{"path":"age","type":"integer"}"#)).unwrap();
/// assert!(migration.statements.iter().any(|sql| sql == r#"ALTER TABLE "users" ADD COLUMN "age" integer;"#));
/// ```
///
/// # Errors
/// Everything that SQL cannot move without loss, at once.
pub fn migrate(old: &Plan, new: &Plan) -> Result<Migration, Vec<Issue>> {
    let new = &lookups::aligned(old, new);
    let mut faults = faults::Faults::default();
    let pairs = pairs(old, new, &mut faults);
    let mut work: Vec<(Pair<'_>, Vec<(String, Change)>)> = Vec::new();
    for pair in pairs {
        let moved = faults.check(&pair);
        work.push((pair, moved));
    }
    if !faults.errors.is_empty() {
        return Err(faults.errors);
    }
    let mut out = Migration::default();
    // Without a complement nothing that is not mapped was kept: then what comes to the tables is empty.
    let moves = |pair: &Pair<'_>, moved: &[(String, Change)]| !moved.is_empty() && (pair.old.complement.is_some() || moved.iter().any(|(_, change)| *change == Change::Other));
    let (mut take, mut put, mut besides, mut written) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut looked_up = lookups::Lookups::default();
    let (mut drops, mut relations, mut before, mut creates, mut after) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, (pair, moved)) in work.iter().enumerate() {
        let mut structure = structure::structure(pair);
        structure.relations.retain(renames::Relation::moves);
        let changes = structure != structure::Structure::default() || !moved.is_empty();
        drops.extend(structure.drops);
        relations.extend(structure.relations);
        before.extend(structure.before);
        creates.extend(structure.creates);
        after.extend(structure.after);
        besides.extend(beside::beside(pair));
        let digests = pair.new.hash.is_some() && pair.old.hash.is_some();
        let (filled, tables) = (versions::versions(pair), pair.old.tables.iter().map(crate::plan::TablePlan::qualified));
        written.extend(tables.take(if moves(pair, moved) { usize::MAX } else { usize::from(filled.is_some() || changes && digests) }));
        out.warnings.extend(faults::unversioned(pair));
        if moves(pair, moved) || filled.is_some() {
            looked_up.add(pair, if moves(pair, moved) { moved } else { &[] });
        }
        if moves(pair, moved) {
            let data = data::data(pair, moved, number).unwrap_or_default();
            take.extend(data.take);
            put.extend(data.put);
            out.warnings.extend(faults::rewrites(pair, moved));
            out.warnings.extend(faults::json_texts(pair, moved));
        }
        if let (Some(filled), Some(root)) = (filled, pair.old.tables.first()) {
            if !moves(pair, moved) {
                take.push(format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", root.qualified()));
            }
            put.push(filled);
        }
        if let (true, Some(hash), Some(root)) = (changes, pair.new.hash.as_ref().filter(|_| pair.old.hash.is_some()), pair.new.tables.first()) {
            after.push(format!("UPDATE {} SET {hash} = NULL WHERE {hash} IS NOT NULL;", root.qualified(), hash = quote(hash)));
            out.warnings.push(faults::digests(pair));
        }
    }
    for collection in new.collections.iter().filter(|collection| !work.iter().any(|(pair, _)| pair.new.name == collection.name)) {
        created(new, collection, &mut creates, &mut after);
    }
    let enums = enums::enums(old, new);
    let moving = !take.is_empty();
    let mut body = looked_up.take(old, new);
    body.append(&mut take);
    body.append(&mut besides);
    body.extend(ddl::prelude(new).into_iter().filter(|statement| !ddl::prelude(old).contains(statement)));
    body.extend(enums.before);
    body.extend(kept::kept(old, new, work.iter().map(|(pair, _)| pair)));
    body.append(&mut drops);
    body.extend(renames::relations(&relations));
    body.append(&mut before);
    body.append(&mut creates);
    body.extend(looked_up.put(old, new));
    body.append(&mut put);
    body.extend(looked_up.end());
    let now: Vec<String> = work.iter().flat_map(|(pair, _)| &pair.new.tables).map(crate::plan::TablePlan::qualified).collect();
    if moving {
        body.push(frame::deferrable("IMMEDIATE", &now));
    }
    body.append(&mut after);
    body.extend(enums.after);
    if moving {
        let functions = functions::needed(body.iter().map(String::as_str));
        out.statements.extend(frame::moving());
        out.statements.extend(functions.iter().map(|function| function.text.to_owned()));
        body.push(format!("DROP FUNCTION {};", functions.iter().map(|function| function.name).collect::<Vec<_>>().join(", ")));
        body.push(frame::deferrable("DEFERRED", &now));
    }
    if !written.is_empty() {
        body.insert(0, frame::undisturbed(&written));
    }
    out.statements.append(&mut body);
    if out.statements.len() > 1 {
        out.statements.splice(0..0, frame::begin(moving));
        out.statements.push(frame::end());
    }
    Ok(out)
}

/// A collection of the old mapping in the new one: by name, else by the root table.
fn counterpart<'p>(old_plan: &Plan, new_plan: &'p Plan, old: &CollectionPlan) -> Option<&'p CollectionPlan> {
    let root = |collection: &CollectionPlan| collection.tables.first().map(crate::plan::TablePlan::qualified);
    let free = |new: &&CollectionPlan| !old_plan.collections.iter().any(|other| other.name == new.name) && root(new) == root(old);
    new_plan.collections.iter().find(|new| new.name == old.name).or_else(|| new_plan.collections.iter().find(free))
}

/// Collections of both mappings. What has no counterpart in the new one is a fault.
fn pairs<'p>(old_plan: &'p Plan, new_plan: &'p Plan, faults: &mut faults::Faults) -> Vec<Pair<'p>> {
    let mut found: Vec<Pair<'p>> = Vec::new();
    for old in &old_plan.collections {
        match counterpart(old_plan, new_plan, old) {
            Some(new) => found.push(Pair::new(old_plan, new_plan, old, new)),
            None => faults.collection_gone(old),
        }
    }
    found
}

fn created(plan: &Plan, collection: &CollectionPlan, before: &mut Vec<String>, after: &mut Vec<String>) {
    for table in &collection.tables {
        before.push(ddl::create_table(plan, collection, table, ""));
        after.extend(table.indexes.iter().map(|index| ddl::index_statement(table, index, "")));
        after.extend(table.columns.iter().filter_map(|column| ddl::foreign_key(plan, table, column)));
    }
}
