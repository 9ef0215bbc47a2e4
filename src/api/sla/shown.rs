//! How promises stand, for all requests of a moment, and as other resources show it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use tokio::sync::Mutex;

use super::super::picture::Picture;
use super::view::{Sees, SlaState, SlaWindow, window_of_row};
use crate::engine::{self, Mill, Promises};
use crate::model::PartitionKey;
use crate::plan::sla::Rule;
use crate::store;

/// For how long it is shown again. Promises are broken by the clock alone, so it is not for longer,
/// even where nothing was recorded.
const KEEP: SignedDuration = SignedDuration::from_secs(1);
/// What is due later is none of today's.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// How promises stood a moment ago.
#[derive(Debug, Default)]
pub(in super::super) struct ShownPromises {
    latest: Mutex<Option<(Timestamp, Arc<Promises>)>>,
}

impl ShownPromises {
    /// How promises stand. Whoever asks the database holds the lock, so that many requests cost it
    /// no more than one.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn take(
        &self,
        mill: &Mill,
        picture: &Picture,
    ) -> anyhow::Result<Arc<Promises>> {
        let mut latest = self.latest.lock().await;
        let now = crate::clock::now();
        if let Some((_, held)) = latest.as_ref().filter(|(at, _)| now.duration_since(*at) < KEEP) {
            return Ok(Arc::clone(held));
        }
        let mut db = mill.pool.acquire().await?;
        let known = (&picture.ledger, &picture.assessment);
        let taken = engine::promises_now(mill, &mut db, known, &picture.slices, now).await?;
        let taken = Arc::new(taken);
        *latest = Some((now, Arc::clone(&taken)));
        Ok(taken)
    }
}

/// What is late, and what is due within a day and not there, the most urgent first.
#[must_use]
pub(in super::super) fn deadlines(
    mill: &Mill,
    promises: &Promises,
    sees: Sees<'_>,
    now: Timestamp,
) -> Vec<SlaWindow> {
    let seen = promises.all.iter().filter(|promised| sees(promised.dataset));
    let windows = seen.filter_map(|promised| SlaWindow::current(mill, promised, sees, now));
    let mut due: Vec<SlaWindow> = windows
        .filter(|window| match window.state {
            SlaState::Late => true,
            SlaState::OnTrack => window.due_at.0.duration_since(now) <= AHEAD,
            SlaState::Met | SlaState::Missed => false,
        })
        .collect();
    due.sort_by_key(|window| window.due_at);
    due
}

/// The windows of one partition: what is recorded, or how it stands when it is promised and nothing
/// is recorded yet.
///
/// # Errors
///
/// When the database fails.
pub(in super::super) async fn windows_of(
    mill: &Mill,
    db: &mut PgConnection,
    picture: &Picture,
    (dataset, key): (usize, &PartitionKey),
    sees: Sees<'_>,
) -> store::Result<Vec<SlaWindow>> {
    let spec = mill.catalog.dataset(dataset);
    let Some(rule) = Rule::of(spec) else { return Ok(Vec::new()) };
    let id = mill.registry.datasets[dataset];
    let slice = picture.slices.id(&key.slice).unwrap_or_default();
    let now = crate::clock::now();
    let rows = store::sla_windows_of(db, id, slice, key.ordinal).await?;
    if !rows.is_empty() {
        let known = (&picture.slices, sees);
        let window = |row| window_of_row(mill, (spec, &rule), row, known, now);
        return Ok(rows.iter().map(window).collect());
    }
    let due = rule.due_at(key.ordinal);
    let rules = store::sla_rules(db, &[id]).await?;
    if !rules.iter().any(|row| row.kind == rule.kind() && row.since_at.to_jiff() < due) {
        return Ok(Vec::new());
    }
    let completed = store::first_committed(db, &[(id, slice, key.ordinal)]).await?;
    let instants = (due, completed.into_iter().next().flatten());
    Ok(vec![SlaWindow::new((spec, &rule), key, instants, now)])
}
