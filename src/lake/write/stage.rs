//! One pass over a plan: rows are profiled, encoded, hashed and sent as they come.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::*;
use polars_utils::compression::ZstdLevel;
use tokio::runtime::Handle;

use super::part::Part;
use super::profile::Profiler;
use super::upload::{Sent, Upload, generic};
use super::watch::Watch;
use super::{ColumnProfile, Error, durable};
use crate::lake::Place;
use crate::lake::small::is_small;

/// Rows per row group: small enough to skip by statistics, large enough to compress.
pub(super) const ROW_GROUP: usize = 1 << 17;
/// Fewer bytes take a few blocks of a disk whatever is done to them, and compressing them, column by
/// column, takes longer than making them.
const WORTH_COMPRESSING: usize = 1 << 16;

/// A whole Parquet object that nothing refers to yet.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Where the object is.
    pub path: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// The BLAKE3 hash of its bytes, in hex.
    pub sha: String,
    /// A hash of what its rows say, the same for any order of rows and columns.
    pub content: [u8; 16],
    /// What each column holds, in the order of the columns.
    pub profile: Vec<ColumnProfile>,
    /// The columns and their types.
    pub schema: Schema,
}

/// Runs a plan and writes its rows as one Parquet object at `path`.
///
/// Blocks: call it from `spawn_blocking`, with a handle to a runtime whose workers run elsewhere.
/// `stop` is looked at once per batch, so a plan that sorts or groups first looks late.
///
/// # Errors
///
/// When the plan fails or panics, when `stop` is set, or when the place does not take the object.
/// The upload is then aborted, and no object that looks whole is left at `path`.
pub fn stage(
    mut plan: LazyFrame,
    place: &Place,
    path: &Path,
    runtime: &Handle,
    stop: &Arc<AtomicBool>,
) -> Result<Staged, Error> {
    let schema = guarded(|| plan.collect_schema().map_err(Error::Plan))?;
    let upload = Upload::new(place, path, runtime.clone());
    let watch = Arc::new(Watch::new(Arc::clone(&schema), Arc::clone(stop)));
    let is_small = guarded(|| is_small(&plan).map_err(Error::Plan))?;
    let ran = match is_small {
        true => run_small(plan, path, &upload, &watch),
        false => run(plan, path, &upload, &watch),
    };
    let profiler = ran.inspect_err(|_| upload.abort())?;
    let sent = send(place, path, &upload, runtime)?;
    Ok(staged(path, &schema, profiler, sent))
}

/// Runs a plan that makes few rows of few, in memory and on this thread.
fn run_small(
    plan: LazyFrame,
    path: &Path,
    upload: &Upload,
    watch: &Arc<Watch>,
) -> Result<Profiler, Error> {
    watch.go_on()?;
    let ran = || plan.collect_with_engine(Engine::InMemory).map_err(Error::Plan);
    let frame = guarded(ran)?.unwrap_single();
    watch.admit(&frame)?;
    let mut part = Part::new(path, frame.schema(), upload.clone());
    part.add(frame)?;
    guarded(|| part.close())
}

/// Runs the plan into the upload. Every batch passes the watch on whatever thread made it, and row
/// groups are encoded side by side by the engine; they do not depend on how rows were batched.
fn run(
    plan: LazyFrame,
    path: &Path,
    upload: &Upload,
    watch: &Arc<Watch>,
) -> Result<Profiler, Error> {
    let seen = Arc::clone(watch);
    let pass = move |batch: DataFrame| seen.pass(batch);
    let plan = plan.map(pass, OptFlags::STREAMING, None, Some("profile"));
    let slot = Arc::new(Mutex::new(Some(upload.writable())));
    let target = SinkTarget::Dyn(SpecialEq::new(slot));
    let format = FileWriteFormat::Parquet(Arc::new(options(usize::MAX)));
    let outcome = guarded(|| {
        let destination = SinkDestination::File { target };
        let plan = plan.sink(destination, format, UnifiedSinkArgs::default());
        plan.map_err(Error::Plan)?.collect_with_engine(Engine::Streaming).map_err(Error::Plan)
    });
    if let Some(fault) = watch.take_fault() {
        return Err(fault);
    }
    if let Some(fault) = upload.take_fault() {
        return Err(Error::Store { path: path.to_string(), source: generic(fault) });
    }
    outcome?;
    watch.go_on()?;
    Ok(watch.finish())
}

/// How objects are written whose first row group has so many bytes in memory.
pub(super) fn options(bytes: usize) -> ParquetWriteOptions {
    let level = ZstdLevel::try_new(1).expect("zstd has a level 1");
    let compression = match bytes < WORTH_COMPRESSING {
        true => ParquetCompression::Uncompressed,
        false => ParquetCompression::Zstd(Some(level)),
    };
    ParquetWriteOptions {
        compression,
        row_group_size: Some(ROW_GROUP),
        compat_level: Some(CompatLevel::newest()),
        ..ParquetWriteOptions::default()
    }
}

/// Completes the object and makes sure of it, or leaves none.
fn send(place: &Place, path: &Path, upload: &Upload, runtime: &Handle) -> Result<Sent, Error> {
    let sent = upload.finish(path).and_then(|sent| {
        let mut object = [(path.clone(), sent)];
        durable::confirm(place, &mut object, runtime)?;
        let [(_, sent)] = object;
        Ok(sent)
    });
    sent.inspect_err(|_| {
        upload.abort();
        // A store may keep an object and lose its answer. Nobody refers to the object, so it goes;
        // one that is out of reach now is found by the sweeper.
        let _ = runtime.block_on(place.store().delete(path));
    })
}

pub(super) fn staged(path: &Path, schema: &Schema, profiler: Profiler, sent: Sent) -> Staged {
    let rows = profiler.rows();
    let (profile, content) = profiler.finish();
    Staged {
        path: path.to_string(),
        rows,
        bytes: sent.bytes,
        sha: sent.hash,
        content,
        profile,
        schema: schema.clone(),
    }
}

/// Turns a panic of job code or of the engine into an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::Panic(payload(panic.as_ref()))))
}

fn payload(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the panic carried no text").to_owned()
}
