//! `tidemill preview`: the first rows of a published partition.

use std::process::ExitCode;

use anyhow::Context;
use object_store::ObjectStoreExt;
use serde_json::Value;

use super::unpublished;
use crate::api::Picture;
use crate::cli::args::PreviewArgs;
use crate::cli::output;
use crate::cli::session::Session;
use crate::engine::{self, Bounds, Mill};
use crate::model::PartitionKey;
use crate::store::{self, VersionRow};

/// Values longer than this are cut in a table; JSON has them whole.
const WIDTH_MAX: usize = 48;

/// Prints the first rows of a partition, or the rows of its inputs that could not be read.
pub(in crate::cli) async fn preview(
    session: &Session,
    args: &PreviewArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let picture = Picture::take(&session.mill).await?;
    let known = picture.slices_of(dataset);
    let key = if let Some(text) = &args.partition {
        session.partition(dataset, Some(text), &args.within.dimensions, known)?
    } else {
        let slices = session.slices(dataset, &args.within.dimensions, known)?;
        let tracks = &picture.ledger.records[dataset].tracks;
        let latest = slices.into_iter().filter_map(|slice| {
            let ordinal = tracks.get(&slice)?.heads().last()?.ordinal;
            Some(PartitionKey { slice, ordinal })
        });
        let latest = latest.max_by_key(|key| key.ordinal);
        latest.ok_or_else(|| unpublished(spec.name.as_str(), None))?
    };
    let named = spec.scheme.describe(&key);
    let id = session.mill.registry.datasets[dataset];
    let slice = picture.slices.id(&key.slice).unwrap_or(-1);
    let mut db = session.mill.pool.acquire().await?;
    let version = store::version(&mut db, id, slice, key.ordinal).await?;
    let version = version.ok_or_else(|| unpublished(spec.name.as_str(), Some(&named)))?;
    drop(db);
    if args.rejected {
        return rejected(&session.mill, &version, args.rows, json).await;
    }
    let bounds = Bounds { rows: args.rows, ..Bounds::TERMINAL };
    let found = engine::first_rows(&session.mill, dataset, &version, bounds).await?;
    if json {
        let object = |row: &Vec<Value>| -> Value {
            found
                .columns
                .iter()
                .zip(row)
                .map(|(of, value)| (of.name.clone(), value.clone()))
                .collect()
        };
        output::json(&found.rows.iter().map(object).collect());
        return Ok(ExitCode::SUCCESS);
    }
    let header: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    let cells = |row: &Vec<Value>| {
        let each = row.iter().zip(&found.columns);
        each.map(|(value, of)| if of.masked { "masked".to_owned() } else { cell(value) }).collect()
    };
    output::table(&header, &found.rows.iter().map(cells).collect::<Vec<Vec<String>>>());
    let total = version.rows.map_or_else(String::new, |rows| format!(" of {rows}"));
    eprintln!("{}{total} of `{}` {named}, version {}", found.rows.len(), spec.name, version.id);
    Ok(ExitCode::SUCCESS)
}

async fn rejected(
    mill: &Mill,
    version: &VersionRow,
    rows: u32,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let mut found = Vec::new();
    if let Some(path) = &version.rejects_path {
        let object = object_store::path::Path::parse(path)?;
        let failed = || format!("could not read `{}`", mill.lake.full_path(path));
        let object = mill.lake.store().get(&object).await.with_context(failed)?;
        let bytes = object.bytes().await.with_context(failed)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        for line in lines.take(rows as usize) {
            found.push(serde_json::from_slice::<Value>(line)?);
        }
    }
    if json {
        output::json(&Value::Array(found));
        return Ok(ExitCode::SUCCESS);
    }
    let fields = ["file", "line", "reason", "text"];
    let cells = |row: &Value| fields.iter().map(|name| cell(&row[*name])).collect();
    if !found.is_empty() {
        let rows: Vec<Vec<String>> = found.iter().map(cells).collect();
        output::table(&["FILE", "LINE", "REASON", "TEXT"], &rows);
    }
    let shown = output::count(found.len() as u64, "row");
    eprintln!("{shown} of {} that could not be read", version.rejected);
    Ok(ExitCode::SUCCESS)
}

/// A value as one cell: on one line, and not wider than a screen bears.
pub(super) fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => return "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let mut cut: String =
        text.chars().take(WIDTH_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if WIDTH_MAX < text.chars().count() {
        cut.push('…');
    }
    cut
}
