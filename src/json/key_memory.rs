//! Keys of JSON objects as they came last time. Documents of one collection mostly have the same keys in the same order: a key that is what
//! was expected is compared and copied as one window, without looking for its end and without comparing it with the key before it.

use crate::bytes::Head;

/// Numbers a key at one place of the structure.
pub(super) type KeyNumber = u32;

/// No key, or one that is not remembered.
pub(super) const NONE: KeyNumber = KeyNumber::MAX;

/// Keys beyond this are not remembered: of objects whose keys are data there is no end.
const MOST: usize = 1024;

/// Which keys came at a place last time and the time before.
#[derive(Debug, Clone, Copy)]
struct Link {
    last: KeyNumber,
    before: KeyNumber,
}

const NO_LINK: Link = Link { last: NONE, before: NONE };

/// A key at one place of the structure: there is one way to each, so what is known of it and the key before it stays true.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// As it stands in the source, with what ends it.
    source: Head,
    /// As it stands in the target.
    target: [u8; 16],
    /// It is greater than the key before it, in jsonb's order.
    ascends: bool,
    /// Where it is needed.
    hash: u32,
    next: Link,
    /// The first key of objects in its value.
    inner: Link,
}

/// Where the next key stands: behind `previous`, or as the first one of an object in the value of `previous`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub previous: KeyNumber,
    pub first: bool,
}

/// A key that was recognised.
pub(super) struct Recognised<'m> {
    pub number: KeyNumber,
    /// Length in the source, with what ends it.
    pub length: usize,
    pub target: &'m [u8; 16],
    pub ascends: bool,
    pub hash: u32,
}

/// The keys of all JSON columns of a collection.
#[derive(Debug, Default)]
pub struct KeyMemory {
    keys: Vec<Known>,
    /// Per column, the nameless key that its values stand below.
    columns: Vec<((usize, usize), KeyNumber)>,
    column: KeyNumber,
}

impl KeyMemory {
    /// The next value is one of this column.
    pub fn enter(&mut self, column: (usize, usize)) {
        if self.keys.len() >= MOST {
            self.keys.clear();
            self.columns.clear();
        }
        self.column = match self.columns.iter().find(|(known, _)| *known == column) {
            Some((_, number)) => *number,
            None => {
                let number = self.add(Known { source: Head::default(), target: [0; 16], ascends: true, hash: 0, next: NO_LINK, inner: NO_LINK });
                self.columns.push((column, number));
                number
            }
        };
    }

    /// The nameless key that the value stands below.
    pub(super) fn column(&self) -> KeyNumber {
        self.column
    }

    fn add(&mut self, known: Known) -> KeyNumber {
        if self.keys.len() > MOST {
            return NONE;
        }
        self.keys.push(known);
        self.keys.len() as KeyNumber - 1
    }

    fn link(&mut self, place: Place) -> Option<&mut Link> {
        let known = self.keys.get_mut(place.previous as usize)?;
        Some(if place.first { &mut known.inner } else { &mut known.next })
    }

