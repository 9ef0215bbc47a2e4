//! What stands in the way of partitions, followed up to where it begins.

use std::collections::BTreeMap;

use crate::model::words;
use crate::model::{PartitionSet, Ranges};
use crate::plan::Assessment;
use crate::spec::Catalog;

/// The partitions that are lacking where nothing of this project can help, by dataset.
pub type Lacks = BTreeMap<usize, PartitionSet>;

/// What the blocked partitions of `set` lack, followed up through jobs to the first cause.
#[must_use]
pub fn lacks(
    catalog: &Catalog,
    assessment: &Assessment,
    dataset: usize,
    set: &PartitionSet,
) -> Lacks {
    let mut found = Lacks::new();
    follow(catalog, assessment, dataset, set, &mut found);
    found
}

fn follow(
    catalog: &Catalog,
    assessment: &Assessment,
    dataset: usize,
    set: &PartitionSet,
    found: &mut Lacks,
) {
    let status = &assessment.statuses[dataset];
    let mut direct = PartitionSet::new();
    let others = || status.blockers.iter().filter(|blocker| blocker.input != dataset);
    for blocker in others() {
        direct.extend(&blocker.blocks);
    }
    let inherited = set.intersection(&status.blocked).difference(&direct);
    // What is blocked through the partition before it has the cause of the first of that chain.
    let set = set.union(&earlier(&direct, &inherited));
    for blocker in others() {
        let blocked = set.intersection(&blocker.blocks);
        if blocked.is_empty() {
            continue;
        }
        let needed = needs(catalog, assessment, dataset, blocker.input, &blocked);
        let lacking = needed.intersection(&blocker.lacks);
        let upstream = &assessment.statuses[blocker.input];
        let passed_on = lacking.intersection(&upstream.blocked);
        if catalog.dataset(blocker.input).source().is_some() || passed_on.is_empty() {
            found.entry(blocker.input).or_default().extend(&lacking);
        } else {
            follow(catalog, assessment, blocker.input, &passed_on, found);
        }
    }
}

/// What `set` needs of one of its inputs, whichever way it reads it.
fn needs(
    catalog: &Catalog,
    assessment: &Assessment,
    dataset: usize,
    input: usize,
    set: &PartitionSet,
) -> PartitionSet {
    let mut needed = PartitionSet::new();
    for (position, declared) in catalog.inputs(dataset).iter().enumerate() {
        if declared.dataset == input {
            let link = catalog.link(dataset, position);
            needed.extend(&link.needs(set, assessment.extents.of(input)));
        }
    }
    needed
}

/// For each range of `later`, the nearest of `first` before it.
fn earlier(first: &PartitionSet, later: &PartitionSet) -> PartitionSet {
    let mut nearest = PartitionSet::new();
    for (slice, ranges) in later.slices() {
        let Some(starts) = first.get(slice) else { continue };
        for range in ranges.ranges() {
            if let Some(before) = starts.clip(&(i64::MIN..range.start)).span() {
                nearest.insert(slice.clone(), &Ranges::single(before.end - 1));
            }
        }
    }
    nearest
}

/// The causes as text: ``no file for `orders` 2024-03-31``.
#[must_use]
pub fn text(catalog: &Catalog, assessment: &Assessment, lacks: &Lacks) -> String {
    let each = lacks.iter().map(|(dataset, set)| {
        let spec = catalog.dataset(*dataset);
        let spans = words::spans_text(&spec.scheme, set, 3);
        let come = set.intersection(&assessment.statuses[*dataset].universe);
        if come.is_empty() {
            format!("the window of `{}` {spans} is not over", spec.name)
        } else if spec.source().is_some() {
            format!("no file for `{}` {spans}", spec.name)
        } else {
            format!("`{}` {spans} cannot be made", spec.name)
        }
    });
    each.collect::<Vec<_>>().join("; ")
}
