//! A plan as people and programs read it.

use serde_json::{Value, json};

use super::output;
use crate::engine::{Mill, Planned};
use crate::model::PartitionSet;
use crate::plan::{Blocked, Reason};

/// Seconds and bytes a plan will take, as far as history tells.
pub(super) struct Estimate {
    pub(super) seconds: Option<f64>,
    pub(super) bytes: f64,
}

/// Estimates a plan for so many slots: the work spread over the slots, but no less than the longest
/// chain of partitions that are made one after the other.
pub(super) fn estimate(planned: &Planned, slots: usize) -> Estimate {
    let (mut work, mut chain, mut bytes, mut known) = (0.0, 0.0_f64, 0.0, false);
    for step in &planned.plan.steps {
        let Some(pace) = planned.ledger.records[step.dataset].pace else { continue };
        known = true;
        let partitions = step.partitions().len() as f64;
        work += pace.seconds * partitions;
        bytes += pace.bytes * partitions;
        if step.in_order {
            chain = chain.max(pace.seconds * partitions);
        }
    }
    Estimate { seconds: known.then_some((work / slots as f64).max(chain)), bytes }
}

const fn reason_text(reason: Reason) -> &'static str {
    match reason {
        Reason::Missing => "missing",
        Reason::Failed => "failed",
        Reason::StaleCode => "stale: code",
        Reason::StaleInput => "stale: input",
        Reason::Upstream => "stale: upstream",
        Reason::Forced => "forced",
    }
}

/// The plan as a table, what is blocked, and the sums.
pub(super) fn text(mill: &Mill, planned: &Planned, slots: usize) {
    let plan = &planned.plan;
    let mut rows = Vec::new();
    for step in &plan.steps {
        let dataset = mill.catalog.dataset(step.dataset);
        for (reason, set) in &step.sets {
            let order = if step.in_order { " (one by one)" } else { "" };
            rows.push(vec![
                format!("{}{order}", step.wave),
                dataset.name.to_string(),
                set.len().to_string(),
                reason_text(*reason).to_owned(),
                output::spans_text(&dataset.scheme, set, 6),
            ]);
        }
    }
    if !rows.is_empty() {
        output::table(&["WAVE", "DATASET", "PARTITIONS", "REASON", "WHICH"], &rows);
    }
    for held in &plan.blocked {
        output::line(&blocked_text(mill, held));
    }
    if rows.is_empty() {
        output::line("nothing to do: everything asked for is up to date or cannot be made");
    } else {
        let estimate = estimate(planned, slots);
        let time = estimate.seconds.map_or_else(
            || "time unknown, no history yet".to_owned(),
            |seconds| {
                let size = output::bytes(estimate.bytes as u64);
                format!("about {} on {slots} slots, {size}", output::seconds(seconds))
            },
        );
        let runs = output::count(plan.runs(), "partition");
        let jobs = output::count(plan.steps.len() as u64, "job");
        output::line(&format!("{runs} of {jobs}; {time}"));
    }
    output::line(&format!("plan {}", plan.hash));
}

fn blocked_text(mill: &Mill, held: &Blocked) -> String {
    let own = mill.catalog.dataset(held.dataset);
    let input = mill.catalog.dataset(held.blocker.input);
    let blocks = output::spans_text(&own.scheme, &held.blocker.blocks, 4);
    let lacks = output::spans_text(&input.scheme, &held.blocker.lacks, 4);
    let remedy = match (held.could_be_made, input.source().is_some()) {
        (true, _) => "add --upstream to make it",
        (false, true) => "nothing has landed there",
        (false, false) => "it cannot be made yet",
    };
    format!(
        "blocked  {}  {}  {blocks}: needs `{}` {lacks}; {remedy}",
        own.name,
        output::count(held.blocker.blocks.len(), "partition"),
        input.name
    )
}

/// The plan as JSON.
pub(super) fn view(mill: &Mill, planned: &Planned, slots: usize) -> Value {
    let plan = &planned.plan;
    let steps: Vec<Value> = plan
        .steps
        .iter()
        .flat_map(|step| step.sets.iter().map(move |(reason, set)| (step, reason, set)))
        .map(|(step, reason, set)| {
            json!({
                "dataset": mill.catalog.dataset(step.dataset).name.as_str(),
                "wave": step.wave,
                "in_order": step.in_order,
                "reason": reason.as_str(),
                "partitions": set.len(),
                "ranges": ranges(mill, step.dataset, set),
            })
        })
        .collect();
    let blocked: Vec<Value> = plan
        .blocked
        .iter()
        .map(|held| {
            json!({
                "dataset": mill.catalog.dataset(held.dataset).name.as_str(),
                "partitions": held.blocker.blocks.len(),
                "ranges": ranges(mill, held.dataset, &held.blocker.blocks),
                "needs": mill.catalog.dataset(held.blocker.input).name.as_str(),
                "lacks": ranges(mill, held.blocker.input, &held.blocker.lacks),
                "could_be_made": held.could_be_made,
            })
        })
        .collect();
    let estimate = estimate(planned, slots);
    json!({
        "plan": plan.hash,
        "runs": plan.runs(),
        "steps": steps,
        "blocked": blocked,
        "estimate": { "seconds": estimate.seconds, "bytes": estimate.bytes, "slots": slots },
    })
}

/// A set as JSON ranges: both ends included, spelled out.
pub(super) fn ranges(mill: &Mill, dataset: usize, set: &PartitionSet) -> Value {
    let scheme = &mill.catalog.dataset(dataset).scheme;
    let mut all = Vec::new();
    for (slice, ranges) in set.slices() {
        let names = scheme.dimensions.iter().map(|dimension| dimension.name.clone());
        let values = slice.values().iter().map(|value| Value::String(value.to_string()));
        let dimensions: serde_json::Map<String, Value> = names.zip(values).collect();
        for range in ranges.ranges() {
            all.push(json!({
                "from": scheme.label(range.start),
                "to": scheme.label(range.end - 1),
                "partitions": range.end - range.start,
                "where": dimensions,
            }));
        }
    }
    Value::Array(all)
}
