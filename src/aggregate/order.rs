//! In which order documents of one collection can be written one by one, where they refer to each other.

use super::Aggregate;
use crate::plan::CollectionPlan;
use crate::postgres::tuple::read_tuple;
use crate::rowset::Rows;

/// The aggregates `members` (positions in `list`) in groups, so that each group refers to none of a later one: a document comes after
/// those it refers to, and those that refer to each other in a circle are one group. `collection` is number `own` of its plan.
pub fn groups(collection: &CollectionPlan, own: usize, tables: &[Rows], list: &[Aggregate], members: &[usize]) -> Vec<Vec<usize>> {
    if !collection.tables.iter().flat_map(|table| &table.columns).any(|column| column.reference == Some(own)) {
        return members.iter().map(|member| vec![*member]).collect();
    }
    // The list is in the order of keys.
    let mut places = vec![None; list.len()];
    for (place, member) in members.iter().enumerate() {
        if let Some(slot) = places.get_mut(*member) {
            *slot = Some(place);
        }
    }
    let place = |key: &[u8]| places.get(list.partition_point(|aggregate| *aggregate.key < *key)).copied().flatten().filter(|place| members.get(*place).and_then(|member| list.get(*member)).is_some_and(|aggregate| aggregate.key == key));
    let edges: Vec<Vec<usize>> = members.iter().map(|member| list.get(*member).map_or_else(Vec::new, |aggregate| parents(collection, own, tables, aggregate, &place))).collect();
    circles(&edges).into_iter().map(|group| group.into_iter().filter_map(|place| members.get(place).copied()).collect()).collect()
}

/// The places of those documents that one refers to, itself left out.
fn parents(collection: &CollectionPlan, own: usize, tables: &[Rows], aggregate: &Aggregate, place: &impl Fn(&[u8]) -> Option<usize>) -> Vec<usize> {
    let (mut found, mut fields) = (Vec::new(), Vec::new());
    for (table, mut tuples) in collection.tables.iter().zip(aggregate.slices(tables)) {
        let columns: Vec<usize> = table.columns.iter().enumerate().filter(|(_, column)| column.reference == Some(own)).map(|(index, _)| index).collect();
        if columns.is_empty() {
            continue;
        }
        while let Some(rest) = read_tuple(tuples, &mut fields) {
            tuples = rest;
            let values = columns.iter().filter_map(|column| fields.get(*column).copied().flatten());
            found.extend(values.filter(|value| *value != aggregate.key).filter_map(place));
        }
    }
    found
}

/// A node on the way down.
struct Step {
    node: usize,
    next: usize,
}

/// Tarjan's strongly connected components, without recursion: chains may be as long as a batch. Each comes after those it has edges to.
fn circles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let (mut seen, mut low, mut open) = (vec![UNSEEN; edges.len()], vec![0; edges.len()], vec![false; edges.len()]);
    let (mut count, mut stack, mut groups) = (0, Vec::new(), Vec::new());
    for start in 0..edges.len() {
        let mut way = if seen.get(start) == Some(&UNSEEN) { vec![Step { node: start, next: 0 }] } else { Vec::new() };
        while let Some(Step { node, next }) = way.last_mut() {
            let node = *node;
            if *next == 0 && seen[node] == UNSEEN {
                (seen[node], low[node], open[node]) = (count, count, true);
                count += 1;
                stack.push(node);
            }
            if let Some(to) = edges[node].get(*next).copied() {
                *next += 1;
                if seen[to] == UNSEEN {
                    way.push(Step { node: to, next: 0 });
                } else if open[to] {
                    low[node] = low[node].min(seen[to]);
                }
                continue;
            }
            way.pop();
            if let Some(Step { node: above, .. }) = way.last() {
                low[*above] = low[*above].min(low[node]);
            }
            if low[node] == seen[node] {
                let at = stack.iter().rposition(|open| *open == node).unwrap_or_default();
                let group = stack.split_off(at);
                group.iter().for_each(|member| open[*member] = false);
                groups.push(group);
            }
        }
    }
    groups
}
