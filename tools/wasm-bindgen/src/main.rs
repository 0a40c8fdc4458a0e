//! wasm-bindgen's CLI, pinned: `rowlens-wasm-bindgen INPUT.wasm OUT_FOLDER NAME`.

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, name] = arguments.as_slice() else {
        eprintln!("usage: rowlens-wasm-bindgen INPUT.wasm OUT_FOLDER NAME");
        std::process::exit(2);
    };
    let done = wasm_bindgen_cli_support::Bindgen::new().input_path(input).out_name(name).web(true).and_then(|bindgen| bindgen.omit_default_module_path(true).typescript(true).generate(out));
    if let Err(error) = done {
        eprintln!("{error:?}");
        std::process::exit(1);
    }
}
