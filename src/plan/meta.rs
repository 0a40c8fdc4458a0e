//! Columns of the root table that are about a document, not of it: its version and its digest. No tuple holds them.

use super::context::Builder;
use super::fault::join;
use super::{CollectionPlan, VersionPlan};
use crate::json::{Json, Object};
use crate::mapping::keys;
use crate::path::{Path, Segment};

impl VersionPlan {
    /// The path as a mapping writes it.
    pub(super) fn shown_path(&self) -> Option<String> {
        (!self.path.is_empty()).then(|| Path { segments: self.path.iter().cloned().map(Segment::Field).collect() }.to_string())
    }
}

impl CollectionPlan {
    /// The root table's columns that no tuple holds, with their types.
    pub fn meta_columns(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.version.iter().map(|version| (version.column.as_str(), "bigint")).chain(self.hash.iter().map(|hash| (hash.as_str(), "bytea")))
    }
}

impl Builder<'_, '_> {
    /// Reads `version` and `hash` of a collection.
    pub(super) fn meta(&mut self, collection: &Object<'_>, path: &str) -> (Option<VersionPlan>, Option<String>) {
        let version = collection.get("version").and_then(|value| self.version(value, &join(path, "version")));
        let hash = self.faults.text(collection, "hash", path, false);
        let mut others: Vec<&str> = version.iter().map(|version| version.column.as_str()).collect();
        if let Some(hash) = &hash {
            self.meta_column(hash, &others, &join(path, "hash"));
            others.push(hash);
        }
        (version, hash)
    }

    fn version(&mut self, value: &Json<'_>, path: &str) -> Option<VersionPlan> {
        let object = self.faults.object(value, path, keys::VERSION)?;
        let field = self.faults.text(object, "path", path, false);
        let names = field.as_ref().and_then(|field| self.names(field, &join(path, "path"))).map(|(names, _)| names);
        if names.as_ref().is_some_and(Vec::is_empty) {
            self.faults.error("path-invalid", &join(path, "path"), "`@` is the whole document, which is no version".into(), "name a field, for example `updatedAt`");
        }
        let column = self.faults.text(object, "column", path, true)?;
        self.meta_column(&column, &[], &join(path, "column"));
        Some(VersionPlan { path: names.unwrap_or_default(), column })
    }

    fn meta_column(&mut self, name: &str, others: &[&str], path: &str) {
        self.faults.column(name, path);
        let root = &self.tables[0];
        if root.columns.iter().any(|c| c.name == name) || others.contains(&name) {
            self.faults.error("column-collision", path, format!("table `{}` has two columns `{name}`", root.name), "give this one a name of its own: it is no part of the document");
        }
        if root.columns.len() + others.len() >= 1_600 {
            self.faults.error("too-many-columns", path, format!("table `{}` has more than 1600 columns", root.name), "move some to a table of their own, or to jsonb");
        }
    }
}
