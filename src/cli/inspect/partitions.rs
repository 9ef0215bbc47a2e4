//! `tidemill partitions`: where the partitions of a dataset stand, as ranges.

use std::process::ExitCode;

use serde_json::{Value, json};

use super::{lacks_json, slice_json};
use crate::api::why::cause;
use crate::api::{Picture, Standing};
use crate::cli::args::PartitionsArgs;
use crate::cli::fault::Fault;
use crate::cli::output;
use crate::cli::session::Session;
use crate::model::{PartitionSet, Ranges, Slice};
use crate::spec::Catalog;

/// A range of partitions that stand in one place for one reason.
pub(super) struct Line {
    pub(super) standing: Standing,
    pub(super) slice: Slice,
    pub(super) first: i64,
    pub(super) last: i64,
    /// What the partitions lack, when they lack something.
    pub(super) lacks: cause::Lacks,
}

/// Lists where the partitions of a dataset stand.
pub(in crate::cli) async fn partitions(
    session: &Session,
    args: &PartitionsArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let wanted = args.status.as_deref().map(parse).transpose()?;
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let picture = Picture::take(&session.mill).await?;
    let known = picture.slices_of(dataset);
    let text = args.partitions.as_deref();
    let asked = session.partitions(dataset, text, &args.within.dimensions, known)?;
    let mut lines = lines(&session.mill.catalog, &picture, dataset, &asked);
    if let Some(wanted) = &wanted {
        lines.retain(|line| wanted.contains(&line.standing));
    }
    let catalog = &session.mill.catalog;
    if json {
        let rows = lines.iter().map(|line| line_json(catalog, &picture, dataset, line));
        output::json(&Value::Array(rows.collect()));
        return Ok(ExitCode::SUCCESS);
    }
    if lines.is_empty() {
        eprintln!("no such partition of `{}`", spec.name);
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let range = Ranges::from_range(line.first..line.last + 1);
            let set = PartitionSet::of(line.slice.clone(), range);
            vec![
                line.standing.status().to_owned(),
                output::spans_text(&spec.scheme, &set, 1),
                set.len().to_string(),
                reason(catalog, &picture, line).unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["STATUS", "PARTITIONS", "COUNT", "REASON"], &rows);
    Ok(ExitCode::SUCCESS)
}

/// The ranges of `asked`, by slice and time; neighbors of one status and reason are one range.
pub(super) fn lines(
    catalog: &Catalog,
    picture: &Picture,
    dataset: usize,
    asked: &PartitionSet,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (standing, set) in picture.standings(catalog, dataset) {
        let set = set.intersection(asked);
        let is_blocked =
            *standing == Standing::MissingUpstream && catalog.dataset(dataset).job().is_some();
        for (slice, ranges) in set.slices() {
            for range in ranges.ranges() {
                let lacks = if is_blocked {
                    let part = PartitionSet::of(slice.clone(), Ranges::from_range(range.clone()));
                    cause::lacks(catalog, &picture.assessment, dataset, &part)
                } else {
                    cause::Lacks::new()
                };
                let (slice, first, last) = (slice.clone(), range.start, range.end - 1);
                lines.push(Line { standing: *standing, slice, first, last, lacks });
            }
        }
    }
    lines.sort_by(|left, right| (&left.slice, left.first).cmp(&(&right.slice, right.first)));
    lines
}

fn reason(catalog: &Catalog, picture: &Picture, line: &Line) -> Option<String> {
    if !line.lacks.is_empty() {
        return Some(cause::text(catalog, &picture.assessment, &line.lacks));
    }
    line.standing.reason().map(str::to_owned)
}

fn line_json(catalog: &Catalog, picture: &Picture, dataset: usize, line: &Line) -> Value {
    let scheme = &catalog.dataset(dataset).scheme;
    let mut value = json!({
        "status": line.standing.status(),
        "reason": reason(catalog, picture, line),
        "from": scheme.label(line.first),
        "to": scheme.label(line.last),
        "partitions": line.last.abs_diff(line.first) + 1,
        "slice": slice_json(scheme, &line.slice),
    });
    if !line.lacks.is_empty() {
        value["lacks"] = lacks_json(catalog, &line.lacks);
    }
    value
}

/// The places a status names: `stale` names three.
pub(super) fn parse(status: &str) -> Result<Vec<Standing>, Fault> {
    let status = status.replace('_', "-");
    let named = |standing: &Standing| match status.as_str() {
        // Of a source, what is there is what is fresh.
        "fresh" => matches!(standing, Standing::Fresh | Standing::Present),
        word => standing.status() == word,
    };
    let found: Vec<Standing> = Standing::ALL.into_iter().filter(named).collect();
    if found.is_empty() {
        return Err(Fault::new("TM0202", format!("`{status}` is no status of a partition")).hint(
            "fresh, stale, missing, missing-upstream, failed, waiting, running, or of a source: \
             present, missing-upstream",
        ));
    }
    Ok(found)
}
