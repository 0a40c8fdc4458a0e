//! Columns: types, BSON kinds, identities.

use super::context::Builder;
use super::fault::join;
use super::references::Target;
use super::kinds::{allowed, default_kind, holds_identity, identity_kind, identity_type, lossy, KINDS};
use super::{Absent, BsonKind, ColumnPlan, FieldPlan, Source};
use crate::json::{Json, Object};
use crate::mapping::keys;
use crate::path::{Path, Segment};
use crate::postgres::PgType;

/// A collection's key, as references see it.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub kind: String,
    pub pg: Option<PgType>,
}

impl Keys {
    /// Reads what can be read; faults are found when the collection itself is compiled.
    pub fn read(collection: &Json<'_>) -> Keys {
        let key = collection.get("key");
        let text = |name: &str| key.and_then(|k| k.get(name)).and_then(Json::as_str);
        let kind = text("as").unwrap_or("uuid").to_owned();
        let pg = identity_type(&kind, text("type"));
        Keys { kind, pg }
    }
}

/// A column that was read, and the names that lead to its value (empty: the element itself).
pub(super) struct Read {
    pub names: Vec<String>,
    pub column: ColumnPlan,
}

/// A path in its one canonical spelling: `'a'.b` and `a.b` are the same place.
fn canonical(names: &[String]) -> String {
    Path { segments: names.iter().cloned().map(Segment::Field).collect() }.to_string()
}

impl Builder<'_, '_> {
    /// A path's text as its segments.
    pub(super) fn segments(&mut self, text: &str, path: &str) -> Option<Vec<Segment>> {
        match Path::parse(text) {
            Ok(parsed) if parsed.segments.iter().any(|s| matches!(s, Segment::Field(name) if name.contains('\0'))) => {
                self.faults.error("path-invalid", path, format!("`{}` holds a NUL, which no BSON field name can", crate::path::printable(text)), "remove it");
                None
            }
            Ok(parsed) => Some(parsed.segments),
            Err(what) => {
                self.faults.error("path-invalid", path, format!("`{text}` is not a path: {what}"), "quote odd names with single quotes: `'a.b'.c`");
                None
            }
        }
    }

    /// Field names of a path without `[]` and `{}`, and its canonical spelling.
    pub(super) fn names(&mut self, text: &str, path: &str) -> Option<(Vec<String>, String)> {
        let segments = self.segments(text, path)?;
        let names: Option<Vec<String>> = segments.into_iter().map(|s| if let Segment::Field(name) = s { Some(name) } else { None }).collect();
        if names.is_none() {
            self.faults.error("path-invalid", path, format!("`{text}` leads into an array or map"), "use a child for it, or an array type");
        }
        names.map(|names| {
            let canonical = canonical(&names);
            (names, canonical)
        })
    }

    /// The identity column of a table.
    pub(super) fn key(&mut self, table: usize, value: &Json<'_>, path: &str, root: bool) {
        let Some(object) = self.faults.object(value, path, if root { keys::KEY } else { keys::ELEMENT_KEY }) else { return };
        let field = self.faults.text(object, "path", path, false).unwrap_or_else(|| "_id".into());
        let name = self.faults.text(object, "column", path, true);
        if let Some(name) = &name {
            self.faults.column(name, &join(path, "column"));
        }
        let kind = self.faults.text(object, "as", path, false).unwrap_or_else(|| "uuid".into());
        let place = self.names(&field, &join(path, "path"));
        if root && place.as_ref().is_some_and(|(names, _)| names.is_empty()) {
            self.faults.error("path-invalid", &join(path, "path"), "`@` is the whole document, which cannot be its own key".into(), "name a field, for example `_id`");
        }
        let pg = self.key_type(object, &kind, root, path);
        if matches!(kind.as_str(), "bigint" | "integer") {
            if root {
                self.faults.warn("key-rejects", path, format!("`{kind}` keys have no room for other ids: such documents are refused"), "use `text` or `uuid` where ids are mixed");
            } else {
                self.faults.error("key-kind-unknown", &join(path, "as"), format!("an element's key cannot be `{kind}`"), "use uuid, hex, bytea or text");
            }
        }
        let lookup = (kind == "lookup").then_some(self.collection);
        let source = Source::Field(FieldPlan { bson: identity_kind(&kind), identity: true, absent: Absent::Missing, lookup });
        // Where something is wrong the column stands in all the same, so that the rest is checked.
        let field = place.map_or_else(|| "_id".into(), |(_, canonical)| canonical);
        let column = ColumnPlan { name: name.unwrap_or_default(), pg: pg.unwrap_or(PgType::Uuid), source, not_null: true, reference: None, foreign_key: false, path: field };
        self.push(table, column, &join(path, "column"));
    }

    fn key_type(&mut self, object: &Object<'_>, kind: &str, root: bool, path: &str) -> Option<PgType> {
        // An element's key has no `type`; that it stands there is reported as an unknown key.
        let named = if root { self.faults.text(object, "type", path, false) } else { None };
        if identity_type(kind, None).is_none() {
            self.faults.error("key-kind-unknown", &join(path, "as"), format!("`{kind}` is not a kind of identity"), "use uuid, hex, bytea, text, bigint, integer or lookup");
            return None;
        }
        if named.is_some() && kind != "lookup" {
            self.faults.error("key-type", &join(path, "type"), format!("`type` does not go with `as: {kind}`"), "remove it; only `lookup` keys have a `type`");
        }
        let pg = identity_type(kind, named.as_deref());
        if pg.is_none() {
            self.faults.error("key-type", &join(path, "type"), format!("`{}` is not a type of looked-up keys", named.unwrap_or_default()), "use uuid, bigint, integer or text");
        }
        pg
    }

