//! JSON text as a tree that borrows from the text.

use std::borrow::Cow;

/// Arrays and objects may be nested this deep.
pub(super) const DEPTH: u32 = 512;

/// Why JSON text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonTextFault {
    /// Byte offset in the text.
    pub offset: usize,
    /// What is wrong: lower case, no final period.
    pub message: &'static str,
    /// The text may well be JSON, but BSON (or this reader) has no room for it.
    pub limit: bool,
}

impl std::fmt::Display for JsonTextFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (byte {})", self.message, self.offset)
    }
}

impl std::error::Error for JsonTextFault {}

pub(super) fn fault<T>(offset: usize, message: &'static str) -> Result<T, JsonTextFault> {
    Err(JsonTextFault { offset, message, limit: false })
}

/// JSON that is beyond BSON's or this reader's limits.
pub(super) fn limit<T>(offset: usize, message: &'static str) -> Result<T, JsonTextFault> {
    Err(JsonTextFault { offset, message, limit: true })
}

/// An object's fields as they stand in the text.
pub(super) type Fields<'a> = Vec<(Cow<'a, str>, Node<'a>)>;

/// A value and where it starts.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) offset: usize,
    pub(super) value: Value<'a>,
}

/// A JSON value. Numbers are kept as their text.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Fields<'a>),
}

/// Parses one value with nothing but white space around it.
pub(super) fn parse(text: &[u8]) -> Result<Node<'_>, JsonTextFault> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return fault(error.valid_up_to(), "text is not UTF-8"),
    };
    let mut parser = Parser { text, at: 0 };
    parser.space();
    let node = parser.value(DEPTH)?;
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => fault(parser.at, "something follows the value"),
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes `byte` if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn value(&mut self, depth: u32) -> Result<Node<'a>, JsonTextFault> {
        let offset = self.at;
        let value = match self.peek() {
            Some(b'"') => Value::String(self.string()?),
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return fault(offset, "expected a value"),
            None => return fault(offset, "text ends where a value is expected"),
        };
        Ok(Node { offset, value })
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, JsonTextFault> {
        if !self.text.as_bytes().get(self.at..).unwrap_or_default().starts_with(word.as_bytes()) {
            return fault(self.at, "expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> Result<(), JsonTextFault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { fault(start, "expected a digit") } else { Ok(()) }
    }

    pub(super) fn number(&mut self) -> Result<&'a str, JsonTextFault> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn array(&mut self, depth: u32) -> Result<Value<'a>, JsonTextFault> {
        let Some(depth) = depth.checked_sub(1) else { return limit(self.at, "nested too deep") };
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            items.push(self.value(depth)?);
            self.space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return fault(self.at, "expected `,` or `]`");
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value<'a>, JsonTextFault> {
        let Some(depth) = depth.checked_sub(1) else { return limit(self.at, "nested too deep") };
        self.at += 1;
        let mut fields = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Value::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return fault(self.at, "expected a field name");
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return fault(self.at, "expected `:`");
            }
            self.space();
            fields.push((name, self.value(depth)?));
            self.space();
            if self.take(b'}') {
                return Ok(Value::Object(fields));
            }
            if !self.take(b',') {
                return fault(self.at, "expected `,` or `}`");
            }
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonTextFault> {
        self.at += 1;
        let first = self.run()?;
        if self.take(b'"') {
            return Ok(Cow::Borrowed(first));
        }
        let mut text = first.to_owned();
        loop {
            self.at += 1;
            text.push(self.escape()?);
            text.push_str(self.run()?);
            if self.take(b'"') {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// What stands before the next quote or backslash.
    fn run(&mut self) -> Result<&'a str, JsonTextFault> {
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"' | b'\\') => return Ok(&self.text[start..self.at]),
                Some(0..=0x1f) => return fault(self.at, "control character in a string"),
                Some(_) => self.at += 1,
                None => return fault(self.at, "text ends inside a string"),
            }
        }
    }

    /// The character that an escape stands for; the backslash is behind.
    pub(super) fn escape(&mut self) -> Result<char, JsonTextFault> {
        let start = self.at - 1;
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let mut code = self.hex(start)?;
                if (0xd800..0xdc00).contains(&code) && self.take(b'\\') && self.take(b'u') {
                    let low = self.hex(start)?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return fault(start, "surrogate without its other half");
                    }
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                }
                match char::from_u32(code) {
                    Some(c) => c,
                    None => return fault(start, "surrogate without its other half"),
                }
            }
            _ => return fault(start, "unknown escape"),
        })
    }

    fn hex(&mut self, start: usize) -> Result<u32, JsonTextFault> {
        let mut code = 0;
        for _ in 0..4 {
            match self.peek().and_then(|b| char::from(b).to_digit(16)) {
                Some(digit) => code = code << 4 | digit,
                None => return fault(start, "unknown escape"),
            }
            self.at += 1;
        }
        Ok(code)
    }
}
