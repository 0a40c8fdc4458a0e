//! JSON on both sides: the text of json and jsonb columns, and Extended JSON v2 for files.
//!
//! Everything works on raw BSON values (a type byte and the value's bytes) and on raw JSON text.

pub mod base64;
mod build;
mod date;
pub mod decimal_text;
mod decode;
mod encode;
mod escape;
mod extended;
mod key_memory;
mod keys;
mod normalize;
mod number;
mod object;
mod print;
mod read;
mod scalars;
mod scan;
mod split;
mod stream;
mod text;
mod tree;
mod walk;
mod wrapper;

pub use decode::decode_json;
#[doc(hidden)]
pub use decode::{decode_json_by_tree, decode_json_noting, decode_json_remembering};
#[doc(hidden)]
pub use key_memory::KeyMemory;
pub(crate) use encode::encode_json_remembering;
pub use encode::{encode_json, JsonFault, JsonFit};
pub use extended::{parse_extended_json, to_extended_json, ExtendedJsonFault};
pub use normalize::jsonb_equal;
pub use print::push_jsonb;
pub(crate) use object::{Json, Object};
pub use split::{split_values, SplitValues};
pub use text::push_json_string;
pub use tree::JsonTextFault;

/// Appends the BSON document of JSON text in which no key begins with `$`, so that nothing can be taken for Extended JSON. False where
/// it is not that, or not simple enough to be read in one pass.
pub(crate) fn read_plain_json(text: &[u8], out: &mut Vec<u8>) -> bool {
    !text.windows(2).any(|pair| pair == b"\"$") && stream::read(text, false, &mut KeyMemory::default(), out) == Some((crate::bson::kind::DOCUMENT, false))
}
