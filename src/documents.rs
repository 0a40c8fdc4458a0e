//! Documents of the `bson` crate in and out (feature `bson`). Raw bytes are the fast way; this is the convenient one.

use crate::bson::document_length;
use crate::lens::{Documents, Lens, RowSet};
use bson::{Document, RawDocument};

impl Documents {
    /// The documents one by one, without a copy; those of the official driver's raw API.
    ///
    /// # Errors
    /// None for bytes that [`Lens::to_documents`] gave.
    pub fn raw(&self) -> impl Iterator<Item = Result<&RawDocument, bson::error::Error>> {
        let mut rest = self.bson.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            // What has no length is one last, faulty document.
            let length = document_length(rest, 0, rest.len()).unwrap_or(rest.len());
            let (one, more) = rest.split_at(length);
            rest = more;
            Some(RawDocument::from_bytes(one))
        })
    }

    /// The documents as values.
    ///
    /// # Errors
    /// Where a document holds what `bson::Document` cannot: invalid UTF-8 in a field name.
    pub fn parse(&self) -> Result<Vec<Document>, bson::error::Error> {
        self.raw().map(|raw| raw.and_then(Document::try_from)).collect()
    }
}

impl Lens {
    /// Rows of `bson` documents.
    ///
    /// ```
    /// use bson::doc;
    /// use rowlens::{compile_str, CompileOptions, Lens};
    ///
    /// let mapping = r#"{"version":1,"collections":{"users":{"table":"users","key":{"column":"id","as":"text"},
    ///     "columns":{"name":{"path":"name","type":"text"}},"complement":"rest"}}}"#;
    /// let plan = std::sync::Arc::new(compile_str(mapping, &CompileOptions::default()).unwrap().plan);
    /// let mut users = Lens::new(&plan, 0).unwrap();
    /// let document = doc! { "_id": "ann", "name": "Ann", "legacy": [1, 2] };
    /// let rows = users.documents_to_rows([&document]).unwrap();
    /// assert_eq!(rows.accepted, 1);
    /// assert_eq!(users.to_documents(&rows.slices()).parse().unwrap(), [document]);
    /// ```
    ///
    /// # Errors
    /// Where the `bson` crate cannot write a document: a field name with a NUL.
    pub fn documents_to_rows<'d>(&mut self, documents: impl IntoIterator<Item = &'d Document>) -> Result<RowSet, bson::error::Error> {
        let mut batch = Vec::new();
        for document in documents {
            batch.append(&mut document.to_vec()?);
        }
        Ok(self.to_rows(&batch))
    }
}
