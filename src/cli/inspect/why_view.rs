//! The answer to "why" as text and as JSON: the same facts.

use serde_json::{Value, json};

use super::trail::Hop;
use super::why::{End, Facts};
use super::{cause, hex, key_json, ranges_json, when};
use crate::api::{Picture, Standing};
use crate::cli::backfills::wait_json;
use crate::cli::session::Session;
use crate::cli::{announce, output};
use crate::model::{PartitionKey, PartitionSet};
use crate::plan::Wait;
use crate::spec::Catalog;
use crate::store::{InputChange, LiveRow, VersionRow};

/// At most so many changed input partitions are named.
const CHANGES_MAX: usize = 20;

/// Prints the answer.
pub(super) fn show(session: &Session, picture: &Picture, facts: &Facts, json: bool) {
    if json {
        output::json(&to_json(session, picture, facts));
        return;
    }
    let catalog = &session.mill.catalog;
    let name = named(catalog, facts.dataset, &facts.key);
    output::line(&format!("{name} is {}", headline(session, facts)));
    let mut lines = Vec::new();
    under_way(session, picture, facts, &mut lines);
    if let Some(hold) = &facts.held {
        let until = hold.until.map_or_else(String::new, |at| format!(", until {}", when(at)));
        let reason = announce::reason(catalog, hold);
        lines.push(format!("it waits since {}{until}: {reason}", when(hold.since)));
    }
    if let Some(failure) = &facts.failure {
        lines.push(format!(
            "its last run, {}, failed at {}: {}: {}",
            failure.run_id,
            when(failure.failed_at.to_jiff()),
            failure.error_code,
            failure.error
        ));
        lines.push(format!(
            "`tidemill runs --id {0}` shows the attempts, `tidemill logs {0}` what they said, \
             `tidemill explain {1}` what to do",
            failure.run_id, failure.error_code
        ));
    }
    if let Some(version) = &facts.version {
        lines.push(made(catalog, facts, version));
    }
    waits(session, picture, facts, &mut lines);
    if let Some(end) = &facts.end {
        changed(catalog, picture, facts, end, &mut lines);
    }
    for line in &lines {
        output::line(&format!("  {line}"));
    }
}

