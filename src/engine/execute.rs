//! One attempt: read the pinned inputs, run the job's code, write what it makes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::{IntoLazy, LazyFrame, NamedFrom, PolarsResult, Series, col};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::Mill;
use super::resolve::Resolved;
use crate::job::{Body, Context, JobError, JobResult};
use crate::lake::text::Reject;
use crate::lake::write::{self, Staged};
use crate::lake::{self, SourceError};
use crate::spec::Mapping;
use crate::store::{Pin, Published};

/// Why an attempt failed.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Whether no further attempt can help.
    pub(super) is_final: bool,
}

impl Failure {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), is_final: false }
    }

    fn for_good(mut self) -> Self {
        self.is_final = true;
        self
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        Self { code: "TM0401", message: error.message().to_owned(), is_final: error.is_final() }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let code = match error {
            SourceError::Rejects { .. } => "TM0501",
            _ => "TM0502",
        };
        let text = error.to_string();
        // The code is a field of its own here.
        let message = text.strip_prefix(code).map_or(text.as_str(), |rest| &rest[2..]).to_owned();
        let failure = Self::new(code, message);
        if code == "TM0501" { failure.for_good() } else { failure }
    }
}

impl From<write::Error> for Failure {
    fn from(error: write::Error) -> Self {
        let code = match error {
            write::Error::Panic(_) => "TM0402",
            write::Error::Size { .. } => "TM0503",
            write::Error::Stopped => "TM0403",
            _ => "TM0401",
        };
        Self::new(code, error.to_string())
    }
}

/// How an attempt is told to stop: a flag for queries, a token for what is awaited.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop {
    pub(super) flag: Arc<AtomicBool>,
    pub(super) token: CancellationToken,
}

/// Makes one partition. Blocks: runs where blocking is allowed.
pub(super) fn execute(
    mill: &Mill,
    resolved: &Resolved,
    runtime: &Handle,
    stop: &Stop,
) -> Result<Published, Failure> {
    let began = Instant::now();
    let run = &resolved.run;
    let spec = mill.catalog.dataset(run.dataset);
    let path = lake::attempt_path(spec.name.as_str(), &spec.scheme, &run.key, run.id, run.attempt);
    let mut rejected = (0, Vec::new());
    let frames = frames(mill, resolved, runtime, &mut rejected)?;
    let scheme = Arc::new(spec.scheme.clone());
    let cx = Context::new(spec.name.as_str(), scheme, run.key.clone(), run.attempt as u32);
    let plan = call(mill, spec.name.as_str(), cx, frames, runtime, stop)?;
    let plan = match &spec.about.contract {
        Some(contract) => {
            let names = contract.columns().iter().map(|column| col(column.name.as_str()));
            plan.select(names.collect::<Vec<_>>())
        }
        None => plan,
    };
    let object = Path::from(format!("{path}.parquet"));
    let staged = write::stage(plan, &mill.lake, &object, runtime, &stop.flag)?;
    gate(mill, run.dataset, &staged)?;
    hold_to_pins(mill, resolved, runtime)?;
    let rejects_path = keep_rejects(mill, &path, &rejected.1, runtime)?;
    let routes = routes(mill, run.dataset, &staged)?;
    let lineage = resolved
        .inputs
        .iter()
        .flatten()
        .map(|pin| (pin.position as i16, pin.materialization))
        .collect();
    let profile = staged.profile.iter().map(column).collect();
    Ok(Published {
        content: u128::from_le_bytes(staged.content),
        inputs: resolved.digest,
        rows: staged.rows as i64,
        files: vec![(staged.path, staged.bytes as i64, staged.sha)],
        rejected: rejected.0 as i64,
        rejects_path,
        profile: serde_json::Value::Array(profile),
        seconds: began.elapsed().as_secs_f64(),
        lineage,
        routes,
        routed_by: mill.routers_into(run.dataset).iter().map(|router| router.0).collect(),
    })
}

