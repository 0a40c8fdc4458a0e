//! Which shape rows have by a discriminator: every part of a document that rows have differently, each with the condition under which they do.

use super::parts::{field, named};
use super::value::names;
use crate::plan::{CollectionPlan, Context, Node};
use crate::postgres::identifier::{literal, quote};

/// When a shape is that of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When<'p> {
    Always,
    Is(&'p str),
    /// None of these.
    Else(Vec<&'p str>),
}

/// One shape.
#[derive(Debug)]
pub(super) struct Case<'p> {
    pub when: When<'p>,
    pub node: &'p Node,
}

impl When<'_> {
    /// The condition on the discriminator's value; none: always.
    pub(super) fn condition(&self, discriminator: &str) -> Option<String> {
        match self {
            When::Always => None,
            When::Is(value) => Some(format!("{discriminator} = {}", literal(value))),
            When::Else(values) => Some(format!("({discriminator} = ANY ({})) IS NOT TRUE", names(values.iter().copied()))),
        }
    }
}

fn inside<'p>(tree: &'p Node, name: &str) -> Option<&'p Node> {
    match tree {
        Node::Object(object) => field(object, name),
        _ => None,
    }
}

/// A field of the context's object in all its shapes; where no discriminator has a say in it, in one.
pub(super) fn cases<'p>(context: &'p Context, name: &str) -> Vec<Case<'p>> {
    let base = named(context, name);
    let differing: Vec<_> = context.discriminator.iter().flat_map(|it| &it.variants).map(|variant| (variant.value.as_str(), inside(&variant.tree, name))).filter(|(_, node)| *node != base).collect();
    if differing.is_empty() {
        return base.map(|node| Case { when: When::Always, node }).into_iter().collect();
    }
    let values = differing.iter().map(|(value, _)| *value).collect();
    let own = differing.into_iter().filter_map(|(value, node)| Some(Case { when: When::Is(value), node: node? }));
    own.chain(base.map(|node| Case { when: When::Else(values), node })).collect()
}

/// What the row of a context is, in all its shapes.
pub(super) fn shapes(context: &Context) -> Vec<Case<'_>> {
    let Some(discriminator) = &context.discriminator else { return vec![Case { when: When::Always, node: &context.tree }] };
    let values = discriminator.variants.iter().map(|variant| variant.value.as_str()).collect();
    let own = discriminator.variants.iter().map(|variant| Case { when: When::Is(&variant.value), node: &variant.tree });
    own.chain([Case { when: When::Else(values), node: &context.tree }]).collect()
}

/// Whether a discriminator has a say in a field of the document.
pub(super) fn varies(context: &Context, name: &str) -> bool {
    cases(context, name).iter().any(|case| case.when != When::Always)
}

/// A field of the document in the shape that documents of one kind have; `None`: of no kind that the mapping names.
pub(super) fn of_kind<'p>(context: &'p Context, kind: Option<&str>, name: &str) -> Option<&'p Node> {
    let variant = context.discriminator.iter().flat_map(|it| &it.variants).find(|variant| Some(variant.value.as_str()) == kind);
    variant.map_or_else(|| named(context, name), |variant| inside(&variant.tree, name))
}

/// What documents of one kind are; `None`: of no kind that the mapping names.
pub(super) fn tree_of<'p>(context: &'p Context, kind: Option<&str>) -> &'p Node {
    let variant = context.discriminator.iter().flat_map(|it| &it.variants).find(|variant| Some(variant.value.as_str()) == kind);
    variant.map_or(&context.tree, |variant| &variant.tree)
}

/// Variants of documents with tables of their own, with these.
pub(super) fn own_tables(collection: &CollectionPlan) -> impl Iterator<Item = (&str, usize)> {
    collection.root.discriminator.iter().flat_map(|it| &it.variants).filter_map(|variant| Some((variant.value.as_str(), variant.table?)))
}

/// Whether it is such a table.
pub(super) fn is_own(collection: &CollectionPlan, table: usize) -> bool {
    own_tables(collection).any(|(_, own)| own == table)
}

/// The name under which statements have a variant's table beside the root table `t`.
pub(super) fn alias(table: usize) -> String {
    format!("v{table}")
}

/// Joins of all such tables to `t`.
pub(super) fn joins(collection: &CollectionPlan) -> String {
    let Some(root) = collection.tables.first() else { return String::new() };
    let one = |(_, table): (&str, usize)| {
        let own = collection.tables.get(table)?;
        let (alias, key) = (alias(table), root.columns.get(*root.key.first()?)?);
        Some(format!(" LEFT JOIN {} {alias} ON {alias}.{} = t.{}", own.qualified(), quote(&own.columns.first()?.name), quote(&key.name)))
    };
    own_tables(collection).filter_map(one).collect()
}

/// The discriminator's value in a row.
pub(super) fn in_row(collection: &CollectionPlan, context: &Context, alias: &str) -> String {
    let column = context.discriminator.as_ref().and_then(|it| collection.tables.get(context.table)?.columns.get(it.column));
    column.map_or("NULL::text".to_owned(), |column| format!("rtrim({alias}.{}::text)", quote(&column.name)))
}

/// The discriminator's value in an object.
pub(super) fn in_value(context: &Context, value: &str) -> String {
    let Some(discriminator) = &context.discriminator else { return "NULL::text".to_owned() };
    format!("pg_temp.rowlens_kind({})", super::value::at(value, &discriminator.path))
}
