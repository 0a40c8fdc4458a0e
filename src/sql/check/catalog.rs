//! The statement that asks a database what it has of a plan: one row, one text column, JSON.

use super::Expected;
use crate::plan::Plan;
use crate::postgres::identifier::literal;

/// `$tables` and `$enums` stand for two arrays each: schemas (empty: by `search_path`) and names.
/// Only what every user may read; nothing of rows.
const STATEMENT: &str = r#"WITH visible AS (SELECT c.oid, c.relname, c.relkind, c.relnamespace, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f'))
SELECT json_build_object(
  'encoding', current_setting('server_encoding'),
  'clientEncoding', pg_client_encoding(),
  'arrayNulls', current_setting('array_nulls') = 'on',
  'isolation', current_setting('default_transaction_isolation'),
  'readOnly', current_setting('transaction_read_only') = 'on',
  'user', quote_ident(current_user),
  'schema', current_schema(),
  'enums', (SELECT json_agg(json_build_object(
      'oid', t.oid::bigint,
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)) ORDER BY w.n)
    FROM unnest($enums) WITH ORDINALITY AS w(schema, name, n)
    LEFT JOIN pg_type t ON t.typname = w.name AND t.typtype = 'e' AND CASE w.schema WHEN '' THEN pg_type_is_visible(t.oid) ELSE t.typnamespace = (SELECT s.oid FROM pg_namespace s WHERE s.nspname = w.schema) END),
  'tables', (SELECT json_agg(json_build_object(
      'oid', c.oid::bigint, 'schema', c.nspname, 'kind', c.relkind,
      'elsewhere', (SELECT min(o.nspname::text) FROM visible o WHERE o.relname = w.name),
      'rowSecurity', row_security_active(c.oid),
      'privileges', (SELECT string_agg(p, ', ' ORDER BY p) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p WHERE NOT has_table_privilege(c.oid, p)),
      'usage', has_schema_privilege(c.relnamespace, 'USAGE'),
      'columns', (SELECT json_agg(json_build_object(
          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'base', b.oid::bigint, 'baseName', b.typname, 'domainOf', nullif(b.typbasetype, 0)::bigint, 'enum', b.typtype = 'e', 'array', b.oid <> t.oid, 'modifier', a.atttypmod,
          'notNull', a.attnotnull, 'filled', a.atthasdef OR a.attidentity <> '', 'generated', a.attgenerated <> '', 'identity', a.attidentity = 'a',
          'collation', a.attcollation::bigint, 'folds', (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic)) ORDER BY a.attnum)
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE t.typcategory WHEN 'A' THEN t.typelem ELSE t.oid END
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
      'indexes', (SELECT json_agg(json_build_object(
          'name', x.relname, 'method', m.amname, 'primary', i.indisprimary, 'unique', i.indisunique, 'immediate', i.indimmediate, 'valid', i.indisvalid, 'partial', i.indpred IS NOT NULL, 'nullsEqual', i.indnullsnotdistinct,
          'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, n) LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number AND k.number <> 0 WHERE k.n <= i.indnkeyatts)))
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam WHERE i.indrelid = c.oid),
      'triggers', (SELECT json_agg(json_build_object('name', g.tgname, 'on', g.tgrelid::regclass::text, 'events', concat_ws(' OR ', CASE WHEN g.tgtype & 4 <> 0 THEN 'INSERT' END, CASE WHEN g.tgtype & 16 <> 0 THEN 'UPDATE' END, CASE WHEN g.tgtype & 8 <> 0 THEN 'DELETE' END)) ORDER BY g.tgname)
        FROM pg_trigger g WHERE (g.tgrelid = c.oid OR g.tgparentid = 0 AND g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(c.oid) p)) AND NOT g.tgisinternal AND g.tgtype & 3 = 3
          AND g.tgenabled IN ('A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)),
      'rules', (SELECT json_agg(r.rulename ORDER BY r.rulename) FROM pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type <> '1' AND r.ev_enabled IN ('A', CASE current_setting('session_replication_role') WHEN 'replica' THEN 'R' ELSE 'O' END)),
      'heirs', (SELECT string_agg(h.inhrelid::regclass::text, ', ' ORDER BY h.inhrelid) FROM pg_inherits h WHERE h.inhparent = c.oid AND c.relkind = 'r'),
      'foreignKeys', (SELECT json_agg(json_build_object(
          'name', quote_ident(f.conname), 'to', f.confrelid::bigint, 'toName', f.confrelid::regclass::text, 'cascades', f.confdeltype = 'c', 'acts', f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd'), 'deferred', f.condeferred,
          'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k(number, n) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number)))
        FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f' AND coalesce(to_jsonb(f) ->> 'conenforced', 'true') = 'true')) ORDER BY w.n)
    FROM unnest($tables) WITH ORDINALITY AS w(schema, name, n)
    LEFT JOIN visible c ON c.relname = w.name AND CASE w.schema WHEN '' THEN pg_table_is_visible(c.oid) ELSE c.nspname = w.schema END)
)::text AS catalog"#;

/// The statement for a plan. It has no parameters.
pub(super) fn statement(plan: &Plan, tables: &[Expected<'_>]) -> String {
    let tables = arrays(tables.iter().map(|table| (table.schema, table.name)));
    let enums = arrays(plan.enums.iter().map(|one| (plan.schema.as_deref(), one.name.as_str())));
    // Names come last: they may hold anything, placeholders too.
    let mut out = String::new();
    let mut rest = STATEMENT;
    for (placeholder, text) in [("$enums", enums), ("$tables", tables)] {
        let (before, after) = rest.split_once(placeholder).unwrap_or((rest, ""));
        out += before;
        out += &text;
        rest = after;
    }
    out + rest
}

fn arrays<'a>(names: impl Iterator<Item = (Option<&'a str>, &'a str)> + Clone) -> String {
    let [schemas, names] = [names.clone().map(|(schema, _)| literal(schema.unwrap_or(""))).collect::<Vec<_>>(), names.map(|(_, name)| literal(name)).collect()].map(|list| format!("ARRAY[{}]::text[]", list.join(", ")));
    format!("{schemas}, {names}")
}
