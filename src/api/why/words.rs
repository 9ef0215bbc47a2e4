//! The facts in sentences: the same words on the terminal and in answers to programs.

use std::collections::BTreeMap;

use super::{End, Facts, Hop};
use crate::api::{Picture, Standing};
use crate::engine::Mill;
use crate::model::words::{self, when};
use crate::model::{PartitionKey, PartitionSet};
use crate::plan::{Assessment, Hold, Why};
use crate::spec::{Catalog, Threshold};
use crate::store::{FailureRow, InputChange, LiveRow, VersionRow};

/// At most so many changed input partitions are named.
pub const CHANGES_MAX: usize = 20;

/// The status and the reason, in a few words.
#[must_use]
pub fn headline(mill: &Mill, facts: &Facts) -> String {
    let spec = mill.catalog.dataset(facts.dataset);
    let Some(standing) = facts.standing else {
        let calendar = spec.scheme.calendar();
        if !calendar.contains(facts.key.ordinal) {
            let span = calendar.span().unwrap_or(0..1);
            return if facts.key.ordinal < span.start {
                format!("not in its calendar, which starts at {}", spec.scheme.label(span.start))
            } else {
                format!("not in its calendar, which ends with {}", spec.scheme.label(span.end - 1))
            };
        }
        let closes = spec.scheme.window(facts.key.ordinal).end;
        return format!("not due: its window closes at {}", when(closes));
    };
    match standing {
        Standing::StaleCode => "stale: other code made it".to_owned(),
        Standing::StaleInput => "stale: its inputs changed".to_owned(),
        Standing::StaleUpstream => "stale: an input is itself to be made again".to_owned(),
        Standing::MissingUpstream if spec.source().is_some() => {
            "missing: there is no file for it".to_owned()
        }
        Standing::MissingUpstream => "missing, and cannot be made: an input is missing".to_owned(),
        other => other.status().to_owned(),
    }
}

/// How runs stand that others wait on: their state, and who paused their job.
#[must_use]
pub fn standing(picture: &Picture, dataset: usize, state: &str) -> String {
    match picture.paused.get(&dataset) {
        Some((by, since)) => format!("{state}, and paused by {by} since {}", when(*since)),
        None => state.to_owned(),
    }
}

/// Partitions by dataset and the state of their live runs.
pub type Grouped = BTreeMap<usize, BTreeMap<String, PartitionSet>>;

/// What a run waits on, by dataset and state.
#[must_use]
pub fn grouped(mill: &Mill, picture: &Picture, rows: &[LiveRow]) -> Grouped {
    let mut groups = Grouped::new();
    for row in rows {
        if let Some(&index) = mill.registry.index.get(&row.dataset_id) {
            let slice = picture.slices.slice(row.slice_id);
            let key = PartitionKey { slice, ordinal: row.ordinal };
            let held = groups.entry(index).or_default().entry(row.state.clone()).or_default();
            held.extend(&PartitionSet::single(&key));
        }
    }
    groups
}

/// Which version there is, and what it was made from.
#[must_use]
pub fn made(catalog: &Catalog, facts: &Facts, version: &VersionRow) -> String {
    let at = when(version.committed_at.to_jiff());
    let Some(run) = version.run_id else {
        let files = words::count(version.paths.len() as u64, "file");
        let size = words::bytes(version.bytes.unsigned_abs());
        return format!("version {}, seen at {at}: {files}, {size}", version.id);
    };
    let rows = version
        .rows
        .map_or_else(String::new, |rows| format!(", {}", words::count(rows.unsigned_abs(), "row")));
    let from: Vec<String> = facts
        .made_from
        .iter()
        .map(|(dataset, set)| {
            let spec = catalog.dataset(*dataset);
            let spans = words::spans_text(&spec.scheme, set, 3);
            let count = words::count(set.len(), "partition");
            format!("{count} of `{}` ({spans})", spec.name)
        })
        .collect();
    let from = if from.is_empty() { "no partition".to_owned() } else { from.join(" and ") };
    let code = version.fingerprint.as_deref().map_or("unknown", digest);
    format!("version {}{rows}, made at {at} by run {run} from {from}, code {code}", version.id)
}

