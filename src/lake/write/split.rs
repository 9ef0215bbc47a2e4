//! One query for many partitions: its rows are dealt out to one object per partition.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::*;
use tokio::runtime::Handle;

use super::part::Part;
use super::profile::Profiler;
use super::stage::{ROW_GROUP, Staged, guarded, staged};
use super::upload::{Sent, Upload};
use super::watch::{Watch, refuse};
use super::{Cut, Error, durable};
use crate::lake::Place;
use crate::lake::small::is_small;

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
    let parts = paths.iter().map(|path| {
        let upload = Upload::new(place, path, runtime.clone());
        Part::new(path, &schema, upload)
    });
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
    let outcome = guarded(|| match is_small(&plan).map_err(Error::Plan)? {
        true => {
            let frame = plan.collect_with_engine(Engine::InMemory).map_err(Error::Plan)?;
            take.call(frame.unwrap_single()).map_err(Error::Plan)
        }
        false => {
            let plan = plan.sink_batches(take, true, None).map_err(Error::Plan)?;
            plan.collect_with_engine(Engine::Streaming).map_err(Error::Plan).map(|_| true)
        }
    });
    // A callback may outlive the query that failed: taking the dealer makes later ones fail.
    let mut held = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let dealer = held.0.take().expect("only this function takes the dealer, and it does so once");
    let stopped = if stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) };
    let failed = held.1.take().map_or(Ok(()), Err);
    match failed.and(outcome.map(drop)).and(stopped) {
        Ok(()) => Ok(dealer.parts),
        Err(error) => {
            dealer.parts.iter().for_each(Part::abort);
            Err(error)
        }
    }
}

/// What a member's rows hold, and what was sent where.
type Closed = (Profiler, (Path, Sent));

/// Completes all members, several at a time: most of the time goes into small requests.
fn close(parts: Vec<Part>, runtime: &Handle) -> Result<Vec<Closed>, Error> {
    let uploads: Vec<_> = parts.iter().map(Part::upload).collect();
    let share = parts.len().div_ceil(AT_ONCE);
    let mut parts = parts.into_iter().peekable();
    let mut tasks = Vec::new();
    while parts.peek().is_some() {
        let some: Vec<Part> = parts.by_ref().take(share).collect();
        let close = move || some.into_iter().map(finish).collect::<Result<Vec<_>, Error>>();
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

fn finish(part: Part) -> Result<Closed, Error> {
    let (path, upload) = (part.path().clone(), part.upload());
    let profiler = part.close()?;
    let sent = upload.finish(&path)?;
    Ok((profiler, (path, sent)))
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
            part.add(rows)?;
            while ROW_GROUP <= part.pending() {
                self.pending -= ROW_GROUP;
                part.write(ROW_GROUP)?;
            }
        }
        while PENDING_MAX < self.pending {
            let Some(part) = self.parts.iter_mut().max_by_key(|part| part.pending()) else {
                break;
            };
            let rows = part.pending();
            self.pending -= rows;
            part.write(rows)?;
        }
        Ok(())
    }
}
