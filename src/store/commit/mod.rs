//! Publishing: the one transaction in which a partition changes.

mod finish;
mod publish;

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

pub(super) use finish::{Tally, count_down, fail_runs, finish_backfills};

use super::usage::UsageColumns;
use super::{Claimed, Registry, Result, begin_keyed};
use crate::failpoint::{Failpoint, hit};

/// What an attempt made.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// A hash of the rows.
    pub content: u128,
    /// A digest of what they were made from.
    pub inputs: u128,
    /// How many rows.
    pub rows: i64,
    /// The files: path, size, hash of the bytes.
    pub files: Vec<(String, i64, String)>,
    /// Rows of text inputs that could not be read.
    pub rejected: i64,
    /// Where those rows are.
    pub rejects_path: Option<String>,
    /// What each column holds.
    pub profile: serde_json::Value,
    /// How long the attempt took.
    pub seconds: f64,
    /// Input position and version of everything that was read.
    pub lineage: Vec<(i16, i64)>,
    /// Router, output window, rows, and a hash of those rows.
    pub routes: Vec<(i32, i64, i64, u128)>,
    /// The routers that were asked, those without rows too.
    pub routed_by: Vec<i32>,
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It made the partition.
    Published(Box<Published>),
    /// What is published is what it would have made.
    Unchanged,
    /// It failed and is tried again after a pause.
    Backoff {
        /// The help page.
        code: &'static str,
        /// What happened.
        error: String,
        /// How long.
        pause: Duration,
    },
    /// It failed and is not tried again.
    Failed {
        /// The help page.
        code: &'static str,
        /// What happened.
        error: String,
    },
}

/// Whether a worker still held its run when it reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Lease {
    /// The write went through.
    Held,
    /// Somebody else owns the run. Nothing was written; the work is dropped.
    Lost,
}

/// What a commit did.
#[derive(Clone, Debug)]
#[must_use]
pub struct Committed {
    /// For each attempt of the group, in its order.
    pub leases: Vec<Lease>,
    /// How many runs may be claimed now that could not before.
    pub made_ready: u64,
}

/// Ends a group of attempts in one transaction, each only if its fence still holds.
///
/// Rows are locked in the order of ids. A group may be sent again after an error: what was already
/// written is recognized by run and attempt.
///
/// # Errors
///
/// When a statement fails; then it is unknown whether anything was written until it is sent again.
pub async fn commit(
    pool: &PgPool,
    registry: &Registry,
    worker: i64,
    group: &[(Claimed, Ended)],
) -> Result<Committed> {
    hit(Failpoint::BeforeCommit)?;
    let mut tx = begin_keyed(pool).await?;
    let held = fence(&mut tx, worker, group).await?;
    hit(Failpoint::AfterFence)?;
    let of_group = |wanted: fn(&Ended) -> bool| -> Vec<&(Claimed, Ended)> {
        group.iter().filter(|(run, ended)| held.contains(&run.id) && wanted(ended)).collect()
    };
    let published = of_group(|ended| matches!(ended, Ended::Published(_)));
    let done = of_group(|ended| matches!(ended, Ended::Published(_) | Ended::Unchanged));
    let failed = of_group(|ended| matches!(ended, Ended::Failed { .. }));
    let backing_off = of_group(|ended| matches!(ended, Ended::Backoff { .. }));

    publish::publish(&mut tx, registry, &published).await?;
    hit(Failpoint::AfterPublish)?;
    close_attempts(&mut tx, group, &held).await?;
    finish::to_history(&mut tx, &done, &failed).await?;
    finish::back_off(&mut tx, &backing_off).await?;
    let mut tally = Tally::default();
    for (run, ended) in done.iter().chain(&failed) {
        tally.add(run.backfill, ended);
    }
    let mut made_ready = count_down(&mut tx, done.iter().map(|(run, _)| run.id).collect()).await?;
    for (run, ended) in &failed {
        if let Ended::Failed { error, .. } = ended {
            made_ready += finish::cancel_dependents(&mut tx, run.id, error, &mut tally).await?;
        }
    }
    finish::finish_backfills(&mut tx, &tally).await?;
    let already = already_done(&mut tx, group, &held).await?;
    hit(Failpoint::BeforeCommitEnd)?;
    tx.commit().await?;
    hit(Failpoint::AfterCommit)?;
    let lease = |run: &Claimed| match held.contains(&run.id) || already.contains(&run.id) {
        true => Lease::Held,
        false => Lease::Lost,
    };
    let leases = group.iter().map(|(run, _)| lease(run)).collect();
    Ok(Committed { leases, made_ready })
}

