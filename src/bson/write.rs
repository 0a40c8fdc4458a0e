use super::index_digits;

/// Appends BSON to a buffer. Lengths are patched when a document is closed.
#[derive(Debug, Default)]
pub struct Writer {
    /// The bytes so far.
    pub out: Vec<u8>,
}

impl Writer {
    /// Starts a document; returns the mark that [`Writer::close`] takes.
    #[inline]
    pub fn open(&mut self) -> usize {
        let mark = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        mark
    }

    /// Ends the document that was started at `mark`.
    #[inline]
    pub fn close(&mut self, mark: usize) {
        self.out.push(0);
        let length = (self.out.len() - mark) as i32;
        if let Some(place) = self.out.get_mut(mark..mark + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }

    /// Type byte and name (which already ends in NUL).
    #[inline]
    pub fn name_with_nul(&mut self, kind: u8, name: &[u8]) {
        self.out.push(kind);
        self.out.extend_from_slice(name);
    }

    /// Type byte and name.
    #[inline]
    pub fn name(&mut self, kind: u8, name: &[u8]) {
        self.out.push(kind);
        self.out.extend_from_slice(name);
        self.out.push(0);
    }

    /// Type byte and array index.
    #[inline]
    pub fn index(&mut self, kind: u8, index: u32) {
        let mut digits = [0; 10];
        let count = index_digits(index, &mut digits);
        self.name(kind, &digits[..count]);
    }

    /// A whole element whose value is at hand as bytes.
    #[inline]
    pub fn element(&mut self, kind: u8, name: &[u8], value: &[u8]) {
        self.name(kind, name);
        self.out.extend_from_slice(value);
    }
}
