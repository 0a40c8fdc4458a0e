//! What differs between two sets of rows, as data: those that documents became, and those that a database has.

use super::digest::push_stored;
use crate::json::jsonb_equal;
use crate::plan::{CollectionPlan, ColumnPlan, Source, TablePlan};
use crate::postgres::text::value_text;
use crate::postgres::tuple::read_tuple;
use crate::postgres::PgType;
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Ordering;

/// How two rows, or two lists of rows, differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A row of the documents that the database has not. What belongs below it is not told again.
    Missing,
    /// A row of the database that the documents have not.
    Extra,
    /// A column has another value.
    Differing,
    /// The same elements at other positions, as rows or in a PostgreSQL array.
    Order,
    /// The same value in another precision: the scale of a numeric, the microseconds of a timestamp, the sign of a zero, the blanks and the order of keys of a `json`.
    Precision,
    /// The complement.
    Complement,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What kind it is.
    pub class: Class,
    /// The root row's key, as text.
    pub key: String,
    /// The table's name.
    pub table: String,
    /// The column's name, where a column is what differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The row's primary key, column by column as text; of elements that are at other positions, that of the row they belong to.
    pub row: Vec<String>,
    /// How many rows are concerned.
    pub rows: u32,
    /// The column's value in the documents and in the database, as text (`None`: NULL), where values are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<[Option<String>; 2]>,
}

/// The differences between the rows of `documents` and those of `database`, per table their tuples. Rows may come in any order.
///
/// `None` where the bytes are not tuples of the collection's tables.
pub fn diff(collection: &CollectionPlan, documents: &[&[u8]], database: &[&[u8]], values: bool) -> Option<Vec<Difference>> {
    let mut differ = Differ { collection, sides: [side(collection, documents)?, side(collection, database)?], values, found: Vec::new() };
    differ.group(0, &[]);
    differ.orphans();
    Some(differ.found)
}

struct Row<'t> {
    /// The parent row's key, then the rest of the row's own.
    key: Vec<u8>,
    /// How long the parent's is.
    parent: usize,
    fields: Vec<Option<Cow<'t, [u8]>>>,
}

/// Per table its rows in the order of their keys: those below one parent are one slice.
type Side<'t> = Vec<Vec<Row<'t>>>;

struct Differ<'t> {
    collection: &'t CollectionPlan,
    sides: [Side<'t>; 2],
    values: bool,
    found: Vec<Difference>,
}

fn side<'t>(collection: &CollectionPlan, tables: &[&'t [u8]]) -> Option<Side<'t>> {
    let mut side = Vec::new();
    for (number, table) in collection.tables.iter().enumerate() {
        let (mut rest, mut fields, mut rows) = (tables.get(number).copied().unwrap_or(&[]), Vec::new(), Vec::new());
        while !rest.is_empty() {
            rest = read_tuple(rest, &mut fields)?;
            if fields.len() != table.columns.len() {
                return None;
            }
            let mut key = Vec::new();
            let mut push = |column: usize| {
                let value = fields.get(column).copied().flatten().unwrap_or(&[]);
                key.extend_from_slice(&(value.len() as u32).to_be_bytes());
                key.extend_from_slice(value);
                key.len()
            };
            let parent = (0..table.parent_key).map(&mut push).last().unwrap_or(0);
            own_key(table).for_each(|column| {
                push(column);
            });
            let fields = fields.iter().zip(&table.columns).map(|(field, column)| field.map(|value| stored(&column.pg, value))).collect();
            rows.push(Row { key, parent, fields });
        }
        rows.sort_by(|a: &Row<'_>, b| a.key.cmp(&b.key));
        side.push(rows);
    }
    Some(side)
}

/// Columns of a table's key that are not its parent's.
fn own_key(table: &TablePlan) -> impl Iterator<Item = usize> + '_ {
    table.key.iter().copied().filter(|column| *column >= table.parent_key)
}

/// As the database gives it back.
fn stored<'t>(pg: &PgType, value: &'t [u8]) -> Cow<'t, [u8]> {
    let (jsonb, array) = match pg {
        PgType::Jsonb => (true, false),
        PgType::Array(element, _) => (**element == PgType::Jsonb, true),
        _ => (false, false),
    };
    let mut out = Vec::new();
    if jsonb && push_stored(value, array, &mut out).is_some() { Cow::Owned(out) } else { Cow::Borrowed(value) }
}

/// Rows of one table below one parent.
fn below<'s, 't>(rows: &'s [Row<'t>], parent: &[u8]) -> &'s [Row<'t>] {
    let start = rows.partition_point(|row| row.key.get(..row.parent).unwrap_or(&[]) < parent);
    let rest = rows.get(start..).unwrap_or(&[]);
    let end = rest.partition_point(|row| row.key.get(..row.parent).unwrap_or(&[]) == parent);
    rest.get(..end).unwrap_or(&[])
}

