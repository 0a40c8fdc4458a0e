//! Proptest strategies of documents without regard to a mapping.

use super::{array, object, Fields};
use proptest::prelude::*;

/// Any BSON value as (type byte, bytes), odd ones included.
pub fn value(names: &'static [&'static str]) -> impl Strategy<Value = (u8, Vec<u8>)> {
    let string = prop_oneof![Just(String::new()), "[a-zé\"\\\\\n]{0,6}", Just("a\0b".to_owned()), Just("12.5".to_owned()), Just("A".to_owned()), Just("B".to_owned()), Just("65f1a2b3c4d5e6f708192a3b".to_owned())];
    let text = |kind: u8| {
        move |s: String| {
            let mut out = (s.len() as i32 + 1).to_le_bytes().to_vec();
            out.extend_from_slice(s.as_bytes());
            out.push(0);
            (kind, out)
        }
    };
    let double = prop_oneof![Just(0.0), Just(-0.0), Just(5.0), Just(0.1), Just(f64::NAN), Just(f64::INFINITY), Just(1e300), Just(3e9), any::<f64>()];
    let int64 = prop_oneof![Just(0i64), Just(5), Just(i64::MAX), Just(i64::MIN), Just(1 << 53), Just((1 << 53) + 1), any::<i64>()];
    let date = prop_oneof![Just(0i64), Just(86_400_000), Just(1_700_000_000_123), Just(i64::MAX), Just(i64::MIN), -300_000_000_000_000i64..300_000_000_000_000];
    let decimal = prop_oneof![
        any::<[u8; 16]>(),
        (0u64..100_000, -12i32..4, any::<bool>()).prop_map(|(coefficient, exponent, negative)| {
            (u128::from(coefficient) | (((exponent + 6176) as u128) << 113) | (u128::from(negative) << 127)).to_le_bytes()
        }),
        Just((0x7c00u128 << 112).to_le_bytes()),
        Just((0x7800u128 << 112).to_le_bytes()),
    ];
    let leaf = prop_oneof![
        4 => string.clone().prop_map(text(2)),
        2 => any::<i32>().prop_map(|n| (0x10, n.to_le_bytes().to_vec())),
        1 => (-9i32..9).prop_map(|n| (0x10, n.to_le_bytes().to_vec())),
        2 => int64.prop_map(|n| (0x12, n.to_le_bytes().to_vec())),
        3 => double.prop_map(|n| (0x01, n.to_le_bytes().to_vec())),
        3 => decimal.prop_map(|d| (0x13, d.to_vec())),
        2 => date.prop_map(|n| (0x09, n.to_le_bytes().to_vec())),
        2 => any::<[u8; 12]>().prop_map(|id| (0x07, id.to_vec())),
        1 => any::<bool>().prop_map(|b| (0x08, vec![u8::from(b)])),
        2 => Just((0x0a, vec![])),
        1 => (0u8..6, proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(subtype, bytes)| {
            let mut inner = Vec::new();
            if subtype == 2 { inner.extend_from_slice(&(bytes.len() as i32).to_le_bytes()); }
            inner.extend_from_slice(&bytes);
            let mut out = (inner.len() as i32).to_le_bytes().to_vec();
            out.push(subtype);
            out.extend_from_slice(&inner);
            (5, out)
        }),
        1 => any::<[u8; 16]>().prop_map(|uuid| { let mut out = vec![16, 0, 0, 0, 4]; out.extend_from_slice(&uuid); (5, out) }),
        1 => prop_oneof![Just((0xff, vec![])), Just((0x7f, vec![])), Just((0x06, vec![])), any::<i64>().prop_map(|n| (0x11, n.to_le_bytes().to_vec())), Just((0x0b, b"a+\0im\0".to_vec()))],
        1 => string.prop_map(text(0x0d)),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            2 => fields(names, inner.clone()).prop_map(|fields| (3, object(&fields))),
            2 => proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| (4, array(&items))),
            2 => proptest::collection::vec(fields(names, inner).prop_map(|fields| (3, object(&fields))), 0..4).prop_map(|items| (4, array(&items))),
        ]
    })
}

pub fn fields(names: &'static [&'static str], value: impl Strategy<Value = (u8, Vec<u8>)> + 'static) -> impl Strategy<Value = Fields> {
    let name = prop_oneof![9 => proptest::sample::select(names).prop_map(str::to_owned), 1 => proptest::sample::select(&["", "a.b", "$oid", "x y", "it's", "é", "0", "[1]"][..]).prop_map(str::to_owned)];
    proptest::collection::vec((name, value), 0..8)
}
