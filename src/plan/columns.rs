//! Columns: types, BSON kinds, identities, references.

use super::context::Builder;
use super::fault::join;
use super::{Absent, BsonKind, ColumnPlan, FieldPlan, Source};
use crate::path::{Path, Segment};
use crate::postgres::PgType;
use serde_json::Value;

/// A collection's key, as references see it.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub kind: String,
    pub pg: Option<PgType>,
}

impl Keys {
    /// Reads what can be read; faults are found when the collection itself is compiled.
    pub fn read(collection: &Value) -> Keys {
        let key = collection.get("key");
        let text = |name: &str| key.and_then(|k| k.get(name)).and_then(Value::as_str);
        let kind = text("as").unwrap_or("uuid").to_owned();
        let pg = identity_type(&kind, text("type"));
        Keys { kind, pg }
    }
}

/// Column type of an identity.
pub(super) fn identity_type(kind: &str, lookup: Option<&str>) -> Option<PgType> {
    Some(match kind {
        "uuid" => PgType::Uuid,
        "hex" => PgType::Char(24),
        "bytea" => PgType::Bytea,
        "text" => PgType::Text,
        "bigint" => PgType::BigInt,
        "integer" => PgType::Integer,
        "lookup" => match lookup.unwrap_or("uuid") {
            "uuid" => PgType::Uuid,
            "bigint" => PgType::BigInt,
            "integer" => PgType::Integer,
            "text" => PgType::Text,
            _ => return None,
        },
        _ => return None,
    })
}

/// BSON kind of an identity.
fn identity_kind(kind: &str) -> BsonKind {
    match kind {
        "text" => BsonKind::String,
        "bigint" => BsonKind::Int64,
        "integer" => BsonKind::Int32,
        _ => BsonKind::ObjectId,
    }
}

fn default_kind(pg: &PgType) -> BsonKind {
    match pg {
        PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext | PgType::Enum(_) => BsonKind::String,
        PgType::Boolean => BsonKind::Boolean,
        PgType::SmallInt | PgType::Integer => BsonKind::Int32,
        PgType::BigInt => BsonKind::Int64,
        PgType::Real | PgType::Double => BsonKind::Double,
        PgType::Numeric(_) => BsonKind::Decimal,
        PgType::Date | PgType::Timestamp(_) | PgType::TimestampTz(_) => BsonKind::Date,
        PgType::Uuid => BsonKind::Uuid,
        PgType::Bytea => BsonKind::Binary,
        PgType::Json | PgType::Jsonb => BsonKind::Any,
        PgType::Array(element, _) => default_kind(element),
    }
}

fn allowed(pg: &PgType, kind: BsonKind) -> bool {
    use BsonKind::{Double, Int32, Int64, Number, ObjectId};
    kind == default_kind(pg)
        || match pg {
            PgType::Text | PgType::Varchar(_) | PgType::Char(_) | PgType::Citext | PgType::Uuid | PgType::Bytea => kind == ObjectId,
            PgType::SmallInt | PgType::Integer | PgType::BigInt | PgType::Real | PgType::Double | PgType::Numeric(_) => matches!(kind, Number | Int32 | Int64 | Double),
            PgType::Array(element, _) => allowed(element, kind),
            _ => false,
        }
}

fn kind_named(name: &str) -> Option<BsonKind> {
    Some(match name {
        "string" => BsonKind::String,
        "boolean" => BsonKind::Boolean,
        "int32" => BsonKind::Int32,
        "int64" => BsonKind::Int64,
        "double" => BsonKind::Double,
        "number" => BsonKind::Number,
        "decimal" => BsonKind::Decimal,
        "date" => BsonKind::Date,
        "objectId" => BsonKind::ObjectId,
        "uuid" => BsonKind::Uuid,
        "binary" => BsonKind::Binary,
        "any" => BsonKind::Any,
        _ => return None,
    })
}

/// A column that was read, and the names that lead to its value (empty: the element itself).
pub(super) struct Read {
    pub names: Vec<String>,
    pub column: ColumnPlan,
}

impl Builder<'_, '_> {
    /// Field names of a path without `[]` and `{}`.
    pub(super) fn names(&mut self, text: &str, path: &str) -> Option<Vec<String>> {
        let parsed = match Path::parse(text) {
            Ok(parsed) => parsed,
            Err(what) => {
                self.faults.error("path-invalid", path, format!("`{text}` is not a path: {what}"), "quote odd names with single quotes: `'a.b'.c`");
                return None;
            }
        };
        let names: Option<Vec<String>> = parsed.segments.into_iter().map(|s| if let Segment::Field(name) = s { Some(name) } else { None }).collect();
        if names.is_none() {
            self.faults.error("path-invalid", path, format!("`{text}` leads into an array or map"), "use a child for it, or an array type");
        }
        names
    }

    /// The identity column of a table.
    pub(super) fn key(&mut self, table: usize, value: &Value, path: &str, root: bool) {
        let Some(object) = self.faults.object(value, path, &["path", "column", "as", "type"]) else { return };
        let field = self.faults.text(object, "path", path, false).unwrap_or_else(|| "_id".into());
        let name = self.faults.text(object, "column", path, true).unwrap_or_default();
        self.faults.name(&name, &join(path, "column"));
        let kind = self.faults.text(object, "as", path, false).unwrap_or_else(|| "uuid".into());
        let Some(pg) = identity_type(&kind, object.get("type").and_then(Value::as_str)) else {
            return self.faults.error("key-kind-unknown", &join(path, "as"), format!("`{kind}` is not a kind of identity"), "use uuid, hex, bytea, text, bigint, integer or lookup");
        };
        if matches!(kind.as_str(), "bigint" | "integer") {
            if root {
                self.faults.warn("key-rejects", path, format!("`{kind}` keys have no room for other ids: such documents are refused"), "use `text` or `uuid` where ids are mixed");
            } else {
                self.faults.error("key-kind-unknown", &join(path, "as"), format!("an element's key cannot be `{kind}`"), "use uuid, hex, bytea or text");
            }
        }
        let lookup = (kind == "lookup").then_some(self.collection);
        let source = Source::Field(FieldPlan { bson: identity_kind(&kind), identity: true, absent: Absent::Missing, lookup });
        self.names(&field, &join(path, "path"));
        self.tables[table].columns.push(ColumnPlan { name, pg, source, not_null: true, reference: None, foreign_key: false, path: field });
    }

