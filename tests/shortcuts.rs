//! Simple complements are made and applied without assembling documents. Both ways must say the same.

mod support;

use proptest::prelude::*;
use rowlens::plan::Fidelity;
use support::choices::Choices;
use support::laws::{show, slices, Case};
use support::{documents, tuples};

fn entropy(length: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..length)
}

fn complement(row: &[Option<Vec<u8>>]) -> Option<serde_json::Value> {
    row.last()?.as_ref().map(|bytes| serde_json::from_slice(&bytes[1..]).expect("a complement is JSON"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(4_000), max_shrink_iters: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn complements_are_the_same(mapping in entropy(160), document in entropy(400)) {
        let case = Case::new(&mut Choices::new(&mapping), Fidelity::Value);
        let document = documents::document(&case.plan, &mut Choices::new(&document));
        let (mut short, mut long) = (case.resolved(&document), case.resolved(&document));
        long.set_shortcuts(false);
        let (a, b) = (short.to_rows(&document), long.to_rows(&document));
        prop_assert_eq!(&a.issues.counts, &b.issues.counts);
        let (a, b) = (tuples::split(&slices(&a)), tuples::split(&slices(&b)));
        let has = case.plan.collections[0].complement.is_some();
        for (table, (a, b)) in a.iter().zip(&b).enumerate() {
            for (a, b) in a.iter().zip(b) {
                let columns = a.len() - usize::from(table == 0 && has);
                prop_assert_eq!(&a[..columns], &b[..columns]);
                if table == 0 && has {
                    prop_assert_eq!(complement(a), complement(b), "{}\n{}", case.mapping, show(&document));
                }
            }
        }
    }

    #[test]
    fn documents_are_the_same(mapping in entropy(160), document in entropy(400), change in entropy(40)) {
        let case = Case::new(&mut Choices::new(&mapping), Fidelity::Value);
        let document = documents::document(&case.plan, &mut Choices::new(&document));
        let (mut short, mut long) = (case.resolved(&document), case.resolved(&document));
        long.set_shortcuts(false);
        let rows = short.to_rows(&document);
        let mut split = tuples::split(&slices(&rows));
        // Somebody may have changed a column since.
        let mut c = Choices::new(&change);
        if c.flag(8) {
            let table = c.pick(split.len());
            if let Some(row) = split[table].first_mut() {
                let column = c.pick(row.len());
                let plan = &case.plan.collections[0].tables[table].columns[column];
                if let rowlens::plan::Source::Field(field) = &plan.source {
                    if !field.identity && field.lookup.is_none() {
                        row[column] = c.flag(12).then(|| tuples::value(&case.plan, &plan.pg, &mut c));
                    }
                }
            }
        }
        let tables: Vec<Vec<u8>> = split.iter().map(|rows| tuples::join(rows)).collect();
        let tables: Vec<&[u8]> = tables.iter().map(Vec::as_slice).collect();
        let (a, b) = (short.to_documents(&tables), long.to_documents(&tables));
        prop_assert_eq!(&a.issues.counts, &b.issues.counts, "{}\n{}\nshort {}\nlong {}", case.mapping, show(&document), show(&a.bson), show(&b.bson));
        prop_assert_eq!(a.count, b.count);
        let sorted = |bson: &[u8]| if bson.is_empty() { Vec::new() } else { support::sorted(bson) };
        prop_assert_eq!(sorted(&a.bson), sorted(&b.bson), "{}\n{}\nshort {}\nlong {}", case.mapping, show(&document), show(&a.bson), show(&b.bson));
    }
}
