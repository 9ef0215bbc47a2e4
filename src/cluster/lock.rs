//! Lock files. The system drops a lock when its holder dies, so none is ever stale.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

use super::Error;

/// How often a lock that is taken is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(50);

/// How often a person is told about a long wait.
pub(super) const NOTE_EVERY: Duration = Duration::from_secs(10);

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock for this process alone, waiting up to `limit`.
    ///
    /// # Errors
    ///
    /// When the file cannot be used, or its holder keeps it longer than `limit`.
    pub(super) async fn exclusive(path: &Path, limit: Duration) -> Result<Self, Error> {
        let (begun, mut note_after) = (Instant::now(), NOTE_EVERY);
        loop {
            if let Some(lock) = Self::try_exclusive(path)? {
                return Ok(lock);
            }
            let waited = begun.elapsed();
            if limit <= waited {
                return Err(Error::Locked { path: path.to_owned(), seconds: limit.as_secs() });
            }
            if note_after <= waited {
                note_after += NOTE_EVERY;
                tracing::info!("waiting for another process to start or stop the database");
            }
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }

    /// Takes the lock for this process alone, if nobody holds it.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub(super) fn try_exclusive(path: &Path) -> Result<Option<Self>, Error> {
        let file = open(path)?;
        taken(file.try_lock(), path).map(|taken| taken.then_some(Self(file)))
    }

    /// Takes the lock together with others, if nobody holds it alone.
    ///
    /// # Errors
    ///
    /// When the file cannot be used.
    pub(super) fn try_shared(path: &Path) -> Result<Option<Self>, Error> {
        let file = open(path)?;
        taken(file.try_lock_shared(), path).map(|taken| taken.then_some(Self(file)))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it locked while a program that is being spawned on another
        // thread still shares the file. A failure has the same effect as closing.
        let _ = self.0.unlock();
    }
}

fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("open the lock file", path))
}

fn taken(result: Result<(), TryLockError>, path: &Path) -> Result<bool, Error> {
    match result {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(Error::io("lock", path)(source)),
    }
}
