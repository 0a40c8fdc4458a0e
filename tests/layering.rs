//! The layers hold: only `src/wasm` touches JavaScript, and nothing is unsafe.

use std::path::Path;

fn visit(folder: &Path, see: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, see);
        } else if path.extension().is_some_and(|e| e == "rs") {
            see(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn javascript_stays_in_the_wasm_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    visit(&root, &mut |path, text| {
        seen += 1;
        let name = path.strip_prefix(&root).unwrap();
        if !name.starts_with("wasm") {
            for word in ["wasm_bindgen", "js_sys", "serde_wasm_bindgen"] {
                assert!(!text.contains(word), "{word} in {}", name.display());
            }
        }
        assert!(!text.contains("unsafe {"), "unsafe in {}", name.display());
    });
    assert!(seen > 30);
}
