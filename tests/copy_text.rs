//! COPY text of tuples: forms of arrays, kinds by name, and bytes that are no tuples. That it is what PostgreSQL prints is proven on
//! PGlite (`js/test/copy-text.test.ts`).

use proptest::prelude::*;
use rowlens::postgres::text::{BadField, CopyText};
use rowlens::postgres::PgType;

fn scalars() -> Vec<PgType> {
    use PgType::*;
    vec![
        Text, Varchar(Some(9)), Char(9), Citext, Boolean, SmallInt, Integer, BigInt, Real, Double, Numeric(None), Numeric(Some((9, 2))), Date, Timestamp(6), TimestampTz(3), Uuid, Bytea, Jsonb, Json,
        Enum(0),
    ]
}

fn array_of(pg: PgType) -> PgType {
    PgType::Array(Box::new(pg), 1)
}

/// A tuple of one field.
fn tuple(value: &[u8]) -> Vec<u8> {
    [&[0, 1][..], &(value.len() as i32).to_be_bytes(), value].concat()
}

fn ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_be_bytes()).collect()
}

fn written(pg: &PgType, value: &[u8]) -> Result<String, BadField> {
    let mut out = b"before\n".to_vec();
    let result = CopyText::new([pg]).write(&tuple(value), &mut out);
    let text = String::from_utf8(out).unwrap();
    let text = text.strip_prefix("before\n").unwrap().to_owned();
    assert_eq!(text.is_empty(), result.is_err(), "nothing of a bad tuple stays");
    result.map(|_| text)
}

/// An array of texts with its dimensions, given as (length, lower bound).
fn texts(dimensions: &[(i32, i32)], items: &[Option<&str>]) -> Vec<u8> {
    let mut bytes = ints(&[dimensions.len() as i32, 1, 25]);
    for (length, bound) in dimensions {
        bytes.extend(ints(&[*length, *bound]));
    }
    for item in items {
        bytes.extend(ints(&[item.map_or(-1, |text| text.len() as i32)]));
        bytes.extend(item.unwrap_or("").as_bytes());
    }
    bytes
}

