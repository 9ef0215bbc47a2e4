//! `tidemill export`: all published rows of a dataset, or of a stretch of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use polars::prelude::{DataFrame, Engine, LazyFrame, PlanCallback, PolarsError, SchemaRef};
use tokio::runtime::Handle;

use super::encode::{self, Encoder};
use super::{schema, unpublished};
use crate::api::Picture;
use crate::cli::args::{ExportArgs, ExportFormat};
use crate::cli::output;
use crate::cli::session::Session;
use crate::engine::{Mill, published_frame};
use crate::model::{PartitionKey, PartitionSet};
use crate::store::{self, VersionRow};

/// Writes published rows in partition order, as they come.
pub(in crate::cli) async fn export(
    session: &Session,
    args: &ExportArgs,
) -> anyhow::Result<ExitCode> {
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let format = args.format.unwrap_or_else(|| by_ending(args.output.as_deref()));
    let columns = schema(&session.mill, dataset)?;
    encode::check(spec.name.as_str(), &columns, format)?;
    let picture = Picture::take(&session.mill).await?;
    let known = picture.slices_of(dataset);
    let text = args.partitions.as_deref();
    let asked = session.partitions(dataset, text, &args.within.dimensions, known)?;
    let versions = heads(session, &picture, dataset, &asked).await?;
    if versions.is_empty() {
        return Err(unpublished(spec.name.as_str(), text).into());
    }
    let universe = &picture.assessment.statuses[dataset].universe;
    let missing = universe.intersection(&asked).difference(&published(&picture, &versions));
    if !missing.is_empty() {
        let spans = output::spans_text(&spec.scheme, &missing, 6);
        let count = output::count(missing.len(), "partition");
        eprintln!("left out, since not published: {count} of `{}`: {spans}", spec.name);
    }
    let mill = Arc::clone(&session.mill);
    let runtime = Handle::current();
    let target = args.output.clone();
    let partitions = versions.len();
    let written = tokio::task::spawn_blocking(move || {
        let job = Work { mill: &mill, dataset, columns, format, runtime: &runtime };
        job.write(&versions, target.as_deref())
    })
    .await??;
    // Without a count, the reader went away: nobody is left to tell.
    if let Some(rows) = written {
        let (rows, from) =
            (output::count(rows, "row"), output::count(partitions as u64, "partition"));
        eprintln!("wrote {rows} of {from} of `{}`", spec.name);
    }
    Ok(ExitCode::SUCCESS)
}

fn by_ending(output: Option<&Path>) -> ExportFormat {
    let ending = output.and_then(Path::extension).and_then(|ending| ending.to_str());
    match ending.map(str::to_lowercase).as_deref() {
        Some("ndjson" | "jsonl" | "json") => ExportFormat::Ndjson,
        Some("parquet" | "pq") => ExportFormat::Parquet,
        _ => ExportFormat::Csv,
    }
}

/// What readers see of `asked`, by slice and time.
async fn heads(
    session: &Session,
    picture: &Picture,
    dataset: usize,
    asked: &PartitionSet,
) -> Result<Vec<VersionRow>> {
    let id = session.mill.registry.datasets[dataset];
    let mut db = session.mill.pool.acquire().await?;
    let mut versions = Vec::new();
    for (slice, ranges) in asked.slices() {
        let Some(slice) = picture.slices.id(slice) else { continue };
        for range in ranges.ranges() {
            let rows = store::heads_in(&mut db, id, &[slice], range.start, range.end).await?;
            versions.extend(rows);
        }
    }
    Ok(versions)
}

fn published(picture: &Picture, versions: &[VersionRow]) -> PartitionSet {
    let mut set = PartitionSet::new();
    for version in versions {
        let slice = picture.slices.slice(version.slice_id);
        set.extend(&PartitionSet::single(&PartitionKey { slice, ordinal: version.ordinal }));
    }
    set
}

/// One export.
struct Work<'a> {
    mill: &'a Mill,
    dataset: usize,
    columns: SchemaRef,
    format: ExportFormat,
    runtime: &'a Handle,
}

