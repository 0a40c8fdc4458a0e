//! Documents for a plan, from decisions: mostly what the mapping expects, with everything that it does not mixed in.

use super::choices::Choices;
use rowlens::bson::Writer;
use rowlens::plan::{BsonKind, CollectionPlan, Context, Node, ObjectNode, Plan, Source};
use rowlens::postgres::PgType;

/// A value: type byte and bytes.
pub type Bson = (u8, Vec<u8>);

/// A document of the plan's first collection.
pub fn document(plan: &Plan, c: &mut Choices<'_>) -> Vec<u8> {
    let collection = &plan.collections[0];
    let (_, mut bytes) = (Documents { plan, collection }).context(&collection.root, c);
    // A document that lacks its identity is legal, but dull: most get one where the key is `_id` and was left out.
    if !bytes.windows(4).any(|w| w == b"_id\0") && !c.flag(2) {
        let mut writer = Writer::default();
        let mark = writer.open();
        let id: [u8; 12] = c.take();
        writer.element(7, b"_id", &id);
        writer.out.extend_from_slice(&bytes[4..bytes.len() - 1]);
        writer.close(mark);
        bytes = writer.out;
    }
    bytes
}

pub fn text(text: &str) -> Bson {
    let mut bytes = (text.len() as i32 + 1).to_le_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    (2, bytes)
}

fn binary(subtype: u8, content: &[u8]) -> Bson {
    let mut bytes = (content.len() as i32).to_le_bytes().to_vec();
    bytes.push(subtype);
    bytes.extend_from_slice(content);
    (5, bytes)
}

fn decimal(c: &mut Choices<'_>) -> Bson {
    let coefficient = match c.pick(3) {
        0 => u128::from(c.byte()) * 25,
        1 => u128::from(u64::from_le_bytes(c.take())),
        _ => u128::from_le_bytes(c.take()) % 10u128.pow(34),
    };
    let exponent = match c.pick(4) {
        0 => 0,
        1 => -i32::from(c.byte() % 20),
        2 => i32::from(c.byte() as i8),
        _ => i32::from(i16::from_le_bytes(c.take())).clamp(-6176, 6111),
    };
    let negative = u128::from(c.flag(4)) << 127;
    (0x13, (coefficient | (((exponent + 6176) as u128) << 113) | negative).to_le_bytes().to_vec())
}

/// Any value of any type.
pub fn any_value(c: &mut Choices<'_>, depth: usize) -> Bson {
    match c.pick(if depth < 3 { 24 } else { 20 }) {
        0 => (0x0a, vec![]),
        1 | 2 => text(&c.text()),
        3 => text("a\0b"),
        4 => (0x10, (c.integer() as i32).to_le_bytes().to_vec()),
        5 => (0x12, c.integer().to_le_bytes().to_vec()),
        6 | 7 => (0x01, c.double().to_le_bytes().to_vec()),
        8 => decimal(c),
        9 => (0x13, c.take::<16>().to_vec()),
        10 => (0x13, (c.of(&[0x7c00u128, 0x7800, 0xf800, 0x7e00, 0xb040]) << 112).to_le_bytes().to_vec()),
        11 => (0x09, c.integer().to_le_bytes().to_vec()),
        12 => (0x09, (i64::from(i32::from_le_bytes(c.take())) * 1_000).to_le_bytes().to_vec()),
        13 => (0x07, c.take::<12>().to_vec()),
        14 => (0x08, vec![c.byte() & 1]),
        15 => {
            let length = c.pick(20);
            let content: Vec<u8> = (0..length).map(|_| c.byte()).collect();
            binary(c.of(&[0, 3, 4, 5, 6, 9, 0x80]), &content)
        }
        16 => binary(4, &c.take::<16>()),
        17 => (c.of(&[0xff, 0x7f, 0x06]), vec![]),
        18 => (0x0b, b"^a+\0im\0".to_vec()),
        19 => (c.of(&[0x0d, 0x0e]), text(&c.text()).1),
        20 | 21 => {
            let count = c.pick(4);
            let names: Vec<&str> = (0..count).map(|_| c.of(super::mappings::FIELDS)).collect();
            let fields: Vec<(String, Bson)> = names.into_iter().map(|name| (name.to_owned(), any_value(c, depth + 1))).collect();
            (3, super::object(&fields))
        }
        _ => {
            let count = c.pick(4);
            let items: Vec<Bson> = (0..count).map(|_| any_value(c, depth + 1)).collect();
            (4, super::array(&items))
        }
    }
}

struct Documents<'a> {
    plan: &'a Plan,
    collection: &'a CollectionPlan,
}

/// The discriminator's column and the value it has.
type Forced<'a> = Option<(usize, usize, &'a str)>;

