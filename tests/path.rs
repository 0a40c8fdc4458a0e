//! Paths: what is written comes back, and faults say where they are.

use proptest::prelude::*;
use rowlens::path::{push_field, Path, Segment};

fn segment() -> impl Strategy<Value = Segment> {
    prop_oneof![
        4 => "[a-z$_][a-zA-Z0-9_$-]{0,6}".prop_map(Segment::Field),
        2 => "[.'@{}\\[\\] \t\na0é\u{0}]{0,5}".prop_map(Segment::Field),
        1 => any::<String>().prop_map(Segment::Field),
        1 => Just(Segment::Each),
        1 => Just(Segment::Entry),
        1 => any::<u32>().prop_map(Segment::Index),
    ]
}

proptest! {
    #[test]
    fn what_is_written_comes_back(segments in prop::collection::vec(segment(), 0..6)) {
        let path = Path { segments };
        let text = path.to_string();
        prop_assert_eq!(Path::parse(&text), Ok(path), "{}", text);
    }

    #[test]
    fn whatever_parses_is_written_in_one_way(text in "[ab.'@\\[\\]{}0-9 ]{0,12}") {
        if let Ok(path) = Path::parse(&text) {
            let once = path.to_string();
            prop_assert_eq!(Path::parse(&once).map(|again| again.to_string()), Ok(once));
        }
    }

    #[test]
    fn any_text_is_a_path_or_a_fault(text in any::<String>()) {
        let _ = Path::parse(&text);
    }

    #[test]
    fn a_pushed_field_is_one_field(name in any::<String>()) {
        let mut text = "a".to_owned();
        push_field(&mut text, &name);
        prop_assert_eq!(Path::parse(&text).unwrap().segments, [Segment::Field("a".into()), Segment::Field(name)]);
    }
}

#[test]
fn faults_say_what_and_where() {
    for (text, fault) in [
        ("", "a field name is expected at position 0"),
        ("a.", "a field name is expected at position 2"),
        ("a..b", "a field name is expected at position 2"),
        ("a b", "`a b` must be quoted at position 0"),
        ("x.a@b", "`a@b` must be quoted at position 2"),
        ("x.'ab", "a quote is opened and not closed at position 2"),
        ("'a'b", "`.`, `[]` or `{}` is expected at position 3"),
        ("@b", "`.`, `[]` or `{}` is expected at position 1"),
        ("a[x]", "`x` at position 2 is not an array position"),
        ("a[1", "`]` is missing after position 1"),
        ("a{k}", "`.`, `[]` or `{}` is expected at position 1"),
        ("a[4294967296]", "`4294967296` at position 2 is not an array position"),
    ] {
        assert_eq!(Path::parse(text), Err(fault.to_owned()), "{text}");
    }
}
