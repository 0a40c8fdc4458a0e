//! Bounds-checked reads of BSON's primitives. Errors are byte offsets.

/// What is wrong with BSON bytes, and where.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Malformed(usize),
    TooDeep(usize),
}

/// `N` bytes at `at`, which end at or before `limit`.
#[inline]
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize, limit: usize) -> Result<[u8; N], Fault> {
    bytes.get(..limit).and_then(|b| b.get(at..)).and_then(|b| b.first_chunk::<N>()).copied().ok_or(Fault::Malformed(at))
}

/// A non-negative int32 as a length.
#[inline]
pub(super) fn length(bytes: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    usize::try_from(i32::from_le_bytes(array(bytes, at, limit)?)).map_err(|_| Fault::Malformed(at))
}

/// The content of a string (int32 length with the NUL, bytes, NUL) and the offset behind it.
#[inline]
pub(super) fn string(bytes: &[u8], at: usize, limit: usize) -> Result<(&[u8], usize), Fault> {
    let len = length(bytes, at, limit)?;
    let start = at + 4;
    match bytes.get(..limit).and_then(|b| b.get(start..)).and_then(|b| b.get(..len)) {
        Some([content @ .., 0]) => Ok((content, start + len)),
        _ => Err(Fault::Malformed(at)),
    }
}

/// The content of a NUL-terminated string and the offset behind it.
#[inline]
pub(super) fn cstring(bytes: &[u8], at: usize, limit: usize) -> Result<(&[u8], usize), Fault> {
    let rest = bytes.get(..limit).and_then(|b| b.get(at..)).ok_or(Fault::Malformed(at))?;
    let len = nul(rest).ok_or(Fault::Malformed(at))?;
    Ok((rest.get(..len).unwrap_or_default(), at + len + 1))
}

/// Where the first NUL is.
#[inline(always)]
fn nul(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut rest = bytes;
    while let Some((window, behind)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*window);
        // The lowest bit that is set is in the first NUL.
        let zeros = word.wrapping_sub(ONES) & !word & HIGH;
        if zeros != 0 {
            return Some(bytes.len() - rest.len() + zeros.trailing_zeros() as usize / 8);
        }
        rest = behind;
    }
    rest.iter().position(|byte| *byte == 0).map(|place| bytes.len() - rest.len() + place)
}

/// The offset of a document's terminator, given where the document starts.
#[inline]
pub(super) fn document(bytes: &[u8], at: usize, limit: usize) -> Result<usize, Fault> {
    let len = length(bytes, at, limit)?;
    let end = at + len;
    if len < 5 || end > limit || bytes.get(end - 1) != Some(&0) {
        return Err(Fault::Malformed(at));
    }
    Ok(end - 1)
}