/// The status and the reason, in a few words.
fn headline(session: &Session, facts: &Facts) -> String {
    let spec = session.mill.catalog.dataset(facts.dataset);
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

/// A live run, and what it waits on.
fn under_way(session: &Session, picture: &Picture, facts: &Facts, lines: &mut Vec<String>) {
    let Some(run) = &facts.live else { return };
    let text = match (&facts.wait, run.state.as_str()) {
        (Some(wait), _) => format!("has not started: {wait}"),
        (None, "running") => format!("is in a worker's hands, attempt {}", run.attempt),
        (None, state) => format!("is {state}"),
    };
    lines.push(format!("run {} of backfill {} {text}", run.id, run.backfill_id));
    if let Some(remedy) = facts.wait.as_ref().and_then(Wait::remedy) {
        lines.push(format!("  `{remedy}` helps"));
    }
    for (dataset, states) in grouped(session, picture, &facts.waits_on) {
        let spec = session.mill.catalog.dataset(dataset);
        for (state, set) in states {
            let spans = output::spans_text(&spec.scheme, &set, 3);
            lines.push(format!("  it waits on `{}` {spans}: {state}", spec.name));
        }
    }
}

type Grouped = std::collections::BTreeMap<usize, std::collections::BTreeMap<String, PartitionSet>>;

fn grouped(session: &Session, picture: &Picture, rows: &[LiveRow]) -> Grouped {
    let mut groups = Grouped::new();
    for row in rows {
        if let Some(&index) = session.mill.registry.index.get(&row.dataset_id) {
            let slice = picture.slices.slice(row.slice_id);
            let key = PartitionKey { slice, ordinal: row.ordinal };
            let held = groups.entry(index).or_default().entry(row.state.clone()).or_default();
            held.extend(&PartitionSet::single(&key));
        }
    }
    groups
}

/// Which version there is, and what it was made from.
fn made(catalog: &Catalog, facts: &Facts, version: &VersionRow) -> String {
    let at = when(version.committed_at.to_jiff());
    let Some(run) = version.run_id else {
        let files = output::count(version.paths.len() as u64, "file");
        let size = output::bytes(version.bytes.unsigned_abs());
        return format!("version {}, seen at {at}: {files}, {size}", version.id);
    };
    let rows = version.rows.map_or_else(String::new, |rows| {
        format!(", {}", output::count(rows.unsigned_abs(), "row"))
    });
    let from: Vec<String> = facts
        .made_from
        .iter()
        .map(|(dataset, set)| {
            let spec = catalog.dataset(*dataset);
            let spans = output::spans_text(&spec.scheme, set, 3);
            let count = output::count(set.len(), "partition");
            format!("{count} of `{}` ({spans})", spec.name)
        })
        .collect();
    let from = if from.is_empty() { "no partition".to_owned() } else { from.join(" and ") };
    let code = version.fingerprint.as_deref().map_or("unknown", digest);
    format!("version {}{rows}, made at {at} by run {run} from {from}, code {code}", version.id)
}

/// What a partition that is not published waits for.
fn waits(session: &Session, picture: &Picture, facts: &Facts, lines: &mut Vec<String>) {
    let mill = &session.mill;
    let spec = mill.catalog.dataset(facts.dataset);
    if !facts.lacks.is_empty() {
        lines.push(cause::text(&mill.catalog, &picture.assessment, &facts.lacks));
    }
    for dataset in facts.lacks.keys().chain([&facts.dataset]) {
        let missing = &picture.assessment.statuses[*dataset].missing;
        let is_own = *dataset == facts.dataset;
        let Some(source) = mill.catalog.dataset(*dataset).source() else { continue };
        if is_own && !missing.contains(&facts.key) {
            continue;
        }
        let base = mill.sources[*dataset].as_ref().map_or("", |place| place.base());
        lines.push(format!("files are looked for as {base}/{}", source.template));
    }
    // A live run says itself what it waits on.
    let unmade = facts.unmade.iter().filter(|_| facts.live.is_none());
    for (dataset, set) in unmade {
        let input = mill.catalog.dataset(*dataset);
        let spans = output::spans_text(&input.scheme, set, 3);
        let failed = set.intersection(&picture.assessment.statuses[*dataset].failed);
        let state = if failed.is_empty() {
            "is not made yet".to_owned()
        } else {
            format!("is not made: {} failed", output::count(failed.len(), "partition"))
        };
        lines.push(format!("`{}` {spans} {state}", input.name));
    }
    let is_idle = facts.live.is_none() && facts.failure.is_none() && facts.version.is_none();
    if facts.standing == Some(Standing::Missing) && is_idle {
        let label = spec.scheme.label(facts.key.ordinal);
        let upstream = if facts.unmade.is_empty() { "" } else { " --upstream" };
        lines.push(format!(
            "no run made it yet; `tidemill backfill {} {label}{upstream}` does",
            spec.name
        ));
    }
}

/// The way up to what changed, and what changed there.
fn changed(
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
        Some(Standing::StaleCode) => lines.push(code(&name, end)),
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
        lines.push(format!("  and {}", output::count(rest as u64, "other partition")));
    }
}

/// Neighbors of one dataset are one link of the chain.
pub(super) fn chain(catalog: &Catalog, trail: &[Hop]) -> String {
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
        format!("`{}` {}", spec.name, output::spans_text(&spec.scheme, set, 3))
    };
    links.iter().map(link).collect::<Vec<_>>().join(" ← ")
}

fn code(name: &str, end: &End) -> String {
    let Some((made_by, today)) = &end.code else { return format!("{name} was made by other code") };
    let before = made_by.as_ref().map_or_else(
        || "code that is not known any more".to_owned(),
        |code| format!("code {}", digest(&code.fingerprint)),
    );
    let (now, at) = (digest(&today.fingerprint), when(today.first_seen_at.to_jiff()));
    format!("{name} was made by {before}; that of today is {now}, first seen at {at}")
}

/// What became of an input partition: versions, rows, when.
pub(super) fn change_text(change: &InputChange, is_routed: bool) -> String {
    let what = |rows: Option<i64>, bytes: Option<i64>| match (rows, bytes) {
        (Some(rows), _) => {
            let rows = output::count(rows.unsigned_abs(), "row");
            if is_routed { format!("{rows} for this window") } else { rows }
        }
        (None, Some(_)) if is_routed => "no row for this window".to_owned(),
        (None, Some(bytes)) => output::bytes(bytes.unsigned_abs()),
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
                    format!(": {} more", output::count(before.abs_diff(after), "row"))
                }
                (Some(before), Some(after)) if after < before => {
                    format!(": {} fewer", output::count(before.abs_diff(after), "row"))
                }
                _ => String::new(),
            };
            format!("version {old}, {before}, became version {new}, {after}, at {at}{more}{files}")
        }
        (None, None) => "is unknown".to_owned(),
    }
}

fn change_key(picture: &Picture, change: &InputChange) -> PartitionKey {
    PartitionKey { slice: picture.slices.slice(change.slice_id), ordinal: change.ordinal }
}

