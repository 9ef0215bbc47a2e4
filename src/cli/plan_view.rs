//! A plan as people read it: the same value that programs get as JSON.

use super::output;
use crate::engine::PlanMoved;
use crate::plan::{BlockedView, EstimateView, Explanation, RangeView, StepView};

/// At most so many ranges of a step are spelled out.
const RANGES_MAX: usize = 6;
/// At most so many differences between two plans.
const MOVED_MAX: usize = 20;

fn reason_text(reason: &str) -> String {
    match reason {
        "upstream" => "stale: upstream".to_owned(),
        other => other.replacen("stale_", "stale: ", 1),
    }
}

/// The plan as a table, what is blocked, and the sums; `live` partitions of what was asked for are
/// being made already.
pub(super) fn text(shown: &Explanation, live: u64) {
    if shown.steps.is_empty() {
        shown.blocked.iter().for_each(|held| output::line(&blocked_text(held)));
        output::line(&nothing_text(live));
    } else {
        let has_cost = shown.estimate.cost.is_some();
        let mut header = vec!["WAVE", "DATASET", "PARTITIONS", "REASON", "WORK", "SIZE"];
        header.extend(has_cost.then_some("COST"));
        header.push("WHICH");
        let rows: Vec<_> = shown.steps.iter().map(|step| cells(step, has_cost)).collect();
        output::table(&header, &rows);
        shown.blocked.iter().for_each(|held| output::line(&blocked_text(held)));
        summary(shown);
    }
    output::line(&format!("plan {}", shown.plan));
}

/// Why a plan has nothing to do.
fn nothing_text(live: u64) -> String {
    match live {
        0 => "nothing to do: everything asked for is up to date or cannot be made".to_owned(),
        live => format!(
            "nothing to record: {} of what was asked for {} being made already, all else is up to \
             date or cannot be made",
            output::count(live, "partition"),
            if live == 1 { "is" } else { "are" }
        ),
    }
}

fn cells(step: &StepView, has_cost: bool) -> Vec<String> {
    let dash = || "-".to_owned();
    let order = if step.in_order { " (one by one)" } else { "" };
    let mut cells = vec![
        format!("{}{order}", step.wave),
        step.dataset.clone(),
        step.partitions.to_string(),
        reason_text(&step.reason),
        step.seconds.map_or_else(dash, output::seconds),
        step.bytes.map_or_else(dash, |bytes| output::bytes(bytes as u64)),
    ];
    if has_cost {
        cells.push(step.cost.map_or_else(dash, |cost| format!("{cost:.2}")));
    }
    cells.push(ranges_text(&step.ranges, RANGES_MAX));
    cells
}

fn summary(shown: &Explanation) {
    let mut datasets: Vec<&str> = shown.steps.iter().map(|step| step.dataset.as_str()).collect();
    datasets.sort_unstable();
    datasets.dedup();
    let runs = output::count(shown.runs, "partition");
    let jobs = output::count(datasets.len() as u64, "job");
    output::line(&format!("{runs} of {jobs}; {}", estimate_text(&shown.estimate)));
    if shown.steps.iter().any(|step| step.ranges.iter().any(|range| 1 < range.partitions)) {
        output::line("a..b names the first and the last; [a, c) is the same up to c, without c");
    }
}

fn estimate_text(estimate: &EstimateView) -> String {
    let Some(seconds) = estimate.seconds else {
        return "time unknown, no history yet".to_owned();
    };
    let mut text = format!(
        "about {} on {}",
        output::seconds(seconds),
        output::count(estimate.slots.into(), "slot")
    );
    if let Some(slow) = estimate.seconds_p90.filter(|slow| seconds * 1.05 < *slow) {
        text.push_str(&format!(" ({} if it goes slowly)", output::seconds(slow)));
    }
    if let Some(at) = &estimate.finish_at {
        text.push_str(&format!(", done by {}", short(at)));
    }
    text.push_str(&format!(", {}", output::bytes(estimate.bytes as u64)));
    if let Some(cost) = estimate.cost {
        text.push_str(&format!(", cost {cost:.2}"));
    }
    if !estimate.unknown.is_empty() {
        let names: Vec<String> = estimate.unknown.iter().map(|name| format!("`{name}`")).collect();
        text.push_str(&format!("; without {}, which have no history", names.join(", ")));
    }
    text
}

/// An instant without its fraction.
fn short(at: &str) -> String {
    at.parse::<jiff::Timestamp>().map_or_else(|_| at.to_owned(), super::inspect::when)
}

fn blocked_text(held: &BlockedView) -> String {
    let remedy = match (held.could_be_made, held.is_source) {
        (true, _) => "add --upstream to make it",
        (false, true) => "nothing has landed there",
        (false, false) => "it cannot be made yet",
    };
    format!(
        "blocked  {}  {}  {}: needs `{}` {}; {remedy}",
        held.dataset,
        output::count(held.partitions, "partition"),
        ranges_text(&held.ranges, 4),
        held.needs,
        ranges_text(&held.lacks, 4)
    )
}

/// Ranges by their first and last partition, and half-open: `2024-01-01..2024-01-31
/// [2024-01-01, 2024-02-01)`.
fn ranges_text(ranges: &[RangeView], most: usize) -> String {
    let shown: Vec<String> = ranges.iter().take(most).map(range_text).collect();
    let rest = ranges.len().saturating_sub(most);
    let more = if rest == 0 { String::new() } else { format!(", and {rest} more ranges") };
    format!("{}{more}", shown.join(", "))
}

fn range_text(range: &RangeView) -> String {
    let mut text = match (range.partitions, &range.before) {
        (1, _) | (_, None) => range.from.clone(),
        (_, Some(before)) => {
            format!("{}..{} [{}, {before})", range.from, range.to, range.from)
        }
    };
    for (name, value) in &range.dimensions {
        text.push_str(&format!(" {name}={value}"));
    }
    text
}

/// What moved since a plan was shown, on standard error.
pub(super) fn moved(refused: &PlanMoved) {
    let Some(moved) = &refused.moved else {
        eprintln!("the plan that was shown is not known any more, so what moved cannot be said");
        return;
    };
    if moved.is_empty() {
        eprintln!("it makes the same partitions, but lacks other inputs or is drawn otherwise");
    }
    for one in moved.iter().take(MOVED_MAX) {
        eprintln!("  {one}");
    }
    if MOVED_MAX < moved.len() {
        eprintln!("  and {} more differences", moved.len() - MOVED_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{RangeView, ranges_text};

    #[test]
    fn ranges_are_told_by_both_ends_and_half_open() {
        let range = |from: &str, to: &str, before: &str, partitions| RangeView {
            from: from.to_owned(),
            to: to.to_owned(),
            before: Some(before.to_owned()),
            partitions,
            dimensions: BTreeMap::new(),
        };
        let month = range("2024-01-01", "2024-01-31", "2024-02-01", 31);
        let day = range("2024-03-01", "2024-03-01", "2024-03-02", 1);
        let dimensions = BTreeMap::from([("region".to_owned(), "eu".to_owned())]);
        let eu = RangeView { dimensions, ..day.clone() };
        assert_eq!(
            ranges_text(&[month, day.clone(), eu, day], 3),
            "2024-01-01..2024-01-31 [2024-01-01, 2024-02-01), 2024-03-01, \
             2024-03-01 region=eu, and 1 more ranges"
        );
    }
}
