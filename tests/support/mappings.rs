//! Valid mappings of every kind, from decisions.

use super::choices::Choices;
use serde_json::{json, Map, Value};

/// Field names that generated mappings and documents share.
pub const FIELDS: &[&str] = &["amount", "status", "tags", "meta", "wallet", "events", "at", "fees", "kind", "owner", "a.b", "", "it's", "é x", "0", "$key"];

/// A mapping with one collection `c` and a second one, `others`, that columns may refer to.
pub fn mapping(c: &mut Choices<'_>) -> Value {
    let mut make = Make { tables: 0, columns: 0, others: false };
    let mut collection = Map::new();
    collection.insert("table".into(), make.table());
    let kind = c.of(&["uuid", "hex", "text", "bytea", "uuid", "text", "lookup", "bigint", "integer"]);
    let mut key = Map::new();
    let path = c.of(&["_id", "_id", "_id", "owner", "wallet.owner", "'a.b'"]);
    key.insert("path".into(), json!(path));
    key.insert("column".into(), json!("id"));
    key.insert("as".into(), json!(kind));
    if kind == "lookup" {
        key.insert("type".into(), json!(c.of(&["uuid", "bigint", "integer", "text"])));
    }
    collection.insert("key".into(), Value::Object(key));
    make.context(c, &mut collection, 0, &[path.split('.').next().unwrap_or(path), path]);
    collection.insert("complement".into(), json!("rest"));
    let mut collections = Map::new();
    collections.insert("c".into(), Value::Object(collection));
    if make.others {
        collections.insert("others".into(), json!({ "table": "others", "key": { "column": "id", "as": "lookup", "type": "bigint" }, "complement": "rest" }));
    }
    json!({ "version": 1, "enums": { "st": ["A", "B", "é x"] }, "collections": collections })
}

struct Make {
    tables: u32,
    columns: u32,
    others: bool,
}

/// A field name as a path spells it.
fn quoted(name: &str) -> String {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "''"))
    }
}

impl Make {
    fn table(&mut self) -> Value {
        self.tables += 1;
        json!(format!("t{}", self.tables - 1))
    }

    fn column_name(&mut self) -> String {
        self.columns += 1;
        format!("c{}", self.columns - 1)
    }

    /// Columns, children and discriminator of an object. `taken`: paths of its own that are mapped already.
    fn context(&mut self, c: &mut Choices<'_>, into: &mut Map<String, Value>, depth: usize, taken: &[&str]) {
        let mut free: Vec<&str> = FIELDS.iter().copied().filter(|name| !taken.contains(&quoted(name).as_str())).collect();
        let (mut columns, mut children) = (Map::new(), Vec::new());
        let discriminated = c.flag(3) && free.contains(&"kind");
        if discriminated {
            free.retain(|name| *name != "kind");
            columns.insert(self.column_name(), json!({ "path": "kind", "type": c.of(&["text", "st", "varchar(3)", "char(4)"]) }));
        }
        self.fields(c, &mut free, "", &mut columns, &mut children, depth);
        if discriminated {
            let mut variants = Map::new();
            for name in &["A", "B"][..1 + c.pick(2)] {
                let mut own = free.clone();
                let (mut columns, mut children) = (Map::new(), Vec::new());
                self.fields(c, &mut own, "", &mut columns, &mut children, depth);
                let mut variant = Map::new();
                if c.flag(6) {
                    variant.insert("table".into(), self.table());
                }
                variant.insert("columns".into(), Value::Object(columns));
                variant.insert("children".into(), Value::Array(children));
                variants.insert((*name).into(), Value::Object(variant));
            }
            into.insert("discriminator".into(), json!({ "path": "kind", "variants": variants }));
        }
        if !columns.is_empty() || c.flag(4) {
            into.insert("columns".into(), Value::Object(columns));
        }
        if !children.is_empty() || c.flag(4) {
            into.insert("children".into(), Value::Array(children));
        }
    }

