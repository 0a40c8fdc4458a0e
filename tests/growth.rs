//! Cost grows linearly with a document, wherever it grows: eight times the document may not take twenty times as long (a square would take sixty-four).

mod support;

use rowlens::bson::{kind, Writer};
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

/// The least of three measurements.
fn least(mut work: impl FnMut()) -> Duration {
    (0..3).map(|_| { let started = Instant::now(); work(); started.elapsed() }).min().unwrap()
}

/// Ways there and back, each with what it takes of `count`.
fn costs(fidelity: Fidelity, grow: Grow, count: usize) -> [(&'static str, Duration); 3] {
    let mut lens = support::lens(MAPPING, fidelity);
    let document = document(grow, count);
    let rows = lens.to_rows(&document);
    assert_eq!(lens.to_documents(&slices(&rows)).bson.len(), document.len());
    // Somebody deleted the first element: all entries have to find theirs.
    let mut moved = split(&slices(&rows));
    moved[2..].iter_mut().filter(|rows| !rows.is_empty()).for_each(|rows| drop(rows.remove(0)));
    let moved: Vec<Vec<u8>> = moved.iter().map(|rows| join(rows)).collect();
    let moved: Vec<&[u8]> = moved.iter().map(Vec::as_slice).collect();
    [
        ("to rows", least(|| assert_eq!(lens.to_rows(&document).documents, 1))),
        ("back", least(|| assert_eq!(lens.to_documents(&slices(&rows)).count, 1))),
        ("back, without the first element", least(|| assert_eq!(lens.to_documents(&moved).count, 1))),
    ]
}

#[test]
fn a_document_costs_what_its_bytes_cost() {
    for fidelity in [Fidelity::Value, Fidelity::Exact] {
        for (shape, grow) in SHAPES {
            let (small, large) = (costs(fidelity, grow, 1000), costs(fidelity, grow, 8000));
            for ((way, small), (_, large)) in small.into_iter().zip(large) {
                assert!(large < small * 20, "{shape}, {way}, {fidelity:?}: {small:?} became {large:?}");
            }
        }
    }
}
