//! `tidemill clean`: what nothing needs any more leaves the lake.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;

use super::args::CleanArgs;
use super::fault::Fault;
use super::output;
use super::session::Session;
use crate::config::Config;
use crate::engine::{self, Cleaned, Found, Tally};
use crate::plan::Keep;

/// The most findings that an answer in JSON spells out.
const LISTED_MAX: usize = 10_000;

/// What is kept for how long, as the environment says.
///
/// # Errors
///
/// When a setting is not a number.
pub(super) fn keep(config: &Config) -> Result<Keep> {
    let usual = Keep::default();
    let days = |name: &str, usual: u32| number(&config.settings, name, usual);
    let hours = number(&config.settings, "orphan_grace_hours", 24)?;
    Ok(Keep {
        history_days: days("history_days", usual.history_days)?,
        versions_days: days("keep_versions", usual.versions_days)?,
        orphan_grace: Duration::from_secs(u64::from(hours) * 3600),
        ..usual
    })
}

fn number(settings: &BTreeMap<String, String>, name: &str, usual: u32) -> Result<u32> {
    let Some(text) = settings.get(name) else { return Ok(usual) };
    text.trim().parse().map_err(|_| {
        let name = name.to_uppercase();
        let message = format!("`TIDEMILL_{name}` is `{text}`, which is not a whole number");
        Fault::new("TM0703", message)
            .hint(format!("set it to a number such as {usual}, or leave it unset"))
            .into()
    })
}

/// Deletes what nothing needs any more; lists it instead with `--dry-run`.
///
/// # Errors
///
/// When a setting makes no sense, or the lake or the database fails.
pub(super) async fn clean(session: &Session, args: &CleanArgs, json: bool) -> Result<ExitCode> {
    let keep = keep(&session.config)?;
    let mut listed = Vec::new();
    let tell = |found: Found<'_>| {
        if !json && args.dry_run {
            output::line(&line(&found));
        } else if json && listed.len() < LISTED_MAX {
            listed.push(view(&found));
        }
    };
    let cleaned = engine::clean(&session.mill, &keep, args.dry_run, tell).await?;
    if json {
        output::json(&body(&cleaned, &keep, args.dry_run, &listed));
    } else {
        summary(&cleaned, &keep, args.dry_run);
    }
    Ok(ExitCode::SUCCESS)
}

/// One finding for people.
fn line(found: &Found<'_>) -> String {
    match found {
        Found::Orphan(orphan) => {
            let size = output::bytes(orphan.size.unsigned_abs());
            format!("{}  {size}  nothing names it", orphan.path)
        }
        Found::Superseded(version) => {
            let (paths, size) =
                (version.paths.join(" "), output::bytes(version.bytes.unsigned_abs()));
            format!("{paths}  {size}  superseded version {}", version.id)
        }
    }
}

fn view(found: &Found<'_>) -> serde_json::Value {
    match found {
        Found::Orphan(orphan) => serde_json::json!({
            "kind": "orphan",
            "path": orphan.path,
            "bytes": orphan.size,
            "run": orphan.run,
            "attempt": orphan.attempt,
        }),
        Found::Superseded(version) => serde_json::json!({
            "kind": "superseded",
            "version": version.id,
            "paths": version.paths,
            "bytes": version.bytes,
        }),
    }
}

fn body(
    cleaned: &Cleaned,
    keep: &Keep,
    dry_run: bool,
    listed: &[serde_json::Value],
) -> serde_json::Value {
    let tally = |tally: &Tally| serde_json::json!({ "count": tally.count, "bytes": tally.bytes });
    serde_json::json!({
        "dry_run": dry_run,
        "orphans": tally(&cleaned.orphans),
        "orphans_deleted": tally(&cleaned.deleted),
        "orphans_waiting": tally(&cleaned.waiting),
        "superseded": tally(&cleaned.expired),
        "superseded_deleted": tally(&cleaned.collected),
        "foreign_objects": cleaned.foreign,
        "keep_versions_days": keep.versions_days,
        "found": listed,
    })
}

fn summary(cleaned: &Cleaned, keep: &Keep, dry_run: bool) {
    let some = |tally: &Tally, noun: &str| {
        format!("{} ({})", output::count(tally.count, noun), output::bytes(tally.bytes))
    };
    let days = output::count(u64::from(keep.versions_days), "day");
    if dry_run {
        output::line(&format!(
            "would delete {} that nothing names, and {} superseded more than {days} ago",
            some(&cleaned.orphans, "object"),
            some(&cleaned.expired, "version"),
        ));
    } else {
        output::line(&format!(
            "deleted {} that nothing names, and the files of {} superseded more than {days} ago",
            some(&cleaned.deleted, "object"),
            some(&cleaned.collected, "version"),
        ));
        if 0 < cleaned.waiting.count {
            output::line(&format!(
                "{} are marked; they go when nothing names them an hour from now either",
                some(&cleaned.waiting, "more object"),
            ));
        }
    }
    if 0 < cleaned.foreign {
        let objects = output::count(cleaned.foreign, "object");
        output::line(&format!("{objects} below datasets were not written here and are left alone"));
    }
}
