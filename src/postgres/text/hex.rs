//! Hexadecimal digits: uuid and bytea.

use super::slot::{Slot, SLOT};

/// Eight lower-case digits of four bytes, the first digit in the lowest byte.
#[inline(always)]
fn eight(bytes: [u8; 4]) -> u64 {
    let mut wide = u64::from(u32::from_be_bytes(bytes));
    // One digit per byte, the last digit in the lowest byte.
    wide = (wide | wide << 16) & 0x0000_ffff_0000_ffff;
    wide = (wide | wide << 8) & 0x00ff_00ff_00ff_00ff;
    wide = (wide | wide << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = ((wide + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    (wide + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'0' - 10)).swap_bytes()
}

/// Writes a uuid: 36 characters.
#[inline(always)]
pub(super) fn put_uuid(bytes: &[u8; 16], slot: &mut Slot) {
    let part = |at: usize| eight([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]).to_le_bytes();
    let (a, b, c, d) = (part(0), part(4), part(8), part(12));
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
    let mut chunks = bytes.chunks_exact(4);
    for chunk in &mut chunks {
        if let Some(four) = chunk.first_chunk() {
            out.extend_from_slice(&eight(*four).to_le_bytes());
        }
    }
    for byte in chunks.remainder() {
        let [high, low, ..] = eight([*byte, 0, 0, 0]).to_le_bytes();
        out.extend_from_slice(&[high, low]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place() {
        for length in 0..9usize {
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