impl Work<'_> {
    /// Writes everything; the number of rows, or none when the reader went away.
    fn write(&self, versions: &[VersionRow], target: Option<&Path>) -> Result<Option<u64>> {
        let Some(target) = target else {
            return match self.fill(versions, Box::new(io::stdout())) {
                Err(error) if is_closed_pipe(&error) => Ok(None),
                Err(error) => Err(error),
                Ok(rows) => match io::stdout().flush() {
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
                    _ => Ok(Some(rows)),
                },
            };
        };
        // Nobody must find half a file under the name that was asked for.
        let beside = beside(target);
        let outcome = self.fill_file(versions, &beside).and_then(|rows| {
            fs::rename(&beside, target)
                .with_context(|| format!("could not put `{}` in place", target.display()))?;
            Ok(Some(rows))
        });
        if outcome.is_err() {
            // The first failure is the one to tell.
            let _ = fs::remove_file(&beside);
        }
        outcome
    }

    fn fill_file(&self, versions: &[VersionRow], path: &Path) -> Result<u64> {
        let file =
            File::create(path).with_context(|| format!("could not create `{}`", path.display()))?;
        let rows = self.fill(versions, Box::new(file.try_clone()?))?;
        file.sync_all().with_context(|| format!("could not finish `{}`", path.display()))?;
        Ok(rows)
    }

    fn fill(&self, versions: &[VersionRow], out: Box<dyn Write + Send>) -> Result<u64> {
        let empty = DataFrame::empty_with_schema(&self.columns);
        let shaped =
            encode::shape(polars::prelude::IntoLazy::lazy(empty), &self.columns, self.format)
                .collect_schema()?;
        let mut encoder = Encoder::new(self.format, out, &shaped)?;
        let paths = |versions: &[VersionRow]| -> Vec<String> {
            versions.iter().flat_map(|version| version.paths.iter().cloned()).collect()
        };
        if self.mill.catalog.dataset(self.dataset).source().is_some() {
            // Text is read whole, so one partition at a time.
            for version in versions {
                let paths = paths(std::slice::from_ref(version));
                let frame =
                    published_frame(self.mill, self.dataset, &paths, &self.columns, self.runtime)?;
                encoder = self.drain(frame, encoder)?;
            }
        } else {
            let frame = published_frame(
                self.mill,
                self.dataset,
                &paths(versions),
                &self.columns,
                self.runtime,
            )?;
            encoder = self.drain(frame, encoder)?;
        }
        encoder.finish()
    }

    /// Feeds all rows of a frame, in order, to the encoder, and gives the encoder back.
    fn drain(&self, frame: LazyFrame, encoder: Encoder) -> Result<Encoder> {
        let shared = Arc::new(Mutex::new((Some(encoder), None)));
        let held = Arc::clone(&shared);
        let take = PlanCallback::new(move |batch: DataFrame| {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            let (encoder, fault) = &mut *held;
            let Some(encoder) = encoder else { return Ok(true) };
            if let Err(error) = encoder.take(batch) {
                // The engine would keep the text of it only.
                let text = error.to_string();
                *fault = Some(error);
                return Err(PolarsError::ComputeError(text.into()));
            }
            Ok(false)
        });
        let frame = encode::shape(frame, &self.columns, self.format);
        let outcome = frame
            .sink_batches(take, true, None)
            .and_then(|sink| sink.collect_with_engine(Engine::Streaming));
        let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let encoder = held.0.take();
        if let Some(fault) = held.1.take() {
            return Err(fault);
        }
        outcome?;
        Ok(encoder.expect("only this function takes the encoder, and it does so once"))
    }
}

/// A name in the same folder that nobody reads.
fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "export".to_owned());
    target.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let inner = match cause.downcast_ref::<PolarsError>() {
            Some(PolarsError::IO { error, .. }) => Some(error.kind()),
            _ => None,
        };
        io.or(inner) == Some(io::ErrorKind::BrokenPipe)
    })
}