impl Differ<'_> {
    /// Rows of `table` below the row whose key is `parent`.
    fn group(&mut self, table: usize, parent: &[u8]) {
        let Some(plan) = self.collection.tables.get(table) else { return };
        let sides = std::mem::take(&mut self.sides);
        let [a, b] = [&sides[0], &sides[1]].map(|side| below(side.get(table).map_or(&[][..], Vec::as_slice), parent));
        let ordinal = own_key(plan).find(|column| plan.columns.get(*column).is_some_and(|column| column.source == Source::Ordinal));
        let moved = ordinal.filter(|_| a.len() == b.len()).and_then(|_| self.moved(table, [a, b], &sides));
        let mut pairs = Vec::new();
        match (moved, ordinal) {
            (Some(0), _) => {}
            (Some(moved), Some(ordinal)) => {
                self.push(Class::Order, plan, &a[0], plan.key.get(..plan.parent_key), plan.columns.get(ordinal), moved, None);
            }
            _ => {
                let (mut left, mut right) = (0, 0);
                loop {
                    let order = match (a.get(left), b.get(right)) {
                        (None, None) => break,
                        (Some(_), None) => Ordering::Less,
                        (None, Some(_)) => Ordering::Greater,
                        (Some(a), Some(b)) => a.key.cmp(&b.key),
                    };
                    match order {
                        Ordering::Less => self.alone(Class::Missing, table, &a[left], &sides[0]),
                        Ordering::Greater => self.alone(Class::Extra, table, &b[right], &sides[1]),
                        Ordering::Equal => {
                            self.columns(plan, &a[left], &b[right]);
                            pairs.push(a[left].key.clone());
                        }
                    }
                    left += usize::from(order != Ordering::Greater);
                    right += usize::from(order != Ordering::Less);
                }
            }
        }
        self.sides = sides;
        for key in pairs {
            for child in self.children(table) {
                self.group(child, &key);
            }
        }
    }

    fn children(&self, table: usize) -> Vec<usize> {
        self.collection.tables.iter().enumerate().filter(|(_, child)| child.parent == Some(table)).map(|(number, _)| number).collect()
    }

    /// How many elements are at another position, where both sides have the same elements; `None` where they have not.
    fn moved(&self, table: usize, sides: [&[Row<'_>]; 2], all: &[Side<'_>; 2]) -> Option<u32> {
        let [a, b] = [0, 1].map(|side| sides[side].iter().map(|row| self.content(table, row, &all[side], true)).collect::<Vec<_>>());
        let moved = a.iter().zip(&b).zip(sides[0].iter().zip(sides[1])).filter(|((a, b), (left, right))| a != b || left.key != right.key).count();
        let [mut a, mut b] = [a, b];
        a.sort_unstable();
        b.sort_unstable();
        (a == b).then_some(moved as u32)
    }

    /// All that a row says, and all rows below it, but for whose they are (and, of an element, where).
    fn content(&self, table: usize, row: &Row<'_>, side: &Side<'_>, element: bool) -> Vec<u8> {
        let mut out = vec![table as u8];
        let Some(plan) = self.collection.tables.get(table) else { return out };
        for (column, field) in row.fields.iter().enumerate().skip(plan.parent_key) {
            if element && plan.columns.get(column).is_some_and(|column| column.source == Source::Ordinal) {
                continue;
            }
            out.extend_from_slice(&field.as_ref().map_or(-1, |value| value.len() as i32).to_be_bytes());
            out.extend_from_slice(field.as_deref().unwrap_or(&[]));
        }
        for child in self.children(table) {
            for row in below(side.get(child).map_or(&[][..], Vec::as_slice), &row.key) {
                out.extend(self.content(child, row, side, false));
            }
        }
        out
    }

    fn columns(&mut self, plan: &TablePlan, a: &Row<'_>, b: &Row<'_>) {
        for ((column, left), right) in plan.columns.iter().zip(&a.fields).zip(&b.fields) {
            if left == right {
                continue;
            }
            let class = match (&column.source, left, right) {
                (Source::Complement, ..) => Class::Complement,
                (Source::Ordinal, ..) => Class::Order,
                (_, Some(left), Some(right)) if same_value(&column.pg, left, right) => Class::Precision,
                (_, Some(left), Some(right)) if matches!(column.pg, PgType::Array(..)) && moved_elements(left, right) => Class::Order,
                _ => Class::Differing,
            };
            let values = self.values.then(|| [left, right].map(|value| value.as_ref().and_then(|value| value_text(&column.pg, value))));
            self.push(class, plan, a, None, Some(column), 1, values);
        }
    }

    /// A row that only one side has.
    fn alone(&mut self, class: Class, table: usize, row: &Row<'_>, side: &Side<'_>) {
        let Some(plan) = self.collection.tables.get(table) else { return };
        let rows = self.subtree(table, row, side);
        self.push(class, plan, row, None, None, rows, None);
    }

    fn subtree(&self, table: usize, row: &Row<'_>, side: &Side<'_>) -> u32 {
        let children = self.children(table);
        1 + children.iter().flat_map(|child| below(side.get(*child).map_or(&[][..], Vec::as_slice), &row.key).iter().map(|row| self.subtree(*child, row, side))).sum::<u32>()
    }

    /// Rows of the database whose parent it has not: foreign keys forbid them, where there are any.
    fn orphans(&mut self) {
        let sides = std::mem::take(&mut self.sides);
        for (table, plan) in self.collection.tables.iter().enumerate() {
            let Some(parents) = plan.parent.and_then(|parent| sides[1].get(parent)) else { continue };
            for row in sides[1].get(table).into_iter().flatten() {
                if parents.binary_search_by(|parent| parent.key.as_slice().cmp(row.key.get(..row.parent).unwrap_or(&[]))).is_err() {
                    self.alone(Class::Extra, table, row, &sides[1]);
                }
            }
        }
        self.sides = sides;
    }

    /// `named`: which columns of the key say where it is, if not all.
    #[allow(clippy::too_many_arguments)]
    fn push(&mut self, class: Class, plan: &TablePlan, row: &Row<'_>, named: Option<&[usize]>, column: Option<&ColumnPlan>, rows: u32, values: Option<[Option<String>; 2]>) {
        let text = |column: usize| plan.columns.get(column).zip(row.fields.get(column)?.as_ref()).and_then(|(column, value)| value_text(&column.pg, value));
        let texts: Vec<String> = named.unwrap_or(&plan.key).iter().map(|column| text(*column).unwrap_or_default()).collect();
        let key = plan.key.first().and_then(|column| text(*column)).unwrap_or_default();
        self.found.push(Difference { class, key, table: plan.name.clone(), column: column.map(|column| column.name.clone()), row: texts, rows, values });
    }
}

