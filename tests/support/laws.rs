//! The laws, stated over any mapping.

use super::choices::Choices;
use super::tuples::{self, RowsOf};
use super::{back, documents, mappings, sorted};
use rowlens::bson::Elements;
use rowlens::json::jsonb_equal;
use rowlens::lens::{Lens, RowSet};
use rowlens::lookup::Lookups;
use rowlens::plan::{compile_str, BsonKind, CompileOptions, Fidelity, Plan, Source};
use rowlens::postgres::PgType;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A mapping and its plan.
pub struct Case {
    pub mapping: String,
    pub plan: Arc<Plan>,
    pub fidelity: Fidelity,
}

impl Case {
    pub fn new(c: &mut Choices<'_>, fidelity: Fidelity) -> Case {
        let mapping = mappings::mapping(c).to_string();
        let plan = compile_str(&mapping, &CompileOptions { fidelity: Some(fidelity) }).unwrap_or_else(|issues| panic!("{mapping}\n{issues:#?}")).plan;
        Case { mapping, plan: Arc::new(plan), fidelity }
    }

    pub fn lens(&self) -> Lens {
        Lens::new(&self.plan, 0).unwrap()
    }

    /// A lens that knows every id of the batch.
    pub fn resolved(&self, batch: &[u8]) -> Lens {
        let mut lens = self.lens();
        let mut lookups = Lookups::default();
        for (index, needed) in (1u32..).zip(lens.needed_lookups(batch)) {
            let key = match self.plan.collections[needed.collection].tables[0].columns[0].pg {
                PgType::Uuid => (u128::from(index) << 64).to_be_bytes().to_vec(),
                PgType::BigInt => i64::from(index).to_be_bytes().to_vec(),
                PgType::Integer => index.to_be_bytes().to_vec(),
                _ => format!("key {index}").into_bytes(),
            };
            lookups.insert(needed.collection, needed.id, key);
        }
        lens.set_lookups(lookups);
        lens
    }

