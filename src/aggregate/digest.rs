//! Digests: what PostgreSQL computes of its rows and this crate of documents, equal bit for bit.
//!
//! A row's digest is `md5(record_send(row('table'::text, column, …)))`, read as two `bigint`s; those of enums and citext are cast to text. A set
//! of rows has the number of its rows and the two sums: no order matters, and sums of parts add up to the sum of the whole.

use crate::json::push_jsonb;
use crate::plan::CollectionPlan;
use crate::postgres::record::type_oid;
use crate::postgres::tuple::read_tuple;
use crate::postgres::PgType;
use md5::{Digest as _, Md5};

/// The digest of a set of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// Sum of the first halves of the rows' digests.
    pub high: i128,
    /// Sum of the second halves.
    pub low: i128,
}

impl Digest {
    /// The digest of both sets of rows.
    pub fn add(&mut self, other: &Digest) {
        self.rows += other.rows;
        self.high += other.high;
        self.low += other.low;
    }

    /// The two sums modulo 2^64, big-endian: what a `hash` column holds.
    pub fn hash(&self) -> [u8; 16] {
        let mut out = [0; 16];
        out[..8].copy_from_slice(&(self.high as u64).to_be_bytes());
        out[8..].copy_from_slice(&(self.low as u64).to_be_bytes());
        out
    }
}

/// Computes digests of the rows of one collection.
#[derive(Debug, Clone)]
pub struct Digester {
    tables: Vec<Table>,
    record: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Table {
    /// The record up to its table's columns.
    head: Vec<u8>,
    /// OID of each column's type; whether it is jsonb, and an array.
    columns: Vec<(u32, bool, bool)>,
}

impl Digester {
    /// For the tables of `collection`.
    pub fn new(collection: &CollectionPlan) -> Self {
        let tables = collection.tables.iter().map(|table| {
            let mut head = (table.columns.len() as u32 + 1).to_be_bytes().to_vec();
            head.extend_from_slice(&type_oid(&PgType::Text).to_be_bytes());
            head.extend_from_slice(&(table.name.len() as u32).to_be_bytes());
            head.extend_from_slice(table.name.as_bytes());
            let columns = table.columns.iter().map(|column| {
                let (element, array) = match &column.pg {
                    PgType::Array(element, _) => (&**element, true),
                    pg => (pg, false),
                };
                (type_oid(&column.pg), *element == PgType::Jsonb, array)
            });
            Table { head, columns: columns.collect() }
        });
        Digester { tables: tables.collect(), record: Vec::new() }
    }

    /// The digest of tuples of table `table`; `None` where they are not its tuples.
    pub fn rows(&mut self, table: usize, mut tuples: &[u8]) -> Option<Digest> {
        let Table { head, columns } = self.tables.get(table)?;
        let (mut digest, mut fields) = (Digest::default(), Vec::new());
        while !tuples.is_empty() {
            tuples = read_tuple(tuples, &mut fields)?;
            if fields.len() != columns.len() {
                return None;
            }
            let record = &mut self.record;
            record.clear();
            record.extend_from_slice(head);
            for (field, (oid, jsonb, array)) in fields.iter().zip(columns) {
                record.extend_from_slice(&oid.to_be_bytes());
                match field {
                    Some(value) if *jsonb => push_with_length(record, |out| push_stored(value, *array, out))?,
                    Some(value) => push_with_length(record, |out| {
                        out.extend_from_slice(value);
                        Some(())
                    })?,
                    None => record.extend_from_slice(&(-1i32).to_be_bytes()),
                }
            }
            let halves: [u8; 16] = Md5::digest(&*record).into();
            let half = |at: usize| halves.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |half| i128::from(i64::from_be_bytes(*half)));
            digest.add(&Digest { rows: 1, high: half(0), low: half(8) });
        }
        Some(digest)
    }

    /// The digest of an aggregate, or of any other set of rows: per table its tuples.
    pub fn tables<'t>(&mut self, tables: impl IntoIterator<Item = &'t [u8]>) -> Option<Digest> {
        let mut all = Digest::default();
        for (table, tuples) in tables.into_iter().enumerate() {
            all.add(&self.rows(table, tuples)?);
        }
        Some(all)
    }
}

fn push_with_length(out: &mut Vec<u8>, push: impl FnOnce(&mut Vec<u8>) -> Option<()>) -> Option<()> {
    let mark = out.len();
    out.extend_from_slice(&[0; 4]);
    push(out)?;
    let length = (out.len() - mark - 4) as u32;
    out.get_mut(mark..mark + 4)?.copy_from_slice(&length.to_be_bytes());
    Some(())
}

/// A jsonb, or an array of them, as PostgreSQL gives it back.
pub(crate) fn push_stored(value: &[u8], array: bool, out: &mut Vec<u8>) -> Option<()> {
    if !array {
        let (version, text) = value.split_first()?;
        out.push(*version);
        // Text that is no JSON is in no database: whatever its digest is, it differs.
        if !push_jsonb(text, out) {
            out.extend_from_slice(text);
        }
        return Some(());
    }
    let dimensions = u32::from_be_bytes(*value.first_chunk()?) as usize;
    let (head, mut rest) = value.split_at_checked(12usize.checked_add(dimensions.checked_mul(8)?)?)?;
    out.extend_from_slice(head);
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            out.extend_from_slice(length);
            rest = tail;
            continue;
        };
        let (element, tail) = tail.split_at_checked(length)?;
        push_with_length(out, |out| push_stored(element, false, out))?;
        rest = tail;
    }
    Some(())
}
