//! Raw BSON values: a strategy for them, odd ones included, and a comparison that ignores the order of keys.

use proptest::collection::vec;
use proptest::prelude::*;

/// A type byte and the value's bytes.
pub type Raw = (u8, Vec<u8>);

pub fn string(text: &[u8]) -> Vec<u8> {
    let mut out = (text.len() as i32 + 1).to_le_bytes().to_vec();
    out.extend_from_slice(text);
    out.push(0);
    out
}

pub fn document<'a>(fields: impl IntoIterator<Item = (&'a [u8], &'a Raw)>) -> Vec<u8> {
    let mut out = vec![0; 4];
    for (name, (kind, value)) in fields {
        out.push(*kind);
        out.extend_from_slice(name);
        out.push(0);
        out.extend_from_slice(value);
    }
    out.push(0);
    let len = out.len() as i32;
    out[..4].copy_from_slice(&len.to_le_bytes());
    out
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => "[ -~]{0,20}".prop_map(String::into_bytes),
        3 => "\\PC{0,12}".prop_map(String::into_bytes),
        2 => any::<String>().prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..10),
    ]
}

fn keys() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => "[a-e]{1,2}".prop_map(String::into_bytes),
        4 => "[a-z]{0,12}".prop_map(String::into_bytes),
        1 => "[$a-c.]{0,3}".prop_map(String::into_bytes),
        1 => prop::sample::select(vec!["$oid", "$numberLong", "$date", "$code", "$scope", "$binary"]).prop_map(|k| k.as_bytes().to_vec()),
        1 => texts().prop_map(|mut t| { t.retain(|b| *b != 0); t }),
    ]
}

fn doubles() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        any::<i32>().prop_map(|n| f64::from(n).to_bits()),
        any::<i64>().prop_map(|n| (n as f64).to_bits()),
        (any::<i32>(), 0..6i32).prop_map(|(n, e)| (f64::from(n) / 10f64.powi(e)).to_bits()),
        prop::sample::select(vec![0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 5e-324, f64::MAX, f64::MIN_POSITIVE, 2147483648.0, -2147483648.0, -2147483649.0])
            .prop_map(f64::to_bits),
        prop::sample::select(vec![0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000, 0x7ff0_0000_0000_0001]),
    ]
}

fn decimals() -> impl Strategy<Value = [u8; 16]> {
    prop_oneof![
        any::<[u8; 16]>(),
        (any::<bool>(), 0..12288u128, 0..10u128.pow(34)).prop_map(|(sign, e, c)| (u128::from(sign) << 127 | e << 113 | c).to_le_bytes()),
        (any::<bool>(), 6150..6200u128, 0..10000u128).prop_map(|(sign, e, c)| (u128::from(sign) << 127 | e << 113 | c).to_le_bytes()),
        prop::sample::select(vec![0x78u128 << 120, 0xf8u128 << 120, 0x7cu128 << 120, 0xfcu128 << 120, 0x7eu128 << 120]).prop_map(u128::to_le_bytes),
    ]
}

fn binaries() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(vec![0u8, 0, 1, 2, 3, 4, 5, 9, 0x80, 0xff]), vec(any::<u8>(), 0..20)).prop_map(|(subtype, bytes)| {
        let mut out = (bytes.len() as i32).to_le_bytes().to_vec();
        out.push(subtype);
        out.extend(bytes);
        out
    })
}

