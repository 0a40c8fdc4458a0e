use super::kind;
use crate::bytes::find_nul;

/// Bytes that are not well-formed BSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Offset in the document.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Fault {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(offset: usize, reason: &'static str) -> Self {
        Fault { offset, reason }
    }
}

/// One element of a document; offsets are in the slice the document was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// BSON type byte.
    pub kind: u8,
    /// Where the name starts.
    pub name: usize,
    /// Where the name ends (its NUL).
    pub name_end: usize,
    /// Where the value starts.
    pub start: usize,
    /// Where the value ends.
    pub end: usize,
}

/// The elements of one document, in order.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    data: &'a [u8],
    at: usize,
    end: usize,
}

/// Length of the document at `at`, which must end at or before `limit`.
///
/// # Errors
/// A [`Fault`] where the length is not possible or the terminator is missing.
#[inline]
pub fn document_length(data: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    let Some(length) = data.get(at..).and_then(super::read_i32) else {
        return Err(Fault::new(at, "truncated document length"));
    };
    if length < 5 {
        return Err(Fault::new(at, "document length below 5"));
    }
    let length = length as usize;
    if length > limit.saturating_sub(at) {
        return Err(Fault::new(at, "document length exceeds the bytes there are"));
    }
    if data.get(at + length - 1) != Some(&0) {
        return Err(Fault::new(at + length - 1, "missing document terminator"));
    }
    Ok(length)
}

impl<'a> Elements<'a> {
    /// The elements of the document that fills `data[start..end]`.
    ///
    /// # Errors
    /// A [`Fault`] where its length or terminator is wrong.
    #[inline]
    pub fn new(data: &'a [u8], start: usize, end: usize) -> Result<Self, Fault> {
        let length = document_length(data, start, end)?;
        if start + length != end {
            return Err(Fault::new(start, "document length differs from its place"));
        }
        Ok(Elements { data, at: start + 4, end: end - 1 })
    }

    /// Offset of the next element's type byte.
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next element.
    ///
    /// # Errors
    /// A [`Fault`] where its name or value is not well-formed (strings are not checked as UTF-8, nor what embedded documents hold).
    #[inline]
    pub fn next_element(&mut self) -> Result<Option<Element>, Fault> {
        if self.at >= self.end {
            return if self.at == self.end { Ok(None) } else { Err(Fault::new(self.at, "element runs past its document")) };
        }
        let kind = self.data[self.at];
        if kind == 0 {
            return Err(Fault::new(self.at, "document ends before its length"));
        }
        let name = self.at + 1;
        let Some(length) = self.data.get(name..self.end).and_then(find_nul) else {
            return Err(Fault::new(name, "unterminated field name"));
        };
        let name_end = name + length;
        self.value(kind, name, name_end).map(Some)
    }

    /// The next element of an array, and whether its name is its position, `index`.
    ///
    /// # Errors
    /// As [`Elements::next_element`].
    #[inline(always)]
    pub(crate) fn next_of_array(&mut self, index: u32) -> Result<Option<(Element, bool)>, Fault> {
        match self.next_short(index) {
            Some(element) => Ok(Some((element, true))),
            None => self.next_long(index),
        }
    }

    /// The same for positions below ten, unless something about the element takes a closer look.
    #[inline(always)]
    fn next_short(&mut self, index: u32) -> Option<Element> {
        let (&[kind, digit, 0], value) = self.data.get(self.at..self.end)?.split_first_chunk::<3>()? else { return None };
        if kind == 0 || index > 9 || digit != b'0' + index as u8 {
            return None;
        }
        let (name, start) = (self.at + 1, self.at + 3);
        self.at = self.end - behind(kind, value)?.len();
        Some(Element { kind, name, name_end: name + 1, start, end: self.at })
    }

    #[inline(never)]
    fn next_long(&mut self, index: u32) -> Result<Option<(Element, bool)>, Fault> {
        let element = self.next_element()?;
        let mut digits = [0; 10];
        let length = super::index_digits(index, &mut digits);
        Ok(element.map(|element| (element, self.data.get(element.name..element.name_end) == digits.get(..length))))
    }

    #[inline]
    fn value(&mut self, kind: u8, name: usize, name_end: usize) -> Result<Element, Fault> {
        let start = name_end + 1;
        let end = value_end(self.data, kind, start, self.end)?;
        self.at = end;
        Ok(Element { kind, name, name_end, start, end })
    }
}