/// The way up to what changed, and what changed there.
pub fn changed(
    catalog: &Catalog,
    picture: &Picture,
    facts: &Facts,
    end: &End,
    lines: &mut Vec<String>,
) {
    let Some(last) = facts.trail.last() else { return };
    if 1 < facts.trail.len() {
        let mut trail = facts.trail.clone();
        if let [(dataset, _, change)] = end.changes.as_slice() {
            trail.push(Hop { dataset: *dataset, key: change_key(picture, change) });
        }
        lines.push(chain(catalog, &trail));
    }
    let name = named(catalog, last.dataset, &last.key);
    match end.standing {
        Some(Standing::Missing) => lines.push(format!("{name} is not published")),
        Some(Standing::StaleCode) => lines.push(format!("{name} {}", code(end).0)),
        Some(Standing::StaleInput) if end.changes.is_empty() => lines.push(format!(
            "{name} reads other partitions than when it was made; its inputs are declared otherwise"
        )),
        Some(Standing::StaleInput) => lines.push(format!("changed since {name} was made:")),
        _ => return,
    }
    for (dataset, is_routed, change) in end.changes.iter().take(CHANGES_MAX) {
        let key = change_key(picture, change);
        let input = named(catalog, *dataset, &key);
        lines.push(format!("  {input} {}", change_text(change, *is_routed)));
    }
    let rest = end.changes.len().saturating_sub(CHANGES_MAX);
    if 0 < rest {
        lines.push(format!("  and {}", words::count(rest as u64, "other partition")));
    }
}

/// What came of the run that was to make an input.
#[must_use]
pub fn tried(failure: &FailureRow) -> String {
    let FailureRow { run_id, error_code, error, .. } = failure;
    format!("was tried by run {run_id}, which failed: {error_code}: {error}")
}

/// Neighbors of one dataset are one link of the chain.
#[must_use]
pub fn chain(catalog: &Catalog, trail: &[Hop]) -> String {
    let mut links: Vec<(usize, PartitionSet)> = Vec::new();
    for hop in trail {
        let one = PartitionSet::single(&hop.key);
        match links.last_mut() {
            Some((dataset, set)) if *dataset == hop.dataset => set.extend(&one),
            _ => links.push((hop.dataset, one)),
        }
    }
    let link = |(dataset, set): &(usize, PartitionSet)| {
        let spec = catalog.dataset(*dataset);
        format!("`{}` {}", spec.name, words::spans_text(&spec.scheme, set, 3))
    };
    links.iter().map(link).collect::<Vec<_>>().join(" ← ")
}

/// Which code made it, which is that of today, and since when.
#[must_use]
pub fn code(end: &End) -> (String, Option<jiff::Timestamp>) {
    let Some((made_by, today)) = &end.code else {
        return ("was made by other code".to_owned(), None);
    };
    let before = made_by.as_ref().map_or_else(
        || "code that is not known any more".to_owned(),
        |code| format!("code {}", digest(&code.fingerprint)),
    );
    let (now, at) = (digest(&today.fingerprint), today.first_seen_at.to_jiff());
    let text = format!("was made by {before}; that of today is {now}, first seen at {}", when(at));
    (text, Some(at))
}

