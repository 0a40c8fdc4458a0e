//! JSON as parsers commonly read it, for mappings and complements: of fields with one name the last counts.

use super::tree::{self, JsonTextFault, Node, Value};
use std::borrow::Cow;

/// A JSON value that borrows from its text. Numbers are kept as their text.
#[derive(Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// An object's fields in the text's order, found by name in logarithmic time: a complement's may be many.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    fields: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Positions in `fields`, sorted by name.
    by_name: Vec<u32>,
    /// Names that stood there more than once.
    pub(crate) twice: Vec<Cow<'a, str>>,
}

impl<'a> Json<'a> {
    /// Parses one value with nothing but white space around it.
    pub(crate) fn parse(text: &'a [u8]) -> Result<Json<'a>, JsonTextFault> {
        tree::parse(text).map(Json::of)
    }

    fn of(node: Node<'a>) -> Json<'a> {
        match node.value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Bool(flag),
            Value::Number(text) => Json::Number(text),
            Value::String(text) => Json::String(text),
            Value::Array(items) => Json::Array(items.into_iter().map(Json::of).collect()),
            Value::Object(fields) => Json::Object(Object::of(fields.into_iter().map(|(name, node)| (name, Json::of(node))).collect())),
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The integer of a number without fraction and exponent. `-0` is none: it is a double.
    pub(crate) fn as_i64(&self) -> Option<i64> {
        match self {
            Json::Number("-0") => None,
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The nearest double, where there is a finite one.
    pub(crate) fn as_f64(&self) -> Option<f64> {
        if let Json::Number(text) = self { text.parse().ok().filter(|double: &f64| double.is_finite()) } else { None }
    }

    pub(crate) fn as_array(&self) -> Option<&[Json<'a>]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_object(&self) -> Option<&Object<'a>> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    /// The field `name`, where this is an object that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.as_object()?.get(name)
    }
}

impl<'a> Object<'a> {
    fn of(mut fields: Vec<(Cow<'a, str>, Json<'a>)>) -> Object<'a> {
        let mut by_name = sorted(&fields);
        let mut twice = Vec::new();
        if by_name.windows(2).any(|pair| fields[pair[0] as usize].0 == fields[pair[1] as usize].0) {
            // The first place, the last value.
            let mut again = vec![false; fields.len()];
            for group in by_name.chunk_by(|a, b| fields[*a as usize].0 == fields[*b as usize].0).filter(|group| group.len() > 1).map(<[u32]>::to_vec).collect::<Vec<_>>() {
                let (first, last) = (group[0] as usize, group[group.len() - 1] as usize);
                twice.push(fields[first].0.clone());
                fields[first].1 = std::mem::replace(&mut fields[last].1, Json::Null);
                group[1..].iter().for_each(|index| again[*index as usize] = true);
            }
            let mut index = 0;
            fields.retain(|_| {
                index += 1;
                !again[index - 1]
            });
            by_name = sorted(&fields);
        }
        Object { fields, by_name, twice }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let found = self.by_name.binary_search_by(|index| self.fields[*index as usize].0.as_ref().cmp(name)).ok()?;
        Some(&self.fields[self.by_name[found] as usize].1)
    }

    pub(crate) fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Names and values, in the text's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

fn sorted(fields: &[(Cow<'_, str>, Json<'_>)]) -> Vec<u32> {
    let mut by_name: Vec<u32> = (0..fields.len() as u32).collect();
    by_name.sort_by(|a, b| fields[*a as usize].0.cmp(&fields[*b as usize].0));
    by_name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_fields_with_one_name_the_last_counts_at_the_first_place() {
        let json = Json::parse(br#"{"b":1,"a":2,"b":{"x":3},"\u0061":4,"c":5,"b":6}"#).unwrap();
        let object = json.as_object().unwrap();
        let fields: Vec<(&str, Option<i64>)> = object.iter().map(|(name, value)| (name, value.as_i64())).collect();
        assert_eq!(fields, [("b", Some(6)), ("a", Some(4)), ("c", Some(5))]);
        assert_eq!(object.twice, ["a", "b"]);
        assert_eq!(object.get("a").and_then(Json::as_i64), Some(4));
        assert!(!object.contains_key("x"));
    }

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        let read = |text: &str| (Json::parse(text.as_bytes()).unwrap().as_i64(), Json::parse(text.as_bytes()).unwrap().as_f64());
        assert_eq!(read("9007199254740993").0, Some(9_007_199_254_740_993));
        assert_eq!(read("1.0").0, None);
        assert_eq!(read("9223372036854775808").0, None);
        assert_eq!(read("-0").0, None);
        assert!(read("-0").1.unwrap().is_sign_negative());
        assert_eq!(read("0.1").1, Some(0.1));
        assert_eq!(read("1e400").1, None);
    }
}
