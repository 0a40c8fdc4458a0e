//! The laws under generated mappings: GetPut, PutGet, the column wins, order of rows, batches, determinism.
//!
//! Everything is generated from bytes (`support::choices`), which proptest shrinks; `fuzz/` steers the same generators.

mod support;

use proptest::prelude::*;
use rowlens::plan::Fidelity;
use support::choices::Choices;
use support::laws::*;

fn entropy(length: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..length)
}

fn fidelities() -> impl Strategy<Value = Fidelity> {
    prop_oneof![Just(Fidelity::Value), Just(Fidelity::Exact)]
}

proptest! {
    // `PROPTEST_CASES=200000 cargo test --test generated` looks longer.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3_000), max_shrink_iters: 50_000, ..ProptestConfig::default() })]

    #[test]
    fn get_put(mapping in entropy(160), document in entropy(400), fidelity in fidelities()) {
        let case = Case::new(&mut Choices::new(&mapping), fidelity);
        case.get_put(&mut Choices::new(&document));
    }

    #[test]
    fn put_get(mapping in entropy(160), rows in entropy(400), fidelity in fidelities()) {
        let case = Case::new(&mut Choices::new(&mapping), fidelity);
        case.put_get(&mut Choices::new(&rows));
    }

    /// Rows with complements are a fixed point too, and PG-first changes of a column win over what the complement says.
    #[test]
    fn the_column_wins(mapping in entropy(160), document in entropy(400), fidelity in fidelities()) {
        let case = Case::new(&mut Choices::new(&mapping), fidelity);
        case.column_wins(&mut Choices::new(&document));
    }

    #[test]
    fn batches_and_order(mapping in entropy(160), documents in entropy(800), fidelity in fidelities()) {
        let case = Case::new(&mut Choices::new(&mapping), fidelity);
        case.batches_and_order(&mut Choices::new(&documents));
    }
}
