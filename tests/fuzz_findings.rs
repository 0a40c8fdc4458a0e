//! What fuzzing found, by target (`tests/fixtures/fuzz/TARGET/…`): fixed once, replayed for ever. So are the seeds.

mod support;

use support::fuzzing::TARGETS;

#[test]
fn findings_stay_fixed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut replayed = 0;
    for (name, run) in TARGETS {
        run(&[]);
        run(&[0; 300]);
        run(&[0xff; 300]);
        for folder in [root.join("tests/fixtures/fuzz").join(name), root.join("fuzz/seeds").join(name)] {
            for file in folder.read_dir().into_iter().flatten() {
                let path = file.unwrap().path();
                println!("{}", path.display());
                run(&std::fs::read(&path).unwrap());
                replayed += 1;
            }
        }
    }
    assert!(replayed > 0);
}