/// Length of every value of a type, or [`VARIES`].
const FIXED: [u8; 256] = {
    let mut lengths = [VARIES; 256];
    lengths[kind::OBJECT_ID as usize] = 12;
    lengths[kind::DOUBLE as usize] = 8;
    lengths[kind::DATE as usize] = 8;
    lengths[kind::INT64 as usize] = 8;
    lengths[kind::TIMESTAMP as usize] = 8;
    lengths[kind::DECIMAL128 as usize] = 16;
    lengths[kind::INT32 as usize] = 4;
    lengths[kind::NULL as usize] = 0;
    lengths[kind::UNDEFINED as usize] = 0;
    lengths[kind::MIN_KEY as usize] = 0;
    lengths[kind::MAX_KEY as usize] = 0;
    lengths
};
const VARIES: u8 = 0xff;

/// Where the value of type `kind` at `at` ends; `limit` is where its document's terminator stands.
///
/// # Errors
/// A [`Fault`] where it is not well-formed or runs past `limit`.
#[inline(always)]
pub(crate) fn value_end(data: &[u8], kind: u8, at: usize, limit: usize) -> Result<usize, Fault> {
    match data.get(at..limit).and_then(|rest| behind(kind, rest)) {
        Some(behind) => Ok(limit - behind.len()),
        None => varying_end(data, kind, at, limit),
    }
}

/// What stands behind the value of type `kind` that `rest` begins with, for the types that most values have; `None` for all others,
/// and where something is wrong.
#[inline(always)]
pub(crate) fn behind(kind: u8, rest: &[u8]) -> Option<&[u8]> {
    let fixed = FIXED[kind as usize];
    if fixed != VARIES {
        return rest.get(fixed as usize..);
    }
    match kind {
        kind::STRING => {
            let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
            let (text, behind) = rest.get(4..)?.split_at_checked(length)?;
            (text.last() == Some(&0)).then_some(behind)
        }
        kind::DOCUMENT | kind::ARRAY => {
            let length = u32::from_le_bytes(*rest.first_chunk()?) as usize;
            let (document, behind) = rest.split_at_checked(length)?;
            (length >= 5 && document.last() == Some(&0)).then_some(behind)
        }
        kind::BOOLEAN => rest.split_first().filter(|(flag, _)| **flag <= 1).map(|(_, behind)| behind),
        _ => None,
    }
}

/// The rarer types, and what is wrong with the others.
#[inline(never)]
pub(crate) fn varying_end(data: &[u8], kind: u8, at: usize, limit: usize) -> Result<usize, Fault> {
    let length = varying_length(data, kind, at, limit)?;
    if at > limit || length > limit - at {
        return Err(Fault::new(at, "value runs past its document"));
    }
    Ok(at + length)
}

fn varying_length(data: &[u8], kind: u8, at: usize, limit: usize) -> Result<usize, Fault> {
    Ok(match kind {
        _ if FIXED[kind as usize] != VARIES => FIXED[kind as usize] as usize,
        kind::STRING | kind::CODE | kind::SYMBOL => string_length(data, at, limit)?,
        kind::BOOLEAN => match data.get(at) {
            Some(0 | 1) => 1,
            _ => return Err(Fault::new(at, "boolean is neither 0 nor 1")),
        },
        kind::DOCUMENT | kind::ARRAY => document_length(data, at, limit)?,
        kind::BINARY => {
            let length = length_at(data, at, limit)?;
            let subtype = data.get(at + 4).copied().unwrap_or(0);
            if length > limit.saturating_sub(at + 5) {
                return Err(Fault::new(at, "binary length exceeds its document"));
            }
            if subtype == 2 && data.get(at + 5..).and_then(super::read_i32).map(i64::from) != Some(length as i64 - 4) {
                return Err(Fault::new(at, "old binary's inner length is wrong"));
            }
            length + 5
        }
        kind::REGEX => {
            let pattern = cstring_length(data, at, limit)?;
            pattern + cstring_length(data, at + pattern, limit)?
        }
        kind::DB_POINTER => string_length(data, at, limit)? + 12,
        kind::CODE_WITH_SCOPE => {
            let length = length_at(data, at, limit)?;
            if length < 14 || length > limit.saturating_sub(at) {
                return Err(Fault::new(at, "code with scope has an impossible length"));
            }
            let code = string_length(data, at + 4, at + length)?;
            if document_length(data, at + 4 + code, at + length)? != length - 4 - code {
                return Err(Fault::new(at, "code with scope's length differs from its parts"));
            }
            length
        }
        _ => return Err(Fault::new(at, "unknown element type")),
    })
}

