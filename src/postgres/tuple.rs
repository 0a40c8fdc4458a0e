//! Tuples of COPY's binary format, read field by field.

/// Reads the first tuple of `bytes` into `fields` (`None`: NULL) and gives what follows; `None` where there is no whole tuple.
pub fn read_tuple<'t>(bytes: &'t [u8], fields: &mut Vec<Option<&'t [u8]>>) -> Option<&'t [u8]> {
    fields.clear();
    let (count, mut rest) = bytes.split_first_chunk::<2>()?;
    for _ in 0..u16::from_be_bytes(*count) {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let length = i32::from_be_bytes(*length);
        if length == -1 {
            fields.push(None);
            rest = tail;
            continue;
        }
        let (value, tail) = tail.split_at_checked(usize::try_from(length).ok()?)?;
        fields.push(Some(value));
        rest = tail;
    }
    Some(rest)
}