fn column(profile: &write::ColumnProfile) -> serde_json::Value {
    serde_json::json!({
        "name": profile.name,
        "type": profile.kind,
        "nulls": profile.nulls,
        "distinct": profile.distinct,
        "min": profile.min,
        "max": profile.max,
        "mean": profile.mean,
    })
}

/// The frames of a job's inputs, in declared order.
fn frames(
    mill: &Mill,
    resolved: &Resolved,
    runtime: &Handle,
    rejected: &mut (u64, Vec<Reject>),
) -> Result<Vec<LazyFrame>, Failure> {
    let run = &resolved.run;
    let own = mill.catalog.dataset(run.dataset);
    let inputs = mill.catalog.inputs(run.dataset).iter().zip(&resolved.inputs);
    let mut frames = Vec::new();
    for (input, pins) in inputs {
        let mut frame = input_frame(mill, input.dataset, pins, runtime, rejected)?;
        let contract = mill.catalog.dataset(input.dataset).about.contract.as_ref();
        if let (Mapping::Routed(name), Some(contract), Some(axis)) =
            (&input.reads.mapping, contract, own.scheme.time())
            && let Some(held) = contract.columns().iter().find(|held| held.name == *name)
        {
            let window = axis.window(run.key.ordinal);
            frame = lake::keep(frame, name, &held.kind, axis, window);
        }
        frames.push(frame);
    }
    Ok(frames)
}

fn input_frame(
    mill: &Mill,
    dataset: usize,
    pins: &[Pin],
    runtime: &Handle,
    rejected: &mut (u64, Vec<Reject>),
) -> Result<LazyFrame, Failure> {
    let spec = mill.catalog.dataset(dataset);
    let paths: Vec<String> = pins.iter().flat_map(|pin| pin.paths.iter().cloned()).collect();
    if let (Some(source), Some(contract), Some(place)) =
        (spec.source(), &spec.about.contract, &mill.sources[dataset])
    {
        let read = lake::read(place, source, contract, &paths, runtime)?;
        rejected.0 += read.rejected;
        rejected.1.extend(read.rejects);
        return Ok(read.frame);
    }
    let schema = mill.verified.schemas[dataset].as_ref().ok_or_else(|| {
        let message = format!("the columns of `{}` are not known; see `tidemill check`", spec.name);
        Failure::new("TM0401", message).for_good()
    })?;
    lake::scan(&mill.lake, &paths, schema)
        .map_err(|error| Failure::new("TM0401", format!("could not scan `{}`: {error}", spec.name)))
}

/// Fails when a file of a source is not the one that was pinned any more: what was read of it may
/// be neither the old version nor the new one.
fn hold_to_pins(mill: &Mill, resolved: &Resolved, runtime: &Handle) -> Result<(), Failure> {
    let inputs = mill.catalog.inputs(resolved.run.dataset).iter().zip(&resolved.inputs);
    for (input, pins) in inputs {
        let Some(place) = &mill.sources[input.dataset] else { continue };
        for pin in pins {
            let files = pin.paths.iter().zip(&pin.sizes).zip(&pin.tags);
            for ((path, size), tag) in files {
                let held = runtime.block_on(lake::is_version(place, path, *size as u64, tag));
                if !held {
                    let path = place.full_path(path);
                    let message = format!("`{path}` changed or went away while it was read");
                    return Err(Failure::new("TM0502", message));
                }
            }
        }
    }
    Ok(())
}

/// Runs the job's code as far as a plan; a panic in it is a failure like any other.
fn call(
    mill: &Mill,
    job: &str,
    cx: Context,
    frames: Vec<LazyFrame>,
    runtime: &Handle,
    stop: &Stop,
) -> Result<LazyFrame, Failure> {
    let Some(body) = mill.project.body(job) else {
        return Err(Failure::new("TM0401", format!("job `{job}` has no code")).for_good());
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| match body {
        Body::Transform(code) => code(&cx, frames),
        Body::Load(code) => runtime.block_on(unless_stopped(stop, code(cx))),
        Body::Export(code) => {
            let key = cx.idempotency_key();
            let rows = runtime.block_on(unless_stopped(stop, code(cx, frames)))?;
            let columns = vec![
                Series::new("idempotency_key".into(), [key]).into(),
                Series::new("rows".into(), [rows as i64]).into(),
            ];
            Ok(polars::prelude::DataFrame::new_infer_height(columns)?.lazy())
        }
    }));
    match outcome {
        Ok(plan) => Ok(plan?),
        Err(payload) => {
            let text = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let text = text.unwrap_or_else(|| "a panic without a message".to_owned());
            Err(Failure::new("TM0402", format!("the job's code panicked: {text}")))
        }
    }
}

