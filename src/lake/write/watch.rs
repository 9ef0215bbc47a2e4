//! What passes on its way into a file, seen by as many threads as there are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars::prelude::{DataFrame, PolarsError, PolarsResult, Schema, SchemaRef};

use super::Error;
use super::profile::Profiler;

/// Profiles every batch that passes; each thread works on a profiler of its own for as long as a
/// batch takes, so there are as many as ever worked at once.
pub(super) struct Watch {
    schema: SchemaRef,
    stop: Arc<AtomicBool>,
    idle: Mutex<Vec<Profiler>>,
    /// The first failure, which the engine would return as text only.
    fault: Mutex<Option<Error>>,
}

impl Watch {
    pub(super) fn new(schema: SchemaRef, stop: Arc<AtomicBool>) -> Self {
        Self { schema, stop, idle: Mutex::default(), fault: Mutex::default() }
    }

    /// Sees a batch and passes it on.
    pub(super) fn pass(&self, batch: DataFrame) -> PolarsResult<DataFrame> {
        match self.see(&batch) {
            Ok(()) => Ok(batch),
            Err(error) => {
                let told = refuse(&error);
                lock(&self.fault).get_or_insert(error);
                Err(told)
            }
        }
    }

    fn see(&self, batch: &DataFrame) -> Result<(), Error> {
        self.admit(batch)?;
        let idle = lock(&self.idle).pop();
        let mut profiler = idle.unwrap_or_else(|| Profiler::new(&self.schema));
        let seen = profiler.observe(batch).map_err(Error::Plan);
        lock(&self.idle).push(profiler);
        seen
    }

    /// Whether the attempt goes on.
    pub(super) fn go_on(&self) -> Result<(), Error> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(Error::Stopped),
            false => Ok(()),
        }
    }

    /// Whether the attempt goes on, and the batch is what the plan promised.
    pub(super) fn admit(&self, batch: &DataFrame) -> Result<(), Error> {
        self.go_on()?;
        if **batch.schema() != *self.schema {
            return Err(Error::Schema {
                promised: words(&self.schema),
                produced: words(batch.schema()),
            });
        }
        Ok(())
    }

    /// The first failure, if there was one.
    pub(super) fn take_fault(&self) -> Option<Error> {
        lock(&self.fault).take()
    }

    /// Everything that was seen.
    pub(super) fn finish(&self) -> Profiler {
        let mut profilers = std::mem::take(&mut *lock(&self.idle)).into_iter();
        let mut all = profilers.next().unwrap_or_else(|| Profiler::new(&self.schema));
        profilers.for_each(|profiler| all.absorb(profiler));
        all
    }
}

/// A failure in the words of the engine, which knows of text only.
pub(super) fn refuse(error: &Error) -> PolarsError {
    PolarsError::ComputeError(error.to_string().into())
}

fn words(schema: &Schema) -> String {
    let words: Vec<String> = schema.iter().map(|(name, dtype)| format!("{name} {dtype}")).collect();
    words.join(", ")
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
