//! Row sets for a plan, from decisions: they satisfy the plan's DDL and are in normal form (ordinals 0…n-1, one row per variant, no complement).

use super::choices::Choices;
use super::documents::any_value;
use rowlens::identity::uuid_from_object_id;
use rowlens::json::encode_json;
use rowlens::plan::{CollectionPlan, Context, Node, Plan, Source};
use rowlens::postgres::array::element_oid;
use rowlens::postgres::numeric::numeric_from_decimal128;
use rowlens::postgres::PgType;
use std::collections::HashSet;

/// Per table, rows; per row, fields (`None`: NULL).
pub type RowsOf = Vec<Vec<Vec<Option<Vec<u8>>>>>;

/// Fields of the tuples of each table.
pub fn split(tables: &[&[u8]]) -> RowsOf {
    tables
        .iter()
        .map(|data| {
            let (mut rows, mut at) = (Vec::new(), 0);
            while at < data.len() {
                let count = i16::from_be_bytes(data[at..at + 2].try_into().unwrap());
                at += 2;
                let mut row = Vec::new();
                for _ in 0..count {
                    let length = i32::from_be_bytes(data[at..at + 4].try_into().unwrap());
                    at += 4;
                    row.push((length >= 0).then(|| data[at..at + length as usize].to_vec()));
                    at += length.max(0) as usize;
                }
                rows.push(row);
            }
            rows
        })
        .collect()
}

/// The tuples of rows.
pub fn join(rows: &[Vec<Option<Vec<u8>>>]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        out.extend_from_slice(&(row.len() as i16).to_be_bytes());
        for field in row {
            match field {
                None => out.extend_from_slice(&(-1i32).to_be_bytes()),
                Some(bytes) => {
                    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
                    out.extend_from_slice(bytes);
                }
            }
        }
    }
    out
}

/// Rows of up to three aggregates of the plan's first collection.
pub fn rows(plan: &Plan, c: &mut Choices<'_>) -> RowsOf {
    let collection = &plan.collections[0];
    let mut make = Make { plan, collection, rows: vec![Vec::new(); collection.tables.len()], keys: HashSet::new() };
    for _ in 0..1 + c.pick(3) {
        make.context(&collection.root, &[], None, c);
    }
    make.rows
}

struct Make<'a> {
    plan: &'a Plan,
    collection: &'a CollectionPlan,
    rows: RowsOf,
    /// Primary keys there are, by table.
    keys: HashSet<(usize, Vec<Option<Vec<u8>>>)>,
}

/// Ordinal or map key of a row.
enum Position {
    Ordinal(u32),
    Key(String),
}