    /// The key that `window` begins with, if it came at this place before.
    #[inline(always)]
    pub(super) fn recognise(&mut self, place: Place, window: &[u8; 16]) -> Option<Recognised<'_>> {
        let link = *self.link(place)?;
        let mut number = link.last;
        if !self.keys.get(number as usize)?.source.begins(window) {
            number = link.before;
            if !self.keys.get(number as usize)?.source.begins(window) {
                return None;
            }
            *self.link(place)? = Link { last: number, before: link.last };
        }
        let known = self.keys.get(number as usize)?;
        Some(Recognised { number, length: known.source.length(), target: &known.target, ascends: known.ascends, hash: known.hash })
    }

    /// Remembers a key that was not recognised, if both its forms are short.
    #[inline(never)]
    pub(super) fn learn(&mut self, place: Place, source: &[u8], target: &[u8], ascends: bool, hash: u32) -> KeyNumber {
        if source.len() > 16 || target.len() > 16 {
            return NONE;
        }
        let mut known = Known { source: Head::of(source), target: [0; 16], ascends, hash, next: NO_LINK, inner: NO_LINK };
        for (to, from) in known.target.iter_mut().zip(target) {
            *to = *from;
        }
        let Some(link) = self.link(place).copied() else { return NONE };
        let number = if link.before == NONE { self.add(known) } else { link.before };
        let (Some(key), true) = (self.keys.get_mut(number as usize), number != NONE) else { return NONE };
        *key = known;
        if let Some(place) = self.link(place) {
            *place = Link { last: number, before: link.last };
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{decode_json_by_tree, decode_json_remembering, encode_json, encode_json_remembering};
    use proptest::prelude::*;

    /// Keys that differ in their first or last byte, in length, at the limits of a window, with escapes, beyond ASCII, and those of wrappers.
    const KEYS: [&str; 16] = ["a", "b", "ab", "aa", "abc", "zz", "twelve_bytes", "thirteen_byte", "fourteen_bytes", "fifteen_bytes_x", "sixteen_bytes_xx", "ß", r"\u0061", r#"q\""#, "$oid", ""];

    /// An object's text: like the ones before, but for a key now and then.
    fn object(depth: u32) -> BoxedStrategy<String> {
        let value = if depth == 0 {
            prop_oneof![Just("1".to_owned()), Just("-0.5".to_owned()), Just("\"x\"".to_owned()), Just("null".to_owned()), Just("24.50".to_owned())].boxed()
        } else {
            prop_oneof![3 => Just("7".to_owned()), 2 => object(depth - 1), 1 => prop::collection::vec(object(depth - 1), 0..3).prop_map(|items| format!("[{}]", items.join(", ")))].boxed()
        };
        let often = prop::sample::select(vec![vec![0usize, 1, 2], vec![2, 1, 0], vec![1, 0], vec![0, 0, 1], vec![0, 6, 7, 8]]);
        let fields = prop_oneof![3 => often, 1 => prop::collection::vec(0..KEYS.len(), 0..5)];
        (fields, prop::collection::vec(value, 5), prop_oneof![Just(": "), Just(":"), Just(" : ")])
            .prop_map(|(keys, values, colon)| format!("{{{}}}", keys.iter().zip(values).map(|(key, value)| format!("\"{}\"{colon}{value}", KEYS[*key])).collect::<Vec<_>>().join(",")))
            .boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

        /// What was remembered never changes what is read or written.
        #[test]
        fn memory_is_not_seen(texts in prop::collection::vec((object(2), 0..2usize, any::<bool>()), 1..12)) {
            let (mut reading, mut writing) = (KeyMemory::default(), KeyMemory::default());
            for (text, column, normalize) in &texts {
                reading.enter((0, *column));
                let (mut read, mut expected) = (Vec::new(), Vec::new());
                let found = decode_json_remembering(text.as_bytes(), *normalize, &mut reading, &mut read);
                prop_assert_eq!(&found, &decode_json_by_tree(text.as_bytes(), *normalize, &mut expected), "{}", text);
                prop_assert_eq!(&read, &expected, "{}", text);
                let Ok((kind, _)) = found else { continue };
                writing.enter((0, *column));
                let (mut written, mut expected) = (Vec::new(), Vec::new());
                let fit = encode_json_remembering(kind, &read, &mut writing, &mut written);
                prop_assert_eq!(fit, encode_json(kind, &read, &mut expected), "{}", text);
                prop_assert_eq!(written, expected);
            }
        }
    }

    #[test]
    fn keys_without_end_are_forgotten() {
        let mut memory = KeyMemory::default();
        for number in 0..5_000 {
            memory.enter((0, 0));
            let (text, mut read) = (format!(r#"{{"k{number}":{{"a":1,"b":{number}}},"z":2}}"#), Vec::new());
            assert!(decode_json_remembering(text.as_bytes(), true, &mut memory, &mut read).is_ok());
            assert!(memory.keys.len() <= MOST + 1);
        }
    }
}
