//! Contexts: the tree of one row, its children, its variants.

use super::columns::Keys;
use super::fault::{join, Faults};
use super::{Absent, Child, ColumnPlan, Context, Discriminator, EnumPlan, Node, ObjectNode, Source, TablePlan, Variant};
use crate::json::{Json, Object};
use crate::mapping::keys;
use crate::path::{Path, Segment};
use crate::postgres::PgType;

/// What is being built for one collection.
pub(super) struct Builder<'a, 'f> {
    pub enums: &'a [EnumPlan],
    pub keys: &'a [(String, Keys)],
    pub collection: usize,
    pub root: String,
    pub tables: Vec<TablePlan>,
    pub faults: &'f mut Faults,
    /// Paths that polymorphic references of the current context need as columns.
    pub needed: Vec<(String, String)>,
    /// Table, number and path of indexes whose columns are not looked up yet.
    pub indexed: Vec<(usize, usize, String)>,
}

/// Puts `node` at `names` below `object`; false where something else is there already.
fn insert(object: &mut ObjectNode, names: &[String], node: Node) -> bool {
    let [name, rest @ ..] = names else { return false };
    let at = object.fields.iter().position(|(field, _)| field == name);
    match (at, rest) {
        (None, []) => {
            object.fields.push((name.clone(), node));
            true
        }
        (Some(_), []) => false,
        (None, rest) => {
            let mut inner = ObjectNode::default();
            let done = insert(&mut inner, rest, node);
            object.fields.push((name.clone(), Node::Object(inner)));
            done
        }
        (Some(at), rest) => match &mut object.fields[at].1 {
            Node::Object(inner) => insert(inner, rest, node),
            _ => false,
        },
    }
}

/// The tree of a context under construction: an object, or one value that is the element itself.
#[derive(Clone)]
struct Tree {
    object: ObjectNode,
    element: Option<Node>,
}

impl Builder<'_, '_> {
    fn put(&mut self, tree: &mut Tree, names: &[String], node: Node, path: &str) {
        let done = if names.is_empty() {
            let free = tree.element.is_none() && tree.object.fields.is_empty();
            tree.element = Some(node);
            free
        } else {
            tree.element.is_none() && insert(&mut tree.object, names, node)
        };
        if !done {
            let full = Path { segments: names.iter().cloned().map(Segment::Field).collect() }.to_string();
            self.faults.error("path-overlap", path, format!("`{full}` is mapped twice, or lies inside a path that is mapped as a whole"), "map each value once");
        }
    }

    /// Reads columns, children and discriminator of the object `mapping` into the context of `table`.
    pub fn context(&mut self, table: usize, mapping: &Object<'_>, path: &str, root: bool) -> Context {
        let mut tree = Tree { object: ObjectNode::default(), element: None };
        let outer = std::mem::take(&mut self.needed);
        if let Some(column) = self.tables[table].columns.iter().position(|c| matches!(&c.source, Source::Field(f) if f.identity)) {
            let field = self.tables[table].columns[column].path.clone();
            if let Some(names) = Path::parse(&field).ok().map(|p| p.segments.into_iter().filter_map(|s| if let Segment::Field(n) = s { Some(n) } else { None }).collect::<Vec<_>>()) {
                self.put(&mut tree, &names, Node::Column { table, column }, &join(path, "key"));
            }
        }
        self.fields(table, table, mapping, path, &mut tree);
        let mut discriminator = None;
        if let Some(value) = mapping.get("discriminator") {
            discriminator = self.discriminator(table, value, &join(path, "discriminator"), &tree);
        }
        let needed = std::mem::replace(&mut self.needed, outer);
        for (field, at) in needed {
            if !self.tables[table].columns.iter().any(|c| c.path == field) {
                self.faults.error("reference-unmapped", &at, format!("`{field}` is not mapped to a column beside the reference"), "add a column for it");
            }
        }
        let _ = root;
        Context { table, tree: tree.element.unwrap_or(Node::Object(tree.object)), discriminator }
    }

    /// Columns (of `table`) and children (of `owner`) into `tree`.
    fn fields(&mut self, table: usize, owner: usize, mapping: &Object<'_>, path: &str, tree: &mut Tree) {
        self.indexes(table, mapping, path);
        let columns = join(path, "columns");
        match mapping.get("columns") {
            None => {}
            Some(Json::Object(list)) => {
                for (name, value) in list.iter() {
                    let at = join(&columns, name);
                    let Some(read) = self.column(name, value, &at) else { continue };
                    self.push(table, read.column, &at);
                    let column = self.tables[table].columns.len() - 1;
                    self.put(tree, &read.names, Node::Column { table, column }, &join(&at, "path"));
                }
            }
            Some(_) => self.faults.error("mapping-type", &columns, "`columns` is not an object".into(), "write an object: column name to column"),
        }
        let children = join(path, "children");
        match mapping.get("children") {
            None => {}
            Some(Json::Array(list)) => {
                for (index, value) in list.iter().enumerate() {
                    let mut at = children.clone();
                    crate::path::push_index(&mut at, index as u32);
                    if let Some((names, node)) = self.child(owner, value, &at) {
                        self.put(tree, &names, node, &join(&at, "path"));
                    }
                }
            }
            Some(_) => self.faults.error("mapping-type", &children, "`children` is not a list".into(), "write a list of children"),
        }
    }

