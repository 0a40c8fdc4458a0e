//! Statements that write: their text is the same each time, names are quoted, and nothing of the user's is hidden by a name of theirs.

use rowlens::plan::CollectionPlan;
use rowlens::sql::input::Input;
use rowlens::sql::{apply::apply, apply_new::apply_new, delete::delete, lock::{lock, lock_one}, staging};
use rowlens::{compile_str, CompileOptions, Plan};

fn plan(collection: &str, top: &str) -> Plan {
    compile_str(&format!(r#"{{"version":1{top},"collections":{{"the \"orders\"":{collection}}}}}"#), &CompileOptions::default()).unwrap_or_else(|issues| panic!("{issues:?}")).plan
}

fn first(plan: &Plan) -> &CollectionPlan {
    &plan.collections[0]
}

const GUARDED: &str = r#"{"table":"o'r\"ders","key":{"column":"id","as":"uuid"},"complement":"rest","version":{"path":"v","column":"source_version"},"hash":"row_hash",
    "columns":{"kind":{"path":"kind","type":"kind"},"tags":{"path":"tags","type":"numeric(4,1)[]"},"total":{"path":"total","type":"numeric(10,2)"}},
    "children":[{"table":"_items","path":"items[]","columns":{"sku":{"path":"sku","type":"varchar(3)"}}}]}"#;

#[test]
fn what_has_no_array_of_its_own_comes_as_text_and_is_cast() {
    let plan = plan(GUARDED, r#","schema":"s","enums":{"kind":["a"]}"#);
    let sql = apply(&plan, first(&plan), Input::Parameters);
    assert!(sql.contains(r#"SELECT c0, c1::"s"."kind" AS c1, c2::numeric(4,1)[] AS c2, c3, c4, v, h, k FROM unnest($1::uuid[], $2::text[], $3::text[], $4::numeric[], $5::jsonb[], $6::bigint[], $7::bytea[], $8::text[])"#), "{sql}");
    assert!(sql.contains(r#"FROM unnest($9::uuid[], $10::integer[], $11::varchar[]) AS u(c0, c1, c2)"#), "{sql}");
    assert_eq!(sql, apply(&plan, first(&plan), Input::Parameters));
}

#[test]
fn names_are_quoted_and_expressions_are_not_called_as_tables_are() {
    let plan = plan(GUARDED, r#","schema":"s","enums":{"kind":["a"]}"#);
    for sql in [apply(&plan, first(&plan), Input::Parameters), apply(&plan, first(&plan), Input::Staging), delete(&plan, first(&plan))] {
        assert!(sql.contains(r#""s"."o'r""ders""#) && sql.contains(r#""s"."_items""#), "{sql}");
        assert!(sql.contains("\n__state AS") && !sql.contains(" _state"), "{sql}");
        assert!(sql.contains(r#"'the "orders"'"#), "{sql}");
    }
    assert!(lock(first(&plan), false).contains(r#"hashtextextended('the "orders":' || k, 0)"#));
    assert!(lock_one(first(&plan)).contains(r#"hashtextextended('the "orders":' || $1::text, 0)"#));
}

#[test]
fn without_a_version_nothing_is_guarded() {
    let plan = plan(r#"{"table":"orders","key":{"column":"id","as":"uuid"}}"#, "");
    let sql = apply(&plan, first(&plan), Input::Parameters) + &delete(&plan, first(&plan));
    assert!(!sql.contains("tombstone") && !sql.contains("stale' WHEN r") && !sql.contains(".v"), "{sql}");
    // A row that is all key is written as it is.
    assert!(sql.contains(r#"ON CONFLICT ("id") DO UPDATE SET "id" = EXCLUDED."id" RETURNING"#), "{sql}");
}

#[test]
fn a_staging_table_depends_on_no_type_of_the_mapping() {
    let plan = plan(&GUARDED.replace("numeric(4,1)[]", "kind[]"), r#","schema":"s","enums":{"kind":["a"]}"#);
    let (ddl, sql) = (staging::staging_ddl(&plan, first(&plan)), apply(&plan, first(&plan), Input::Staging));
    assert!(ddl[1].contains("c1 text, c2 text[], ") && !ddl.concat().contains("kind"), "{ddl:?}");
    assert!(sql.contains(r#"(SELECT c0, c1::"s"."kind" AS c1, c2::"s"."kind"[] AS c2, c3, c4, v, h, k FROM pg_temp"#), "{sql}");
}

#[test]
fn a_null_in_the_literal_of_an_array_is_one_whatever_the_setting() {
    let of = |collection: &str| { let plan = plan(collection, r#","enums":{"kind":["a"]}"#); [lock(first(&plan), false), lock(first(&plan), true), lock_one(first(&plan))] };
    assert!(of(GUARDED).iter().all(|sql| sql.contains("set_config('array_nulls', 'on', true)")));
    assert!(!of(&GUARDED.replace("numeric(4,1)[]", "text")).concat().contains("array_nulls"));
}

#[test]
fn a_staging_table_is_called_by_its_columns() {
    let (one, other) = (plan(GUARDED, r#","enums":{"kind":["a"]}"#), plan(&GUARDED.replace("varchar(3)", "varchar(4)"), r#","enums":{"kind":["a"]}"#));
    let (a, b) = (staging::staging_copy(&one, first(&one)), staging::staging_copy(&other, first(&other)));
    assert_eq!(a[0], b[0]);
    assert_ne!(a[1], b[1]);
    assert!(staging::staging_ddl(&one, first(&one)).iter().skip(1).zip(&a).all(|(ddl, copy)| ddl.contains(copy.split(' ').nth(1).unwrap())));
}

#[test]
fn a_new_aggregate_is_written_only_where_nothing_of_its_key_is() {
    let plan = plan(GUARDED, r#","schema":"s","enums":{"kind":["a"]}"#);
    let sql = apply_new(&plan, first(&plan));
    assert!(sql.contains(r#"SELECT $1::uuid, $2::text::"s"."kind", $3::numeric[]::numeric(4,1)[], $4::numeric, $5::jsonb, $6::bigint, $7::bytea WHERE "#), "{sql}");
    assert!(sql.contains(r#"d."key" = $8::text AND d."version" >= $6::bigint) ON CONFLICT ("id") DO NOTHING RETURNING 1)"#), "{sql}");
    // Children's parameters are those of `apply`, whose root has as many; where there is one row at most they are its values.
    assert!(sql.contains("FROM unnest($9::uuid[], $10::integer[], $11::varchar[]) AS u(c0, c1, c2)"), "{sql}");
    assert!(sql.ends_with("(1 + cardinality($9::uuid[]))::text AS written, '0' AS removed FROM __put0"), "{sql}");
    let one = compile_str(r#"{"version":1,"collections":{"orders":{"table":"orders","key":{"column":"id","as":"uuid"},"children":[{"table":"quotes","path":"quote","parentKey":"order_id","columns":{"rate":{"path":"rate","type":"numeric"}}}]}}}"#, &CompileOptions::default()).unwrap().plan;
    let sql = apply_new(&one, first(&one));
    assert!(sql.contains(r#"INSERT INTO "quotes" ("order_id", "rate") SELECT $3::uuid, $4::numeric FROM _put0 WHERE $3::uuid IS NOT NULL)"#), "{sql}");
    assert!(sql.contains("(1 + ($3::uuid IS NOT NULL)::int)::text AS written"), "{sql}");
    let alone = compile_str(r#"{"version":1,"collections":{"orders":{"table":"orders","key":{"column":"id","as":"uuid"}}}}"#, &CompileOptions::default()).unwrap().plan;
    let sql = apply_new(&alone, first(&alone));
    assert!(sql.starts_with(r#"WITH _put0 AS (INSERT INTO "orders" ("id") SELECT $1::uuid WHERE current_setting"#) && sql.ends_with("\nSELECT $2::text AS key, 'inserted' AS outcome, (1)::text AS written, '0' AS removed FROM _put0"), "{sql}");
}
