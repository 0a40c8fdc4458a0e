//! ObjectIds inside UUIDs, and substitutes for identities a column cannot hold. The rules are in docs/mapping.md, "Key".

use sha2::{Digest, Sha256};

const OBJECT_ID: [u8; 2] = *b"oi";
const SUBSTITUTE: [u8; 2] = *b"sb";

fn version_8(bytes: &[u8], marker: [u8; 2]) -> [u8; 16] {
    let Some(bytes) = bytes.first_chunk::<12>() else { return [0; 16] };
    // Two words instead of bytes one by one: 0-5, 0x80, 6 | 0x80, 7-11, marker.
    let first = u64::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]]);
    let last = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]);
    let high = first & !0xffff | 0x8000 | (first >> 8) & 0xff;
    let low = 0x80 << 56 | (first & 0xff) << 48 | u64::from(last) << 16 | u64::from(u16::from_be_bytes(marker));
    (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
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
    let uuid = u128::from_be_bytes(uuid.try_into().ok()?);
    let (high, low) = ((uuid >> 64) as u64, uuid as u64);
    if high & 0xff00 != 0x8000 || low >> 56 != 0x80 || low as u16 != u16::from_be_bytes(OBJECT_ID) {
        return None;
    }
    let first = high & !0xffff | (high & 0xff) << 8 | (low >> 48) & 0xff;
    let last = (low >> 16) as u32;
    let mut object_id = [0; 12];
    object_id[..8].copy_from_slice(&first.to_be_bytes());
    object_id[8..].copy_from_slice(&last.to_be_bytes());
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