#[inline]
fn length_at(data: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    match data.get(at..limit).and_then(super::read_i32) {
        Some(length) if length >= 0 => Ok(length as usize),
        Some(_) => Err(Fault::new(at, "negative length")),
        None => Err(Fault::new(at, "truncated length")),
    }
}

#[inline]
fn string_length(data: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    let length = length_at(data, at, limit)?;
    if length < 1 || length > limit.saturating_sub(at + 4) {
        return Err(Fault::new(at, "string length exceeds its document"));
    }
    if data.get(at + 4 + length - 1) != Some(&0) {
        return Err(Fault::new(at + 3 + length, "missing string terminator"));
    }
    Ok(4 + length)
}

fn cstring_length(data: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    match data.get(at..limit).and_then(|rest| rest.iter().position(|&b| b == 0)) {
        Some(length) => Ok(length + 1),
        None => Err(Fault::new(at, "unterminated cstring")),
    }
}

fn check_text(data: &[u8], start: usize, end: usize) -> Result<(), Fault> {
    match std::str::from_utf8(super::string_bytes(data.get(start..end).unwrap_or(&[]))) {
        Ok(_) => Ok(()),
        Err(error) => Err(Fault::new(start + 4 + error.valid_up_to(), "string is not valid UTF-8")),
    }
}

/// Checks a value by itself: its type byte and its bytes, and everything in it.
///
/// # Errors
/// The first [`Fault`].
pub fn validate_value(kind: u8, value: &[u8]) -> Result<(), Fault> {
    // As the one element of a document, so that there is one set of rules.
    let mut document = Vec::with_capacity(value.len() + 7);
    document.extend_from_slice(&(value.len() as i32 + 7).to_le_bytes());
    document.extend_from_slice(&[kind, 0]);
    document.extend_from_slice(value);
    document.push(0);
    let end = document.len();
    let mut elements = Elements::new(&document, 0, end)?;
    match elements.next_element()? {
        Some(element) if element.end == end - 1 => validate_document(&document, 0, end),
        _ => Err(Fault::new(0, "value's length differs from its place")),
    }
}

/// Checks the value at `start..end`, whose length was checked already, and everything in it.
///
/// # Errors
/// The first [`Fault`].
pub(crate) fn validate_place(data: &[u8], kind: u8, start: usize, end: usize) -> Result<(), Fault> {
    match kind {
        kind::DOCUMENT | kind::ARRAY => validate_document(data, start, end),
        kind::STRING | kind::CODE | kind::SYMBOL => check_text(data, start, end),
        kind::CODE_WITH_SCOPE => {
            let code = string_length(data, start + 4, end)?;
            check_text(data, start + 4, start + 4 + code)?;
            validate_document(data, start + 4 + code, end)
        }
        kind::DB_POINTER => check_text(data, start, end - 12),
        _ => Ok(()),
    }
}

/// Walks everything in the document, to any depth, without recursion (a depth bomb costs memory in proportion to its size).
/// Strings must be UTF-8; names may be anything without a NUL, as drivers let them through.
///
/// # Errors
/// The first [`Fault`].
pub fn validate_document(data: &[u8], start: usize, end: usize) -> Result<(), Fault> {
    let mut open = vec![(start, end)];
    while let Some((start, end)) = open.pop() {
        let mut elements = Elements::new(data, start, end)?;
        while let Some(element) = elements.next_element()? {
            match element.kind {
                kind::DOCUMENT | kind::ARRAY => open.push((element.start, element.end)),
                kind::CODE_WITH_SCOPE => {
                    let code = string_length(data, element.start + 4, element.end)?;
                    check_text(data, element.start + 4, element.start + 4 + code)?;
                    open.push((element.start + 4 + code, element.end));
                }
                kind::STRING | kind::CODE | kind::SYMBOL => check_text(data, element.start, element.end)?,
                kind::DB_POINTER => check_text(data, element.start, element.end - 12)?,
                _ => {}
            }
        }
    }
    Ok(())
}