impl Make<'_> {
    /// One row of a context and all below it; nothing where its primary key is there already.
    fn context(&mut self, context: &Context, parent: &[Option<Vec<u8>>], position: Option<&Position>, c: &mut Choices<'_>) -> bool {
        let variant = context.discriminator.as_ref().and_then(|d| d.variants.get(c.pick(d.variants.len() + 1)).map(|variant| (d.column, variant)));
        let tree = variant.map_or(&context.tree, |(_, variant)| &variant.tree);
        let mut row = self.row(context.table, tree, parent, position, c);
        if let Some(discriminator) = &context.discriminator {
            let value = variant.map(|(_, variant)| variant.value.clone().into_bytes());
            let pg = &self.collection.tables[context.table].columns[discriminator.column].pg;
            row[discriminator.column] = value.map(|mut bytes| {
                if let PgType::Char(n) = pg {
                    bytes.resize(*n as usize, b' ');
                }
                bytes
            });
        }
        let table = &self.collection.tables[context.table];
        let key: Vec<Option<Vec<u8>>> = table.key.iter().map(|column| row[*column].clone()).collect();
        if !self.keys.insert((context.table, key.clone())) {
            return false;
        }
        self.rows[context.table].push(row);
        if let Some(own) = variant.and_then(|(_, variant)| variant.table) {
            let row = self.row(own, tree, &key, None, c);
            self.rows[own].push(row);
        }
        self.children(tree, &key, c);
        true
    }

    fn row(&mut self, table: usize, tree: &Node, parent: &[Option<Vec<u8>>], position: Option<&Position>, c: &mut Choices<'_>) -> Vec<Option<Vec<u8>>> {
        let columns = &self.collection.tables[table].columns;
        let mut row = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            row.push(match &column.source {
                Source::ParentKey(place) => parent[*place].clone(),
                Source::Ordinal => Some(match position {
                    Some(Position::Ordinal(ordinal)) => ordinal.to_be_bytes().to_vec(),
                    _ => vec![0; 4],
                }),
                Source::MapKey => Some(match position {
                    Some(Position::Key(key)) => key.clone().into_bytes(),
                    _ => Vec::new(),
                }),
                Source::Complement => None,
                Source::Field(field) => {
                    let value = value(self.plan, &column.pg, c);
                    // An element that is JSON itself has no way to be absent: not in normal form.
                    let itself = matches!(tree, Node::Column { .. }) && matches!(column.pg, PgType::Json | PgType::Jsonb);
                    let null = !itself && !field.identity && !column.not_null && c.flag(4);
                    (reads(tree, table, index) && !null).then_some(value)
                }
            });
        }
        row
    }

    fn children(&mut self, tree: &Node, key: &[Option<Vec<u8>>], c: &mut Choices<'_>) {
        match tree {
            Node::Column { .. } => {}
            Node::Object(object) => object.fields.iter().for_each(|(_, node)| self.children(node, key, c)),
            Node::One(child) => {
                if c.flag(8) {
                    self.context(&child.context, key, None, c);
                }
            }
            Node::Array(child) => {
                let mut ordinal = 0;
                for _ in 0..c.pick(4) {
                    ordinal += u32::from(self.context(&child.context, key, Some(&Position::Ordinal(ordinal)), c));
                }
            }
            Node::Map(child) => {
                for _ in 0..c.pick(4) {
                    let name = c.text();
                    self.context(&child.context, key, Some(&Position::Key(name)), c);
                }
            }
        }
    }
}

fn reads(node: &Node, table: usize, column: usize) -> bool {
    match node {
        Node::Column { table: t, column: n } => (*t, *n) == (table, column),
        Node::Object(object) => object.fields.iter().any(|(_, inner)| reads(inner, table, column)),
        _ => false,
    }
}