    /// A lens that knows every key of the rows.
    fn known(&self, rows: &RowsOf) -> Lens {
        let mut lens = self.lens();
        let mut lookups = Lookups::default();
        for (table, rows) in self.plan.collections[0].tables.iter().zip(rows) {
            for (index, column) in table.columns.iter().enumerate() {
                let Source::Field(field) = &column.source else { continue };
                let Some(collection) = field.lookup else { continue };
                for key in rows.iter().filter_map(|row| row[index].as_ref()) {
                    for key in if matches!(column.pg, PgType::Array(..)) { array_keys(key) } else { vec![key.clone()] } {
                        // Any injective rule will do.
                        let mut text = key.clone();
                        text.push(1);
                        let id = documents::text(&text.iter().map(|b| format!("{b:02x}")).collect::<String>());
                        lookups.insert(collection, [vec![id.0], id.1].concat(), key);
                    }
                }
            }
        }
        lens.set_lookups(lookups);
        lens
    }

    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        match self.fidelity {
            Fidelity::Exact => a == b,
            Fidelity::Value => a == b || sorted(a) == sorted(b),
        }
    }

    /// The document comes back. Documents that a key without room refuses by name are the one exception.
    pub fn get_put(&self, c: &mut Choices<'_>) {
        let document = documents::document(&self.plan, c);
        let mut lens = self.resolved(&document);
        let rows = lens.to_rows(&document);
        if rows.accepted == 0 {
            return self.refused(&rows);
        }
        let documents = back(&mut lens, &rows);
        assert!(documents.count == 1 && self.same(&documents.bson, &document), "{}\n in {}\nout {}\n{:?}", self.mapping, show(&document), show(&documents.bson), documents.issues.list);
        let complement = tuples::split(&slices(&rows))[0][0].last().cloned().flatten();
        assert!(complement.is_some() || rows.issues.counts.is_empty(), "{}\nissues without a complement {:?}", self.mapping, rows.issues.list);
    }

    fn refused(&self, rows: &RowSet) {
        assert!(!rows.issues.list.is_empty() && rows.issues.list.iter().all(|i| matches!(i.code, "key-unrepresentable" | "lookup-unresolved")), "{}\n{:?}", self.mapping, rows.issues.list);
        assert!(rows.tables.iter().all(|table| table.count == 0 && table.tuples.is_empty()));
    }

    /// Rows come back. Where they do not, an issue has named the column.
    pub fn put_get(&self, c: &mut Choices<'_>) {
        let rows = tuples::rows(&self.plan, c);
        let mut lens = self.known(&rows);
        let tables: Vec<Vec<u8>> = rows.iter().map(|rows| tuples::join(rows)).collect();
        let documents = lens.to_documents(&tables.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let count = rows[0].len();
        assert_eq!(documents.count as usize, count, "{}\n{:?}", self.mapping, documents.issues.list);
        let again = lens.to_rows(&documents.bson);
        assert_eq!(again.accepted as usize, count, "{}\n{:?}", self.mapping, again.issues.list);
        let named: BTreeSet<(String, String)> = documents.issues.list.iter().filter_map(|i| Some((i.table.clone()?, i.column.clone()?))).collect();
        let described = || format!("{}\n{}\nback {:?}\nagain {:?}", self.mapping, show(&documents.bson), documents.issues.list, again.issues.list);
        let after = tuples::split(&slices(&again));
        for (index, (before, after)) in rows.iter().zip(&after).enumerate() {
            self.same_rows(index, before, after, &named, &described);
        }
        if named.is_empty() {
            assert!(again.issues.counts.is_empty(), "{}", described());
        }
    }

    /// The same rows in any order (of siblings in a map, PostgreSQL has none). `named` columns may differ.
    fn same_rows(&self, table: usize, before: &[Vec<Option<Vec<u8>>>], after: &[Vec<Option<Vec<u8>>>], named: &BTreeSet<(String, String)>, described: &dyn Fn() -> String) {
        let plan = &self.plan.collections[0].tables[table];
        let name = plan.name.clone();
        assert_eq!(before.len(), after.len(), "rows of {name}\n{}", described());
        let key = |row: &Vec<Option<Vec<u8>>>| plan.key.iter().map(|k| row[*k].clone()).collect::<Vec<_>>();
        let (mut before, mut after) = (before.to_vec(), after.to_vec());
        before.sort_by_key(key);
        after.sort_by_key(key);
        for (a, b) in before.iter().zip(&after) {
            for (index, column) in plan.columns.iter().enumerate() {
                let tolerated = named.contains(&(name.clone(), column.name.clone())) || (column.source == Source::Complement && !named.is_empty());
                assert!(tolerated || same_value(column, a[index].as_deref(), b[index].as_deref()), "{name}.{} was {:02x?} is {:02x?}\n{}", column.name, a[index], b[index], described());
            }
        }
    }

    /// With complements: unchanged rows are a fixed point; a changed column has its new value.
    pub fn column_wins(&self, c: &mut Choices<'_>) {
        let change = (c.byte(), c.byte(), c.byte());
        let seed: [u8; 24] = c.take();
        let document = documents::document(&self.plan, c);
        let mut lens = self.resolved(&document);
        let first = lens.to_rows(&document);
        if first.accepted == 0 {
            return;
        }
        // A document without an identity is known by all it says: a change makes it another one.
        if first.issues.list.iter().any(|i| i.code == "key-substituted" && i.message.contains("is missing; column")) {
            return;
        }
        let mut rows = tuples::split(&slices(&first));
        // A column that is no key, filled or not.
        let table = usize::from(change.0) % rows.len();
        if rows[table].is_empty() {
            return;
        }
        let row = usize::from(change.1) % rows[table].len();
        let plan = &self.plan.collections[0].tables[table];
        let column = usize::from(change.2) % plan.columns.len();
        let Source::Field(field) = &plan.columns[column].source else { return };
        let discriminates = self.mapping.contains("discriminator");
        if field.identity || field.lookup.is_some() || discriminates {
            return;
        }
        let value = tuples::value(&self.plan, &plan.columns[column].pg, &mut Choices::new(&seed));
        rows[table][row][column] = Some(value.clone());
        let tables: Vec<Vec<u8>> = rows.iter().map(|rows| tuples::join(rows)).collect();
        let documents = lens.to_documents(&tables.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let described = || format!("{}\n in {}\nout {}\n{:?}", self.mapping, show(&document), show(&documents.bson), documents.issues.list);
        assert_eq!(documents.count, 1, "{}", described());
        if documents.issues.list.iter().any(|i| i.code != "complement-stale") {
            return;
        }
        let again = lens.to_rows(&documents.bson);
        assert_eq!(again.accepted, 1, "{}\n{:?}", described(), again.issues.list);
        let after = tuples::split(&slices(&again));
        for (index, (before, after)) in rows.iter().zip(&after).enumerate() {
            let (mut before, mut after) = (before.clone(), after.clone());
            if index == 0 {
                // Entries may have gone: the complement is not compared.
                before[0].pop();
                after[0].pop();
                before[0].push(None);
                after[0].push(None);
            }
            self.same_rows(index, &before, &after, &BTreeSet::new(), &described);
        }
    }

    /// A batch is its documents, rows may come in any order, and nothing depends on what a lens did before.
    pub fn batches_and_order(&self, c: &mut Choices<'_>) {
        let count = 1 + c.pick(4);
        let all: Vec<Vec<u8>> = (0..count).map(|_| documents::document(&self.plan, c)).collect();
        let batch = all.concat();
        let mut lens = self.resolved(&batch);
        let together = lens.to_rows(&batch);
        let mut other = self.resolved(&batch);
        let mut singly = RowSet { tables: vec![Default::default(); together.tables.len()], ..RowSet::default() };
        for document in &all {
            let one = other.to_rows(document);
            singly.accepted += one.accepted;
            for (sum, table) in singly.tables.iter_mut().zip(one.tables) {
                sum.tuples.extend_from_slice(&table.tuples);
                sum.count += table.count;
            }
            for (code, n) in one.issues.counts {
                *singly.issues.counts.entry(code).or_insert(0) += n;
            }
        }
        assert_eq!(together.tables, singly.tables, "{}", self.mapping);
        assert_eq!((together.accepted, &together.issues.counts), (singly.accepted, &singly.issues.counts), "{}", self.mapping);
        // In two chunks, appended; and once more with a used lens.
        let (a, b) = all.split_at(c.pick(count + 1));
        lens.clear();
        let mut set = RowSet::default();
        lens.append_rows(&a.concat(), &mut set);
        lens.append_rows(&b.concat(), &mut set);
        assert_eq!(lens.tables(), &together.tables[..], "{}", self.mapping);
        assert_eq!(set.issues.counts, together.issues.counts);
        // Rows in another order: roots too, so documents come in theirs. Equal keys would make one aggregate of two: none of those.
        let mut rows = tuples::split(&slices(&together));
        let keys: BTreeSet<Option<Vec<u8>>> = rows[0].iter().map(|row| row[0].clone()).collect();
        if keys.len() != rows[0].len() {
            return;
        }
        let expected = back(&mut lens, &together);
        for table in rows.iter_mut().skip(1) {
            for index in (1..table.len()).rev() {
                table.swap(index, c.pick(index + 1));
            }
        }
        let tables: Vec<Vec<u8>> = rows.iter().map(|rows| tuples::join(rows)).collect();
        let documents = lens.to_documents(&tables.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert_eq!(documents.count, expected.count, "{}", self.mapping);
        let same = if self.fidelity == Fidelity::Exact { documents.bson == expected.bson } else { each(&documents.bson) == each(&expected.bson) };
        assert!(same, "{}\n in {}\nout {}\n{:?}", self.mapping, show(&expected.bson), show(&documents.bson), documents.issues.list);
        assert_eq!(documents.issues.counts, expected.issues.counts, "{}", self.mapping);
    }
}

/// The batch's documents, keys sorted.
pub fn each(batch: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < batch.len() {
        let length = rowlens::bson::document_length(batch, at, batch.len()).unwrap();
        all.push(sorted(&batch[at..at + length]));
        at += length;
    }
    all
}

pub fn slices(rows: &RowSet) -> Vec<&[u8]> {
    rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect()
}

fn array_keys(array: &[u8]) -> Vec<Vec<u8>> {
    let mut at = if array[3] == 0 { array.len() } else { 12 + 8 * usize::from(array[3]) };
    let mut keys = Vec::new();
    while at < array.len() {
        let length = i32::from_be_bytes(array[at..at + 4].try_into().unwrap());
        at += 4;
        if length >= 0 {
            keys.push(array[at..at + length as usize].to_vec());
            at += length as usize;
        }
    }
    keys
}

/// Equal to PostgreSQL: jsonb by value; the scale of a numeric that stands for a JavaScript number says nothing.
fn same_value(column: &rowlens::plan::ColumnPlan, a: Option<&[u8]>, b: Option<&[u8]>) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (a, b) else { return false };
    match &column.pg {
        PgType::Jsonb => jsonb_equal(&a[1..], &b[1..]),
        PgType::Numeric(_) => matches!(&column.source, Source::Field(field) if field.bson != BsonKind::Decimal) && a[..6] == b[..6] && a[8..] == b[8..],
        PgType::Array(element, _) if matches!(**element, PgType::Jsonb | PgType::Numeric(_)) => {
            let (x, y) = (array_keys(a), array_keys(b));
            let inner = rowlens::plan::ColumnPlan { pg: (**element).clone(), ..column.clone() };
            a[..12] == b[..12] && x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| same_value(&inner, Some(x), Some(y)))
        }
        _ => false,
    }
}

/// Concatenated BSON as Extended JSON, or its bytes.
pub fn show(batch: &[u8]) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    while let Ok(length) = rowlens::bson::document_length(batch, at, batch.len()) {
        if rowlens::json::to_extended_json(&batch[at..at + length], false, &mut out).is_err() || Elements::new(batch, at, at + length).is_err() {
            return format!("{batch:02x?}");
        }
        at += length;
        out.push(b'\n');
    }
    String::from_utf8_lossy(&out).into_owned()
}
