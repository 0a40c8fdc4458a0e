//! References: columns that hold another collection's key.

use super::context::Builder;
use super::fault::join;
use super::kinds::{element, identity_kind};
use super::BsonKind;
use crate::json::{Json, Object};
use crate::mapping::keys;
use crate::postgres::PgType;

/// What a reference says about its column.
#[derive(Default)]
pub(super) struct Target {
    /// The collection referred to.
    pub reference: Option<usize>,
    /// The BSON kind it implies.
    pub kind: Option<BsonKind>,
    /// The collection whose `id_map` entries it holds.
    pub lookup: Option<usize>,
    /// The column's type is not the key's: reported already.
    pub mismatch: bool,
}

impl Builder<'_, '_> {
    /// Reads `ref`, `foreignKey` and `refs`.
    pub(super) fn reference(&mut self, name: &str, object: &Object<'_>, pg: Option<&PgType>, foreign_key: bool, path: &str) -> Target {
        let mut target = Target::default();
        if let Some(to) = self.faults.text(object, "ref", path, false) {
            self.single(name, &to, pg, path, &mut target);
            if foreign_key && matches!(pg, Some(PgType::Array(..))) {
                self.faults.error("foreign-key-array", &join(path, "foreignKey"), "PostgreSQL has no foreign keys on array columns".into(), "remove `foreignKey`, or use a child table with one row per element");
            }
            if object.contains_key("refs") {
                self.faults.error("reference-conflict", &join(path, "refs"), "`ref` and `refs` exclude each other".into(), "keep `ref` for one collection, `refs` for several");
            }
        } else if foreign_key && !object.contains_key("ref") {
            self.faults.error("reference-unknown", &join(path, "foreignKey"), "`foreignKey` needs `ref`".into(), "add `ref`");
        }
        if let Some(refs) = object.get("refs") {
            target.kind = target.kind.or(Some(BsonKind::ObjectId));
            self.several(refs, &join(path, "refs"));
        }
        target
    }

    fn single(&mut self, name: &str, to: &str, pg: Option<&PgType>, path: &str, target: &mut Target) {
        let Some((index, key)) = self.keys.iter().enumerate().find(|(_, (other, _))| other == to).map(|(index, (_, key))| (index, key)) else {
            let near = super::fault::nearest(to, self.keys.iter().map(|(name, _)| name.as_str()));
            let help = near.map_or_else(|| "name a collection of this mapping".to_owned(), |near| format!("did you mean `{near}`?"));
            self.faults.error("reference-unknown", &join(path, "ref"), format!("there is no collection `{to}` in this mapping"), help);
            return;
        };
        target.reference = Some(index);
        target.kind = Some(identity_kind(&key.kind));
        target.lookup = (key.kind == "lookup").then_some(index);
        // A key whose own type is at fault has been reported where it stands.
        let (Some(pg), Some(theirs)) = (pg, &key.pg) else { return };
        let same = theirs == element(pg) || matches!((theirs, element(pg)), (PgType::Char(24), PgType::Text | PgType::Varchar(None | Some(24..))));
        if !same {
            target.mismatch = true;
            let help = format!("use type `{}`", theirs.sql(self.enums, None));
            self.faults.error("reference-type", &join(path, "type"), format!("column `{name}` refers to `{to}`, whose key has another type"), help);
        }
    }

    fn several(&mut self, refs: &Json<'_>, path: &str) {
        let Some(refs) = self.faults.object(refs, path, keys::REFS) else { return };
        if let Some(field) = self.faults.text(refs, "path", path, true) {
            let at = join(path, "path");
            if let Some((_, canonical)) = self.names(&field, &at) {
                self.needed.push((canonical, at));
            }
        }
        let at = join(path, "collections");
        match refs.get("collections") {
            Some(Json::Object(collections)) => {
                for (value, to) in collections.iter() {
                    match to.as_str() {
                        Some(to) if self.keys.iter().any(|(name, _)| name == to) => {}
                        Some(to) => self.faults.error("reference-unknown", &join(&at, value), format!("there is no collection `{to}` in this mapping"), "name a collection of this mapping"),
                        None => self.faults.error("mapping-type", &join(&at, value), "a collection's name is not a string".into(), "name a collection of this mapping"),
                    }
                }
            }
            Some(_) => self.faults.error("mapping-type", &at, "`collections` is not an object".into(), "write an object: value of the path to collection"),
            None => self.faults.error("mapping-key-missing", path, "`collections` is missing".into(), "add `collections`: value of the path to collection"),
        }
    }
}
