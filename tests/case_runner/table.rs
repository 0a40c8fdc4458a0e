//! Rows as a reader sees them: aligned columns as psql prints them, NULL as `∅`.

use super::text::show;
use rowlens::plan::{Source, TablePlan};

/// A row's fields; `None` is NULL.
pub type Row = Vec<Option<Vec<u8>>>;

/// The tuples taken apart.
pub fn rows(tuples: &[u8]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut at = 0;
    while at < tuples.len() {
        let fields = i16::from_be_bytes([tuples[at], tuples[at + 1]]);
        at += 2;
        let mut row = Row::new();
        for _ in 0..fields {
            let length = i32::from_be_bytes(tuples[at..at + 4].try_into().unwrap());
            at += 4;
            row.push((length >= 0).then(|| tuples[at..at + length as usize].to_vec()));
            at += length.max(0) as usize;
        }
        rows.push(row);
    }
    rows
}

/// And put together again.
pub fn tuples(rows: &[Row]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        out.extend_from_slice(&(row.len() as i16).to_be_bytes());
        for field in row {
            out.extend_from_slice(&field.as_ref().map_or(-1, |field| field.len() as i32).to_be_bytes());
            out.extend_from_slice(field.as_deref().unwrap_or(&[]));
        }
    }
    out
}

/// One cell: what would break the line or vanish is escaped.
fn cell(text: Option<String>) -> String {
    let Some(text) = text else { return "∅".into() };
    if text.is_empty() {
        return "''".into();
    }
    let mut out = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t").replace('|', "\\|");
    if let Some(rest) = out.strip_suffix(' ') {
        let blanks = rest.len() - rest.trim_end_matches(' ').len() + 1;
        out = format!("{}{}", &out[..out.len() - blanks], "\\s".repeat(blanks));
    }
    if let Some(rest) = out.strip_prefix(' ') {
        out = format!("\\s{rest}");
    }
    out
}

/// The table; the complement has a fence of its own.
pub fn print(table: &TablePlan, all: &[Row]) -> String {
    let shown: Vec<usize> = (0..table.columns.len()).filter(|column| table.columns[*column].source != Source::Complement).collect();
    let mut lines: Vec<Vec<String>> = vec![shown.iter().map(|column| table.columns[*column].name.clone()).collect()];
    for row in all {
        lines.push(shown.iter().map(|column| cell(row[*column].as_ref().map(|value| show(&table.columns[*column].pg, value)))).collect());
    }
    let widths: Vec<usize> = (0..shown.len()).map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count()))).collect();
        out.push_str(cells.join(" | ").trim_end());
        out.push('\n');
        if number == 0 {
            out.push_str(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("-+-"));
            out.push('\n');
        }
    }
    if all.is_empty() {
        out.push_str("(no rows)\n");
    }
    out
}