impl Documents<'_> {
    fn context(&self, context: &Context, c: &mut Choices<'_>) -> Bson {
        let (mut tree, mut forced) = (&context.tree, None);
        if let Some(discriminator) = &context.discriminator {
            if let Some(variant) = discriminator.variants.get(c.pick(discriminator.variants.len() + 1)) {
                tree = &variant.tree;
                forced = Some((context.table, discriminator.column, variant.value.as_str()));
            }
        }
        self.proper(tree, forced, c)
    }

    /// What stands at `node`; `None` where nothing does.
    fn node(&self, node: &Node, forced: Forced<'_>, c: &mut Choices<'_>) -> Option<Bson> {
        match c.pick(24) {
            0..=18 => Some(self.proper(node, forced, c)),
            19 | 20 => None,
            21 => Some((0x0a, vec![])),
            _ => Some(any_value(c, 1)),
        }
    }

    fn proper(&self, node: &Node, forced: Forced<'_>, c: &mut Choices<'_>) -> Bson {
        match node {
            Node::Column { table, column } => {
                if let Some((_, _, value)) = forced.filter(|(t, n, _)| (t, n) == (table, column)) {
                    return text(value);
                }
                let plan = &self.collection.tables[*table].columns[*column];
                let Source::Field(field) = &plan.source else { return any_value(c, 1) };
                self.fitting(&plan.pg, field.bson, c)
            }
            Node::Object(object) => (3, self.object(object, forced, c)),
            Node::One(child) => self.context(&child.context, c),
            Node::Array(child) => {
                let count = c.pick(4);
                let items: Vec<Bson> = (0..count).map(|_| if c.flag(1) { any_value(c, 1) } else { self.context(&child.context, c) }).collect();
                (4, super::array(&items))
            }
            Node::Map(child) => {
                let count = c.pick(4);
                let mut entries = Vec::new();
                for index in 0..count {
                    let name = if c.flag(8) { c.of(super::mappings::FIELDS).to_owned() } else { format!("k{index}") };
                    entries.push((name, if c.flag(1) { any_value(c, 1) } else { self.context(&child.context, c) }));
                }
                (3, super::object(&entries))
            }
        }
    }

    fn object(&self, object: &ObjectNode, forced: Forced<'_>, c: &mut Choices<'_>) -> Vec<u8> {
        let mut fields: Vec<(String, Bson)> = Vec::new();
        for (name, node) in &object.fields {
            if let Some(value) = self.node(node, forced, c) {
                fields.push((name.clone(), value));
            }
        }
        if c.flag(3) {
            fields.push((c.of(super::mappings::FIELDS).to_owned(), any_value(c, 1)));
        }
        if c.flag(2) && fields.len() > 1 {
            let (a, b) = (c.pick(fields.len()), c.pick(fields.len()));
            fields.swap(a, b);
        }
        super::object(&fields)
    }

    /// A value of the kind that the column stands for; it need not fit.
    fn fitting(&self, pg: &PgType, kind: BsonKind, c: &mut Choices<'_>) -> Bson {
        if let PgType::Array(element, dimensions) = pg {
            let (outer, inner) = (c.pick(4), c.pick(3));
            let level = |c: &mut Choices<'_>, count: usize| {
                let items: Vec<Bson> = (0..count).map(|_| if c.flag(2) { (0x0a, vec![]) } else { self.fitting(element, kind, c) }).collect();
                (4, super::array(&items))
            };
            if *dimensions == 1 {
                return level(c, outer);
            }
            let rows: Vec<Bson> = (0..outer).map(|_| level(c, inner)).collect();
            return (4, super::array(&rows));
        }
        match kind {
            BsonKind::String => match pg {
                PgType::Enum(index) => {
                    let labels: Vec<&str> = self.plan.enums[*index].labels.iter().map(String::as_str).collect();
                    text(c.of(&labels))
                }
                PgType::Varchar(Some(n)) | PgType::Char(n) => text(&c.text().chars().take(*n as usize).collect::<String>()),
                _ => text(&c.text()),
            },
            BsonKind::Boolean => (8, vec![c.byte() & 1]),
            BsonKind::Int32 => (0x10, (c.integer() as i32).to_le_bytes().to_vec()),
            BsonKind::Int64 => (0x12, c.integer().to_le_bytes().to_vec()),
            BsonKind::Double => (0x01, c.double().to_le_bytes().to_vec()),
            BsonKind::Number => {
                let number = c.double();
                if number.fract() == 0.0 && number.abs() < 2e9 && !(number == 0.0 && number.is_sign_negative()) {
                    (0x10, (number as i32).to_le_bytes().to_vec())
                } else {
                    (0x01, number.to_le_bytes().to_vec())
                }
            }
            BsonKind::Decimal => decimal(c),
            BsonKind::Date => {
                let days = i64::from(i16::from_le_bytes(c.take()));
                let rest = if matches!(pg, PgType::Date) { 0 } else { i64::from(u16::from_le_bytes(c.take())) };
                (0x09, (days * 86_400_000 + rest).to_le_bytes().to_vec())
            }
            BsonKind::ObjectId => (7, c.take::<12>().to_vec()),
            BsonKind::Uuid => binary(4, &c.take::<16>()),
            BsonKind::Binary => {
                let length = c.pick(16);
                let content: Vec<u8> = (0..length).map(|_| c.byte()).collect();
                binary(0, &content)
            }
            BsonKind::Any => any_value(c, 1),
        }
    }
}