    /// Some fields of the object at `prefix`.
    fn fields(&mut self, c: &mut Choices<'_>, free: &mut Vec<&str>, prefix: &str, columns: &mut Map<String, Value>, children: &mut Vec<Value>, depth: usize) {
        for _ in 0..c.pick(6) {
            if free.is_empty() {
                return;
            }
            let path = format!("{prefix}{}", quoted(free.remove(c.pick(free.len()))));
            match if depth < 3 { c.pick(12) } else { 0 } {
                0..=6 => {
                    columns.insert(self.column_name(), self.column(c, &path));
                }
                7 => {
                    let mut inner: Vec<&str> = FIELDS.to_vec();
                    self.fields(c, &mut inner, &format!("{path}."), columns, children, depth + 1);
                }
                8 | 9 => children.push(self.child(c, &format!("{path}[]"), depth + 1)),
                10 => children.push(self.child(c, &format!("{path}{{}}"), depth + 1)),
                _ => children.push(self.child(c, &path, depth + 1)),
            }
        }
    }

    fn child(&mut self, c: &mut Choices<'_>, path: &str, depth: usize) -> Value {
        let (array, map) = (path.ends_with("[]"), path.ends_with("{}"));
        let mut child = Map::new();
        child.insert("table".into(), self.table());
        child.insert("path".into(), json!(path));
        match c.pick(4) {
            1 => drop(child.insert("absent".into(), json!("missing"))),
            2 => drop(child.insert("absent".into(), json!("null"))),
            3 if array || map => drop(child.insert("absent".into(), json!("empty"))),
            _ => {}
        }
        let keyed = array && c.flag(4);
        if keyed {
            child.insert("key".into(), json!({ "column": "element_id", "as": c.of(&["uuid", "hex", "text", "bytea"]) }));
        }
        match if (array || map) && !keyed { c.pick(5) } else { 0 } {
            3 => {
                let mut columns = Map::new();
                columns.insert("v".into(), self.column(c, "@"));
                child.insert("columns".into(), Value::Object(columns));
            }
            4 if depth < 4 => {
                let inner = self.child(c, c.clone().of(&["@[]", "@{}"]), depth + 1);
                child.insert("children".into(), json!([inner]));
            }
            _ => self.context(c, &mut child, depth, if keyed { &["_id"] } else { &[] }),
        }
        Value::Object(child)
    }

    fn column(&mut self, c: &mut Choices<'_>, path: &str) -> Value {
        const TYPES: &[&str] = &[
            "text", "integer", "numeric", "timestamptz(3)", "jsonb", "boolean", "double precision", "uuid", "bigint", "varchar(3)", "char(4)", "citext", "smallint", "real", "numeric(12,2)",
            "numeric(38,18)", "numeric(5,-2)", "numeric(3,5)", "date", "timestamp(0)", "timestamp", "timestamptz", "timestamptz(1)", "bytea", "json", "st", "varchar(24)", "char(24)", "char(30)",
        ];
        let scalar = c.of(TYPES);
        let mut column = Map::new();
        column.insert("path".into(), json!(path));
        let dimensions = if c.flag(3) { 1 + c.pick(2) } else { 0 };
        column.insert("type".into(), json!(scalar.to_owned() + &"[]".repeat(dimensions)));
        let named = c.flag(5);
        let kinds: &[&str] = match scalar {
            "smallint" | "integer" | "bigint" | "real" | "double precision" => &["number", "int32", "int64", "double"],
            s if s.starts_with("numeric") => &["number", "int32", "int64", "double", "decimal"],
            "text" | "citext" | "varchar(24)" | "char(24)" | "char(30)" | "uuid" | "bytea" => &["objectId"],
            _ => &[],
        };
        if scalar == "bigint" && c.flag(2) {
            self.others = true;
            column.insert("ref".into(), json!("others"));
        } else if named && !kinds.is_empty() {
            column.insert("bson".into(), json!(c.of(kinds)));
        }
        if c.flag(4) && (dimensions > 0 || !matches!(scalar, "json" | "jsonb")) {
            column.insert("absent".into(), json!("null"));
        }
        Value::Object(column)
    }
}
