//! The answer to "why" as text and as JSON: the same facts.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{hex, key_json, lacks_json, ranges_json, when};
use crate::api::why::{
    End, Facts, cause, change_key, changed, grouped, headline, held, made, named, standing, tried,
    unmade_text,
};
use crate::api::{Picture, Standing};
use crate::cli::args::WhyArgs;
use crate::cli::backfills::wait_json;
use crate::cli::output;
use crate::cli::session::Session;
use crate::model::PartitionSet;
use crate::plan::Wait;

/// Says why a partition is as it is.
pub(in crate::cli) async fn why(
    session: &Session,
    args: &WhyArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (dataset, _) = session.dataset(&args.dataset)?;
    let picture = Picture::take(&session.mill).await?;
    let known = picture.slices_of(dataset);
    let text = args.partition.as_deref();
    let key = session.partition(dataset, text, &args.within.dimensions, known)?;
    let facts = Facts::gather(&session.mill, &picture, dataset, key).await?;
    show(session, &picture, &facts, json);
    Ok(ExitCode::SUCCESS)
}

/// Prints the answer.
fn show(session: &Session, picture: &Picture, facts: &Facts, json: bool) {
    if json {
        output::json(&to_json(session, picture, facts));
        return;
    }
    let catalog = &session.mill.catalog;
    let name = named(catalog, facts.dataset, &facts.key);
    output::line(&format!("{name} is {}", headline(&session.mill, facts)));
    let mut lines = Vec::new();
    under_way(session, picture, facts, &mut lines);
    if let Some(hold) = &facts.held {
        let until = hold.until.map_or_else(String::new, |at| format!(", until {}", when(at)));
        let reason = held(catalog, hold);
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
    if let Some((hop, failure)) = &facts.tried {
        let name = named(catalog, hop.dataset, &hop.key);
        lines.push(format!("{name} {}", tried(failure)));
    }
    if let Some(end) = &facts.end {
        changed(catalog, picture, facts, end, &mut lines);
    }
    for line in &lines {
        output::line(&format!("  {line}"));
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
    for (dataset, states) in grouped(&session.mill, picture, &facts.waits_on) {
        let spec = session.mill.catalog.dataset(dataset);
        for (state, set) in states {
            let spans = output::spans_text(&spec.scheme, &set, 3);
            let state = standing(picture, dataset, &state);
            lines.push(format!("  it waits on `{}` {spans}: {state}", spec.name));
        }
    }
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
    if facts.live.is_none() {
        lines.extend(unmade_text(&mill.catalog, &picture.assessment, &facts.unmade));
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
        "lacks": lacks_json(catalog, &facts.lacks),
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
