//! Plans, sets and rows as text that a test can hold against what it expects.

use polars::prelude::{AnyValue, DataFrame};
use tidemill::model::{PartitionSet, Scheme};
use tidemill::plan::BackfillPlan;
use tidemill::spec::Catalog;

/// A plan: a line for each dataset and reason, then a line for each blocker.
pub(crate) fn plan_text(catalog: &Catalog, plan: &BackfillPlan) -> String {
    let mut lines = Vec::new();
    for step in &plan.steps {
        let dataset = catalog.dataset(step.dataset);
        for (reason, set) in &step.sets {
            let set = set_text(&dataset.scheme, set);
            lines.push(format!("{} {} {}: {set}", step.wave, dataset.name, reason.as_str()));
        }
    }
    // Equal waves go at once: their order says nothing.
    lines.sort();
    let steps = lines.len();
    for held in &plan.blocked {
        let dataset = catalog.dataset(held.dataset);
        let input = catalog.dataset(held.blocker.input);
        let blocks = set_text(&dataset.scheme, &held.blocker.blocks);
        let lacks = set_text(&input.scheme, &held.blocker.lacks);
        lines.push(format!("blocked {}: {blocks} lacks {} {lacks}", dataset.name, input.name));
    }
    lines[steps..].sort();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

/// A set: labels and ranges of labels, and the values of other dimensions.
fn set_text(scheme: &Scheme, set: &PartitionSet) -> String {
    let mut parts = Vec::new();
    for (slice, ranges) in set.slices() {
        let mut ranges: Vec<String> = ranges
            .ranges()
            .map(|range| match range.end - range.start {
                1 => scheme.label(range.start),
                _ => format!("{}..{}", scheme.label(range.start), scheme.label(range.end - 1)),
            })
            .collect();
        if !slice.values().is_empty() {
            ranges.push(format!("{:?}", slice.values()));
        }
        parts.push(ranges.join(" "));
    }
    parts.join("; ")
}

/// The rows of a frame as lines, sorted, values joined by ` | `.
pub(crate) fn rows_text(frame: &DataFrame) -> String {
    let mut lines: Vec<String> = (0..frame.height())
        .map(|row| {
            let values = frame.columns().iter().map(|column| match column.get(row).unwrap() {
                AnyValue::String(text) => text.to_owned(),
                AnyValue::StringOwned(text) => text.to_string(),
                other => other.to_string(),
            });
            values.collect::<Vec<_>>().join(" | ")
        })
        .collect();
    lines.sort();
    lines.join("\n")
}
