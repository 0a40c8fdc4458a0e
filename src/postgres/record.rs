//! Records as `record_send` writes them: a tuple whose fields carry the OID of their type.

use super::array::element_oid;
use super::PgType;
use crate::issue::{Issue, Severity};
use crate::plan::{CollectionPlan, Plan, TablePlan};

/// The OID of a column's type in records: enums and citext are cast to text there, because their own OIDs are other ones in every database.
pub fn type_oid(pg: &PgType) -> u32 {
    match pg {
        PgType::Array(element, _) => match element_oid(element) {
            16 => 1000,
            17 => 1001,
            20 => 1016,
            21 => 1005,
            23 => 1007,
            114 => 199,
            700 => 1021,
            701 => 1022,
            1042 => 1014,
            1043 => 1015,
            1082 => 1182,
            1114 => 1115,
            1184 => 1185,
            1700 => 1231,
            2950 => 2951,
            3802 => 3807,
            _ => 1009,
        },
        pg => element_oid(pg),
    }
}

/// Why bytes are not records of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadRecord {
    /// The bytes are no records of that many columns.
    Malformed {
        /// Table of the collection.
        table: usize,
    },
    /// A column has another type than the plan says.
    Type {
        /// Table of the collection.
        table: usize,
        /// Column of the table.
        column: usize,
        /// OID of the type that it has.
        oid: u32,
    },
}

impl BadRecord {
    /// The finding, in words.
    pub fn issue(&self, plan: &Plan, collection: &CollectionPlan) -> Issue {
        let (BadRecord::Malformed { table } | BadRecord::Type { table, .. }) = self;
        let table = collection.tables.get(*table);
        let name = table.map_or("", |table| &table.name);
        let mut issue = Issue::new("schema-drift", Severity::Error, "", format!("what PostgreSQL sent for `{name}` are not its rows"));
        issue.collection = Some(collection.name.clone());
        issue.table = Some(name.to_owned());
        if let (BadRecord::Type { column, oid, .. }, Some(table)) = (self, table) {
            if let Some(column) = table.columns.get(*column) {
                issue.message = format!("column `{}` of `{name}` is of another type (OID {oid}) than `{}`", column.name, column.pg.sql(&plan.enums, table.schema.as_deref()));
                issue.column = Some(column.name.clone());
            }
        }
        issue.help("run `checkDatabase`: it says what differs from the mapping")
    }
}

/// Records to tuples, for the tables of one collection (and one more, of what `id_map` says of its ids: root key, collection, id, key): those of a statement that reads aggregates by key ([`Records::append`]), and those of a
/// stream of all aggregates in key order ([`Records::push_copy`]).
#[derive(Debug, Clone)]
pub struct Records {
    tables: Vec<Shape>,
    tuples: Vec<Vec<u8>>,
    /// Per table, where the last whole aggregate of the stream ends.
    ends: Vec<usize>,
    key: Vec<u8>,
    started: bool,
    pending: Vec<u8>,
}

#[derive(Debug, Clone)]
struct Shape {
    oids: Vec<u32>,
    /// The column that holds the root row's key.
    key: usize,
}

const HEADER: usize = 19;

impl Records {
    /// For the tables of `collection`.
    pub fn new(collection: &CollectionPlan) -> Self {
        let shape = |table: &TablePlan| Shape { oids: table.columns.iter().map(|column| type_oid(&column.pg)).collect(), key: table.key.first().copied().unwrap_or(0) };
        let mut tables: Vec<Shape> = collection.tables.iter().map(shape).collect();
        // One more: what `id_map` says, beside the root row's key.
        let key = collection.tables.first().and_then(|root| root.columns.get(root.key.first().copied().unwrap_or(0))).map_or(0, |key| type_oid(&key.pg));
        let text = type_oid(&PgType::Text);
        tables.push(Shape { oids: vec![key, text, text, text], key: 0 });
        let count = tables.len();
        Records { tables, tuples: vec![Vec::new(); count], ends: vec![0; count], key: Vec::new(), started: false, pending: Vec::new() }
    }

    /// Appends the tuples of concatenated records of table `table`; gives how many.
    ///
    /// # Errors
    /// [`BadRecord`], with nothing of the faulty record appended.
    pub fn append(&mut self, table: usize, mut records: &[u8]) -> Result<u32, BadRecord> {
        let mut count = 0;
        while !records.is_empty() {
            records = self.one(table, records)?.1;
            count += 1;
        }
        Ok(count)
    }

