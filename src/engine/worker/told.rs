//! What a worker counts, and what it tells of the trace of each run.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tracing::Span;

use crate::clock;
use crate::engine::Mill;
use crate::store::{Claimed, Committed, Ended, Lease};
use crate::telemetry::{metrics, traces};

/// A claim that began then, and brought these runs.
pub(super) fn claimed(mill: &Mill, runs: &[Claimed], began: Instant) {
    metrics::claimed(runs.len(), began.elapsed());
    if !traces::is_on() {
        return;
    }
    let (from, to) = span_since(began);
    for run in runs {
        if run.attempt == 1 {
            traces::past(run.id, "wait", (run.planned_at, from), &about(mill, run));
        }
        traces::past(run.id, "claim", (from, to), &[("attempt", run.attempt.to_string())]);
    }
}

/// The span of an attempt, which lasts as long as it does.
pub(super) fn attempt(mill: &Mill, run: &Claimed) -> Span {
    if !traces::is_on() {
        return Span::none();
    }
    let mut attributes = about(mill, run).to_vec();
    attributes.push(("attempt", run.attempt.to_string()));
    traces::run_span(run.id, "attempt", &attributes)
}

/// How an attempt ended; none when it was stopped because its run is somebody else's.
pub(super) fn ended(span: &Span, ended: Option<&Ended>, took: Duration) {
    let outcome = ended.map_or("stopped", outcome);
    metrics::attempted(outcome, took);
    if let Some(Ended::Failed { error, .. } | Ended::Backoff { error, .. }) = ended {
        traces::fail_span(span, error);
    }
}

/// A group that was committed, from then on.
pub(super) fn committed(
    mill: &Mill,
    group: &[(Claimed, Ended)],
    committed: &Committed,
    began: Instant,
) {
    let fenced = committed.leases.iter().filter(|lease| **lease == Lease::Lost).count();
    metrics::committed(group.len(), fenced, began.elapsed());
    if !traces::is_on() {
        return;
    }
    let (from, to) = span_since(began);
    for ((run, ended), lease) in group.iter().zip(&committed.leases) {
        let is_held = *lease == Lease::Held;
        let group = ("group", group.len().to_string());
        traces::past(run.id, "commit", (from, to), &[group, ("fenced", (!is_held).to_string())]);
        if !is_held || matches!(ended, Ended::Backoff { .. }) {
            continue;
        }
        let mut attributes = about(mill, run).to_vec();
        attributes.push(("outcome", outcome(ended).to_owned()));
        attributes.push(("attempts", run.attempt.to_string()));
        let error = match ended {
            Ended::Failed { error, .. } => Some(error.as_str()),
            _ => None,
        };
        traces::whole(run.id, (run.planned_at, to), &attributes, error);
    }
}

const fn outcome(ended: &Ended) -> &'static str {
    match ended {
        Ended::Published(_) => "published",
        Ended::Unchanged => "unchanged",
        Ended::Backoff { .. } => "backoff",
        Ended::Failed { .. } => "failed",
    }
}

fn about(mill: &Mill, run: &Claimed) -> [traces::Attribute; 3] {
    let dataset = mill.catalog.dataset(run.dataset);
    [
        ("job.name", dataset.name.to_string()),
        ("partition.key", dataset.scheme.describe(&run.key)),
        ("backfill.id", run.backfill.to_string()),
    ]
}

/// From then until now, by the wall clock of now.
fn span_since(began: Instant) -> (Timestamp, Timestamp) {
    let now = clock::now();
    let took = SignedDuration::try_from(began.elapsed()).unwrap_or_default();
    (now.checked_sub(took).unwrap_or(now), now)
}