    pub(super) fn push(&mut self, table: usize, column: ColumnPlan, path: &str) {
        if !column.name.is_empty() && self.tables[table].columns.iter().any(|c| c.name == column.name) {
            self.faults.error("column-collision", path, format!("table `{}` has two columns `{}`", self.tables[table].name, column.name), "give one of them another name");
        }
        if self.tables[table].columns.len() >= 1_600 {
            self.faults.error("too-many-columns", path, format!("table `{}` has more than 1600 columns", self.tables[table].name), "move some to a table of their own, or to jsonb");
        }
        self.tables[table].columns.push(column);
    }

    fn discriminator(&mut self, table: usize, value: &Json<'_>, path: &str, base: &Tree) -> Option<Discriminator> {
        let object = self.faults.object(value, path, keys::DISCRIMINATOR)?;
        let place = self.faults.text(object, "path", path, true).and_then(|field| self.names(&field, &join(path, "path")));
        let column = place.as_ref().and_then(|(_, field)| {
            let column = self.tables[table].columns.iter().position(|c| c.path == *field && matches!(c.source, Source::Field(_)));
            if column.is_none() {
                self.faults.error("discriminator-not-mapped", &join(path, "path"), format!("`{field}` is not mapped to a column"), "add a text or enum column for it");
            }
            column
        });
        let list = match object.get("variants") {
            Some(Json::Object(list)) => Some(list),
            Some(_) => {
                self.faults.error("mapping-type", &join(path, "variants"), "`variants` is not an object".into(), "write an object: value to { columns, children, table }");
                None
            }
            None => {
                self.faults.error("mapping-key-missing", path, "`variants` is missing".into(), "add `variants`: value to { columns, children, table }");
                None
            }
        };
        let mut variants = Vec::new();
        for (name, value) in list.into_iter().flat_map(Object::iter) {
            let mut at = join(path, "variants");
            crate::path::push_field(&mut at, name);
            let Some(mapping) = self.faults.object(value, &at, keys::VARIANT) else { continue };
            if let Some(column) = column {
                let fits = match &self.tables[table].columns[column].pg {
                    PgType::Enum(index) => self.enums.get(*index).is_some_and(|e| e.labels.iter().any(|label| label == name)),
                    PgType::Varchar(Some(n)) | PgType::Char(n) => name.chars().count() <= *n as usize,
                    PgType::Text | PgType::Varchar(None) | PgType::Citext => true,
                    _ => false,
                };
                if !fits {
                    self.faults.error("variant-value", &at, format!("the discriminator's column cannot hold `{name}`"), "use text, or add the label to the enum");
                }
            }
            let condition = format!("{} = {name}", place.as_ref().map_or("", |(_, field)| field));
            let own = self.faults.text(mapping, "table", &at, false).map(|name| {
                self.faults.name(&name, &join(&at, "table"));
                self.table(table, name, condition, None, &at)
            });
            let mut tree = base.clone();
            self.fields(own.unwrap_or(table), table, mapping, &at, &mut tree);
            variants.push(Variant { value: name.to_owned(), table: own, tree: tree.element.unwrap_or(Node::Object(tree.object)) });
        }
        Some(Discriminator { path: place?.0, column: column?, variants })
    }

    /// A table below `parent`, with the columns that repeat its key.
    fn table(&mut self, parent: usize, name: String, path: String, names: Option<&Json<'_>>, at: &str) -> usize {
        let above = self.tables[parent].clone();
        let list = match names {
            None => None,
            Some(Json::String(one)) => Some(Some(vec![one.to_string()])),
            Some(Json::Array(list)) => Some(list.iter().map(|n| n.as_str().map(str::to_owned)).collect()),
            Some(_) => Some(None),
        };
        if list == Some(None) {
            self.faults.error("mapping-type", &join(at, "parentKey"), "`parentKey` is neither a name nor a list of names".into(), "write a column name in quotes, or a list of them");
        }
        let given: Option<Vec<String>> = list.flatten();
        if given.as_ref().is_some_and(|given| given.len() != above.key.len()) {
            self.faults.error("parent-key-count", &join(at, "parentKey"), format!("the key of `{}` has {} columns", above.name, above.key.len()), "name as many columns");
        }
        let mut columns = Vec::new();
        for (position, key) in above.key.iter().enumerate() {
            let Some(column) = above.columns.get(*key) else { continue };
            // A column that repeats an ancestor's key already has the ancestor's name in it.
            let default = if matches!(column.source, Source::ParentKey(_)) { column.name.clone() } else { format!("{}_{}", if parent == 0 { &self.root } else { &above.name }, column.name) };
            let name = given.as_ref().and_then(|g| g.get(position)).cloned().unwrap_or(default);
            self.faults.column(&name, &join(at, "parentKey"));
            columns.push(ColumnPlan { name, pg: column.pg.clone(), source: Source::ParentKey(position), not_null: true, reference: None, foreign_key: false, path: String::new() });
        }
        let parent_key = columns.len();
        self.tables.push(TablePlan { schema: above.schema, name, parent: Some(parent), key: (0..parent_key).collect(), columns, parent_key, indexes: Vec::new(), path });
        self.tables.len() - 1
    }

