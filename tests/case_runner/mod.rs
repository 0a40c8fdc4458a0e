//! Runs one case: what happens is compared with what the file says, or written into it.

pub mod change;
pub mod file;
pub mod table;
pub mod text;

use crate::support::sorted;
use file::CaseFile;
use rowlens::bson::document_length;
use rowlens::issue::Issue;
use rowlens::json::{parse_extended_json, split_values, to_extended_json};
use rowlens::lens::Lens;
use rowlens::lookup::Lookups;
use rowlens::plan::{compile_str, CompileOptions, Fidelity, Plan, Source};
use rowlens::sql::ddl::{ddl, DdlOptions};
use std::sync::Arc;

/// What a case's fences hold when they are right.
type Outcome = Vec<(String, Vec<String>)>;

/// Runs the case; `bless` writes what happens into the file.
pub fn run(case: &mut CaseFile, bless: bool) -> Result<(), String> {
    let outcome = outcome(case);
    let tables: Vec<String> = case.names().iter().filter(|name| name.starts_with("rows ")).map(|name| (*name).to_owned()).collect();
    for name in tables {
        assert!(outcome.iter().any(|(known, _)| *known == name), "{}: the plan has no table for `{name}`", case.path.display());
    }
    if bless {
        for (name, bodies) in &outcome {
            if !same(name, &case.all(name), bodies) {
                case.set(name, bodies);
            }
        }
        case.write();
        return Ok(());
    }
    for (name, bodies) in &outcome {
        let said = case.all(name);
        if !same(name, &said, bodies) {
            return Err(format!("{}: `{name}`\nthe case says\n{}\nbut it is\n{}", case.path.display(), said.join("---\n"), bodies.join("---\n")));
        }
    }
    Ok(())
}

/// JSON may be laid out in any way.
fn same(name: &str, said: &[&str], is: &[String]) -> bool {
    let values = |text: &str| serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>().collect::<Result<Vec<_>, _>>().unwrap_or_else(|error| panic!("{name}: {error}"));
    said.len() == is.len()
        && said.iter().zip(is).all(|(said, is)| match name {
            "json complement" => values(said) == values(is),
            "json document back" | "json document after" => extended(said) == extended(is),
            _ => said == is,
        })
}

fn extended(text: &str) -> Vec<Vec<u8>> {
    split_values(text.as_bytes()).map(|range| parse_extended_json(&text.as_bytes()[range]).unwrap_or_else(|fault| panic!("{} at {}\n{text}", fault.message, fault.offset))).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.lines().map(|line| line.split('#').next().unwrap_or("")).collect::<String>().split_whitespace().collect();
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap()).collect()
}

/// The documents in the order of their fences, and whether each is to be refused.
fn documents(case: &CaseFile) -> Vec<(Vec<u8>, bool)> {
    let mut seen = std::collections::HashMap::new();
    let mut list = Vec::new();
    for name in case.names() {
        let (kind, refused) = match name {
            "json document" | "hex document" => (name, false),
            "json document refused" | "hex document refused" => (name, true),
            _ => continue,
        };
        let at = seen.entry(kind.to_owned()).or_insert(0);
        let body = case.all(kind)[*at].to_owned();
        *at += 1;
        let found = if kind.starts_with("json") { extended(&body) } else { vec![hex(&body)] };
        list.extend(found.into_iter().map(|document| (document, refused)));
    }
    list
}

fn issues(list: &[Issue], several: bool) -> Vec<String> {
    let lines: String = list
        .iter()
        .map(|issue| {
            let number = issue.document.filter(|_| several).map_or(String::new(), |number| format!("#{number} "));
            let severity = serde_json::to_value(issue.severity).unwrap();
            let at = if issue.path.is_empty() { String::new() } else { format!(" at {}", issue.path) };
            let column = match (&issue.table, &issue.column) {
                (Some(table), Some(column)) => format!(" ({table}.{column})"),
                (Some(table), None) => format!(" ({table})"),
                _ => String::new(),
            };
            format!("{number}{} {}{at}{column}\n", severity.as_str().unwrap(), issue.code)
        })
        .collect();
    if lines.is_empty() { Vec::new() } else { vec![lines] }
}

fn json_text(document: &[u8]) -> String {
    let write = |relaxed| {
        let mut out = Vec::new();
        to_extended_json(document, relaxed, &mut out).unwrap();
        out
    };
    let relaxed = write(true);
    let text = if parse_extended_json(&relaxed).is_ok_and(|back| back == document) { relaxed } else { write(false) };
    // serde_json would reorder nothing, but drop duplicate keys: only where there are none is the text laid out.
    let text = String::from_utf8(text).unwrap();
    let pretty = layout(&text);
    if extended(&pretty) == [document.to_vec()] { pretty } else { text + "\n" }
}

/// JSON on one line where it fits.
fn layout(text: &str) -> String {
    fn lay(value: &serde_json::Value, indent: usize) -> String {
        let line = value.to_string();
        let (open, close, items): (char, char, Vec<String>) = match value {
            _ if line.chars().count() + indent <= 120 || indent > 16 => return line,
            serde_json::Value::Object(fields) => ('{', '}', fields.iter().map(|(name, value)| format!("{}: {}", serde_json::Value::from(name.as_str()), lay(value, indent + 2))).collect()),
            serde_json::Value::Array(items) => ('[', ']', items.iter().map(|value| lay(value, indent + 2)).collect()),
            _ => return line,
        };
        let margin = " ".repeat(indent + 2);
        format!("{open}\n{margin}{}\n{}{close}", items.join(&format!(",\n{margin}")), " ".repeat(indent))
    }
    if text.chars().count() <= 120 { format!("{text}\n") } else { lay(&serde_json::from_str(text).unwrap(), 0) + "\n" }
}

