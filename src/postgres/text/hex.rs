//! Hexadecimal digits: uuid and bytea.

use super::slot::{Slot, SLOT};
use crate::lanes::hexadecimal;

/// Writes a uuid: 36 characters.
#[inline(always)]
pub(super) fn put_uuid(bytes: &[u8; 16], slot: &mut Slot) {
    let [a, b, c, d] = hexadecimal(bytes);
    slot[..8].copy_from_slice(&a);
    slot[9..13].copy_from_slice(&b[..4]);
    slot[14..18].copy_from_slice(&b[4..]);
    slot[19..23].copy_from_slice(&c[..4]);
    slot[24..28].copy_from_slice(&c[4..]);
    slot[28..36].copy_from_slice(&d);
    for dash in [8, 13, 18, 23] {
        slot[dash] = b'-';
    }
}

/// Appends a uuid.
pub(super) fn push_uuid(bytes: &[u8; 16], out: &mut Vec<u8>) {
    let mut slot = [0; SLOT];
    put_uuid(bytes, &mut slot);
    out.extend_from_slice(&slot[..36]);
}

/// Appends the digits of bytes.
pub(super) fn push_hex(bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(16) {
        let mut window = [0; 16];
        for (place, byte) in window.iter_mut().zip(chunk) {
            *place = *byte;
        }
        let end = out.len() + 2 * chunk.len();
        for digits in hexadecimal(&window) {
            out.extend_from_slice(&digits);
        }
        out.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for length in (0..9usize).chain([15, 16, 17, 40]) {
            for first in 0..=255u8 {
                let bytes: Vec<u8> = (0..length).map(|at| first.wrapping_add((at * 37) as u8)).collect();
                let mut out = Vec::new();
                push_hex(&bytes, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
            }
        }
        let mut out = Vec::new();
        push_uuid(&[0x65, 0xf1, 0xa2, 0xb3, 0xc4, 0xd5, 0x80, 0xe6, 0x80, 0xf7, 8, 0x19, 0x2a, 0x3b, 0x6f, 0x69], &mut out);
        assert_eq!(out, b"65f1a2b3-c4d5-80e6-80f7-08192a3b6f69");
    }
}
