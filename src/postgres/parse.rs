//! Type names, as a mapping writes them and as DDL needs them.

use super::PgType;
use crate::plan::EnumPlan;
use crate::postgres::identifier::quote;

impl PgType {
    /// The type that `text` names; enums by their name. Synonyms of PostgreSQL's own names are understood.
    pub fn parse(text: &str, enums: &[EnumPlan]) -> Option<PgType> {
        let text = text.trim();
        // Not recursive: a mapping may hold any text.
        let scalar = text.trim_end_matches("[]");
        let dimensions = (text.len() - scalar.len()) / 2;
        if dimensions > 0 {
            let dimensions = u8::try_from(dimensions).ok().filter(|d| *d <= 6)?;
            return Some(PgType::Array(Box::new(PgType::parse(scalar, enums)?), dimensions));
        }
        if let Some(index) = enums.iter().position(|e| e.name == text) {
            return Some(PgType::Enum(index));
        }
        let lower = text.to_ascii_lowercase();
        let (name, arguments) = match lower.split_once('(') {
            Some((name, rest)) => {
                let (arguments, suffix) = rest.split_once(')')?;
                (format!("{}{}", name.trim(), suffix.trim_end()), arguments.split(',').map(|a| a.trim().parse::<i32>().ok()).collect::<Option<Vec<_>>>()?)
            }
            None => (lower.clone(), Vec::new()),
        };
        let precision = |arguments: &[i32]| match arguments {
            [] => Some(6),
            [digits @ 0..=6] => Some(*digits as u8),
            _ => None,
        };
        let length = |arguments: &[i32]| match arguments {
            [n] if (1..=10_485_760).contains(n) => Some(*n as u32),
            _ => None,
        };
        let plain = |pg: PgType| arguments.is_empty().then_some(pg);
        match name.as_str() {
            "text" => plain(PgType::Text),
            "varchar" | "character varying" if arguments.is_empty() => Some(PgType::Varchar(None)),
            "varchar" | "character varying" => length(&arguments).map(Some).map(PgType::Varchar),
            "char" | "character" | "bpchar" => length(&arguments).map(PgType::Char),
            "citext" => plain(PgType::Citext),
            "boolean" | "bool" => plain(PgType::Boolean),
            "smallint" | "int2" => plain(PgType::SmallInt),
            "integer" | "int" | "int4" => plain(PgType::Integer),
            "bigint" | "int8" => plain(PgType::BigInt),
            "real" | "float4" => plain(PgType::Real),
            "double precision" | "float8" => plain(PgType::Double),
            // Binary digits, as the SQL standard has it.
            "float" => match arguments.as_slice() {
                [1..=24] => Some(PgType::Real),
                [] | [25..=53] => Some(PgType::Double),
                _ => None,
            },
            "numeric" | "decimal" | "dec" => match arguments.as_slice() {
                [] => Some(PgType::Numeric(None)),
                [p @ 1..=1000] => Some(PgType::Numeric(Some((*p as u16, 0)))),
                [p @ 1..=1000, s @ -1000..=1000] => Some(PgType::Numeric(Some((*p as u16, *s as i16)))),
                _ => None,
            },
            "date" => plain(PgType::Date),
            "timestamp" | "timestamp without time zone" => precision(&arguments).map(PgType::Timestamp),
            "timestamptz" | "timestamp with time zone" => precision(&arguments).map(PgType::TimestampTz),
            "uuid" => plain(PgType::Uuid),
            "bytea" => plain(PgType::Bytea),
            "jsonb" => plain(PgType::Jsonb),
            "json" => plain(PgType::Json),
            _ => None,
        }
    }

    /// The type as DDL spells it.
    pub fn sql(&self, enums: &[EnumPlan], schema: Option<&str>) -> String {
        let precision = |name: &str, digits: &u8| if *digits == 6 { name.to_owned() } else { format!("{name}({digits})") };
        match self {
            PgType::Text => "text".into(),
            PgType::Varchar(None) => "varchar".into(),
            PgType::Varchar(Some(n)) => format!("varchar({n})"),
            PgType::Char(n) => format!("char({n})"),
            PgType::Citext => "citext".into(),
            PgType::Boolean => "boolean".into(),
            PgType::SmallInt => "smallint".into(),
            PgType::Integer => "integer".into(),
            PgType::BigInt => "bigint".into(),
            PgType::Real => "real".into(),
            PgType::Double => "double precision".into(),
            PgType::Numeric(None) => "numeric".into(),
            PgType::Numeric(Some((p, s))) => format!("numeric({p},{s})"),
            PgType::Date => "date".into(),
            PgType::Timestamp(digits) => precision("timestamp", digits),
            PgType::TimestampTz(digits) => precision("timestamptz", digits),
            PgType::Uuid => "uuid".into(),
            PgType::Bytea => "bytea".into(),
            PgType::Jsonb => "jsonb".into(),
            PgType::Json => "json".into(),
            PgType::Enum(index) => {
                let name = enums.get(*index).map_or("text".to_owned(), |e| quote(&e.name));
                schema.map_or(name.clone(), |schema| format!("{}.{name}", quote(schema)))
            }
            PgType::Array(element, dimensions) => element.sql(enums, schema) + &"[]".repeat(*dimensions as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_postgres_are_understood() {
        for (text, sql) in [
            ("varchar", Some("varchar")), ("character varying", Some("varchar")), ("CHARACTER VARYING (3)", Some("varchar(3)")), ("varchar[]", Some("varchar[]")), ("varchar(0)", None), ("varchar()", None),
            ("float", Some("double precision")), ("float(24)", Some("real")), ("float(25)", Some("double precision")), ("float(54)", None), ("dec(5)", Some("numeric(5,0)")), ("text(3)", None),
        ] {
            assert_eq!(PgType::parse(text, &[]).map(|pg| pg.sql(&[], None)).as_deref(), sql, "{text}");
        }
    }
}