/// A future of a job that ends when the attempt is stopped.
async fn unless_stopped<T>(stop: &Stop, work: impl Future<Output = JobResult<T>>) -> JobResult<T> {
    tokio::select! {
        outcome = work => outcome,
        () = stop.token.cancelled() => Err(JobError::new("the attempt was stopped")),
    }
}

/// Holds what was written against the contract before anyone can see it.
fn gate(mill: &Mill, dataset: usize, staged: &Staged) -> Result<(), Failure> {
    let Some(contract) = &mill.catalog.dataset(dataset).about.contract else { return Ok(()) };
    for column in contract.columns() {
        let wanted = lake::data_type(&column.kind);
        let made = staged.schema.get(column.name.as_str());
        if made != Some(&wanted) {
            let made = made.map_or_else(|| "missing".to_owned(), lake::describe);
            let (name, kind) = (&column.name, &column.kind);
            let message = format!("column `{name}` is {made}, the contract says {kind}");
            return Err(Failure::new("TM0505", message).for_good());
        }
        let profile = staged.profile.iter().find(|profile| profile.name == column.name);
        let nulls = profile.map_or(0, |profile| profile.nulls);
        if !column.nullable && 0 < nulls {
            let name = &column.name;
            let message = format!("{nulls} rows have no `{name}`, which the contract requires");
            return Err(Failure::new("TM0505", message).for_good());
        }
    }
    Ok(())
}

fn keep_rejects(
    mill: &Mill,
    attempt: &Path,
    rejects: &[Reject],
    runtime: &Handle,
) -> Result<Option<String>, Failure> {
    if rejects.is_empty() {
        return Ok(None);
    }
    let path = Path::from(format!("{attempt}.rejects.ndjson"));
    let bytes = lake::rejects_file(rejects);
    let put = mill.lake.store().put(&path, bytes.into());
    runtime.block_on(put).map_err(|error| {
        Failure::new("TM0401", format!("could not keep unreadable rows aside: {error}"))
    })?;
    Ok(Some(path.to_string()))
}

/// Which windows of its routed readers the rows belong to.
fn routes(
    mill: &Mill,
    dataset: usize,
    staged: &Staged,
) -> Result<Vec<(i32, i64, i64, u128)>, Failure> {
    let routers = mill.routers_into(dataset);
    if routers.is_empty() {
        return Ok(Vec::new());
    }
    let schema = Arc::new(staged.schema.clone());
    lake::scan(&mill.lake, std::slice::from_ref(&staged.path), &schema)
        .and_then(|frame| route(mill, &routers, &frame))
        .map_err(|error| Failure::new("TM0401", format!("could not route rows: {error}")))
}

/// The routes of a frame: router, output window, rows, and a hash of those rows.
pub(super) fn route(
    mill: &Mill,
    routers: &[(i32, usize, usize)],
    frame: &LazyFrame,
) -> PolarsResult<Vec<(i32, i64, i64, u128)>> {
    let mut routes = Vec::new();
    for (router, reader, position) in routers {
        let Mapping::Routed(column) = &mill.catalog.link(*reader, *position).reads.mapping else {
            continue;
        };
        let Some(axis) = mill.catalog.dataset(*reader).scheme.time() else { continue };
        let shares = lake::shares(frame.clone(), column, axis)?;
        let route = |share: lake::Share| (*router, share.ordinal, share.rows as i64, share.content);
        routes.extend(shares.into_iter().map(route));
    }
    Ok(routes)
}
