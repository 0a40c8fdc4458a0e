//! Findings about the database, its types and its tables.

use super::{is, list, number, text, Expected};
use crate::issue::{Issue, Severity};
use crate::json::Json;
use crate::path::push_field;
use crate::plan::{EnumPlan, Plan};
use crate::postgres::identifier::{literal, qualify, quote};

pub(super) struct Findings<'a> {
    pub plan: &'a Plan,
    /// The current user, quoted.
    pub user: &'a str,
    pub issues: Vec<Issue>,
}

impl Findings<'_> {
    pub fn add(&mut self, code: &'static str, severity: Severity, message: String, help: String) -> &mut Issue {
        let position = self.issues.len();
        self.issues.push(Issue::new(code, severity, "", message).help(help));
        &mut self.issues[position]
    }

    pub fn of_table(&mut self, code: &'static str, severity: Severity, table: &Expected<'_>, message: String, help: String) -> &mut Issue {
        let collection = table.collection.and_then(|number| self.plan.collections.get(number)).map(|collection| collection.name.clone());
        let path = collection.as_deref().map(|name| path("collections", name)).unwrap_or_default();
        let issue = self.add(code, severity, message, help);
        issue.path = path;
        issue.collection = collection;
        issue.table = Some(table.name.to_owned());
        issue
    }

    pub fn database(&mut self, catalog: &Json<'_>) {
        let encoding = text(catalog, "encoding");
        if encoding != "UTF8" {
            self.add("database-encoding", Severity::Error, format!("the database's encoding is `{encoding}`, which cannot hold every text"), "create the database with ENCODING 'UTF8'".into());
        }
        let client = text(catalog, "clientEncoding");
        if client != "UTF8" {
            let help = "connect with client_encoding UTF8, and do not set it to another afterwards".into();
            self.add("client-encoding", Severity::Error, format!("the connection's client_encoding is `{client}`: PostgreSQL would take UTF-8 for it, and store other texts than were sent"), help);
        }
        if !is(catalog, "arrayNulls") {
            let help = "SET array_nulls = on; or ALTER DATABASE or ALTER ROLE … RESET array_nulls".into();
            self.add("array-nulls", Severity::Warning, "array_nulls is off: in what others write as the literal of an array NULL is the text `NULL`; rowlens sets it on for its own writes".into(), help);
        }
        if is(catalog, "readOnly") {
            self.add("database-read-only", Severity::Error, "transactions are read-only here".into(), "connect to the primary, or set default_transaction_read_only to off".into());
        }
        let isolation = text(catalog, "isolation");
        if isolation != "read committed" {
            let help = "rowlens' own transactions are READ COMMITTED; begin yours with BEGIN ISOLATION LEVEL READ COMMITTED where rowlens writes in them".into();
            self.add("database-isolation", Severity::Warning, format!("transactions are `{isolation}` by default: after waiting for its lock a write would not see what the other one wrote"), help);
        }
    }

    pub fn enumeration(&mut self, wanted: &EnumPlan, found: &Json<'_>) {
        let name = qualify(self.plan.schema.as_deref(), &wanted.name);
        let at = path("enums", &wanted.name);
        if number(found, "oid").is_none() {
            let labels = wanted.labels.iter().map(|label| literal(label)).collect::<Vec<_>>().join(", ");
            self.add("enum-missing", Severity::Error, format!("there is no enum `{}`", wanted.name), format!("CREATE TYPE {name} AS ENUM ({labels});")).path = at;
            return;
        }
        let there: Vec<&str> = list(found, "labels").iter().filter_map(Json::as_str).collect();
        let missing: Vec<&str> = wanted.labels.iter().map(String::as_str).filter(|label| !there.contains(label)).collect();
        if !missing.is_empty() {
            let help = missing.iter().map(|label| format!("ALTER TYPE {name} ADD VALUE {};", literal(label))).collect::<Vec<_>>().join(" ");
            self.add("enum-labels", Severity::Error, format!("enum `{}` lacks {}", wanted.name, ticked(&missing)), help).path.clone_from(&at);
        }
        let more: Vec<&str> = there.into_iter().filter(|label| !wanted.labels.iter().any(|known| known == label)).collect();
        if !more.is_empty() {
            self.add("enum-labels", Severity::Warning, format!("enum `{}` also has {}, which the mapping does not know", wanted.name, ticked(&more)), "add them to the mapping's `enums`".into()).path = at;
        }
    }

    /// Whether the table is there at all, and can be written by whom. False where there is nothing more to look at.
    pub fn table(&mut self, table: &Expected<'_>, found: &Json<'_>, first_schema: &str) -> bool {
        let name = table.name;
        if number(found, "oid").is_none() {
            let elsewhere = text(found, "elsewhere");
            let help = match (elsewhere, table.schema) {
                ("", _) => "run the mapping's DDL".to_owned(),
                (schema, None) => format!("there is one in schema `{schema}`: write \"schema\": \"{schema}\" in the mapping, or add it to search_path"),
                (schema, Some(_)) => format!("there is one in schema `{schema}`; else run the mapping's DDL"),
            };
            self.of_table("table-missing", Severity::Error, table, format!("there is no table `{name}`"), help);
            return false;
        }
        let schema = text(found, "schema");
        if table.schema.is_none() && schema != first_schema {
            let message = format!("search_path leads to `{name}` in schema `{schema}`, not in its first one, `{first_schema}`");
            self.of_table("table-schema", Severity::Warning, table, message, format!("write \"schema\": \"{schema}\" in the mapping, or set search_path"));
        }
        let kind = text(found, "kind");
        if !matches!(kind, "r" | "p") {
            self.of_table("table-kind", Severity::Error, table, format!("`{name}` is no table but a {}", if kind == "f" { "foreign table" } else { "view" }), "name a table in the mapping".into());
            return false;
        }
        let (privileges, user) = (text(found, "privileges"), self.user.to_owned());
        if !is(found, "usage") {
            self.of_table("privilege-missing", Severity::Error, table, format!("{user} may not use schema `{schema}`"), format!("GRANT USAGE ON SCHEMA {} TO {user};", quote(schema)));
        }
        if !privileges.is_empty() {
            self.of_table("privilege-missing", Severity::Error, table, format!("{user} lacks {privileges} on `{name}`"), format!("GRANT {privileges} ON {} TO {user};", table.qualified()));
        }
        if is(found, "rowSecurity") {
            let help = format!("write as a role with BYPASSRLS, or ALTER TABLE {} DISABLE ROW LEVEL SECURITY;", table.qualified());
            self.of_table("row-security", Severity::Warning, table, format!("row level security hides rows of `{name}` from {user}: what is hidden counts as missing, and cannot be written"), help);
        }
        true
    }
}

/// Where something stands in the mapping.
fn path(list: &str, name: &str) -> String {
    let mut path = list.to_owned();
    push_field(&mut path, name);
    path
}

pub(super) fn ticked(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
