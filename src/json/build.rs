//! BSON from a JSON tree.

use super::keys::Positions;
use super::tree::{fault, limit, Fields, JsonTextFault, Node, Value};
use super::{number, wrapper};

/// Whose reading of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// json and jsonb columns: what is not exactly a wrapper is a plain object.
    Column,
    /// Extended JSON: what looks like a wrapper must be one.
    Extended,
}

/// Appends BSON to `out`. Recurses as deep as the parser allowed.
pub(super) struct Build<'o> {
    pub(super) dialect: Dialect,
    pub(super) out: &'o mut Vec<u8>,
    /// A number had more digits than a double holds.
    pub(super) rounded: bool,
}

impl Build<'_> {
    /// Appends a value's bytes and returns its type byte.
    pub(super) fn value(&mut self, node: &Node<'_>) -> Result<u8, JsonTextFault> {
        match &node.value {
            Value::Null => Ok(0x0a),
            Value::Bool(value) => {
                self.out.push(u8::from(*value));
                Ok(0x08)
            }
            Value::Number(text) => self.number(text, node.offset),
            Value::String(text) => {
                self.string(text, node.offset)?;
                Ok(0x02)
            }
            Value::Array(items) => self.array(items, node.offset),
            Value::Object(fields) => match wrapper::write(self, fields, node.offset)? {
                Some(kind) => Ok(kind),
                None => self.document(fields, node.offset),
            },
        }
    }

    pub(super) fn number(&mut self, text: &str, offset: usize) -> Result<u8, JsonTextFault> {
        if text != "-0" {
            let integer = number::parse_integer(text);
            if let Some(n) = integer.and_then(|n| i32::try_from(n).ok()) {
                self.out.extend_from_slice(&n.to_le_bytes());
                return Ok(0x10);
            }
            if let (Some(n), Dialect::Extended) = (integer, self.dialect) {
                self.out.extend_from_slice(&n.to_le_bytes());
                return Ok(0x12);
            }
        }
        self.double(text, offset)
    }

    /// Appends a number that is no integer, or one beyond all integer types.
    pub(super) fn double(&mut self, text: &str, offset: usize) -> Result<u8, JsonTextFault> {
        let Some(double) = number::parse_finite(text) else { return limit(offset, "number is out of a double's range") };
        if let (Some(n), Dialect::Column) = (number::as_int32(double), self.dialect) {
            self.rounded |= text.len() > 15 && !number::says(text, double);
            self.out.extend_from_slice(&n.to_le_bytes());
            return Ok(0x10);
        }
        // Seventeen digits and a point: shorter texts of a double's range are its own.
        self.rounded |= text.len() > 15 && !number::says(text, double);
        self.out.extend_from_slice(&double.to_le_bytes());
        Ok(0x01)
    }

    /// Appends a BSON string.
    pub(super) fn string(&mut self, text: &str, offset: usize) -> Result<(), JsonTextFault> {
        let Ok(len) = i32::try_from(text.len() + 1) else { return fault(offset, "string is too long") };
        self.out.extend_from_slice(&len.to_le_bytes());
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(0);
        Ok(())
    }

    fn array(&mut self, items: &[Node<'_>], offset: usize) -> Result<u8, JsonTextFault> {
        let start = self.open();
        let mut positions = Positions::new();
        for item in items {
            self.element(positions.text(), item)?;
            positions.advance();
        }
        self.close(start, offset)?;
        Ok(0x04)
    }

    /// Appends an object as a document, whatever its fields.
    pub(super) fn document(&mut self, fields: &Fields<'_>, offset: usize) -> Result<u8, JsonTextFault> {
        let start = self.open();
        for (name, value) in fields {
            if name.as_bytes().contains(&0) {
                return limit(value.offset, "U+0000 in a field name");
            }
            self.element(name.as_bytes(), value)?;
        }
        self.close(start, offset)?;
        Ok(0x03)
    }

    fn element(&mut self, name: &[u8], value: &Node<'_>) -> Result<(), JsonTextFault> {
        let at = self.out.len();
        self.out.push(0);
        self.out.extend_from_slice(name);
        self.out.push(0);
        let kind = self.value(value)?;
        if let Some(byte) = self.out.get_mut(at) {
            *byte = kind;
        }
        Ok(())
    }

    /// Leaves room for a length; returns where.
    pub(super) fn open(&mut self) -> usize {
        self.out.extend_from_slice(&[0; 4]);
        self.out.len() - 4
    }

    fn close(&mut self, start: usize, offset: usize) -> Result<(), JsonTextFault> {
        self.out.push(0);
        self.set_length(start, offset)
    }

    /// Fills in the length of all that was appended since `start`.
    pub(super) fn set_length(&mut self, start: usize, offset: usize) -> Result<(), JsonTextFault> {
        let Ok(len) = i32::try_from(self.out.len() - start) else { return fault(offset, "document is too long") };
        if let Some(room) = self.out.get_mut(start..start + 4) {
            room.copy_from_slice(&len.to_le_bytes());
        }
        Ok(())
    }
}