fn named(catalog: &Catalog, dataset: usize, key: &PartitionKey) -> String {
    let spec = catalog.dataset(dataset);
    format!("`{}` {}", spec.name, spec.scheme.describe(key))
}

/// The first letters of a fingerprint: enough to compare.
fn digest(fingerprint: &str) -> &str {
    fingerprint.get(..12).unwrap_or(fingerprint)
}

fn to_json(session: &Session, picture: &Picture, facts: &Facts) -> Value {
    let catalog = &session.mill.catalog;
    let spec = catalog.dataset(facts.dataset);
    let key = key_json(&spec.scheme, &facts.key);
    let trail = facts.trail.iter().map(|hop| {
        let spec = catalog.dataset(hop.dataset);
        let key = key_json(&spec.scheme, &hop.key);
        json!({ "dataset": spec.name.as_str(), "partition": key["partition"], "slice": key["slice"] })
    });
    let sets = |sets: Vec<(usize, &PartitionSet)>| {
        let each = sets.into_iter().map(|(dataset, set)| {
            let spec = catalog.dataset(dataset);
            json!({ "dataset": spec.name.as_str(), "ranges": ranges_json(&spec.scheme, set) })
        });
        Value::Array(each.collect())
    };
    let waits_on = facts.waits_on.iter().map(|row| row.run_id);
    json!({
        "dataset": spec.name.as_str(),
        "partition": key["partition"],
        "slice": key["slice"],
        "status": facts.standing.map_or("not-due", Standing::status),
        "reason": facts.standing.and_then(Standing::reason),
        "window_closes_at": spec.scheme.time().map(|axis| {
            axis.window(facts.key.ordinal).end.to_string()
        }),
        "version": facts.version.as_ref().map(|version| json!({
            "id": version.id,
            "published_at": version.committed_at.to_jiff().to_string(),
            "run": version.run_id,
            "rows": version.rows,
            "bytes": version.bytes,
            "content": hex(&version.content),
            "fingerprint": version.fingerprint,
            "made_from": sets(facts.made_from.iter().map(|(at, set)| (*at, set)).collect()),
        })),
        "failure": facts.failure.as_ref().map(|failure| json!({
            "run": failure.run_id,
            "code": failure.error_code,
            "message": failure.error,
            "failed_at": failure.failed_at.to_jiff().to_string(),
        })),
        "run": facts.live.as_ref().map(|run| json!({
            "id": run.id,
            "backfill": run.backfill_id,
            "state": run.state,
            "attempt": run.attempt,
            "error": run.error,
            "waits_on": waits_on.collect::<Vec<i64>>(),
            "wait": facts.wait.as_ref().map(wait_json),
        })),
        "lacks": cause::to_json(catalog, &facts.lacks),
        "unmade": sets(facts.unmade.iter().map(|(at, set)| (*at, set)).collect()),
        "trail": trail.collect::<Vec<_>>(),
        "cause": facts.end.as_ref().map(|end| end_json(session, picture, end)),
    })
}

fn end_json(session: &Session, picture: &Picture, end: &End) -> Value {
    let catalog = &session.mill.catalog;
    let changes = end.changes.iter().map(|(dataset, is_routed, change)| {
        let spec = catalog.dataset(*dataset);
        let key = key_json(&spec.scheme, &change_key(picture, change));
        let version = |id: Option<i64>, rows: Option<i64>, bytes, at: Option<jiff_sqlx::Timestamp>| {
            id.map(|id| json!({
                "version": id,
                "rows": rows,
                "bytes": bytes,
                "published_at": at.map(|at| at.to_jiff().to_string()),
            }))
        };
        json!({
            "dataset": spec.name.as_str(),
            "partition": key["partition"],
            "slice": key["slice"],
            "rows_are_of_this_window": is_routed,
            "files": change.files,
            "before":
                version(change.before_id, change.before_rows, change.before_bytes, change.before_at),
            "after":
                version(change.after_id, change.after_rows, change.after_bytes, change.after_at),
        })
    });
    json!({
        "status": end.standing.map(Standing::status),
        "reason": end.standing.and_then(Standing::reason),
        "changes": changes.collect::<Vec<_>>(),
        "code": end.code.as_ref().map(|(made_by, today)| json!({
            "made_by": made_by.as_ref().map(|code| code.fingerprint.clone()),
            "today": today.fingerprint,
            "first_seen_at": today.first_seen_at.to_jiff().to_string(),
            "is_only_refactored": made_by.as_ref().is_some_and(|code| {
                code.fingerprint != today.fingerprint && code.optimized == today.optimized
            }),
        })),
    })
}
