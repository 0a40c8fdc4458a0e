//! Rows as the inputs of statements: one array per table and column, or tuples for staging tables.

use super::input::extra;
use crate::aggregate::Aggregate;
use crate::plan::CollectionPlan;
use crate::postgres::array::element_oid;
use crate::postgres::text::push_array_text;
use crate::postgres::tuple::read_tuple;
use crate::postgres::PgType;
use crate::rowset::Rows;

/// The form of an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// PostgreSQL's binary form: of the parameter, for drivers that send bytes.
    Binary,
    /// The array's literal, which every driver takes.
    Text,
}

/// Parameters, one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters {
    /// All of them.
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<usize>,
}

/// One aggregate with what its root row has besides its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its rows.
    pub aggregate: &'a Aggregate,
    /// Its version, where the collection has one.
    pub version: Option<i64>,
    /// Its digest, where the collection stores one.
    pub hash: Option<[u8; 16]>,
    /// Its key as text.
    pub key: &'a str,
}

/// Parameters of [`apply`](super::apply::apply) with [`Input::Parameters`](super::input::Input::Parameters): per table and column one
/// array with a value for each row of `members`.
///
/// `None` where the bytes are not tuples of the collection's tables.
pub fn parameters(collection: &CollectionPlan, tables: &[Rows], members: &[Member<'_>], form: Form) -> Option<Parameters> {
    let mut out = Parameters::default();
    for (index, (table, rows)) in collection.tables.iter().zip(tables).enumerate() {
        let mut arrays: Vec<Array> = table.columns.iter().map(|column| Array::new(&column.pg)).collect();
        for member in members {
            append(&mut arrays, rows.tuples.get(member.aggregate.rows.get(index)?.clone())?)?;
        }
        let mut push = |array: Array| array.finish(form, &mut out);
        arrays.into_iter().try_for_each(&mut push)?;
        for (name, _) in extra(collection, index) {
            let mut array = Array::new(match name {
                super::input::VERSION => &PgType::BigInt,
                super::input::HASH => &PgType::Bytea,
                _ => &PgType::Text,
            });
            members.iter().try_for_each(|member| array.push(value_of(member, name).as_deref()))?;
            push(array)?;
        }
    }
    Some(out)
}

/// Parameters of [`apply_new`](super::apply_new::apply_new) in binary form, as the one tuple that they are in a Bind message.
///
/// `None` where the bytes are not tuples of the collection's tables.
pub fn new_parameters(collection: &CollectionPlan, tables: &[Rows], member: &Member<'_>) -> Option<Vec<u8>> {
    let mut out = vec![0, 0];
    let mut count = 0;
    for (index, (table, rows)) in collection.tables.iter().zip(tables).enumerate() {
        let tuples = rows.tuples.get(member.aggregate.rows.get(index)?.clone())?;
        count += table.columns.len();
        if !super::apply_new::one_to_one(table) {
            let mut arrays: Vec<Array> = table.columns.iter().map(|column| Array::new(&column.pg)).collect();
            append(&mut arrays, tuples)?;
            for array in arrays {
                push_field(&mut out, Some(&array.binary()))?;
            }
        } else if let Some(values) = tuples.get(2..) {
            out.extend_from_slice(values);
        } else {
            table.columns.iter().try_for_each(|_| push_field(&mut out, None))?;
        }
        for (name, _) in extra(collection, index) {
            push_field(&mut out, value_of(member, name).as_deref())?;
            count += 1;
        }
    }
    out.get_mut(..2)?.copy_from_slice(&u16::try_from(count).ok()?.to_be_bytes());
    Some(out)
}

/// What stands behind a root row's columns in tuples for COPY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A staging table: version, digest and key as text.
    Staging,
    /// The table itself: version and digest.
    Table,
}

