//! The latest picture, kept for all, and a new one taken behind their backs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Picture;
use super::moment::{Moment, next_close};
use crate::engine::Mill;

/// For how long a picture is shown without a look at the database.
const KEEP: Duration = Duration::from_secs(1);
/// For how long it is shown while a new one is being taken.
const SHOW: Duration = Duration::from_secs(5);
/// However quiet it is, a new one is taken after so long: what a transaction recorded that began
/// early and committed late may have left no mark.
const TRUST: Duration = Duration::from_mins(1);

/// The latest picture. Requests of one moment cost the database no more than one does, and wait for
/// it only when the last one is old.
#[derive(Debug, Default)]
pub(in super::super) struct Pictures {
    latest: RwLock<Option<Kept>>,
    /// Held by whoever takes a new one.
    taking: Arc<Mutex<()>>,
    /// How often something was changed that the latest does not show.
    outdated: AtomicU64,
}

#[derive(Clone, Debug)]
struct Kept {
    picture: Arc<Picture>,
    /// What had been recorded when it was taken.
    moment: Arc<Moment>,
    taken: Instant,
    /// When it was last known to be true.
    checked: Instant,
    /// When a window closes, and there is a partition more.
    closes_at: Option<Timestamp>,
}

impl Pictures {
    /// A picture that is at most a few seconds old.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn take(
        self: &Arc<Self>,
        mill: &Arc<Mill>,
    ) -> anyhow::Result<Arc<Picture>> {
        let held = self.held();
        let age = held.as_ref().map(|held| held.checked.elapsed());
        if let (Some(held), Some(age)) = (held, age.filter(|age| *age < SHOW)) {
            if KEEP <= age
                && let Ok(turn) = Arc::clone(&self.taking).try_lock_owned()
            {
                let (pictures, mill) = (Arc::clone(self), Arc::clone(mill));
                tokio::spawn(async move {
                    if let Err(error) = pictures.renew(&mill, turn).await {
                        tracing::warn!("could not look at where everything stands: {error:#}");
                    }
                });
            }
            return Ok(held.picture);
        }
        let now = Instant::now();
        self.take_since(mill, now.checked_sub(KEEP).unwrap_or(now)).await
    }

    /// A picture that was still true at an instant or after it, for what must fit to what is asked
    /// from then on.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn take_since(
        self: &Arc<Self>,
        mill: &Arc<Mill>,
        since: Instant,
    ) -> anyhow::Result<Arc<Picture>> {
        let turn = Arc::clone(&self.taking).lock_owned().await;
        if let Some(held) = self.held().filter(|held| since <= held.checked) {
            return Ok(held.picture);
        }
        // In a task of its own: a request that is given up on must not take it along.
        let (pictures, mill) = (Arc::clone(self), Arc::clone(mill));
        tokio::spawn(async move { pictures.renew(&mill, turn).await }).await?
    }

    /// Has the next request wait for a new picture: something was changed that it must show.
    pub(in super::super) fn outdate(&self) {
        self.outdated.fetch_add(1, Ordering::SeqCst);
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Whether this one is still the latest, and nothing was changed that it does not show.
    pub(in super::super) fn is_latest(&self, picture: &Arc<Picture>) -> bool {
        self.held().is_some_and(|held| Arc::ptr_eq(&held.picture, picture))
    }

    fn held(&self) -> Option<Kept> {
        self.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Finds out whether the latest is still true, and takes another one when it is not.
    async fn renew(
        &self,
        mill: &Arc<Mill>,
        _turn: OwnedMutexGuard<()>,
    ) -> anyhow::Result<Arc<Picture>> {
        let outdated = self.outdated.load(Ordering::SeqCst);
        let held = self.held();
        let (checked, now) = (Instant::now(), crate::clock::now());
        // Before the picture: what is recorded in between shows the next time.
        let moment = Moment::load(mill).await?;
        let is_open = |held: &Kept| held.closes_at.is_none_or(|at| now < at);
        if let Some(held) = held
            && held.moment.as_ref() == &moment
            && is_open(&held)
            && held.taken.elapsed() < TRUST
        {
            held.picture.still_holds(now);
            let picture = Arc::clone(&held.picture);
            self.keep(outdated, Kept { checked, ..held });
            return Ok(picture);
        }
        let picture = Arc::new(Picture::take(mill).await?);
        let (shown, catalog) = (Arc::clone(&picture), Arc::clone(mill));
        tokio::task::spawn_blocking(move || {
            for dataset in 0..catalog.catalog.datasets().len() {
                shown.card(&catalog.catalog, dataset);
            }
        })
        .await?;
        let closes_at = next_close(mill, picture.at);
        let moment = Arc::new(moment);
        let kept =
            Kept { picture: Arc::clone(&picture), moment, taken: checked, checked, closes_at };
        self.keep(outdated, kept);
        Ok(picture)
    }

    /// Keeps what was taken, unless something was changed meanwhile that it may not show.
    fn keep(&self, outdated: u64, kept: Kept) {
        let mut latest = self.latest.write().unwrap_or_else(PoisonError::into_inner);
        if self.outdated.load(Ordering::SeqCst) == outdated {
            *latest = Some(kept);
        }
    }
}
