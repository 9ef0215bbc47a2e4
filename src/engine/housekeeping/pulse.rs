//! The pulse of housekeeping: timers ring, the database says whose turn it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use super::super::Mill;
use super::{history, lake, orphans, versions};
use crate::plan::Keep;
use crate::store;
use crate::telemetry::metrics;

/// One thing that is done again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Its name in the table `tidemill.housekeeping`.
    pub name: &'static str,
    /// How often it is done, by whoever keeps house.
    pub every: Duration,
}

/// Everything that is done again and again.
pub const DUTIES: [Duty; 3] = [
    Duty { name: "history", every: Duration::from_hours(1) },
    Duty { name: "orphans", every: Duration::from_hours(6) },
    Duty { name: "versions", every: Duration::from_hours(6) },
];

/// How house is kept.
#[derive(Clone, Copy, Debug)]
pub struct HouseOptions {
    /// What is kept for how long.
    pub keep: Keep,
    /// How often it is looked whether a duty is due, should the timers fall silent.
    pub look: Duration,
}

impl Default for HouseOptions {
    fn default() -> Self {
        Self { keep: Keep::default(), look: Duration::from_mins(1) }
    }
}

/// Keeps house until `stop` fires. Any number of processes may do so: each turn is taken once.
///
/// # Errors
///
/// When the timers cannot be started. What a duty runs into is logged once and recorded.
pub async fn keep_house(
    mill: Arc<Mill>,
    options: HouseOptions,
    stop: CancellationToken,
) -> Result<()> {
    let (rung, mut bell) = mpsc::channel(DUTIES.len());
    let mut timers = JobScheduler::new().await?;
    for duty in DUTIES {
        let rung = rung.clone();
        let ring = move |_, _| {
            // A bell that is full rings already.
            let _ = rung.try_send(duty);
        };
        timers.add(Job::new_repeated(duty.every, ring)?).await?;
    }
    timers.start().await?;
    let mut looks = tokio::time::interval(options.look);
    loop {
        let (due, meant) = tokio::select! {
            () = stop.cancelled() => break,
            Some(duty) = bell.recv() => (vec![duty], Instant::now()),
            // The first is at once.
            meant = looks.tick() => (DUTIES.to_vec(), meant),
        };
        let began = Instant::now();
        for duty in due {
            tokio::select! {
                // Whatever is cut short is taken up at the next turn.
                () = stop.cancelled() => break,
                () = turn(&mill, duty, &options.keep) => (),
            }
        }
        metrics::turned("housekeeping", began.duration_since(meant), began.elapsed());
    }
    timers.shutdown().await?;
    Ok(())
}

/// Takes a turn of a duty if it is due; logs a failure unless it is that of the turn before.
async fn turn(mill: &Mill, duty: Duty, keep: &Keep) {
    let outcome = match store::claim_duty(&mill.pool, duty.name, duty.every).await {
        Ok(true) => perform(mill, duty, keep).await,
        Ok(false) => return,
        Err(error) => Err(error.into()),
    };
    let recorded = match &outcome {
        Ok(report) => {
            tracing::debug!("housekeeping `{}`: {report}", duty.name);
            record_success(mill, duty, report).await.map(|()| false)
        }
        Err(error) => record_failure(mill, duty, &format!("{error:#}")).await,
    };
    let text = match (outcome, recorded) {
        (Err(error), Ok(true)) | (_, Err(error)) => format!("{error:#}"),
        _ => return,
    };
    tracing::error!(
        "TM0701: housekeeping `{}` failed: {text}; it is tried again in {:?}, and \
         `tidemill doctor` says whether it still fails",
        duty.name,
        duty.every
    );
}

async fn perform(mill: &Mill, duty: Duty, keep: &Keep) -> Result<String> {
    match duty.name {
        "history" => history::keep(mill, keep).await,
        "orphans" => {
            lake::claim(mill).await?;
            let (found, foreign) = orphans::look(mill, keep, true, &mut |_| ()).await?;
            let deleted = orphans::sweep(mill, keep).await?;
            Ok(format!(
                "{} objects nothing names, {} deleted ({} bytes), {foreign} not written here",
                found.count, deleted.count, deleted.bytes
            ))
        }
        _ => {
            lake::claim(mill).await?;
            let expired = versions::expire(mill, keep, true, &mut |_| ()).await?;
            let collected = versions::collect(mill).await?;
            Ok(format!(
                "{} versions expired, the files of {} deleted ({} bytes)",
                expired.count, collected.count, collected.bytes
            ))
        }
    }
}

async fn record_success(mill: &Mill, duty: Duty, report: &str) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    Ok(store::duty_done(&mut db, duty.name, report).await?)
}

async fn record_failure(mill: &Mill, duty: Duty, error: &str) -> Result<bool> {
    let mut db = mill.pool.acquire().await?;
    Ok(store::duty_failed(&mut db, duty.name, error).await?)
}
