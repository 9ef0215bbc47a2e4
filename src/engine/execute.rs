//! One attempt: read the pinned inputs, run the job's code, write what it makes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::{IntoLazy, LazyFrame, NamedFrom, PolarsResult, Series, col};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::executor::{Assignment, Member, Pinned, Router};
use super::{Failure, Workshop};
use crate::failpoint::{Failpoint, hit};
use crate::job::{Body, Context, JobError, JobResult};
use crate::lake;
use crate::lake::text::Reject;
use crate::lake::write::{self, Staged};
use crate::model::{PartitionKey, Slice, Window};
use crate::spec::Mapping;
use crate::store::Published;

/// How an attempt is told to stop: a flag for queries, a token for what is awaited.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop {
    pub(super) flag: Arc<AtomicBool>,
    token: CancellationToken,
}

impl Stop {
    /// Tells it to stop; whoever looks next does.
    pub(super) fn set(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.token.cancel();
    }
}

/// Makes the partitions of an assignment: one outcome for each member, in their order. Blocks: runs
/// where blocking is allowed.
pub(super) fn execute(
    shop: &Workshop,
    assignment: &Assignment,
    runtime: &Handle,
    stop: &Stop,
) -> Vec<Result<Published, Failure>> {
    let Some(dataset) = shop.catalog.index_of(&assignment.dataset) else {
        let message = format!("`{}` is not declared in this process", assignment.dataset);
        return assignment.members.iter().map(|_| Err(Failure::new("TM0412", &*message))).collect();
    };
    let bench = Bench { shop, dataset, routers: &assignment.routers, runtime, stop };
    if 1 < assignment.members.len() && bench.fuse().is_some() {
        return bench.make_together(&assignment.members);
    }
    // Code that panics elsewhere than where it is called must not take the other members along.
    let make = |member| catch_unwind(AssertUnwindSafe(|| bench.make(member)));
    let made = assignment
        .members
        .iter()
        .map(|member| make(member).unwrap_or_else(|panic| Err(panicked(panic.as_ref()))));
    made.collect()
}

/// How many files are looked at, at the same time, when an attempt ends.
const LOOKS: usize = 32;

/// Where one dataset's partitions are made.
pub(super) struct Bench<'a> {
    pub(super) shop: &'a Workshop,
    pub(super) dataset: usize,
    pub(super) routers: &'a [Router],
    pub(super) runtime: &'a Handle,
    pub(super) stop: &'a Stop,
}

/// What an attempt has written, before it is held against what was read.
pub(super) struct Made {
    pub(super) staged: Staged,
    pub(super) rejected: u64,
    pub(super) rejects_path: Option<String>,
    pub(super) seconds: f64,
}