fn leaves() -> impl Strategy<Value = Raw> {
    let plain = prop_oneof![
        texts().prop_map(|t| (0x02, string(&t))),
        any::<i32>().prop_map(|n| (0x10, n.to_le_bytes().to_vec())),
        doubles().prop_map(|n| (0x01, n.to_le_bytes().to_vec())),
        any::<i64>().prop_map(|n| (0x12, n.to_le_bytes().to_vec())),
        any::<i64>().prop_map(|n| (0x09, n.to_le_bytes().to_vec())),
        any::<bool>().prop_map(|b| (0x08, vec![u8::from(b)])),
        Just((0x0a, Vec::new())),
        any::<[u8; 12]>().prop_map(|id| (0x07, id.to_vec())),
        decimals().prop_map(|d| (0x13, d.to_vec())),
    ];
    let rare = prop_oneof![
        binaries().prop_map(|b| (0x05, b)),
        (keys(), "[imxs]{0,3}").prop_map(|(mut p, o)| {
            p.push(0);
            p.extend(o.bytes());
            p.push(0);
            (0x0b, p)
        }),
        any::<u64>().prop_map(|n| (0x11, n.to_le_bytes().to_vec())),
        (prop::sample::select(vec![0x0d, 0x0e]), texts()).prop_map(|(k, t)| (k, string(&t))),
        (texts(), any::<[u8; 12]>()).prop_map(|(t, id)| (0x0c, [string(&t), id.to_vec()].concat())),
        prop::sample::select(vec![0x06, 0x7f, 0xff]).prop_map(|k| (k, Vec::new())),
    ];
    prop_oneof![3 => plain, 1 => rare]
}

/// Any value; documents may repeat keys, arrays may have odd keys, strings may be no UTF-8.
pub fn values() -> impl Strategy<Value = Raw> {
    leaves().prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            5 => vec((keys(), inner.clone()), 0..8).prop_map(|f| (0x03, document(f.iter().map(|(k, v)| (&k[..], v))))),
            // Ascending and distinct, for the byte-exact half.
            3 => prop::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..8).prop_map(|f| {
                let mut f: Vec<_> = f.into_iter().collect();
                f.sort_by(|a, b| (a.0.len(), &a.0).cmp(&(b.0.len(), &b.0)));
                (0x03, document(f.iter().map(|(k, v)| (k.as_bytes(), v))))
            }),
            3 => vec(inner.clone(), 0..12).prop_map(|items| (0x04, array(&items))),
            1 => vec((keys(), inner.clone()), 0..3).prop_map(|f| (0x04, document(f.iter().map(|(k, v)| (&k[..], v))))),
            1 => (texts(), vec((keys(), inner), 0..4)).prop_map(|(code, f)| {
                let scope = document(f.iter().map(|(k, v)| (&k[..], v)));
                let body = [string(&code), scope].concat();
                (0x0f, [(body.len() as i32 + 4).to_le_bytes().to_vec(), body].concat())
            }),
        ]
    })
}

pub fn array(items: &[Raw]) -> Vec<u8> {
    let names: Vec<String> = (0..items.len()).map(|i| i.to_string()).collect();
    document(names.iter().map(|n| n.as_bytes()).zip(items))
}

/// How long a valid value is.
fn length(kind: u8, bytes: &[u8]) -> usize {
    let int = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    match kind {
        0x01 | 0x09 | 0x11 | 0x12 => 8,
        0x10 => 4,
        0x08 => 1,
        0x07 => 12,
        0x13 => 16,
        0x02 | 0x0d | 0x0e => 4 + int(0),
        0x0c => 16 + int(0),
        0x05 => 5 + int(0),
        0x03 | 0x04 | 0x0f => int(0),
        0x0b => {
            let pattern = bytes.iter().position(|b| *b == 0).unwrap() + 1;
            pattern + bytes[pattern..].iter().position(|b| *b == 0).unwrap() + 1
        }
        _ => 0,
    }
}

/// The value with the fields of every document sorted by name.
pub fn sorted(kind: u8, bytes: &[u8]) -> Vec<u8> {
    match kind {
        0x03 | 0x04 => {
            let mut fields: Vec<(Vec<u8>, Raw)> = Vec::new();
            let mut at = 4;
            while bytes[at] != 0 {
                let kind = bytes[at];
                let end = at + 1 + bytes[at + 1..].iter().position(|b| *b == 0).unwrap();
                let len = length(kind, &bytes[end + 1..]);
                let value = &bytes[end + 1..end + 1 + len];
                fields.push((bytes[at + 1..end].to_vec(), (kind, sorted(kind, value))));
                at = end + 1 + len;
            }
            if kind == 0x03 {
                fields.sort_by(|a, b| a.0.cmp(&b.0));
            }
            document(fields.iter().map(|(k, v)| (&k[..], v)))
        }
        0x0f => {
            let code = 8 + i32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
            [&bytes[..code], &sorted(0x03, &bytes[code..])].concat()
        }
        _ => bytes.to_vec(),
    }
}
