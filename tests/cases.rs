//! The literate cases in `tests/cases`: `UPDATE_CASES=1 cargo test --test cases` writes what happens into them, to be read before it is committed.

mod case_runner;
mod support;

use case_runner::file::CaseFile;
use std::path::{Path, PathBuf};

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "md") && path.file_name().is_some_and(|name| name != "README.md") {
            out.push(path);
        }
    }
}

#[test]
fn every_case_is_what_happens() {
    let mut paths = Vec::new();
    files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")), &mut paths);
    let bless = std::env::var_os("UPDATE_CASES").is_some();
    let only = std::env::var("CASE").ok();
    let mut wrong = Vec::new();
    for path in paths.into_iter().filter(|path| only.as_ref().is_none_or(|only| path.to_string_lossy().contains(only.as_str()))) {
        let shown = path.display().to_string();
        let result = std::panic::catch_unwind(|| case_runner::run(&mut CaseFile::read(path), bless));
        match result {
            Ok(Ok(())) => {}
            Ok(Err(text)) => wrong.push(text),
            Err(panic) => wrong.push(format!("{shown}: {}", panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied()).unwrap_or("panicked"))),
        }
    }
    assert!(wrong.is_empty(), "{} cases are not as they say\n\n{}", wrong.len(), wrong.join("\n\n"));
}