impl Bench<'_> {
    /// Makes one partition.
    fn make(&self, member: &Member) -> Result<Published, Failure> {
        let Self { shop, dataset, runtime, stop, .. } = *self;
        let began = Instant::now();
        let spec = shop.catalog.dataset(dataset);
        let key = key(member);
        let path = self.path(member, (member, member));
        hit(Failpoint::BeforeExecute)?;
        let mut rejected = (0, Vec::new());
        let axis = spec.scheme.time();
        let frames = self.frames(
            &member.inputs,
            axis.map(|axis| axis.window(member.ordinal)),
            &mut rejected,
        )?;
        let scheme = Arc::new(spec.scheme.clone());
        let cx = Context::new(spec.name.as_str(), scheme, key.clone(), member.attempt as u32);
        let mut plan = self.plan(cx, frames)?;
        // Alone as among others, every row says where it belongs.
        if self.fuse().is_some() {
            plan = self.cut(&mut plan, &[member.ordinal])?.guard(plan);
        }
        let object = Path::from(format!("{path}.parquet"));
        let staged = write::stage(plan, &shop.lake, &object, runtime, &stop.flag)?;
        hit(Failpoint::AfterStage)?;
        gate(shop, dataset, &staged)?;
        self.hold_to_pins(&member.inputs)?;
        let rejects_path = keep_rejects(shop, &path, &rejected.1, runtime)?;
        tracing::debug!(
            rows = staged.rows,
            bytes = staged.bytes,
            duration_ms = began.elapsed().as_millis() as u64,
            "made {} of `{}`",
            spec.scheme.describe(&key),
            spec.name
        );
        let seconds = began.elapsed().as_secs_f64();
        self.publish(member, Made { staged, rejected: rejected.0, rejects_path, seconds })
    }

    /// Where a member is written, without an ending, of all that are made with it: the first and the
    /// last.
    pub(super) fn path(&self, member: &Member, (first, last): (&Member, &Member)) -> Path {
        let spec = self.shop.catalog.dataset(self.dataset);
        let (name, scheme) = (spec.name.as_str(), &spec.scheme);
        let attempt = (member.run, member.attempt);
        lake::attempt_path(name, scheme, (&key(first), last.ordinal), attempt)
    }

    /// What the job's code plans, in the columns of its contract.
    pub(super) fn plan(&self, cx: Context, frames: Vec<LazyFrame>) -> Result<LazyFrame, Failure> {
        let spec = self.shop.catalog.dataset(self.dataset);
        let plan = call(self.shop, spec.name.as_str(), cx, frames, self.runtime, self.stop)?;
        Ok(match &spec.about.contract {
            Some(contract) => {
                let names = contract.columns().iter().map(|column| col(column.name.as_str()));
                plan.select(names.collect::<Vec<_>>())
            }
            None => plan,
        })
    }

    /// What is recorded of a member that was written.
    pub(super) fn publish(&self, member: &Member, made: Made) -> Result<Published, Failure> {
        let staged = made.staged;
        let routes = self.routes(&staged)?;
        let profile = staged.profile.iter().map(column).collect();
        Ok(Published {
            content: u128::from_le_bytes(staged.content),
            inputs: member.digest,
            rows: staged.rows as i64,
            files: vec![(staged.path, staged.bytes as i64, staged.sha)],
            rejected: made.rejected as i64,
            rejects_path: made.rejects_path,
            profile: serde_json::Value::Array(profile),
            seconds: made.seconds,
            lineage: lineage(member),
            routes,
            routed_by: self.routers.iter().map(|router| router.number).collect(),
        })
    }

    /// The frames of a job's inputs, in declared order.
    pub(super) fn frames(
        &self,
        inputs: &[Vec<Pinned>],
        window: Option<Window>,
        rejected: &mut (u64, Vec<Reject>),
    ) -> Result<Vec<LazyFrame>, Failure> {
        let catalog = &self.shop.catalog;
        let own = catalog.dataset(self.dataset);
        let inputs = catalog.inputs(self.dataset).iter().zip(inputs);
        let mut frames = Vec::new();
        for (input, pins) in inputs {
            let mut frame = input_frame(self.shop, input.dataset, pins, self.runtime, rejected)?;
            let contract = catalog.dataset(input.dataset).about.contract.as_ref();
            if let (Mapping::Routed(name), Some(contract), Some(axis), Some(window)) =
                (&input.reads.mapping, contract, own.scheme.time(), window)
                && let Some(held) = contract.columns().iter().find(|held| held.name == *name)
            {
                frame = lake::keep(frame, name, &held.kind, axis, window);
            }
            frames.push(frame);
        }
        Ok(frames)
    }

    /// Fails when a file of a source is not the one that was pinned any more: what was read of it
    /// may be neither the old version nor the new one.
    pub(super) fn hold_to_pins(&self, inputs: &[Vec<Pinned>]) -> Result<(), Failure> {
        let inputs = self.shop.catalog.inputs(self.dataset).iter().zip(inputs);
        let files = inputs
            .filter_map(|(input, pins)| Some((self.shop.sources[input.dataset].as_ref()?, pins)))
            .flat_map(|(place, pins)| pins.iter().map(move |pin| (place, pin)))
            .flat_map(|(place, pin)| {
                let files = pin.paths.iter().zip(&pin.sizes).zip(&pin.tags);
                files.map(move |((path, size), tag)| (place, path, *size as u64, tag))
            });
        let looks = files.map(|(place, path, size, tag)| async move {
            match lake::is_version(place, path, size, tag).await {
                true => Ok(()),
                false => Err(place.full_path(path)),
            }
        });
        let mut looks = stream::iter(looks).buffered(LOOKS);
        let held: Result<(), String> = self.runtime.block_on(async {
            while looks.try_next().await?.is_some() {}
            Ok(())
        });
        held.map_err(|path| {
            let message = format!("`{path}` changed or went away while it was read");
            Failure::new("TM0502", message)
        })
    }

    /// Which windows of its routed readers the rows belong to.
    fn routes(&self, staged: &Staged) -> Result<Vec<(i32, i64, i64, u128)>, Failure> {
        let reader = |router: &Router| {
            let reader = self.shop.catalog.index_of(&router.reader)?;
            Some((router.number, reader, router.position))
        };
        let routers: Vec<_> = self.routers.iter().filter_map(reader).collect();
        if routers.is_empty() {
            return Ok(Vec::new());
        }
        let schema = Arc::new(staged.schema.clone());
        lake::scan(&self.shop.lake, std::slice::from_ref(&staged.path), &schema)
            .and_then(|frame| route(self.shop, &routers, &frame))
            .map_err(|error| Failure::new("TM0401", format!("could not route rows: {error}")))
    }
}