    /// Field names of a child's path, and `[]` or `{}` at its end.
    fn place(&mut self, field: &str, path: &str) -> Option<(Vec<String>, Option<Segment>)> {
        let mut segments = self.segments(field, path)?;
        let shape = match segments.last() {
            Some(Segment::Each | Segment::Entry) => segments.pop(),
            _ => None,
        };
        let names: Option<Vec<String>> = segments.into_iter().map(|s| if let Segment::Field(name) = s { Some(name) } else { None }).collect();
        match names {
            Some(names) if names.is_empty() && shape.is_none() => {
                self.faults.error("path-invalid", path, "`@` is the element itself, which is this row already".into(), "write `@[]` or `@{}` where it is an array or map, or name a field");
                None
            }
            Some(names) => Some((names, shape)),
            None => {
                self.faults.error("path-invalid", path, format!("`{field}` goes through more than one array or map"), "nest children: one for `a[]`, inside it one for `@[]` or `b[]`");
                None
            }
        }
    }

    fn child(&mut self, parent: usize, value: &Json<'_>, path: &str) -> Option<(Vec<String>, Node)> {
        let object = self.faults.object(value, path, keys::CHILD)?;
        let name = self.faults.text(object, "table", path, true);
        let field = self.faults.text(object, "path", path, true);
        if let Some(name) = &name {
            self.faults.name(name, &join(path, "table"));
        }
        let place = field.as_ref().and_then(|field| self.place(field, &join(path, "path")));
        // A child without a usable path is compiled all the same, so that everything in it is checked; it only gets no place in the tree.
        let field = field.unwrap_or_default();
        let shape = place.as_ref().map_or(Some(Segment::Each), |(_, shape)| shape.clone());
        let array = shape == Some(Segment::Each);
        let map = shape == Some(Segment::Entry);
        for (key, fits) in [("ordinal", array), ("mapKey", map)] {
            if object.contains_key(key) && !fits && place.is_some() {
                self.faults.error("child-shape", &join(path, key), format!("`{key}` does not go with `{field}`"), "arrays (`[]`) have `ordinal`, maps (`{}`) have `mapKey`");
            }
        }
        let above = self.tables[parent].path.clone();
        let full = if above.is_empty() { field.clone() } else { format!("{above}.{field}") };
        let table = self.table(parent, name.unwrap_or_default(), full, object.get("parentKey"), path);
        let position = |name: String, pg, source| ColumnPlan { name, pg, source, not_null: true, reference: None, foreign_key: false, path: String::new() };
        if array {
            let name = self.faults.text(object, "ordinal", path, false).unwrap_or_else(|| "ordinal".into());
            self.faults.column(&name, &join(path, "ordinal"));
            self.push(table, position(name, PgType::Integer, Source::Ordinal), &join(path, "ordinal"));
        } else if map {
            let name = self.faults.text(object, "mapKey", path, false).unwrap_or_else(|| "key".into());
            self.faults.column(&name, &join(path, "mapKey"));
            self.push(table, position(name, PgType::Text, Source::MapKey), &join(path, "mapKey"));
        }
        if let Some(key) = object.get("key") {
            if !array && place.is_some() {
                self.faults.error("child-shape", &join(path, "key"), "only elements of arrays have a key of their own".into(), "remove `key`");
            }
            self.key(table, key, &join(path, "key"), false);
            let column = self.tables[table].columns.len() - 1;
            self.tables[table].key.push(column);
        } else if array || map {
            let column = self.tables[table].columns.len() - 1;
            self.tables[table].key.push(column);
        }
        let absent = match object.get("absent").map(Json::as_str) {
            None if array => Absent::Empty,
            None | Some(Some("missing")) => Absent::Missing,
            Some(Some("null")) => Absent::Null,
            Some(Some("empty")) if array || map => Absent::Empty,
            Some(_) => {
                self.faults.error("mapping-type", &join(path, "absent"), "`absent` is none of `missing`, `null`, `empty`".into(), "write one of them; `empty` only for arrays and maps");
                Absent::Missing
            }
        };
        let context = self.context(table, object, path, false);
        let child = Box::new(Child { context, absent });
        let (names, _) = place?;
        Some((names, if array { Node::Array(child) } else if map { Node::Map(child) } else { Node::One(child) }))
    }
}