/// Bytes that PostgreSQL could hold in a column of this type.
pub fn value(plan: &Plan, pg: &PgType, c: &mut Choices<'_>) -> Vec<u8> {
    match pg {
        PgType::Text | PgType::Citext => c.text().into_bytes(),
        PgType::Varchar(n) => c.text().chars().take(n.map_or(usize::MAX, |n| n as usize)).collect::<String>().into_bytes(),
        PgType::Char(n) => {
            let mut text: String = c.text().chars().take(*n as usize).collect();
            text.extend(std::iter::repeat_n(' ', *n as usize - text.chars().count()));
            text.into_bytes()
        }
        PgType::Boolean => vec![c.byte() & 1],
        PgType::SmallInt => (c.integer() as i16).to_be_bytes().to_vec(),
        PgType::Integer => (c.integer() as i32).to_be_bytes().to_vec(),
        PgType::BigInt => c.integer().to_be_bytes().to_vec(),
        PgType::Real => {
            let number = c.double() as f32;
            (if number.is_nan() { f32::NAN } else { number }).to_be_bytes().to_vec()
        }
        PgType::Double => {
            let number = c.double();
            (if number.is_nan() { f64::NAN } else { number }).to_be_bytes().to_vec()
        }
        PgType::Numeric(typmod) => numeric(*typmod, c),
        PgType::Date => match c.pick(4) {
            0 => i32::from(c.byte()),
            1 => i32::from(i16::from_le_bytes(c.take())),
            2 => (i32::from_le_bytes(c.take())).clamp(-2_451_545, 2_145_031_948),
            _ => c.of(&[i32::MAX, i32::MIN]),
        }
        .to_be_bytes()
        .to_vec(),
        PgType::Timestamp(precision) | PgType::TimestampTz(precision) => {
            let unit = 10i64.pow(6 - u32::from(*precision));
            match c.pick(5) {
                0 => i64::from(c.byte()) * 1_000_000,
                1 => i64::from(i32::from_le_bytes(c.take())) * 1_000 / unit * unit,
                2 => i64::from_le_bytes(c.take()).clamp(-211_813_488_000_000_000, 9_223_371_331_199_999_999) / unit * unit,
                3 => i64::from(u16::from_le_bytes(c.take())) / unit * unit,
                _ => c.of(&[i64::MAX, i64::MIN]),
            }
            .to_be_bytes()
            .to_vec()
        }
        PgType::Uuid => match c.pick(3) {
            0 => uuid_from_object_id(&c.take::<12>()).to_vec(),
            1 => c.take::<16>().to_vec(),
            _ => rowlens::identity::substitute_uuid(2, &c.take::<4>()).to_vec(),
        },
        PgType::Bytea => {
            let length = c.of(&[0usize, 12, 5, 17]);
            (0..length).map(|_| c.byte()).collect()
        }
        PgType::Json | PgType::Jsonb => {
            let mut out = if matches!(pg, PgType::Jsonb) { vec![1] } else { Vec::new() };
            let (kind, bytes) = any_value(c, 1);
            let mark = out.len();
            // What JSON cannot carry could not be in the column either.
            if !encode_json(kind, &bytes, &mut out).is_ok_and(|fit| fit.clean && fit.storable) {
                out.truncate(mark);
                out.extend_from_slice(b"null");
            }
            out
        }
        PgType::Enum(index) => {
            let labels: Vec<&str> = plan.enums[*index].labels.iter().map(String::as_str).collect();
            c.of(&labels).as_bytes().to_vec()
        }
        PgType::Array(element, dimensions) => {
            let (outer, inner) = (c.pick(4), 1 + c.pick(3));
            let mut items = Vec::new();
            let mut nulls = false;
            for _ in 0..if *dimensions == 1 { outer } else { outer * inner } {
                // A NULL among JSON elements is not in normal form: it comes back as JSON's null.
                if c.flag(2) && !matches!(**element, PgType::Json | PgType::Jsonb) {
                    nulls = true;
                    items.extend_from_slice(&(-1i32).to_be_bytes());
                } else {
                    let item = value(plan, element, c);
                    items.extend_from_slice(&(item.len() as i32).to_be_bytes());
                    items.extend_from_slice(&item);
                }
            }
            let lengths: &[usize] = if outer == 0 { &[] } else if *dimensions == 1 { &[outer] } else { &[outer, inner] };
            let mut out = (lengths.len() as u32).to_be_bytes().to_vec();
            out.extend_from_slice(&u32::from(nulls).to_be_bytes());
            out.extend_from_slice(&element_oid(element).to_be_bytes());
            for length in lengths {
                out.extend_from_slice(&(*length as u32).to_be_bytes());
                out.extend_from_slice(&1u32.to_be_bytes());
            }
            out.extend_from_slice(&items);
            out
        }
    }
}

/// As PostgreSQL stores it: base-10000 digits without zeros at either end, the scale of the type.
fn numeric(typmod: Option<(u16, i16)>, c: &mut Choices<'_>) -> Vec<u8> {
    if typmod.is_none() && c.flag(2) {
        // More digits than Decimal128 has.
        let mut out = vec![0, 12, 0, 3, 0, 0, 0, 32];
        for _ in 0..12 {
            out.extend_from_slice(&(1 + u16::from(c.byte())).to_be_bytes());
        }
        return out;
    }
    if c.flag(1) {
        return vec![0, 0, 0, 0, 0xc0, 0, 0, 0];
    }
    let mut coefficient = u128::from(u32::from_le_bytes(c.take()));
    let mut exponent = -i32::from(c.byte() % 12);
    if let Some((precision, scale)) = typmod {
        coefficient %= 10u128.pow(u32::from(precision).min(9));
        exponent = -i32::from(scale);
    }
    let sign = u128::from(c.flag(5) && coefficient != 0) << 127;
    let bits = coefficient | (((exponent + 6176) as u128) << 113) | sign;
    let mut out = Vec::new();
    let _ = numeric_from_decimal128(&bits.to_le_bytes(), typmod, &mut out);
    assert!(!out.is_empty(), "{coefficient}e{exponent} {typmod:?}");
    out
}
