//! One pass over a plan: rows are encoded, sent, hashed and profiled as they come.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use polars::prelude::*;
use polars_io::parquet::write::BatchedWriter;
use polars_utils::compression::ZstdLevel;
use tokio::runtime::Handle;

use super::profile::Profiler;
use super::upload::{Sent, Upload};
use super::{ColumnProfile, Error, durable};

/// Rows per row group: small enough to skip by statistics, large enough to compress.
const ROW_GROUP: usize = 1 << 17;

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
/// When the plan fails or panics, when `stop` is set, or when the object store does not take the
/// object. The upload is then aborted, and no object that looks whole is left at `path`.
pub fn stage(
    mut plan: LazyFrame,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
    runtime: &Handle,
    stop: &Arc<AtomicBool>,
) -> Result<Staged, Error> {
    let schema = guarded(|| plan.collect_schema().map_err(Error::Plan))?;
    let upload = Upload::new(Arc::clone(store), path.clone(), runtime.clone());
    let sink = Sink::open(path, &schema, upload.clone())?;
    let closed = run(plan, sink, stop).and_then(|sink| guarded(|| sink.close()));
    let (rows, profiler) = closed.inspect_err(|_| upload.abort())?;
    let stored = upload
        .finish()
        .map_err(|error| Error::Store { path: path.to_string(), source: generic(error) })
        .and_then(|sent| {
            durable::confirm(store.as_ref(), path, sent.bytes, runtime).map(|()| sent)
        });
    let Sent { bytes, hash } = stored.inspect_err(|_| {
        upload.abort();
        // A store may keep an object and lose its answer. Nobody refers to the object, so it goes;
        // one that is out of reach now is found by the sweeper.
        let _ = runtime.block_on(store.delete(path));
    })?;
    let (profile, content) = profiler.finish();
    let schema = Schema::clone(&schema);
    Ok(Staged { path: path.to_string(), rows, bytes, sha: hash, content, profile, schema })
}

/// Feeds every batch of the plan to the sink and gives the sink back.
fn run(plan: LazyFrame, sink: Sink, stop: &Arc<AtomicBool>) -> Result<Sink, Error> {
    let shared = Arc::new(Mutex::new(State { sink: Some(sink), fault: None }));
    let (state, stopping) = (Arc::clone(&shared), Arc::clone(stop));
    let take = PlanCallback::new(move |batch: DataFrame| {
        let mut state = lock(&state);
        state.take(batch, &stopping).map_err(|error| {
            let message = error.to_string();
            state.fault = Some(error);
            PolarsError::ComputeError(message.into())
        })?;
        Ok(false)
    });
    let outcome = guarded(|| {
        let plan = plan.sink_batches(take, true, None).map_err(Error::Plan)?;
        plan.collect_with_engine(Engine::Streaming).map_err(Error::Plan)
    });
    // A callback may outlive the query that failed: the lock waits for it, and taking the sink
    // makes those that come later fail.
    let mut state = lock(&shared);
    let sink = state.sink.take();
    if let Some(fault) = state.fault.take() {
        return Err(fault);
    }
    outcome?;
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Stopped);
    }
    Ok(sink.expect("only this function takes the sink, and it does so once"))
}

/// What the callback works on.
struct State {
    sink: Option<Sink>,
    /// The first failure, which the engine would return as text only.
    fault: Option<Error>,
}

impl State {
    fn take(&mut self, batch: DataFrame, stop: &AtomicBool) -> Result<(), Error> {
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Stopped);
        }
        match &mut self.sink {
            Some(sink) if self.fault.is_none() => sink.take(batch),
            _ => Err(Error::Stopped),
        }
    }
}

/// Encodes and profiles batches; row groups do not depend on how rows were batched.
struct Sink {
    path: String,
    schema: SchemaRef,
    writer: BatchedWriter<Upload>,
    profiler: Profiler,
    pending: DataFrame,
    rows: u64,
}

impl Sink {
    fn open(path: &Path, schema: &SchemaRef, upload: Upload) -> Result<Self, Error> {
        let path = path.to_string();
        let level = ZstdLevel::try_new(1).expect("zstd has a level 1");
        let writer = ParquetWriter::new(upload)
            .with_compression(ParquetCompression::Zstd(Some(level)))
            .batched(schema)
            .map_err(|source| Error::Encode { path: path.clone(), source })?;
        Ok(Self {
            path,
            schema: Arc::clone(schema),
            writer,
            profiler: Profiler::new(schema),
            pending: DataFrame::empty_with_arc_schema(Arc::clone(schema)),
            rows: 0,
        })
    }

    fn take(&mut self, batch: DataFrame) -> Result<(), Error> {
        if **batch.schema() != *self.schema {
            return Err(Error::Schema {
                promised: words(&self.schema),
                produced: words(batch.schema()),
            });
        }
        self.profiler.observe(&batch).map_err(Error::Plan)?;
        self.rows += batch.height() as u64;
        self.pending.vstack_mut_owned(batch).map_err(Error::Plan)?;
        while ROW_GROUP <= self.pending.height() {
            let (group, rest) = self.pending.split_at(ROW_GROUP as i64);
            self.pending = rest;
            self.encode(group)?;
        }
        Ok(())
    }

    fn encode(&mut self, mut group: DataFrame) -> Result<(), Error> {
        // The encoder makes a row group of each chunk.
        group.rechunk_mut();
        let encoded = self.writer.write_batch(&group);
        encoded.map_err(|source| Error::Encode { path: self.path.clone(), source })
    }

    fn close(mut self) -> Result<(u64, Profiler), Error> {
        let last = std::mem::take(&mut self.pending);
        if 0 < last.height() {
            self.encode(last)?;
        }
        let ended = self.writer.finish();
        ended.map_err(|source| Error::Encode { path: self.path, source })?;
        Ok((self.rows, self.profiler))
    }
}

fn words(schema: &Schema) -> String {
    let words: Vec<String> = schema.iter().map(|(name, dtype)| format!("{name} {dtype}")).collect();
    words.join(", ")
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns a panic of job code or of the engine into an error.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::Panic(payload(panic.as_ref()))))
}

fn payload(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("the panic carried no text").to_owned()
}

fn generic(error: std::io::Error) -> object_store::Error {
    object_store::Error::Generic { store: "upload", source: Box::new(error) }
}