pub(super) fn key(member: &Member) -> PartitionKey {
    let slice = match member.slice.is_empty() {
        true => Slice::none(),
        false => Slice::new(member.slice.iter().map(String::as_str)),
    };
    PartitionKey { slice, ordinal: member.ordinal }
}

pub(super) fn lineage(member: &Member) -> Vec<(i16, i64)> {
    let inputs = member.inputs.iter().enumerate();
    inputs
        .flat_map(|(position, pins)| {
            pins.iter().map(move |pin| (position as i16, pin.materialization))
        })
        .collect()
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

fn input_frame(
    shop: &Workshop,
    dataset: usize,
    pins: &[Pinned],
    runtime: &Handle,
    rejected: &mut (u64, Vec<Reject>),
) -> Result<LazyFrame, Failure> {
    let spec = shop.catalog.dataset(dataset);
    let paths: Vec<String> = pins.iter().flat_map(|pin| pin.paths.iter().cloned()).collect();
    if let (Some(source), Some(contract), Some(place)) =
        (spec.source(), &spec.about.contract, &shop.sources[dataset])
    {
        let read = lake::read(place, source, contract, &paths, runtime)?;
        rejected.0 += read.rejected;
        rejected.1.extend(read.rejects);
        return Ok(read.frame);
    }
    let schema = shop.verified.schemas[dataset].as_ref().ok_or_else(|| {
        let message = format!("the columns of `{}` are not known; see `tidemill check`", spec.name);
        Failure::new("TM0401", message).for_good()
    })?;
    lake::scan(&shop.lake, &paths, schema)
        .map_err(|error| Failure::new("TM0401", format!("could not scan `{}`: {error}", spec.name)))
}

/// Runs the job's code as far as a plan; a panic in it is a failure like any other.
fn call(
    shop: &Workshop,
    job: &str,
    cx: Context,
    frames: Vec<LazyFrame>,
    runtime: &Handle,
    stop: &Stop,
) -> Result<LazyFrame, Failure> {
    let Some(body) = shop.project.body(job) else {
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
            let text = said(payload.as_ref());
            Err(Failure::new("TM0402", format!("the job's code panicked: {text}")))
        }
    }
}

/// A panic elsewhere than where the job's code is called.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Failure {
    Failure::new("TM0402", format!("the attempt panicked: {}", said(panic)))
}

/// What a panic said.
pub(super) fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message")
}

/// A future of a job that ends when the attempt is stopped.
async fn unless_stopped<T>(stop: &Stop, work: impl Future<Output = JobResult<T>>) -> JobResult<T> {
    tokio::select! {
        outcome = work => outcome,
        () = stop.token.cancelled() => Err(JobError::new("the attempt was stopped")),
    }
}

/// Holds what was written against the contract before anyone can see it.
pub(super) fn gate(shop: &Workshop, dataset: usize, staged: &Staged) -> Result<(), Failure> {
    let Some(contract) = &shop.catalog.dataset(dataset).about.contract else { return Ok(()) };
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
    shop: &Workshop,
    attempt: &Path,
    rejects: &[Reject],
    runtime: &Handle,
) -> Result<Option<String>, Failure> {
    if rejects.is_empty() {
        return Ok(None);
    }
    let path = Path::from(format!("{attempt}.rejects.ndjson"));
    let bytes = lake::rejects_file(rejects);
    let put = shop.lake.store().put(&path, bytes.into());
    runtime.block_on(put).map_err(|error| {
        Failure::new("TM0401", format!("could not keep unreadable rows aside: {error}"))
    })?;
    Ok(Some(path.to_string()))
}

/// The routes of a frame: router, output window, rows, and a hash of those rows.
pub(super) fn route(
    shop: &Workshop,
    routers: &[(i32, usize, usize)],
    frame: &LazyFrame,
) -> PolarsResult<Vec<(i32, i64, i64, u128)>> {
    let mut routes = Vec::new();
    for (router, reader, position) in routers {
        let Mapping::Routed(column) = &shop.catalog.link(*reader, *position).reads.mapping else {
            continue;
        };
        let Some(axis) = shop.catalog.dataset(*reader).scheme.time() else { continue };
        let shares = lake::shares(frame.clone(), column, axis)?;
        let route = |share: lake::Share| (*router, share.ordinal, share.rows as i64, share.content);
        routes.extend(shares.into_iter().map(route));
    }
    Ok(routes)
}
