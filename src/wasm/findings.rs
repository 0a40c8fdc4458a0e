//! What a run found, as JSON text. Most callers do not look at it, or only count: a text crosses at once, and an engine reads it quickly
//! where it is asked for; objects made one by one would cost more than all the rest.

use crate::issue::{Issue, Severity};
use crate::json::push_json_string;
use crate::rowset::Issues;

/// Writes `{"issues":[…],"counts":{…}}` over what is in `out`, and gives how long it is.
pub(super) fn findings(issues: &Issues, out: &mut Vec<u8>) -> usize {
    out.clear();
    out.extend_from_slice(b"{\"issues\":[");
    for (index, issue) in issues.list.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_issue(issue, out);
    }
    out.extend_from_slice(b"],\"counts\":{");
    for (index, (code, count)) in issues.counts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_name(code, out);
        push_number(*count, out);
    }
    out.extend_from_slice(b"}}");
    out.len()
}

/// The same names and values as `serde` gives.
fn push_issue(issue: &Issue, out: &mut Vec<u8>) {
    let Issue { code, severity, message, path, collection, document, offset, table, column, help } = issue;
    let severity = match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    out.push(b'{');
    for (name, text) in [
        ("code", Some(*code)),
        ("severity", Some(severity)),
        ("message", Some(message)),
        ("path", Some(path)),
        ("collection", collection.as_deref()),
        ("table", table.as_deref()),
        ("column", column.as_deref()),
        ("help", help.as_deref()),
    ] {
        if let Some(text) = text {
            push_name(name, out);
            push_json_string(text, out);
            out.push(b',');
        }
    }
    for (name, number) in [("document", document), ("offset", offset)] {
        if let Some(number) = number {
            push_name(name, out);
            push_number((*number).into(), out);
            out.push(b',');
        }
    }
    if let Some(last) = out.last_mut() {
        *last = b'}';
    }
}

fn push_name(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn push_number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(number.to_string().as_bytes());
}