/// Appends tuples of `members` for table number `table`, to be copied into `target`.
///
/// `None` where the bytes are not tuples of that table.
pub fn copied(collection: &CollectionPlan, rows: &Rows, table: usize, members: &[Member<'_>], target: Target, out: &mut Vec<u8>) -> Option<()> {
    let mut names = extra(collection, table);
    if target == Target::Table {
        names.retain(|(name, _)| *name != super::input::KEY);
    }
    let fields = u16::try_from(collection.tables.get(table)?.columns.len() + names.len()).ok()?;
    for member in members {
        let tuples = rows.tuples.get(member.aggregate.rows.get(table)?.clone())?;
        if names.is_empty() {
            out.extend_from_slice(tuples);
            continue;
        }
        // A root has one tuple.
        out.extend_from_slice(&fields.to_be_bytes());
        out.extend_from_slice(tuples.get(2..)?);
        for (name, _) in &names {
            push_field(out, value_of(member, name).as_deref())?;
        }
    }
    Some(())
}

fn value_of(member: &Member<'_>, name: &str) -> Option<Vec<u8>> {
    match name {
        super::input::VERSION => member.version.map(|version| version.to_be_bytes().to_vec()),
        super::input::HASH => member.hash.map(|hash| hash.to_vec()),
        _ => Some(member.key.as_bytes().to_vec()),
    }
}

/// Appends a length and a value.
fn push_field(out: &mut Vec<u8>, value: Option<&[u8]>) -> Option<()> {
    let length = value.map_or(Some(-1), |value| i32::try_from(value.len()).ok())?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value.unwrap_or(&[]));
    Some(())
}

/// Bytes before an array's first element: dimensions, whether there are NULLs, the elements' type, and of the one dimension length and
/// lower bound.
const HEADER: usize = 20;

/// A column's array under way, in binary form.
struct Array {
    /// The element type of array columns, which travel as literals.
    nested: Option<PgType>,
    element: PgType,
    bytes: Vec<u8>,
    count: i32,
    nulls: bool,
}

impl Array {
    fn new(pg: &PgType) -> Self {
        let nested = matches!(pg, PgType::Array(..)).then(|| pg.clone());
        let element = if nested.is_some() { PgType::Text } else { pg.clone() };
        Array { nested, element, bytes: vec![0; HEADER], count: 0, nulls: false }
    }

    fn push(&mut self, value: Option<&[u8]>) -> Option<()> {
        self.count = self.count.checked_add(1)?;
        self.nulls |= value.is_none();
        match (&self.nested, value) {
            (Some(pg), Some(value)) => {
                let mut literal = Vec::new();
                push_array_text(pg, value, &mut literal)?;
                push_field(&mut self.bytes, Some(&literal))
            }
            _ => push_field(&mut self.bytes, value),
        }
    }

    /// The array in binary form.
    fn binary(mut self) -> Vec<u8> {
        let dimensions = i32::from(self.count > 0);
        let header = [dimensions, i32::from(self.nulls), element_oid(&self.element) as i32, self.count, 1];
        for (place, value) in self.bytes.chunks_exact_mut(4).zip(header) {
            place.copy_from_slice(&value.to_be_bytes());
        }
        if dimensions == 0 {
            self.bytes.truncate(12);
        }
        self.bytes
    }

    fn finish(self, form: Form, out: &mut Parameters) -> Option<()> {
        let element = self.element.clone();
        let bytes = self.binary();
        match form {
            Form::Binary => out.bytes.extend_from_slice(&bytes),
            Form::Text => push_array_text(&PgType::Array(Box::new(element), 1), &bytes, &mut out.bytes)?,
        }
        out.ends.push(out.bytes.len());
        Some(())
    }
}

/// Appends the fields of `tuples` to the columns' arrays.
fn append(arrays: &mut [Array], mut tuples: &[u8]) -> Option<()> {
    let mut fields = Vec::with_capacity(arrays.len());
    while !tuples.is_empty() {
        tuples = read_tuple(tuples, &mut fields)?;
        (fields.len() == arrays.len()).then_some(())?;
        arrays.iter_mut().zip(&fields).try_for_each(|(array, field)| array.push(*field))?;
    }
    Some(())
}
