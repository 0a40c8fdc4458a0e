//! Runs the lens natively over a batch file: timed, or a fixed number of times for instruction counters.
//!
//! ```sh
//! node benches/write-batch.mjs payments target/bench       # payments.json (mapping) and payments.bson
//! cargo run --release --example profile -- target/bench/payments.json payments target/bench/payments.bson
//! ```
//! Options: `--direction rows|documents|text` (rows; text: COPY text of tuples), `--rounds N` (25; `1` under callgrind), `--json`.
//! Buffers are reused as in the WebAssembly build, so a warm round allocates next to nothing.

use rowlens::lens::{Lens, RowSet};
use rowlens::plan::{compile_str, CompileOptions};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

enum Direction {
    Rows,
    Documents,
    Text,
}

struct Arguments {
    mapping: String,
    collection: String,
    batch: String,
    direction: Direction,
    rounds: u32,
    json: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut plain = Vec::new();
    let (mut direction, mut rounds, mut json) = (Direction::Rows, 25, false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = true,
            "--rounds" => rounds = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0).ok_or("`--rounds` needs a number above 0")?,
            "--direction" => {
                direction = match words.next().as_deref() {
                    Some("rows") => Direction::Rows,
                    Some("documents") => Direction::Documents,
                    Some("text") => Direction::Text,
                    _ => return Err("`--direction` needs `rows`, `documents` or `text`".to_owned()),
                }
            }
            option if option.starts_with("--") => return Err(format!("unknown option `{option}`")),
            _ => plain.push(word),
        }
    }
    let [mapping, collection, batch] = <[String; 3]>::try_from(plain).map_err(|_| "usage: profile MAPPING.json COLLECTION BATCH.bson [--direction rows|documents|text] [--rounds N] [--json]")?;
    Ok(Arguments { mapping, collection, batch, direction, rounds, json })
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let text = std::fs::read_to_string(&arguments.mapping).map_err(|error| format!("`{}`: {error}", arguments.mapping))?;
    let batch = std::fs::read(&arguments.batch).map_err(|error| format!("`{}`: {error}", arguments.batch))?;
    let plan = Arc::new(compile_str(&text, &CompileOptions::default()).map_err(|issues| issues.iter().map(|issue| format!("{}: {}\n", issue.path, issue.message)).collect::<String>())?.plan);
    let collection = plan.collections.iter().position(|c| c.name == arguments.collection).ok_or_else(|| format!("the mapping has no collection `{}`", arguments.collection))?;
    let mut lens = Lens::new(&plan, collection).ok_or("no lens")?;
    let set = lens.to_rows(&batch);
    let (accepted, tables) = (set.accepted, set.tables);
    let views: Vec<&[u8]> = tables.iter().map(|rows| rows.tuples.as_slice()).collect();

    // The WebAssembly build copies its input in: so do we.
    let mut input = Vec::new();
    let mut text = Vec::new();
    let (mut best, mut count, mut bytes) = (Duration::MAX, 0, 0);
    for _ in 0..arguments.rounds {
        let started = Instant::now();
        match arguments.direction {
            Direction::Documents => {
                let documents = lens.to_documents(&views);
                (count, bytes) = (documents.count, documents.bson.len());
            }
            Direction::Rows => {
                input.clear();
                input.extend_from_slice(&batch);
                lens.clear();
                let mut set = RowSet::default();
                lens.append_rows(&input, &mut set);
                (count, bytes) = (set.accepted, lens.tables().iter().map(|rows| rows.tuples.len()).sum());
            }
            Direction::Text => {
                (count, bytes) = (accepted, 0);
                for (table, tuples) in views.iter().enumerate() {
                    text.clear();
                    lens.copy_text(table, tuples, &mut text).map_err(|bad| bad.to_string())?;
                    bytes += text.len();
                }
            }
        }
        best = best.min(started.elapsed());
    }
    if count == 0 {
        return Err("the batch gave nothing".to_owned());
    }
    let nanoseconds = best.as_nanos() as f64 / f64::from(count);
    if arguments.json {
        println!("{{\"nanoseconds\":{nanoseconds:.1},\"documents\":{count},\"input\":{},\"output\":{bytes}}}", batch.len());
    } else {
        println!("{nanoseconds:.0} ns/document (minimum of {} rounds; {count} documents, {} bytes in, {bytes} bytes out)", arguments.rounds, batch.len());
    }
    Ok(())
}

fn main() -> ExitCode {
    match arguments().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