/// What became of an input partition: versions, rows, when.
pub fn change_text(change: &InputChange, is_routed: bool) -> String {
    let what = |rows: Option<i64>, bytes: Option<i64>| match (rows, bytes) {
        (Some(rows), _) => {
            let rows = words::count(rows.unsigned_abs(), "row");
            if is_routed { format!("{rows} for this window") } else { rows }
        }
        (None, Some(_)) if is_routed => "no row for this window".to_owned(),
        (None, Some(bytes)) => words::bytes(bytes.unsigned_abs()),
        (None, None) => "unknown size".to_owned(),
    };
    let before = what(change.before_rows, change.before_bytes);
    let after = what(change.after_rows, change.after_bytes);
    let at = change.after_at.map_or_else(String::new, |at| when(at.to_jiff()));
    let files = match change.files.is_empty() {
        true => String::new(),
        false => format!("; {}", change.files.join(", ")),
    };
    match (change.before_id, change.after_id) {
        (None, Some(id)) => format!("was not there: version {id}, {after}, came at {at}{files}"),
        (Some(id), None) if is_routed => {
            format!("holds no row for this window any more; version {id} had {before}")
        }
        (Some(id), None) => format!("is gone; version {id} was read, {before}"),
        (Some(old), Some(new)) => {
            let more = match (change.before_rows, change.after_rows) {
                (Some(before), Some(after)) if before < after => {
                    format!(": {} more", words::count(before.abs_diff(after), "row"))
                }
                (Some(before), Some(after)) if after < before => {
                    format!(": {} fewer", words::count(before.abs_diff(after), "row"))
                }
                _ => String::new(),
            };
            format!("version {old}, {before}, became version {new}, {after}, at {at}{more}{files}")
        }
        (None, None) => "is unknown".to_owned(),
    }
}

/// The partition that changed.
#[must_use]
pub fn change_key(picture: &Picture, change: &InputChange) -> PartitionKey {
    PartitionKey { slice: picture.slices.slice(change.slice_id), ordinal: change.ordinal }
}

/// A partition by the name of its dataset and its own.
#[must_use]
pub fn named(catalog: &Catalog, dataset: usize, key: &PartitionKey) -> String {
    let spec = catalog.dataset(dataset);
    format!("`{}` {}", spec.name, spec.scheme.describe(key))
}

/// The first letters of a fingerprint: enough to compare.
pub(super) fn digest(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}

/// Why partitions wait, in words.
#[must_use]
pub fn held(catalog: &Catalog, hold: &Hold) -> String {
    let name = |input: usize| &catalog.dataset(input).name;
    let job = catalog.dataset(hold.dataset).job();
    match hold.why {
        Why::Debounce(input) => {
            format!("`{}` is changing; made once it has been quiet", name(input))
        }
        Why::Approval(input) => format!("`{}` changed; waits for a person", name(input)),
        Why::Small(input) => {
            let mut inputs = job.map_or(&[][..], |job| &job.inputs).iter();
            let reads = inputs.find(|held| held.dataset == input).map(|held| held.reads.policy);
            let least = match reads.and_then(|policy| policy.ignore_below) {
                Some(Threshold::Rows(rows)) => words::count(rows, "row"),
                Some(Threshold::Percent(percent)) => format!("{percent} % of its rows"),
                None => "is acted upon".to_owned(),
            };
            format!("`{}` changed by less than {least}", name(input))
        }
        Why::Budget => {
            let budget = job.and_then(|job| job.automated.restatements_a_day).unwrap_or_default();
            format!("today's budget of {} is spent", words::count(budget.into(), "restatement"))
        }
        Why::Code => "other code made it; waits for a person".to_owned(),
        Why::Cancelled => "a person cancelled its run, and no input changed since".to_owned(),
    }
}

/// Inputs that are not made yet, a sentence each.
#[must_use]
pub fn unmade(
    catalog: &Catalog,
    assessment: &Assessment,
    unmade: &[(usize, PartitionSet)],
) -> Vec<String> {
    let sentence = |(dataset, set): &(usize, PartitionSet)| {
        let input = catalog.dataset(*dataset);
        let spans = words::spans_text(&input.scheme, set, 3);
        let failed = set.intersection(&assessment.statuses[*dataset].failed);
        let state = if failed.is_empty() {
            "is not made yet".to_owned()
        } else {
            format!("is not made: {} failed", words::count(failed.len(), "partition"))
        };
        format!("`{}` {spans} {state}", input.name)
    };
    unmade.iter().map(sentence).collect()
}