    pub(super) fn column(&mut self, name: &str, value: &Value, path: &str) -> Option<Read> {
        self.faults.name(name, path);
        let object = self.faults.object(value, path, &["path", "type", "bson", "as", "ref", "foreignKey", "refs", "absent", "notNull"])?;
        let field = self.faults.text(object, "path", path, true);
        let type_name = self.faults.text(object, "type", path, true);
        let names = field.as_ref().and_then(|field| self.names(field, &join(path, "path")));
        let pg = type_name.as_ref().and_then(|text| {
            let pg = PgType::parse(text, self.enums);
            if pg.is_none() {
                self.faults.error("type-unknown", &join(path, "type"), format!("`{text}` is not a type rowlens knows"), "use a PostgreSQL type of docs/mapping.md, or an enum of this mapping");
            }
            pg
        });
        let foreign_key = self.faults.flag(object, "foreignKey", path);
        let not_null = self.faults.flag(object, "notNull", path);
        let (field, names, pg) = (field?, names?, pg?);
        let mut kind = default_kind(&pg);
        let mut lookup = None;
        let mut reference = None;
        if let Some(target) = self.faults.text(object, "ref", path, false) {
            match self.keys.iter().position(|(name, _)| *name == target) {
                Some(index) => {
                    reference = Some(index);
                    let key = &self.keys[index].1;
                    kind = identity_kind(&key.kind);
                    lookup = (key.kind == "lookup").then_some(index);
                    let element = if let PgType::Array(element, _) = &pg { element.as_ref() } else { &pg };
                    let same = key.pg.as_ref() == Some(element) || matches!((&key.pg, element), (Some(PgType::Char(24)), PgType::Text | PgType::Varchar(_)));
                    if !same {
                        self.faults.error("reference-type", &join(path, "type"), format!("column `{name}` refers to `{target}`, whose key has another type"), "give it the type of that key");
                    }
                }
                None => self.faults.error("reference-unknown", &join(path, "ref"), format!("there is no collection `{target}` in this mapping"), "name a collection of this mapping"),
            }
        } else if foreign_key {
            self.faults.error("reference-unknown", &join(path, "foreignKey"), "`foreignKey` needs `ref`".into(), "add `ref`");
        }
        if let Some(refs) = object.get("refs") {
            kind = BsonKind::ObjectId;
            let at = join(path, "refs");
            if let Some(refs) = self.faults.object(refs, &at, &["path", "collections"]) {
                if let Some(field) = self.faults.text(refs, "path", &at, true) {
                    self.names(&field, &join(&at, "path"));
                    self.needed.push((field, join(&at, "path")));
                }
                for target in refs.get("collections").and_then(Value::as_object).into_iter().flat_map(|c| c.values()) {
                    if !self.keys.iter().any(|(name, _)| Some(name.as_str()) == target.as_str()) {
                        self.faults.error("reference-unknown", &join(&at, "collections"), format!("there is no collection {target} in this mapping"), "name a collection of this mapping");
                    }
                }
            }
        }
        if self.faults.text(object, "as", path, false).is_some() {
            kind = BsonKind::ObjectId;
        }
        if let Some(text) = self.faults.text(object, "bson", path, false) {
            match kind_named(&text) {
                Some(named) => kind = named,
                None => self.faults.error("bson-kind", &join(path, "bson"), format!("`{text}` is not a BSON kind"), "use string, boolean, int32, int64, double, number, decimal, date, objectId, uuid, binary or any"),
            }
        }
        let needs_room = kind == BsonKind::ObjectId && matches!(pg, PgType::Char(n) | PgType::Varchar(n) if n < 24);
        if lookup.is_none() && reference.is_none() && (!allowed(&pg, kind) || needs_room) {
            self.faults.error("bson-kind", path, format!("column `{name}` cannot stand for that BSON kind"), "choose another type or `bson`");
        }
        let absent = match object.get("absent").map(Value::as_str) {
            None | Some(Some("missing")) => Absent::Missing,
            Some(Some("null")) => Absent::Null,
            _ => {
                self.faults.error("mapping-type", &join(path, "absent"), "`absent` is neither `missing` nor `null`".into(), "write \"missing\" or \"null\"");
                Absent::Missing
            }
        };
        if absent == Absent::Null && matches!(pg, PgType::Json | PgType::Jsonb) {
            self.faults.error("absent-json", &join(path, "absent"), "JSON columns hold null as a value".into(), "remove `absent`");
        }
        if not_null {
            self.faults.warn("not-null-optional", &join(path, "notNull"), format!("documents without `{field}` will be refused by PostgreSQL"), "remove `notNull` unless every document has it");
        }
        if matches!(pg, PgType::Real) {
            self.faults.warn("lossy-type", &join(path, "type"), "`real` holds few doubles exactly; the others go to the complement".into(), "use `double precision`");
        }
        let source = Source::Field(FieldPlan { bson: kind, identity: false, absent, lookup });
        Some(Read { names, column: ColumnPlan { name: name.to_owned(), pg, source, not_null, reference, foreign_key, path: field } })
    }
}
