//! The little SQL that cases change rows with, on row sets. The JavaScript runner gives the same text to PostgreSQL.

use super::table::Row;
use super::text::{read, show};
use rowlens::plan::{CollectionPlan, EnumPlan, TablePlan};

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    /// A value; `None` is NULL.
    Value(Option<String>),
    Sign(char),
}

fn tokens(sql: &str) -> Vec<Token> {
    let chars: Vec<char> = sql.chars().collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let c = chars[at];
        if c.is_whitespace() {
            at += 1;
        } else if c == '\'' || c == '"' {
            let mut text = String::new();
            at += 1;
            loop {
                if chars[at] == c && chars.get(at + 1) == Some(&c) {
                    text.push(c);
                    at += 2;
                } else if chars[at] == c {
                    at += 1;
                    break;
                } else {
                    text.push(chars[at]);
                    at += 1;
                }
            }
            out.push(if c == '"' { Token::Word(text) } else { Token::Value(Some(text)) });
        } else if c.is_alphanumeric() || c == '_' || c == '-' {
            let start = at;
            while at < chars.len() && (chars[at].is_alphanumeric() || "_-.".contains(chars[at])) {
                at += 1;
            }
            let word: String = chars[start..at].iter().collect();
            out.push(match word.as_str() {
                "NULL" => Token::Value(None),
                "true" | "false" => Token::Value(Some(word)),
                _ if c.is_ascii_digit() || c == '-' => Token::Value(Some(word)),
                _ => Token::Word(word),
            });
        } else {
            out.push(Token::Sign(c));
            at += 1;
        }
    }
    out
}

struct Statement<'t> {
    tokens: std::iter::Peekable<std::slice::Iter<'t, Token>>,
}

impl Statement<'_> {
    fn word(&mut self) -> String {
        match self.tokens.next() {
            Some(Token::Word(word)) => word.clone(),
            other => panic!("a word is expected, not {other:?}"),
        }
    }
    fn expect(&mut self, word: &str) {
        assert_eq!(self.word(), word);
    }
    fn sign(&mut self, sign: char) -> bool {
        self.tokens.next_if(|token| **token == Token::Sign(sign)).is_some()
    }
    fn value(&mut self) -> Option<String> {
        match self.tokens.next() {
            Some(Token::Value(value)) => value.clone(),
            other => panic!("a value is expected, not {other:?}"),
        }
    }
    /// `a = 1, b = 2` or `a = 1 AND b = 2`.
    fn pairs(&mut self) -> Vec<(String, Option<String>)> {
        let mut pairs = Vec::new();
        loop {
            let name = self.word();
            assert!(self.sign('='));
            pairs.push((name, self.value()));
            let more = self.sign(',') || self.tokens.next_if(|token| **token == Token::Word("AND".into())).is_some();
            if !more {
                return pairs;
            }
        }
    }
}

fn column(table: &TablePlan, name: &str) -> usize {
    table.columns.iter().position(|c| c.name == name).unwrap_or_else(|| panic!("table {} has no column {name}", table.name))
}

fn matches(table: &TablePlan, row: &Row, conditions: &[(String, Option<String>)]) -> bool {
    conditions.iter().all(|(name, value)| {
        let at = column(table, name);
        row[at].as_ref().map(|bytes| show(&table.columns[at].pg, bytes)) == *value
    })
}

/// Runs `UPDATE t SET … WHERE …;`, `DELETE FROM t WHERE …;` and `INSERT INTO t (…) VALUES (…);`. Each must change something.
pub fn change(sql: &str, collection: &CollectionPlan, enums: &[EnumPlan], tables: &mut [Vec<Row>]) {
    let tokens = tokens(sql);
    for part in tokens.split(|token| *token == Token::Sign(';')).filter(|part| !part.is_empty()) {
        let mut statement = Statement { tokens: part.iter().peekable() };
        let verb = statement.word();
        if verb != "UPDATE" {
            statement.expect(if verb == "DELETE" { "FROM" } else { "INTO" });
        }
        let name = statement.word();
        let index = collection.tables.iter().position(|t| t.name == name).unwrap_or_else(|| panic!("there is no table {name}"));
        let plan = &collection.tables[index];
        let encode = |name: &str, value: &Option<String>| value.as_ref().map(|text| read(&plan.columns[column(plan, name)].pg, text, enums));
        let before = tables[index].clone();
        match verb.as_str() {
            "UPDATE" => {
                statement.expect("SET");
                let set = statement.pairs();
                statement.expect("WHERE");
                let conditions = statement.pairs();
                for row in tables[index].iter_mut().filter(|row| matches(plan, row, &conditions)) {
                    for (name, value) in &set {
                        row[column(plan, name)] = encode(name, value);
                    }
                }
            }
            "DELETE" => {
                statement.expect("WHERE");
                let conditions = statement.pairs();
                tables[index].retain(|row| !matches(plan, row, &conditions));
            }
            "INSERT" => {
                let mut names = Vec::new();
                assert!(statement.sign('('));
                while !statement.sign(')') {
                    names.push(statement.word());
                    statement.sign(',');
                }
                statement.expect("VALUES");
                assert!(statement.sign('('));
                let mut row: Row = vec![None; plan.columns.len()];
                for name in names {
                    let value = statement.value();
                    row[column(plan, &name)] = encode(&name, &value);
                    statement.sign(',');
                }
                tables[index].push(row);
            }
            other => panic!("cases do not know {other}"),
        }
        assert!(statement.tokens.next().is_none() || verb == "INSERT", "the statement goes on: {sql}");
        assert!(before != tables[index], "changes nothing: {sql}");
    }
}