/// Locks the runs this worker still holds.
async fn fence(
    db: &mut PgConnection,
    worker: i64,
    group: &[(Claimed, Ended)],
) -> Result<BTreeSet<i64>> {
    let ids: Vec<i64> = group.iter().map(|(run, _)| run.id).collect();
    let attempts: Vec<i32> = group.iter().map(|(run, _)| run.attempt).collect();
    // Who has a worker is running, by a CHECK. Saying so here would let the planner walk the index of
    // what runs, with an entry for everything this worker ever ran since the last vacuum.
    let held = sqlx::query_scalar!(
        "select run.id
         from tidemill.run
         join unnest($1::bigint[], $2::int[]) as mine (id, attempt)
             on run.id = mine.id and run.attempt = mine.attempt
         where run.worker_id = $3
         order by run.id
         for update of run",
        &ids,
        &attempts,
        worker,
    )
    .fetch_all(db)
    .await?;
    Ok(held.into_iter().collect())
}

/// Of what is not held, the runs that an earlier try of the same group finished.
async fn already_done(
    db: &mut PgConnection,
    group: &[(Claimed, Ended)],
    held: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>> {
    let rest = group.iter().filter(|(run, _)| !held.contains(&run.id));
    let (ids, attempts): (Vec<i64>, Vec<i32>) = rest.map(|(run, _)| (run.id, run.attempt)).unzip();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let done = sqlx::query_scalar!(
        "select attempt.run_id
         from tidemill.attempt
         join unnest($1::bigint[], $2::int[]) as mine (id, number)
             on attempt.run_id = mine.id and attempt.number = mine.number
         where attempt.state = 'committed'",
        &ids,
        &attempts,
    )
    .fetch_all(db)
    .await?;
    Ok(done.into_iter().collect())
}

async fn close_attempts(
    db: &mut PgConnection,
    group: &[(Claimed, Ended)],
    held: &BTreeSet<i64>,
) -> Result<()> {
    let (mut ids, mut numbers, mut ok) = (Vec::new(), Vec::new(), Vec::new());
    let (mut codes, mut errors): (Vec<Option<String>>, Vec<Option<String>>) = Default::default();
    let mut usages = Vec::new();
    for (run, ended) in group.iter().filter(|(run, _)| held.contains(&run.id)) {
        ids.push(run.id);
        numbers.push(run.attempt);
        ok.push(matches!(ended, Ended::Published(_) | Ended::Unchanged));
        let (code, error) = fault(ended);
        codes.push(code);
        errors.push(error);
        usages.push(&run.usage);
    }
    let columns = UsageColumns::of(&usages);
    sqlx::query_file!(
        "src/store/sql/close_attempts.sql",
        &ids,
        &numbers,
        &ok,
        &codes as &[Option<String>],
        &errors as &[Option<String>],
        &columns.counts[0] as &[Option<i64>],
        &columns.cpu_seconds as &[Option<f64>],
        &columns.counts[1] as &[Option<i64>],
        &columns.counts[2] as &[Option<i64>],
        &columns.counts[3] as &[Option<i64>],
        &columns.counts[4] as &[Option<i64>],
        &columns.exit_reasons as &[Option<String>],
    )
    .execute(db)
    .await?;
    Ok(())
}

fn fault(ended: &Ended) -> (Option<String>, Option<String>) {
    match ended {
        Ended::Published(_) | Ended::Unchanged => (None, None),
        Ended::Backoff { code, error, .. } | Ended::Failed { code, error } => {
            (Some((*code).to_owned()), Some(clean(error)))
        }
    }
}

/// Text as the database can hold it: without the one character it refuses.
pub(in crate::store) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
