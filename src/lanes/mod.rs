//! Sixteen bytes looked at as one: with WebAssembly's vectors where they are, else as two words. All of it is safe Rust.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod words;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use vector::{hexadecimal, Lanes, Marks};
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use words::{hexadecimal, Lanes, Marks};

/// Whether some byte of `run` is marked.
#[inline(always)]
pub(crate) fn any(run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    match run.last_chunk::<16>() {
        // The last window overlaps the one before it.
        Some(last) => run.chunks_exact(16).filter_map(<[u8]>::first_chunk).fold(marks(last), |found, window| found | marks(window)).any(),
        None => {
            let mut window = [0; 16];
            for (place, byte) in window.iter_mut().zip(run) {
                *place = *byte;
            }
            marks(&window).within(run.len()).any()
        }
    }
}

/// Where the first marked byte of `run` is, from `at` on.
#[inline(always)]
pub(crate) fn find(run: &[u8], mut at: usize, marks: impl Fn(&[u8; 16]) -> Marks) -> Option<usize> {
    // Four windows with one branch.
    while let Some(block) = run.get(at..).and_then(|rest| rest.first_chunk::<64>()) {
        if block.chunks_exact(16).filter_map(<[u8]>::first_chunk).map(&marks).reduce(|found, window| found | window).is_some_and(Marks::any) {
            break;
        }
        at += 64;
    }
    while let Some(window) = run.get(at..).and_then(|rest| rest.first_chunk()) {
        if let Some(place) = marks(window).first() {
            return Some(at + place);
        }
        at += 16;
    }
    let rest = run.get(at..)?;
    let mut window = [0; 16];
    for (place, byte) in window.iter_mut().zip(rest) {
        *place = *byte;
    }
    marks(&window).within(rest.len()).first().map(|place| at + place)
}

/// Up to so many bytes are copied by windows: beyond, a call to `memcpy` costs less.
pub(crate) const FEW_WINDOWS: usize = 96;

/// Appends `run` if no byte of it is marked, else nothing. Looks and copies at once: two calls would cost more.
#[inline(always)]
pub(crate) fn push_unmarked(out: &mut Vec<u8>, run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    let (Some(last), true) = (run.last_chunk::<16>(), run.len() <= FEW_WINDOWS) else {
        let unmarked = !any(run, marks);
        if unmarked {
            out.extend_from_slice(run);
        }
        return unmarked;
    };
    let mark = out.len();
    let mut found = marks(last);
    for window in run.chunks_exact(16).filter_map(<[u8]>::first_chunk) {
        found = found | marks(window);
        out.extend_from_slice(window);
    }
    if found.any() {
        out.truncate(mark);
        return false;
    }
    // The last window may overlap the one before it.
    out.truncate(mark + run.len() - 16);
    out.extend_from_slice(last);
    true
}

/// Writes `run` to `place`, which is as long; `false` where a byte of it is marked, and then what was written is of no use.
#[inline(always)]
pub(crate) fn put_unmarked(place: &mut [u8], run: &[u8], marks: impl Fn(&[u8; 16]) -> Marks) -> bool {
    let (Some(last), true) = (run.last_chunk::<16>(), run.len() <= FEW_WINDOWS) else {
        place.copy_from_slice(run);
        return !any(run, marks);
    };
    let mut found = marks(last);
    for (to, window) in place.chunks_exact_mut(16).zip(run.chunks_exact(16).filter_map(<[u8]>::first_chunk)) {
        found = found | marks(window);
        to.copy_from_slice(window);
    }
    if let Some(to) = place.last_chunk_mut() {
        *to = *last;
    }
    !found.any()
}

/// Masks of the first `length` bytes.
static MASKS: [[u8; 16]; 17] = {
    let mut masks = [[0; 16]; 17];
    let mut length = 0;
    while length < 17 {
        let mut at = 0;
        while at < length {
            masks[length][at] = 0xff;
            at += 1;
        }
        length += 1;
    }
    masks
};

/// All marks, where there are more than sixteen.
#[inline(always)]
fn mask(length: usize) -> &'static [u8; 16] {
    MASKS.get(length).unwrap_or(&MASKS[16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn special(window: &[u8; 16]) -> Marks {
        let lanes = Lanes::of(window);
        lanes.outside(0x0d) | lanes.equal(b'\\')
    }

    #[test]
    fn every_byte_at_every_place() {
        for place in 0..16 {
            for byte in 0..=255 {
                for behind in [b'x', 0, 0xff, b'\\'] {
                    let mut window = [b'x'; 16];
                    window[place + 1..].fill(behind);
                    window[place] = byte;
                    let is = |test: fn(u8) -> bool| window.iter().position(|byte| test(*byte));
                    let lanes = Lanes::of(&window);
                    assert_eq!(special(&window).first(), is(|byte| byte <= 0x0d || byte == b'\\' || byte >= 0x80), "{window:?}");
                    assert_eq!(lanes.outside(0).first(), is(|byte| byte == 0 || byte >= 0x80));
                    assert_eq!(lanes.turned(2).up_to(0x20).first(), is(|byte| byte < 0x20 || byte == b'"'));
                    for length in 0..=17 {
                        let found = special(&window).within(length);
                        assert_eq!(found.any(), is(|byte| byte <= 0x0d || byte == b'\\' || byte >= 0x80).is_some_and(|at| at < length));
                        assert_eq!(found.first().is_some(), found.any());
                    }
                }
            }
        }
    }
}