/// Whether two values that differ are the same in the precision that both have.
fn same_value(pg: &PgType, a: &[u8], b: &[u8]) -> bool {
    let milliseconds = |value: &[u8]| value.first_chunk().map(|value| i64::from_be_bytes(*value).div_euclid(1000));
    let double = |value: &[u8]| match value.len() {
        4 => value.first_chunk().map(|value| f64::from(f32::from_be_bytes(*value))),
        _ => value.first_chunk().map(|value| f64::from_be_bytes(*value)),
    };
    match pg {
        // All but the number of decimals that are shown; digits are without zeros at their end.
        PgType::Numeric(_) => a.get(..6) == b.get(..6) && a.get(8..) == b.get(8..),
        PgType::Timestamp(_) | PgType::TimestampTz(_) => milliseconds(a) == milliseconds(b),
        PgType::Real | PgType::Double => double(a) == double(b),
        PgType::Json => jsonb_equal(a, b),
        PgType::Jsonb => jsonb_equal(a.get(1..).unwrap_or(&[]), b.get(1..).unwrap_or(&[])),
        PgType::Array(element, _) => same_elements(element, a, b).unwrap_or(false),
        _ => false,
    }
}

/// The elements of an array; those that are NULL have no bytes.
type Elements<'a> = Vec<Option<&'a [u8]>>;

/// An array's head (dimensions and bounds), and its elements.
fn elements(array: &[u8]) -> Option<(&[u8], Elements<'_>)> {
    let dimensions = u32::from_be_bytes(*array.first_chunk()?) as usize;
    let (head, mut rest) = array.split_at_checked(12usize.checked_add(dimensions.checked_mul(8)?)?)?;
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let (length, bytes) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (element, behind) = bytes.split_at_checked(length.unwrap_or(0))?;
        elements.push(length.map(|_| element));
        rest = behind;
    }
    Some((head, elements))
}

fn same_elements(element: &PgType, a: &[u8], b: &[u8]) -> Option<bool> {
    let ((a_head, a), (b_head, b)) = (elements(a)?, elements(b)?);
    let same = |(left, right): (&Option<&[u8]>, &Option<&[u8]>)| left == right || left.zip(*right).is_some_and(|(left, right)| same_value(element, left, right));
    Some(a_head == b_head && a.len() == b.len() && a.iter().zip(&b).all(same))
}

/// Whether two arrays have the same elements at other positions.
fn moved_elements(a: &[u8], b: &[u8]) -> bool {
    let sorted = |array| {
        elements(array).map(|(head, mut elements)| {
            elements.sort_unstable();
            (head, elements)
        })
    };
    sorted(a).is_some_and(|a| Some(a) == sorted(b))
}
