//! Who looks at which source, when, and what becomes of a source that cannot be looked at.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::observe::{self, Observation, Seen};
use super::{Mill, Topic, bell};
use crate::store::{self, Looked, Watch};

/// How many sources are looked at at once.
const AT_ONCE: usize = 4;
/// How often a claim is renewed; it holds for three times as long.
const RENEW: Duration = Duration::from_secs(10);
/// The longest pause before a source that cannot be looked at is tried again, unless it is looked
/// at less often anyway.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Looks at sources: those that are due and nobody else is looking at, or all.
///
/// # Errors
///
/// When the project's own landing fails, or the database fails.
pub(super) async fn look(mill: &Arc<Mill>, due_only: bool) -> Result<Observation> {
    let datasets = mill.catalog.datasets().iter().enumerate();
    let sources: Vec<usize> =
        datasets.filter(|(_, spec)| spec.source().is_some()).map(|(index, _)| index).collect();
    let mut db = mill.pool.acquire().await?;
    store::ensure_watches(&mut db, &mill.registry, &sources).await?;
    let watches = if due_only {
        store::claim_watches(&mut db, &mill.registry).await?
    } else {
        store::all_watches(&mut db, &mill.registry).await?
    };
    drop(db);
    if !watches.is_empty() || !due_only {
        land(mill).await?;
    }
    let mut waiting = watches.into_iter();
    let mut looking = JoinSet::new();
    let mut seen: Vec<(usize, Seen)> = Vec::new();
    loop {
        while looking.len() < AT_ONCE
            && let Some(watch) = waiting.next()
        {
            looking.spawn(look_at(Arc::clone(mill), watch));
        }
        match looking.join_next().await {
            Some(looked) => seen.push(looked??),
            None => break,
        }
    }
    seen.sort_by_key(|(dataset, _)| *dataset);
    let mut observation = Observation::default();
    for (_, one) in seen {
        for fault in &one.faults {
            tracing::error!("{fault}");
        }
        observation.faults.extend(one.faults);
        observation.changes.extend(one.change);
    }
    Ok(observation)
}

/// Lets a project that lands files itself do so.
async fn land(mill: &Arc<Mill>) -> Result<()> {
    let landing = Arc::clone(mill);
    let now = crate::clock::now();
    tokio::task::spawn_blocking(move || landing.project.land(now))
        .await?
        .map_err(|error| anyhow::anyhow!("could not land the project's files: {error}"))
}

/// Looks at one source, keeping the claim, and records how that went.
async fn look_at(mill: Arc<Mill>, watch: Watch) -> Result<(usize, Seen)> {
    let dataset = watch.dataset;
    let looking = observe::observe_source(&mill, dataset, watch.listing.as_deref());
    tokio::pin!(looking);
    let mut renewal = tokio::time::interval(RENEW);
    renewal.tick().await;
    let seen = loop {
        tokio::select! {
            seen = &mut looking => break seen?,
            _ = renewal.tick() => {
                let mut db = mill.pool.acquire().await?;
                store::renew_watch(&mut db, mill.registry.datasets[dataset]).await?;
            }
        }
    };
    let looked = Looked {
        has_changed: seen.change.is_some(),
        listing: seen.listing.clone(),
        fault: (!seen.faults.is_empty()).then(|| seen.faults.join("\n")),
    };
    let every = mill.catalog.dataset(dataset).source().map_or(PAUSE_MAX, |source| source.every);
    let pause = match &looked.fault {
        None => every,
        Some(_) => pause_after(every, watch.faults.unsigned_abs()),
    };
    let mut db = mill.pool.acquire().await?;
    store::end_watch(&mut db, &mill.registry, &watch, &looked, pause).await?;
    Ok((dataset, seen))
}

/// How long to leave a source alone that could not be looked at, after so many faults before: twice
/// as long each time.
fn pause_after(every: SignedDuration, faults: u32) -> SignedDuration {
    let doubled = every.checked_mul(1 << faults.min(16)).unwrap_or(PAUSE_MAX);
    doubled.min(PAUSE_MAX.max(every))
}

/// Has a source looked at at once, by whichever scheduler is there.
///
/// # Errors
///
/// When the database fails.
pub async fn announce(mill: &Mill, source: usize) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    store::announce(&mut db, mill.registry.datasets[source]).await?;
    drop(db);
    bell::ring_everywhere(&mill.pool, Topic::Demand).await
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::pause_after;

    #[test]
    fn a_source_that_fails_is_left_alone_twice_as_long_each_time() {
        let pauses = |every: i64| {
            let every = SignedDuration::from_secs(every);
            [0, 1, 2, 5, 60].map(|faults| pause_after(every, faults).as_secs())
        };
        assert_eq!(pauses(10), [10, 20, 40, 300, 300]);
        assert_eq!(pauses(3600), [3600; 5], "never more often than it is looked at anyway");
    }
}
