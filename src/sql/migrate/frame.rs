//! What a migration is run in: settings that statements rely on and the caller gets back, constraints that are checked on the way, and nothing in the way that would
//! change what is written.

use crate::postgres::identifier::literal;

/// What every statement that reads or writes values as text relies on; and what would only cost time: to compile statements that are long, not slow, and to check functions that are
/// always the same.
const SETTINGS: [(&str, &str); 8] = [("jit", "off"), ("check_function_bodies", "off"), ("standard_conforming_strings", "on"), ("array_nulls", "on"), ("timezone", "UTC"), ("datestyle", "ISO, YMD"), ("bytea_output", "hex"), ("extra_float_digits", "1")];

fn list<'t>(tables: impl IntoIterator<Item = &'t String>) -> String {
    let list: Vec<String> = tables.into_iter().map(|table| format!("{}::regclass", literal(table))).collect();
    format!("ARRAY[{}]::regclass[]", list.join(", "))
}

fn block(lines: &[String]) -> String {
    format!("DO $rowlens$\nBEGIN\n{}\nEND $rowlens$;", lines.join("\n"))
}

fn raise(when: &str, why: &str, help: &str) -> String {
    format!("  IF {when} THEN RAISE EXCEPTION 'rowlens: {why}' USING HINT = 'nothing was changed; {help}'; END IF;")
}

fn setting_names() -> String {
    format!("unnest(ARRAY[{}]) name", SETTINGS.map(|(name, _)| literal(name)).iter().cloned().chain(["'row_security'".to_owned()]).collect::<Vec<_>>().join(", "))
}

/// Before data moves.
pub(super) fn moving() -> Vec<String> {
    let checks = [
        raise("NOT has_database_privilege(current_database(), 'TEMPORARY')", "this role may not make temporary tables in this database, which data moves by", "GRANT TEMPORARY ON DATABASE … TO it, or run this as another role"),
        raise("current_setting('session_replication_role') = 'replica'", "session_replication_role is replica, and foreign keys would not be kept", "set it to origin"),
    ];
    let mut out = vec![block(&checks)];
    out.extend(SETTINGS.map(|(name, value)| format!("SET LOCAL {name} = {};", literal(value))));
    out
}

/// Before everything: one transaction, which, where data moves, sees what others wrote before the tables were locked. It remembers what the connection is set to, and no
/// row is hidden from it: where a policy would, PostgreSQL refuses.
pub(super) fn begin(moving: bool) -> [String; 4] {
    let mut checks = vec![raise("current_setting('rowlens.migration', true) IS DISTINCT FROM 'running'", "this migration must run in one transaction", "begin one before its first statement, and commit it after the last")];
    if moving {
        checks.push(raise("current_setting('transaction_isolation') <> 'read committed'", "this migration must run in a transaction that is READ COMMITTED", "begin it with ISOLATION LEVEL READ COMMITTED: another one does not see what was written while it waited for its locks"));
    }
    let remember = format!("  PERFORM set_config('rowlens.was_' || name, current_setting(name), true) FROM {};", setting_names());
    ["SET LOCAL rowlens.migration = 'running';".to_owned(), block(&checks), block(&[remember]), "SET LOCAL row_security = off;".to_owned()]
}

/// Deferrable constraints of and to tables: checked now, or as they were declared. Tables are not altered while constraints wait for their check.
pub(super) fn deferrable(mode: &str, tables: &[String]) -> String {
    let only = if mode == "DEFERRED" { " AND condeferred" } else { "" };
    let tables = list(tables);
    let lines = [
        format!("  FOR x IN SELECT format('%I.%I', nspname, conname) FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace WHERE condeferrable{only} AND conparentid = 0 AND (conrelid = ANY ({tables}) OR confrelid = ANY ({tables})) LOOP"),
        format!("    EXECUTE 'SET CONSTRAINTS ' || x || ' {mode}';"),
        "  END LOOP;".to_owned(),
    ];
    format!("DO $rowlens$\nDECLARE x text;\nBEGIN\n{}\nEND $rowlens$;", lines.join("\n"))
}

/// Triggers and rules of others would change what is written, or take a move for a write. Bits of a trigger: INSERT 4, DELETE 8, UPDATE 16.
pub(super) fn undisturbed(written: &[String]) -> String {
    let list = list(written);
    let lines = [
        format!("  SELECT format('trigger `%s` of `%s`', tgname, tgrelid::regclass) INTO x FROM pg_trigger WHERE tgrelid = ANY ({list}) AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 28 <> 0 LIMIT 1;"),
        "  IF x IS NOT NULL THEN RAISE EXCEPTION 'rowlens: % would run for rows that the migration writes', x USING HINT = 'nothing was changed; disable it in the same transaction first (ALTER TABLE … DISABLE TRIGGER …), and enable it again at the end'; END IF;".to_owned(),
        format!("  SELECT format('rule `%s` of `%s`', rulename, ev_class::regclass) INTO x FROM pg_rewrite WHERE ev_class = ANY ({list}) AND ev_type IN ('2', '3', '4') AND ev_enabled IN ('O', 'A') LIMIT 1;"),
        "  IF x IS NOT NULL THEN RAISE EXCEPTION 'rowlens: % would change what the migration writes', x USING HINT = 'nothing was changed; disable it in the same transaction first (ALTER TABLE … DISABLE RULE …), and enable it again at the end'; END IF;".to_owned(),
    ];
    format!("DO $rowlens$\nDECLARE x text;\nBEGIN\n{}\nEND $rowlens$;", lines.join("\n"))
}

/// After everything: what the connection was set to, again; another migration in this transaction says again that it is in one.
pub(super) fn end() -> String {
    block(&[format!("  PERFORM set_config(name, current_setting('rowlens.was_' || name), true) FROM {};", setting_names())])
}
