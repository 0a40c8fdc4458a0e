//! The layers hold: only `src/wasm` touches JavaScript, nothing is unsafe, and a native build has no JavaScript in it.

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

/// Features keep WebAssembly out of a native build, and bring it where it is asked for.
#[test]
fn a_native_build_has_no_javascript_in_its_tree() {
    let tree = |features: &str| {
        let arguments = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--no-default-features", "--features", features];
        let output = std::process::Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let has = |tree: &str| ["wasm-bindgen", "js-sys", "web-sys", "serde-wasm-bindgen"].iter().any(|name| tree.lines().any(|line| line.starts_with(name)));
    for features in ["", "bson"] {
        let tree = tree(features);
        assert!(tree.starts_with("rowlens") && !has(&tree), "{tree}");
    }
    assert!(has(&tree("wasm")));
}
