//! Cost grows linearly with a document, wherever it grows: sixteen times the document may not take 64 times as long (a square would take 256).

mod support;

use rowlens::bson::{kind, Writer};
use rowlens::lens::Lens;
use rowlens::plan::Fidelity;
use std::time::{Duration, Instant};
use support::laws::slices;
use support::tuples::{join, split};

const MAPPING: &str = r#"{"version":1,"collections":{"c":{"table":"c","key":{"column":"id"},
    "columns":{"a":{"path":"a","type":"text"},"m":{"path":"m","type":"jsonb"}},
    "children":[{"table":"f","path":"f{}","columns":{"v":{"path":"@","type":"integer"}}},
                {"table":"e","path":"e[]","columns":{"k":{"path":"k","type":"integer"}},
                 "children":[{"table":"g","path":"g[]","columns":{"k":{"path":"k","type":"integer"}}}]}],
    "complement":"rest"}}}"#;

fn int(writer: &mut Writer, name: &str, value: i32) {
    writer.element(kind::INT32, name.as_bytes(), &value.to_le_bytes());
}

fn text(writer: &mut Writer, name: &str) {
    writer.element(kind::STRING, name.as_bytes(), b"\x02\0\0\0x\0");
}

fn within(writer: &mut Writer, kind: u8, name: &str, fill: impl FnOnce(&mut Writer)) {
    writer.name(kind, name.as_bytes());
    let mark = writer.open();
    fill(writer);
    writer.close(mark);
}

/// An element of `e` with an unknown field, and an array within it whose element has one, too.
fn event(writer: &mut Writer, index: usize) {
    within(writer, kind::DOCUMENT, &index.to_string(), |event| {
        int(event, "k", index as i32);
        text(event, "odd");
        within(event, kind::ARRAY, "g", |list| within(list, kind::DOCUMENT, "0", |inner| text(inner, "odd")));
    });
}

/// Writes so many pieces into a document.
type Grow = fn(&mut Writer, usize);

/// What a document has in the place where it grows.
const SHAPES: [(&str, Grow); 5] = [
    ("unknown fields", |writer, count| (0..count).for_each(|index| text(writer, &format!("u{index}")))),
    ("unknown fields, each an object", |writer, count| (0..count).for_each(|index| within(writer, kind::DOCUMENT, &format!("u{index}"), |inner| text(inner, "x")))),
    ("entries of a map that do not fit", |writer, count| within(writer, kind::DOCUMENT, "f", |map| (0..count).for_each(|index| text(map, &format!("f{index}"))))),
    ("elements with unknown fields", |writer, count| within(writer, kind::ARRAY, "e", |list| (0..count).for_each(|index| event(list, index)))),
    ("elements of many kinds", |writer, count| within(writer, kind::ARRAY, "e", |list| (0..count).for_each(|index| if index % 2 == 0 { event(list, index) } else { text(list, &index.to_string()) }))),
];

fn document(grow: Grow, count: usize) -> Vec<u8> {
    let mut writer = Writer::default();
    let mark = writer.open();
    text(&mut writer, "_id");
    // Not where the mapping has it: under `exact`, the complement has the order of all keys.
    int(&mut writer, "m", 1);
    grow(&mut writer, count);
    text(&mut writer, "a");
    writer.close(mark);
    writer.out
}

/// A document of `count` pieces, and its rows as they are and without the first element.
struct Grown {
    lens: Lens,
    document: Vec<u8>,
    rows: Vec<Vec<u8>>,
    moved: Vec<Vec<u8>>,
}

impl Grown {
    fn new(fidelity: Fidelity, grow: Grow, count: usize) -> Grown {
        let mut lens = support::lens(MAPPING, fidelity);
        let document = document(grow, count);
        let set = lens.to_rows(&document);
        let rows = set.tables.iter().map(|table| table.tuples.clone()).collect();
        // Somebody deleted the first element: all entries have to find theirs.
        let mut moved = split(&slices(&set));
        moved[2..].iter_mut().filter(|rows| !rows.is_empty()).for_each(|rows| drop(rows.remove(0)));
        Grown { lens, document, rows, moved: moved.iter().map(|rows| join(rows)).collect() }
    }

    /// One time of each way.
    fn times(&mut self) -> [Duration; WAYS.len()] {
        let started = Instant::now();
        assert_eq!(self.lens.to_rows(&self.document).accepted, 1);
        let there = started.elapsed();
        let mut back = |tables: &[Vec<u8>]| {
            let tables: Vec<&[u8]> = tables.iter().map(Vec::as_slice).collect();
            let started = Instant::now();
            assert_eq!(self.lens.to_documents(&tables).count, 1);
            started.elapsed()
        };
        [there, back(&self.rows), back(&self.moved)]
    }
}

const WAYS: [&str; 3] = ["to rows", "back", "back, without the first element"];

#[test]
fn a_document_costs_what_its_bytes_cost() {
    for fidelity in [Fidelity::Value, Fidelity::Exact] {
        for (shape, grow) in SHAPES {
            let (mut small, mut large) = (Grown::new(fidelity, grow, 500), Grown::new(fidelity, grow, 8000));
            let mut least = [[Duration::MAX; WAYS.len()]; 2];
            // What else the machine does only ever adds: the least of some rounds counts, and more are taken where it is busy.
            let grew = |least: &[[Duration; WAYS.len()]; 2]| (0..WAYS.len()).find(|way| least[1][*way] > least[0][*way] * 64);
            for round in 0..20 {
                for (least, times) in least.iter_mut().zip([small.times(), large.times()]) {
                    least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
                }
                if round >= 2 && grew(&least).is_none() {
                    break;
                }
            }
            if let Some(way) = grew(&least) {
                panic!("{shape}, {}, {fidelity:?}: {:?} became {:?}", WAYS[way], least[0][way], least[1][way]);
            }
        }
    }
}