#[test]
fn arrays() {
    let pg = array_of(PgType::Text);
    for (dimensions, items, expected) in [
        (&[][..], &[][..], "{}"),
        (&[(2, 1), (0, 1)], &[], "{}"),
        (&[(3, 1)], &[Some("a"), None, Some("NULL")], r#"{a,NULL,"NULL"}"#),
        (&[(3, 1)], &[Some(""), Some("nUll"), Some("nulls")], r#"{"","nUll",nulls}"#),
        (&[(2, 1)], &[Some("a"), Some("nUll")], r#"{a,"nUll"}"#),
        (&[(4, 1)], &[Some("a b"), Some("{"), Some("x,y"), Some("ß")], r#"{"a b","{","x,y",ß}"#),
        // Escaped for the array, and the backslashes again for COPY.
        (&[(2, 1)], &[Some(r#"""#), Some(r"\")], r#"{"\\"","\\\\"}"#),
        (&[(1, 1)], &[Some("a\tb\n")], r#"{"a\tb\n"}"#),
        (&[(2, 1), (2, 1)], &[Some("a"), Some("b"), None, Some("c")], "{{a,b},{NULL,c}}"),
        (&[(2, 0)], &[Some("a"), Some("b")], "[0:1]={a,b}"),
        (&[(1, -5), (1, 1)], &[Some("a")], "[-5:-5][1:1]={{a}}"),
    ] {
        assert_eq!(written(&pg, &texts(dimensions, items)).unwrap(), format!("{expected}\n"));
    }
    // Other elements go through the same text.
    let bytea = [ints(&[1, 0, 17, 1, 1, 2]), vec![0, 0xff]].concat();
    assert_eq!(written(&array_of(PgType::Bytea), &bytea).unwrap(), "{\"\\\\\\\\x00ff\"}\n");
    let stamp = [ints(&[1, 0, 1184, 1, 1, 8]), vec![0; 8]].concat();
    assert_eq!(written(&array_of(PgType::TimestampTz(3)), &stamp).unwrap(), "{\"2000-01-01 00:00:00+00\"}\n");
}

#[test]
fn arrays_that_lie() {
    let pg = array_of(PgType::Text);
    let good = texts(&[(2, 1)], &[Some("a"), Some("b")]);
    for bad in [
        texts(&[(3, 1)], &[Some("a"), Some("b")]),
        texts(&[(1, 1)], &[Some("a"), Some("b")]),
        texts(&[(-1, 1)], &[]),
        texts(&[(i32::MAX, 1), (i32::MAX, 1)], &[Some("a")]),
        texts(&[(1, 1); 7], &[Some("a")]),
        ints(&[-1, 0, 25]),
        ints(&[1, 0, 25, 1, 1, i32::MAX]),
        ints(&[1, 0, 25, 1, 1, -2]),
    ] {
        assert_eq!(written(&pg, &bad), Err(BadField { offset: 6, reason: "value is not of the column's type" }));
    }
    for length in 0..good.len() {
        assert!(written(&pg, &good[..length]).is_err());
    }
    // Bounds at the end of their range are only printed.
    assert_eq!(written(&pg, &texts(&[(1, i32::MAX)], &[Some("a")])).unwrap(), "[2147483647:2147483647]={a}\n");
}

#[test]
fn what_is_no_tuple() {
    let lines = CopyText::new(&[PgType::Integer, PgType::Text]);
    let row = [&[0, 2][..], &ints(&[4, -7, 1]), b"a"].concat();
    let mut out = Vec::new();
    assert_eq!(lines.write(&[&row[..], &row].concat(), &mut out), Ok(2));
    assert_eq!(out, b"-7\ta\n-7\ta\n");
    for cut in 1..row.len() {
        let mut out = Vec::new();
        let bad = lines.write(&[&row[..], &row[..cut]].concat(), &mut out).unwrap_err();
        assert!(bad.offset >= row.len() && out.is_empty(), "{bad}");
    }
    let refused = |tuples: &[u8]| lines.write(tuples, &mut Vec::new()).unwrap_err().to_string();
    assert_eq!(refused(&[&[0, 3][..], &row[2..]].concat()), "tuple has another number of fields than the table at byte 0");
    assert_eq!(refused(&[&[0, 2][..], &ints(&[4, 0, -2])].concat()), "tuple is cut off at byte 10");
    assert_eq!(refused(&[&[0, 2][..], &ints(&[2])[..], &[0, 0], &ints(&[-1])].concat()), "value is not of the column's type at byte 6");
    // The trailer of a COPY stream is none of its tuples.
    assert!(refused(&[0xff, 0xff]).starts_with("tuple has"));
}

/// Kinds by name, as a plan describes its columns, are the types themselves.
#[test]
fn kinds() {
    let mapping = |columns: &str| format!(r#"{{"version":1,"enums":{{"e":["a"]}},"collections":{{"c":{{"table":"t","key":{{"column":"id","as":"uuid"}},"columns":{{{columns}}},"complement":"rest"}}}}}}"#);
    for pg in scalars().into_iter().flat_map(|pg| [pg.clone(), array_of(pg)]) {
        let sql = if let PgType::Enum(_) = pg { "e".to_owned() } else if pg == array_of(PgType::Enum(0)) { "e[]".to_owned() } else { pg.sql(&[], None) };
        let plan = rowlens::compile_str(&mapping(&format!(r#""x":{{"path":"x","type":"{sql}"}}"#)), &Default::default()).unwrap().plan;
        let described = rowlens::plan::describe::describe(&plan);
        let column = described[0].tables[0].columns.iter().find(|column| column.name == "x").unwrap();
        let name = format!("{}{}", column.kind, "[]".repeat(column.dimensions.into()));
        assert_eq!(CopyText::of_kinds(&name), Some(CopyText::new([&pg])), "{name}");
    }
    assert_eq!(CopyText::of_kinds("uuid\nnumeric[]"), Some(CopyText::new(&[PgType::Uuid, array_of(PgType::Numeric(None))])));
    assert_eq!(CopyText::of_kinds("uuid\nmoney"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever the bytes are, there is a line or a refusal; lines have as many fields as the table has columns.
    #[test]
    fn any_bytes(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..4), pick in 0usize..20, cut in any::<prop::sample::Index>()) {
        let scalar = scalars().swap_remove(pick);
        for pg in [scalar.clone(), array_of(scalar)] {
            let lines = CopyText::new(values.iter().map(|_| &pg));
            let mut tuples = (values.len() as u16).to_be_bytes().to_vec();
            for value in &values {
                tuples.extend((value.len() as i32).to_be_bytes());
                tuples.extend(value);
            }
            for tuples in [&tuples[..], &tuples[..cut.index(tuples.len())]] {
                let mut out = Vec::new();
                match lines.write(tuples, &mut out) {
                    Ok(count) => {
                        prop_assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), count as usize);
                        prop_assert_eq!(out.iter().filter(|byte| **byte == b'\t').count(), count as usize * (values.len() - 1));
                    }
                    Err(bad) => prop_assert!(out.is_empty() && bad.offset <= tuples.len()),
                }
            }
        }
    }
}
