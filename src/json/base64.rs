//! Base64 with the standard alphabet and padding (RFC 4648, section 4).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const fn reverse() -> [u8; 256] {
    let mut table = [0xff; 256];
    let mut i = 0;
    while i < 64 {
        table[ALPHABET[i] as usize] = i as u8;
        i += 1;
    }
    table
}

static REVERSE: [u8; 256] = reverse();

/// Appends the base64 text of `bytes`.
pub fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    let digit = |n: u32| ALPHABET[(n & 63) as usize];
    out.reserve(bytes.len().div_ceil(3) * 4);
    let mut chunks = bytes.chunks_exact(3);
    for c in &mut chunks {
        let n = u32::from(c[0]) << 16 | u32::from(c[1]) << 8 | u32::from(c[2]);
        out.extend_from_slice(&[digit(n >> 18), digit(n >> 12), digit(n >> 6), digit(n)]);
    }
    match *chunks.remainder() {
        [a] => {
            let n = u32::from(a) << 16;
            out.extend_from_slice(&[digit(n >> 18), digit(n >> 12), b'=', b'=']);
        }
        [a, b] => {
            let n = u32::from(a) << 16 | u32::from(b) << 8;
            out.extend_from_slice(&[digit(n >> 18), digit(n >> 12), digit(n >> 6), b'=']);
        }
        _ => {}
    }
}

/// Appends the bytes that `text` stands for. `None`, with `out` as it was, where the text is not exactly what
/// [`encode`] writes for some bytes (padding is required, unused bits are zero).
pub fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if text.len() % 4 != 0 {
        return None;
    }
    let start = out.len();
    let padding = text.iter().rev().take(2).take_while(|b| **b == b'=').count();
    let digits = text.get(..text.len() - padding)?;
    out.reserve(digits.len() / 4 * 3 + 2);
    let mut bad = 0u8;
    let mut value = |b: u8| {
        let v = REVERSE[usize::from(b)];
        bad |= v;
        u32::from(v & 63)
    };
    let mut spare = 0;
    let mut chunks = digits.chunks_exact(4);
    for c in &mut chunks {
        let n = value(c[0]) << 18 | value(c[1]) << 12 | value(c[2]) << 6 | value(c[3]);
        out.extend_from_slice(&[(n >> 16) as u8, (n >> 8) as u8, n as u8]);
    }
    match *chunks.remainder() {
        [a, b] => {
            let n = value(a) << 18 | value(b) << 12;
            out.push((n >> 16) as u8);
            spare = n & 0xffff;
        }
        [a, b, c] => {
            let n = value(a) << 18 | value(b) << 12 | value(c) << 6;
            out.extend_from_slice(&[(n >> 16) as u8, (n >> 8) as u8]);
            spare = n & 0xff;
        }
        _ => {}
    }
    if bad & 0x80 != 0 || spare != 0 {
        out.truncate(start);
        return None;
    }
    Some(())
}