    /// A column. Everything about it is checked, whatever else about it is wrong.
    pub(super) fn column(&mut self, name: &str, value: &Json<'_>, path: &str) -> Option<Read> {
        self.faults.column(name, path);
        let object = self.faults.object(value, path, keys::COLUMN)?;
        let field = self.faults.text(object, "path", path, true);
        let type_name = self.faults.text(object, "type", path, true);
        let place = field.as_ref().and_then(|field| self.names(field, &join(path, "path")));
        let pg = type_name.as_ref().and_then(|text| {
            let pg = PgType::parse(text, self.enums);
            if pg.is_none() {
                let shown: String = text.chars().take(80).collect();
                self.faults.error("type-unknown", &join(path, "type"), format!("`{shown}` is not a type rowlens knows"), "use a PostgreSQL type of docs/mapping.md, or an enum of this mapping");
            }
            pg
        });
        let foreign_key = self.faults.flag(object, "foreignKey", path);
        let not_null = self.faults.flag(object, "notNull", path);
        let target = self.reference(name, object, pg.as_ref(), foreign_key, path);
        let kind = self.kind(name, object, pg.as_ref(), &target, path);
        let absent = self.absent(object, pg.as_ref(), path);
        if not_null {
            let field = field.as_deref().unwrap_or(name);
            self.faults.warn("not-null-optional", &join(path, "notNull"), format!("documents without `{field}` will be refused by PostgreSQL"), "remove `notNull` unless every document has it");
        }
        let ((names, field), pg, kind) = (place?, pg?, kind?);
        if let Some((why, help)) = lossy(&pg, kind) {
            self.faults.warn("lossy-type", &join(path, "type"), format!("{why}; what does not fit goes to the complement"), help);
        }
        let source = Source::Field(FieldPlan { bson: kind, identity: false, absent, lookup: target.lookup });
        Some(Read { names, column: ColumnPlan { name: name.to_owned(), pg, source, not_null, reference: target.reference, foreign_key, path: field } })
    }

    /// The BSON kind: `bson`, else what a reference or `as` implies, else the type's own.
    fn kind(&mut self, name: &str, object: &Object<'_>, pg: Option<&PgType>, target: &Target, path: &str) -> Option<BsonKind> {
        let identity = self.faults.text(object, "as", path, false);
        if let Some(identity) = &identity {
            if !matches!(identity.as_str(), "uuid" | "hex" | "bytea") {
                self.faults.error("identity-type", &join(path, "as"), format!("`{identity}` is not an identity a column can have"), "use uuid, hex or bytea");
            } else if pg.is_some_and(|pg| !holds_identity(pg, identity)) {
                self.faults.error("identity-type", &join(path, "as"), format!("a column of this type cannot have `as: {identity}`"), "use `uuid` with type uuid, `hex` with char(24) or text, `bytea` with type bytea");
            }
        }
        let implied = target.kind.or(identity.is_some().then_some(BsonKind::ObjectId));
        let text = self.faults.text(object, "bson", path, false);
        let named = match &text {
            None => None,
            Some(text) => {
                let named = KINDS.iter().find(|(name, _)| name == text).map(|(_, kind)| *kind);
                if named.is_none() {
                    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
                    self.faults.error("bson-kind", &join(path, "bson"), format!("`{text}` is not a BSON kind"), format!("use one of {}", names.join(", ")));
                }
                named
            }
        };
        let pg = pg?;
        let kind = named.or(implied).unwrap_or_else(|| default_kind(pg));
        let fits = if target.lookup.is_some() { kind == BsonKind::ObjectId } else { allowed(pg, kind) };
        // One fault is enough where the kind is unknown, or the type is not that of the key referred to.
        if !fits && !target.mismatch && named.is_some() == text.is_some() {
            let shown = KINDS.iter().find(|(_, k)| *k == kind).map_or("", |(name, _)| name);
            self.faults.error("bson-kind", path, format!("column `{name}` cannot stand for BSON `{shown}`"), "choose another type or `bson`; text-like columns need room for 24 characters to hold an objectId");
        }
        Some(kind)
    }

    fn absent(&mut self, object: &Object<'_>, pg: Option<&PgType>, path: &str) -> Absent {
        match object.get("absent").map(Json::as_str) {
            None | Some(Some("missing")) => Absent::Missing,
            Some(Some("null")) => {
                if matches!(pg, Some(PgType::Json | PgType::Jsonb)) {
                    self.faults.error("absent-json", &join(path, "absent"), "JSON columns hold null as a value".into(), "remove `absent`");
                }
                Absent::Null
            }
            Some(_) => {
                self.faults.error("mapping-type", &join(path, "absent"), "`absent` is neither `missing` nor `null`".into(), "write \"missing\" or \"null\"");
                Absent::Missing
            }
        }
    }
}
