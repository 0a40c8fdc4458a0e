//! ObjectIds inside UUIDs, and substitutes for identities a column cannot hold. The rules are in DESIGN.md, "Identity".

use sha2::{Digest, Sha256};

const OBJECT_ID: [u8; 2] = *b"oi";
const SUBSTITUTE: [u8; 2] = *b"sb";

fn version_8(bytes: &[u8], marker: [u8; 2]) -> [u8; 16] {
    let mut uuid = [0; 16];
    if bytes.len() >= 12 {
        uuid[..6].copy_from_slice(&bytes[..6]);
        uuid[6] = 0x80;
        uuid[7] = bytes[6];
        uuid[8] = 0x80;
        uuid[9..14].copy_from_slice(&bytes[7..12]);
        uuid[14..].copy_from_slice(&marker);
    }
    uuid
}

/// The UUID of an ObjectId's 12 bytes: version 8, sorts as ObjectIds do.
///
/// ```
/// let uuid = rowlens::identity::uuid_from_object_id(&[0x65; 12]);
/// assert_eq!(rowlens::identity::object_id_from_uuid(&uuid), Some([0x65; 12]));
/// ```
#[inline]
pub fn uuid_from_object_id(object_id: &[u8]) -> [u8; 16] {
    version_8(object_id, OBJECT_ID)
}

/// The ObjectId in a UUID that [`uuid_from_object_id`] made; `None` for every other UUID.
#[inline]
pub fn object_id_from_uuid(uuid: &[u8]) -> Option<[u8; 12]> {
    if uuid.len() != 16 || uuid[6] != 0x80 || uuid[8] != 0x80 || uuid[14..] != OBJECT_ID {
        return None;
    }
    let mut object_id = [0; 12];
    object_id[..6].copy_from_slice(&uuid[..6]);
    object_id[6] = uuid[7];
    object_id[7..].copy_from_slice(&uuid[9..14]);
    Some(object_id)
}

fn hash(kind: u8, value: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([kind]);
    hasher.update(value);
    hasher.finalize().into()
}

/// A fingerprint of bytes, as 16 hex digits.
pub fn fingerprint(kind: u8, value: &[u8]) -> String {
    let mut out = Vec::with_capacity(16);
    push_hex(&hash(kind, value)[..8], &mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// The UUID that stands for an identity no UUID can hold.
pub fn substitute_uuid(kind: u8, value: &[u8]) -> [u8; 16] {
    version_8(&hash(kind, value), SUBSTITUTE)
}

/// Whether [`substitute_uuid`] may have made the UUID.
pub fn is_substitute_uuid(uuid: &[u8]) -> bool {
    uuid.len() == 16 && uuid[6] == 0x80 && uuid[8] == 0x80 && uuid[14..] == SUBSTITUTE
}

/// `~` and `digits` hex digits of the hash.
pub fn substitute_hex(kind: u8, value: &[u8], digits: usize, out: &mut Vec<u8>) {
    out.push(b'~');
    let mark = out.len();
    push_hex(&hash(kind, value), out);
    out.truncate(mark + digits);
}

/// `0x7e` and 16 bytes of the hash.
pub fn substitute_bytes(kind: u8, value: &[u8], out: &mut Vec<u8>) {
    out.push(0x7e);
    out.extend_from_slice(&hash(kind, value)[..16]);
}

/// Lower-case hex digits.
#[inline]
pub fn push_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        out.push(DIGITS[(byte >> 4) as usize]);
        out.push(DIGITS[(byte & 15) as usize]);
    }
}

/// 24 lower-case hex digits.
pub fn is_object_id_hex(text: &[u8]) -> bool {
    text.len() == 24 && text.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
}

/// The 12 bytes of 24 hex digits.
pub fn object_id_from_hex(text: &[u8]) -> Option<[u8; 12]> {
    if !is_object_id_hex(text) {
        return None;
    }
    let digit = |b: u8| if b <= b'9' { b - b'0' } else { b - b'a' + 10 };
    let mut out = [0; 12];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    Some(out)
}