    /// Takes tuples of table `table` as they are, in place of what was there.
    pub fn set_tuples(&mut self, table: usize, tuples: &[u8]) {
        if let Some(own) = self.tuples.get_mut(table) {
            own.clear();
            own.extend_from_slice(tuples);
        }
    }

    /// Takes the next bytes of a `COPY … TO STDOUT (FORMAT binary)` whose rows are table number and record, all rows of an aggregate one after the
    /// other. What is there of whole aggregates is in [`Records::whole`].
    ///
    /// # Errors
    /// [`BadRecord`].
    pub fn push_copy(&mut self, chunk: &[u8]) -> Result<(), BadRecord> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(chunk);
        let mut rest = pending.as_slice();
        if !self.started {
            let Some(after) = rest.get(HEADER..) else {
                self.pending = pending;
                return Ok(());
            };
            (self.started, rest) = (true, after);
        }
        let mut fields = Vec::with_capacity(2);
        // The trailer is a count of -1, of which no tuple has that many fields' bytes behind it.
        while rest.first_chunk::<2>().is_some_and(|count| *count == [0, 2]) {
            let Some(after) = super::tuple::read_tuple(rest, &mut fields) else { break };
            let [Some(number), Some(record)] = fields.as_slice() else { return Err(BadRecord::Malformed { table: 0 }) };
            let table = number.first_chunk().map_or(usize::MAX, |number| usize::from(u16::from_be_bytes(*number)));
            let before = self.tuples(table).len();
            let (key, more) = self.one(table, record)?;
            if !more.is_empty() {
                return Err(BadRecord::Malformed { table });
            }
            if key != self.key {
                self.ends = self.tuples.iter().map(Vec::len).collect();
                if let Some(end) = self.ends.get_mut(table) {
                    *end = before;
                }
                self.key = key.to_vec();
            }
            rest = after;
        }
        let used = pending.len() - rest.len();
        pending.drain(..used);
        self.pending = pending;
        Ok(())
    }

    /// The stream is at its end: what is there is whole. False where it was cut off.
    pub fn finish(&mut self) -> bool {
        self.ends = self.tuples.iter().map(Vec::len).collect();
        self.pending == [0xff, 0xff]
    }

    /// Tuples of table `table`.
    pub fn tuples(&self, table: usize) -> &[u8] {
        self.tuples.get(table).map_or(&[], Vec::as_slice)
    }

    /// Those of whole aggregates of the stream.
    pub fn whole(&self, table: usize) -> &[u8] {
        self.tuples(table).get(..self.ends.get(table).copied().unwrap_or(0)).unwrap_or(&[])
    }

    /// Forgets the tuples of whole aggregates.
    pub fn drop_whole(&mut self) {
        for (tuples, end) in self.tuples.iter_mut().zip(&mut self.ends) {
            tuples.drain(..std::mem::take(end).min(tuples.len()));
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.tuples.iter_mut().for_each(Vec::clear);
        self.ends.fill(0);
        self.key.clear();
        self.started = false;
        self.pending.clear();
    }

    /// Appends one record's tuple; gives its root row's key and what follows.
    fn one<'r>(&mut self, table: usize, record: &'r [u8]) -> Result<(&'r [u8], &'r [u8]), BadRecord> {
        let malformed = BadRecord::Malformed { table };
        let (Some(shape), Some(out)) = (self.tables.get(table), self.tuples.get_mut(table)) else { return Err(malformed) };
        let int = |bytes: &[u8]| bytes.first_chunk::<4>().map(|bytes| i32::from_be_bytes(*bytes));
        if int(record) != Some(shape.oids.len() as i32) {
            return Err(malformed);
        }
        let (mark, mut rest, mut key) = (out.len(), record.get(4..).unwrap_or(&[]), &[][..]);
        out.extend_from_slice(&(shape.oids.len() as u16).to_be_bytes());
        for (column, oid) in shape.oids.iter().enumerate() {
            let bad = match (int(rest), rest.get(4..).and_then(int)) {
                (Some(found), _) if found as u32 != *oid => Some(BadRecord::Type { table, column, oid: found as u32 }),
                (Some(_), Some(length)) if length >= -1 => {
                    let end = 8 + usize::try_from(length).unwrap_or(0);
                    rest.get(4..end).map_or(Some(malformed), |field| {
                        out.extend_from_slice(field);
                        if column == shape.key {
                            key = rest.get(8..end).unwrap_or(&[]);
                        }
                        rest = rest.get(end..).unwrap_or(&[]);
                        None
                    })
                }
                _ => Some(malformed),
            };
            if let Some(bad) = bad {
                out.truncate(mark);
                return Err(bad);
            }
        }
        Ok((key, rest))
    }
}
