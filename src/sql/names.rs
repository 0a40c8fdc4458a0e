//! What the generated statements call things, so that nothing of the user's is hidden by it.

use crate::plan::{CollectionPlan, Plan, TablePlan};
use crate::postgres::identifier::quote;
use crate::postgres::PgType;

/// How a column's values come into a statement, element by element of an array.
pub(super) struct Carried {
    /// The type they come in.
    pub array_of: String,
    /// What they are cast to, where that is another type.
    pub cast: Option<String>,
}

/// Types without a fixed OID (enums, citext) and arrays, which have no arrays of their own in PostgreSQL, come as text. Others come
/// without modifiers: the values have been made to fit, and a cast of the whole array would cost something.
pub(super) fn carried(plan: &Plan, pg: &PgType) -> Carried {
    let sql = || pg.sql(&plan.enums, plan.schema.as_deref());
    let (name, cast) = match pg {
        PgType::Array(..) | PgType::Enum(_) | PgType::Citext => ("text", Some(sql())),
        PgType::Varchar(_) => ("varchar", None),
        PgType::Char(_) => ("bpchar", None),
        PgType::Numeric(_) => ("numeric", None),
        PgType::Timestamp(_) => ("timestamp", None),
        PgType::TimestampTz(_) => ("timestamptz", None),
        _ => return Carried { array_of: sql(), cast: None },
    };
    Carried { array_of: name.to_owned(), cast }
}

/// The type of a column of a staging table, and what its values are cast to, where that is another type: staging tables outlive the
/// transaction, and while one has a column of an enum nobody could drop that, a migration that makes it anew neither.
pub(super) fn staged(plan: &Plan, pg: &PgType) -> (String, Option<String>) {
    let sql = pg.sql(&plan.enums, plan.schema.as_deref());
    match pg {
        PgType::Enum(_) | PgType::Citext => ("text".to_owned(), Some(sql)),
        PgType::Array(element, _) if matches!(**element, PgType::Enum(_) | PgType::Citext) => ("text[]".to_owned(), Some(sql)),
        _ => (sql, None),
    }
}

/// Names of common table expressions: a name without a schema means one of those before it means a table, so they begin as no table of
/// the plan does.
pub(super) fn prefix(plan: &Plan, collection: &CollectionPlan) -> String {
    let mut prefix = "_".to_owned();
    while collection.tables.iter().map(|table| &table.name).chain(&plan.tombstones).any(|name| name.starts_with(&prefix)) {
        prefix.push('_');
    }
    prefix
}

/// `one(0), one(1), …` in a list.
pub(super) fn list(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(", ")
}

impl TablePlan {
    /// A column's quoted name.
    pub(super) fn column(&self, index: usize) -> String {
        self.columns.get(index).map_or_else(String::new, |column| quote(&column.name))
    }

    /// Position of the column that holds the root row's key: a child's key begins with it.
    pub(super) fn root_key(&self) -> usize {
        self.key.first().copied().unwrap_or_default()
    }
}
