//! One query for many partitions: its rows are dealt out to one object per partition.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::*;
use polars_io::parquet::write::BatchedWriter;
use tokio::runtime::Handle;

use super::profile::Profiler;
use super::stage::{ROW_GROUP, Staged, guarded, options, staged};
use super::upload::{Sent, Upload, generic};
use super::watch::{Watch, refuse};
use super::{Cut, Error, durable};
use crate::lake::Place;

/// The most rows that wait for the rest of their row group, over all members.
const PENDING_MAX: usize = 16 * ROW_GROUP;
/// How many members are completed at the same time.
const AT_ONCE: usize = 16;

/// Runs a plan once and writes one Parquet object per member of `cut`, each as [`stage`] would have
/// written it alone; `paths` are those of the members, in their order.
///
/// Blocks, like [`stage`].
///
/// # Errors
///
/// When the plan fails or panics, when a row belongs to none of the members, when `stop` is set, or
/// when the place does not take an object. No object is left then.
///
/// [`stage`]: super::stage
pub fn stage_split(
    mut plan: LazyFrame,
    (cut, paths): (&Cut, &[Path]),
    place: &Place,
    runtime: &Handle,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<Staged>, Error> {
    let schema = guarded(|| plan.collect_schema().map_err(Error::Plan))?;
    cut.fits(&schema)?;
    let parts = paths.iter().map(|path| Part::new(place, path, &schema, runtime));
    let dealer = Dealer { cut: cut.clone(), parts: parts.collect(), pending: 0 };
    let parts = deal(plan, dealer, &schema, stop)?;
    let closed = close(parts, runtime);
    let kept = closed.and_then(|closed| {
        let (profilers, mut sent): (Vec<_>, Vec<_>) = closed.into_iter().unzip();
        durable::confirm(place, &mut sent, runtime)?;
        Ok(profilers.into_iter().zip(sent))
    });
    let kept = kept.inspect_err(|_| {
        // Nobody refers to the objects; what is out of reach now is found by the sweeper.
        for path in paths {
            let _ = runtime.block_on(place.store().delete(path));
        }
    })?;
    Ok(kept.map(|(profiler, (path, sent))| staged(&path, &schema, profiler, sent)).collect())
}

/// Runs the plan and gives every member its rows.
fn deal(
    plan: LazyFrame,
    dealer: Dealer,
    schema: &SchemaRef,
    stop: &Arc<AtomicBool>,
) -> Result<Vec<Part>, Error> {
    let watch = Watch::new(Arc::clone(schema), Arc::clone(stop));
    let shared = Arc::new(Mutex::new((Some(dealer), None)));
    let held = Arc::clone(&shared);
    let take = PlanCallback::new(move |batch: DataFrame| {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let (dealer, fault) = &mut *held;
        let dealer = dealer.as_mut().ok_or_else(|| refuse(&Error::Stopped))?;
        watch.admit(&batch).and_then(|()| dealer.take(&batch)).map_err(|error| {
            let told = refuse(&error);
            fault.get_or_insert(error);
            told
        })?;
        Ok(false)
    });
    let outcome = guarded(|| {
        let plan = plan.sink_batches(take, true, None).map_err(Error::Plan)?;
        plan.collect_with_engine(Engine::Streaming).map_err(Error::Plan)
    });
    // A callback may outlive the query that failed: taking the dealer makes later ones fail.
    let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let dealer = held.0.take().expect("only this function takes the dealer, and it does so once");
    let stopped = if stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) };
    let failed = held.1.take().map_or(Ok(()), Err);
    match failed.and(outcome.map(drop)).and(stopped) {
        Ok(()) => Ok(dealer.parts),
        Err(error) => {
            dealer.parts.iter().for_each(|part| part.upload.abort());
            Err(error)
        }
    }
}

