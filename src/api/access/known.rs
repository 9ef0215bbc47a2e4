//! Who was asked about a moment ago, so that a page with twenty requests costs one look.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Principal;

/// For how long an answer holds: what is revoked by another process is, at most that much later.
const KEEP: Duration = Duration::from_secs(2);
/// How many are held.
const MOST: usize = 4096;

/// Principals by the hash of what they showed.
#[derive(Debug, Default)]
pub(super) struct Known {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// How often everything was forgotten.
    turn: u64,
    held: HashMap<[u8; 32], (Instant, Principal)>,
}

impl Known {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who it is, if that was asked a moment ago; else the turn to hand to [`Known::keep`].
    pub(super) fn find(&self, hash: &[u8; 32]) -> Result<Principal, u64> {
        let inner = self.inner();
        match inner.held.get(hash) {
            Some((at, principal)) if at.elapsed() < KEEP => Ok(principal.clone()),
            _ => Err(inner.turn),
        }
    }

    /// Keeps what the database said, unless something was revoked since it was asked.
    pub(super) fn keep(&self, hash: [u8; 32], principal: &Principal, turn: u64) {
        let mut inner = self.inner();
        if inner.turn == turn {
            if MOST <= inner.held.len() {
                inner.held.clear();
            }
            inner.held.insert(hash, (Instant::now(), principal.clone()));
        }
    }

    /// Forgets everybody: somebody was revoked, or may do less.
    pub(super) fn forget(&self) {
        let mut inner = self.inner();
        inner.turn += 1;
        inner.held.clear();
    }
}
