//! In which order the objects that rows give have their keys: fingerprints of elements depend on it, and jsonb does not keep it.

use super::value::names;
use super::variants::{cases, shapes};
use crate::plan::{CollectionPlan, Node};
use crate::postgres::PgType;

/// The orders of all fields that are named, in a collection.
pub(super) fn orders<'n, 'm>(collection: &'n CollectionPlan, fields: impl IntoIterator<Item = &'m str>) -> Orders<'n> {
    let mut orders = Orders { collection: Some(collection), ..Orders::default() };
    for name in fields {
        let mut place = String::new();
        crate::path::push_field(&mut place, name);
        for case in cases(&collection.root, name) {
            orders.add(case.node, &place);
        }
    }
    // What JSON holds has jsonb's order, where another shape has fields in theirs.
    let below = |place: &str, json: &str| place.strip_prefix(json).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']));
    orders.conflict |= orders.json.iter().any(|json| orders.places.iter().any(|(place, _)| place.contains("[]") && below(place, json)));
    orders
}

/// The places of objects (paths with `[]` for every element and `{}` for every entry) with the names of their fields in order; none: a map, whose keys are sorted.
/// Where shapes differ by a discriminator, the names of all of them: an object has those of its own.
#[derive(Debug, Default)]
pub(super) struct Orders<'n> {
    places: Vec<(String, Option<Vec<&'n str>>)>,
    /// Places of columns that hold JSON.
    json: Vec<String>,
    collection: Option<&'n CollectionPlan>,
    /// Two shapes have the same fields in another order, or one has them in JSON, so that no order is that of both.
    pub conflict: bool,
}

impl<'n> Orders<'n> {
    pub(super) fn add(&mut self, node: &'n Node, place: &str) {
        match node {
            Node::Column { table, column } => {
                let pg = self.collection.and_then(|collection| Some(&collection.tables.get(*table)?.columns.get(*column)?.pg));
                let element = pg.map(|pg| if let PgType::Array(element, _) = pg { element } else { pg });
                if matches!(element, Some(PgType::Jsonb | PgType::Json)) {
                    self.json.push(place.to_owned());
                }
            }
            Node::Object(object) => {
                self.merge(place, &object.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
                for (name, inner) in &object.fields {
                    let mut below = place.to_owned();
                    crate::path::push_field(&mut below, name);
                    self.add(inner, &below);
                }
            }
            Node::One(child) => self.shapes(&child.context, place),
            Node::Array(child) => self.shapes(&child.context, &format!("{place}[]")),
            Node::Map(child) => {
                self.places.push((place.to_owned(), None));
                self.shapes(&child.context, &format!("{place}{{}}"));
            }
        }
    }

    fn shapes(&mut self, context: &'n crate::plan::Context, place: &str) {
        for case in shapes(context) {
            self.add(case.node, place);
        }
    }

    fn merge(&mut self, place: &str, fields: &[&'n str]) {
        let Some(have) = self.places.iter_mut().find(|(have, names)| have == place && names.is_some()).and_then(|(_, names)| names.as_mut()) else {
            return self.places.push((place.to_owned(), Some(fields.to_vec())));
        };
        // Each new name behind the one it follows.
        let mut behind = 0;
        for name in fields {
            match have.iter().position(|known| known == name) {
                Some(at) => {
                    self.conflict |= at < behind;
                    behind = at + 1;
                }
                None => {
                    have.insert(behind, name);
                    behind += 1;
                }
            }
        }
    }

    /// Place and SQL of the order.
    pub(super) fn sql(&self) -> impl Iterator<Item = (&str, String)> {
        self.places.iter().map(|(place, order)| {
            let sql = order.as_ref().map_or_else(|| "'true'::jsonb".to_owned(), |order| format!("to_jsonb({})", names(order.iter().copied())));
            (place.as_str(), sql)
        })
    }
}