fn lookups(case: &CaseFile, plan: &Plan) -> Lookups {
    let list: Vec<(String, String, String)> = case.one("json lookups").map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default();
    Lookups::from_text(plan, list.iter().map(|(collection, id, key)| (collection.as_str(), id.as_str(), key.as_str()))).unwrap()
}

fn lens(case: &CaseFile, mapping: &str, fidelity: Option<Fidelity>) -> (Arc<Plan>, Lens) {
    let plan = Arc::new(compile_str(mapping, &CompileOptions { fidelity }).unwrap().plan);
    let mut lens = Lens::new(&plan, 0).unwrap();
    lens.set_lookups(lookups(case, &plan));
    (plan, lens)
}

fn split(bson: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut list) = (0, Vec::new());
    while at < bson.len() {
        let length = document_length(bson, at, bson.len()).unwrap();
        list.push(bson[at..at + length].to_vec());
        at += length;
    }
    list
}

fn outcome(case: &CaseFile) -> Outcome {
    let name = case.path.display().to_string();
    let mapping = case.one("json mapping").unwrap_or_else(|| panic!("{name}: a case has a mapping"));
    let mut outcome = Outcome::new();
    let compiled = match compile_str(mapping, &CompileOptions::default()) {
        Ok(compiled) => compiled,
        Err(faults) => {
            outcome.push(("issues mapping".into(), issues(&faults, false)));
            assert!(documents(case).is_empty(), "{name}: the mapping does not compile\n{faults:#?}");
            return outcome;
        }
    };
    outcome.push(("issues mapping".into(), issues(&compiled.warnings, false)));
    if case.one("sql ddl").is_some() {
        outcome.push(("sql ddl".into(), vec![ddl(&compiled.plan, &DdlOptions { if_not_exists: false, id_map: true }).trim_end().to_owned() + "\n"]));
    }
    let given = documents(case);
    if given.is_empty() {
        return outcome;
    }
    let several = given.len() > 1;
    let (plan, mut lens) = lens(case, mapping, None);
    let collection = &plan.collections[0];
    let rows = lens.to_rows(&given.iter().flat_map(|(document, _)| document.clone()).collect::<Vec<u8>>());
    let accepted: Vec<&Vec<u8>> = given.iter().filter(|(_, refused)| !refused).map(|(document, _)| document).collect();
    assert_eq!((rows.documents as usize, rows.accepted as usize), (given.len(), accepted.len()), "{name}: {:#?}", rows.issues.list);
    let mut tables: Vec<Vec<table::Row>> = rows.tables.iter().map(|rows| table::rows(&rows.tuples)).collect();
    for (plan, rows) in collection.tables.iter().zip(&tables) {
        outcome.push((format!("rows {}", plan.name), vec![table::print(plan, rows)]));
    }
    if let Some(column) = collection.tables[0].columns.iter().position(|c| c.source == Source::Complement) {
        let complements: String = tables[0].iter().map(|row| row[column].as_ref().map_or("null\n".into(), |json| layout(std::str::from_utf8(&json[1..]).unwrap()))).collect();
        outcome.push(("json complement".into(), vec![complements]));
    }
    outcome.push(("issues".into(), issues(&rows.issues.list, several)));

    let back = lens.to_documents(&rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect::<Vec<_>>());
    outcome.push(("issues back".into(), issues(&back.issues.list, several)));
    let found = split(&back.bson);
    assert_eq!(found.len(), accepted.len(), "{name}");
    let equal = |a: &[u8], b: &[u8]| if collection.fidelity == Fidelity::Exact { a == b } else { sorted(a) == sorted(b) };
    let identical = found.iter().zip(&accepted).all(|(back, document)| equal(back, document));
    if case.one("json document back").is_some() {
        assert!(!identical, "{name}: says that something is lost, but everything comes back");
        outcome.push(("json document back".into(), vec![found.iter().map(|document| json_text(document)).collect()]));
    } else {
        for (back, document) in found.iter().zip(&accepted) {
            assert!(equal(back, document), "{name}: does not come back\n in {}\nout {}", json_text(document), json_text(back));
        }
        byte_identical(case, mapping, &accepted);
    }

    if let Some(sql) = case.one("sql change") {
        change::change(sql, collection, &plan.enums, &mut tables);
        let tuples: Vec<Vec<u8>> = tables.iter().map(|rows| table::tuples(rows)).collect();
        let after = lens.to_documents(&tuples.iter().map(Vec::as_slice).collect::<Vec<_>>());
        outcome.push(("json document after".into(), vec![split(&after.bson).iter().map(|document| json_text(document)).collect()]));
        outcome.push(("issues after".into(), issues(&after.issues.list, several)));
    }
    outcome
}

/// Whatever fidelity the case is about: under `exact` everything comes back byte for byte.
fn byte_identical(case: &CaseFile, mapping: &str, accepted: &[&Vec<u8>]) {
    let (_, mut lens) = lens(case, mapping, Some(Fidelity::Exact));
    let batch: Vec<u8> = accepted.iter().flat_map(|document| (*document).clone()).collect();
    let rows = lens.to_rows(&batch);
    let back = lens.to_documents(&rows.tables.iter().map(|rows| rows.tuples.as_slice()).collect::<Vec<_>>());
    assert!(back.bson == batch, "{}: not byte-identical under fidelity exact\n{:#?}", case.path.display(), back.issues.list);
}
