//! `tidemill preview`: the first rows of a published partition.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use object_store::ObjectStoreExt;
use polars::prelude::{Engine, PlSmallStr, SchemaRef};
use serde_json::Value;
use tokio::runtime::Handle;

use super::encode::{self, Encoder};
use super::{frame, schema, unpublished};
use crate::api::Picture;
use crate::cli::args::{ExportFormat, PreviewArgs};
use crate::cli::output;
use crate::cli::session::Session;
use crate::engine::Mill;
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
    let columns = schema(&session.mill, dataset)?;
    let (mill, handle, rows) = (Arc::clone(&session.mill), Handle::current(), args.rows);
    let (paths, shape) = (version.paths.clone(), Arc::clone(&columns));
    let found = tokio::task::spawn_blocking(move || {
        first_rows(&mill, dataset, &paths, &shape, rows, &handle)
    })
    .await??;
    if json {
        output::json(&Value::Array(found));
        return Ok(ExitCode::SUCCESS);
    }
    let header: Vec<&str> = columns.iter_names().map(PlSmallStr::as_str).collect();
    let cells = |row: &Value| header.iter().map(|name| cell(&row[*name])).collect();
    output::table(&header, &found.iter().map(cells).collect::<Vec<Vec<String>>>());
    let total = version.rows.map_or_else(String::new, |rows| format!(" of {rows}"));
    eprintln!("{}{total} of `{}` {named}, version {}", found.len(), spec.name, version.id);
    Ok(ExitCode::SUCCESS)
}

/// The first rows as JSON, with exact values.
fn first_rows(
    mill: &Mill,
    dataset: usize,
    paths: &[String],
    columns: &SchemaRef,
    rows: u32,
    runtime: &Handle,
) -> Result<Vec<Value>> {
    let first = frame(mill, dataset, paths, runtime)?.limit(rows);
    let first = encode::shape(first, columns, ExportFormat::Ndjson)
        .collect_with_engine(Engine::Streaming)?
        .unwrap_single();
    let text = Shared::default();
    let schema = Arc::clone(first.schema());
    let mut encoder = Encoder::new(ExportFormat::Ndjson, Box::new(text.clone()), &schema)?;
    encoder.take(first)?;
    encoder.finish()?;
    let bytes = text.0.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(serde_json::from_slice).collect::<Result<_, _>>()?)
}

/// Bytes in memory that the encoder writes to.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
