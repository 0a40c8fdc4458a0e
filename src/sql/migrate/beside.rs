//! What others have put on tables and columns that go: constraints are not dropped in silence, and whatever else goes with them is said.

use super::compare::Pair;
use crate::postgres::identifier::literal;
use crate::sql::ddl::foreign_key_name;

/// Tables, and columns of others, that go.
fn gone(pair: &Pair<'_>) -> Vec<String> {
    let mut gone = Vec::new();
    let entry = |table: &str, column: Option<&str>| format!("({}::regclass, {})", literal(table), column.map_or_else(|| "NULL::text".to_owned(), literal));
    for ((table, columns), place) in pair.old.tables.iter().zip(&pair.places.columns).zip(&pair.places.tables) {
        if place.is_none() {
            gone.push(entry(&table.qualified(), None));
            continue;
        }
        gone.extend(table.columns.iter().zip(columns).filter(|(_, place)| place.is_none()).map(|(column, _)| entry(&table.qualified(), Some(&column.name))));
    }
    if let (Some(version), None, Some(root)) = (&pair.old.version, &pair.new.version, pair.old.tables.first()) {
        gone.push(entry(&root.qualified(), Some(&version.column)));
    }
    gone
}

/// A statement that looks, where anything goes.
pub(super) fn beside(pair: &Pair<'_>) -> Option<String> {
    let gone = gone(pair);
    let mut known: Vec<String> = pair.old.tables.iter().flat_map(|table| table.indexes.iter().map(|index| index.name.clone()).chain(table.columns.iter().filter(|column| column.foreign_key).map(|column| foreign_key_name(table, column)))).collect();
    known.sort_unstable();
    let known: Vec<String> = known.iter().map(|name| literal(name)).collect();
    let own: Vec<String> = pair.old.tables.iter().map(|table| format!("{}::regclass", literal(&table.qualified()))).collect();
    let lines = [
        "DO $rowlens$".to_owned(),
        "DECLARE x record;".to_owned(),
        "BEGIN".to_owned(),
        "  FOR x IN".to_owned(),
        "    SELECT DISTINCT t, c, pg_describe_object(d.classid, d.objid, d.objsubid) AS what, con.oid IS NOT NULL OR coalesce(i.indisunique, false) AS demands".to_owned(),
        format!("    FROM (VALUES {}) gone(t, c) JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t AND (c IS NULL OR d.refobjsubid = (SELECT attnum FROM pg_attribute WHERE attrelid = t AND attname = c))", gone.join(", ")),
        "      LEFT JOIN pg_constraint con ON d.classid = 'pg_constraint'::regclass AND con.oid = d.objid".to_owned(),
        "      LEFT JOIN pg_class r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid AND r.relkind IN ('i', 'I')".to_owned(),
        "      LEFT JOIN pg_index i ON i.indexrelid = r.oid".to_owned(),
        format!("    WHERE coalesce(con.conname, r.relname, '') <> ALL (ARRAY[{}]::name[]) AND (r.oid IS NOT NULL OR d.classid = 'pg_attrdef'::regclass", known.join(", ")),
        format!("      OR con.contype IN ('c', 'u', 'x') OR (con.contype = 'f' AND NOT (con.conrelid = ANY (ARRAY[{own}]) AND con.confrelid = ANY (ARRAY[{own}]) AND con.confdeltype = 'c')))", own = own.join(", ")),
        "    UNION ALL SELECT DISTINCT t, c, 'what is granted to ' || coalesce(rolname::text, 'everybody'), false".to_owned(),
        format!("    FROM (VALUES {}) gone(t, c) JOIN pg_class r ON r.oid = t LEFT JOIN pg_attribute a ON a.attrelid = t AND a.attname = c, LATERAL aclexplode(CASE WHEN c IS NULL THEN relacl ELSE attacl END) acl LEFT JOIN pg_roles ON pg_roles.oid = acl.grantee WHERE acl.grantee <> relowner", gone.join(", ")),
        "    ORDER BY demands DESC, what".to_owned(),
        "  LOOP".to_owned(),
        "    IF x.demands THEN RAISE EXCEPTION 'rowlens: % is not of the mapping, and would go with %', x.what, coalesce('column `' || x.c || '` of ', '') || 'table `' || x.t || '`' USING HINT = 'nothing was changed; drop it first, and add it again afterwards where it still holds'; END IF;".to_owned(),
        "    RAISE WARNING 'rowlens: % goes with %', x.what, coalesce('column `' || x.c || '` of ', '') || 'table `' || x.t || '`' USING HINT = 'make it again afterwards';".to_owned(),
        "  END LOOP;".to_owned(),
        "END $rowlens$;".to_owned(),
    ];
    (!gone.is_empty()).then(|| lines.join("\n"))
}