/// Completes all members, several at a time: most of the time goes into small requests.
fn close(parts: Vec<Part>, runtime: &Handle) -> Result<Vec<(Profiler, (Path, Sent))>, Error> {
    let uploads: Vec<Upload> = parts.iter().map(|part| part.upload.clone()).collect();
    let share = parts.len().div_ceil(AT_ONCE);
    let mut parts = parts.into_iter().peekable();
    let mut tasks = Vec::new();
    while parts.peek().is_some() {
        let some: Vec<Part> = parts.by_ref().take(share).collect();
        let close = move || some.into_iter().map(Part::close).collect::<Result<Vec<_>, Error>>();
        tasks.push(runtime.spawn_blocking(move || guarded(close)));
    }
    let mut closed = Vec::new();
    let mut failed = None;
    for task in tasks {
        let done = runtime.block_on(task);
        match done.unwrap_or_else(|error| Err(Error::Panic(error.to_string()))) {
            Ok(some) => closed.extend(some),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let Some(error) = failed else { return Ok(closed) };
    uploads.iter().for_each(Upload::abort);
    Err(error)
}

/// Gives rows to members.
struct Dealer {
    cut: Cut,
    parts: Vec<Part>,
    /// How many rows wait, over all members.
    pending: usize,
}

impl Dealer {
    fn take(&mut self, batch: &DataFrame) -> Result<(), Error> {
        for (member, rows) in self.cut.deal(batch)? {
            self.pending += rows.height();
            let part = &mut self.parts[member];
            part.pending.vstack_mut_owned(rows).map_err(Error::Plan)?;
            while ROW_GROUP <= part.pending.height() {
                self.pending -= ROW_GROUP;
                part.write(ROW_GROUP)?;
            }
        }
        while PENDING_MAX < self.pending {
            let Some(part) = self.parts.iter_mut().max_by_key(|part| part.pending.height()) else {
                break;
            };
            let rows = part.pending.height();
            self.pending -= rows;
            part.write(rows)?;
        }
        Ok(())
    }
}

/// One member's object on its way.
struct Part {
    path: Path,
    schema: SchemaRef,
    upload: Upload,
    writer: Option<BatchedWriter<Upload>>,
    profiler: Profiler,
    pending: DataFrame,
}

impl Part {
    fn new(place: &Place, path: &Path, schema: &SchemaRef, runtime: &Handle) -> Self {
        Self {
            path: path.clone(),
            schema: Arc::clone(schema),
            upload: Upload::new(place, path, runtime.clone()),
            writer: None,
            profiler: Profiler::new(schema),
            pending: DataFrame::empty_with_arc_schema(Arc::clone(schema)),
        }
    }

    /// Writes the first rows of those that wait, as one row group.
    fn write(&mut self, rows: usize) -> Result<(), Error> {
        let (mut group, rest) = self.pending.split_at(rows as i64);
        self.pending = rest;
        // The encoder makes a row group of each chunk.
        group.rechunk_mut();
        self.profiler.observe(&group).map_err(Error::Plan)?;
        let written = self.writer()?.write_batch(&group);
        written.map_err(|error| self.fault(error))
    }

    fn close(mut self) -> Result<(Profiler, (Path, Sent)), Error> {
        let rows = self.pending.height();
        if 0 < rows {
            self.write(rows)?;
        }
        let ended = self.writer()?.finish();
        ended.map_err(|error| self.fault(error))?;
        let sent = self.upload.finish();
        let sent = sent.map_err(|error| Error::Store {
            path: self.path.to_string(),
            source: generic(error),
        })?;
        Ok((self.profiler, (self.path, sent)))
    }

    fn writer(&mut self) -> Result<&mut BatchedWriter<Upload>, Error> {
        if self.writer.is_none() {
            // Side by side are the members, not the columns of one.
            let writer = options().to_writer(self.upload.clone()).set_parallel(false);
            let opened = writer.batched(&self.schema);
            self.writer = Some(opened.map_err(|error| self.fault(error))?);
        }
        Ok(self.writer.as_mut().expect("it was just opened"))
    }

    /// Why writing failed: the place, if it refused something, or else the encoder.
    fn fault(&self, source: PolarsError) -> Error {
        let path = self.path.to_string();
        match self.upload.take_fault() {
            Some(error) => Error::Store { path, source: generic(error) },
            None => Error::Encode { path, source },
        }
    }
}
