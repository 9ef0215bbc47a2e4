//! Runs that finish: into the history, with those that waited for them counted down or cancelled.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::{Ended, clean, fault};
use crate::store::{Claimed, Result};

/// Moves finished runs from the live table to the history.
pub(super) async fn to_history(
    db: &mut PgConnection,
    done: &[&(Claimed, Ended)],
    failed: &[&(Claimed, Ended)],
) -> Result<()> {
    let all = || done.iter().chain(failed);
    let ids: Vec<i64> = all().map(|(run, _)| run.id).collect();
    let outcomes: Vec<String> = all()
        .map(|(_, ended)| match ended {
            Ended::Published(_) => "published",
            Ended::Unchanged => "unchanged",
            _ => "failed",
        })
        .map(str::to_owned)
        .collect();
    let (codes, errors): (Vec<_>, Vec<_>) = all().map(|(_, ended)| fault(ended)).unzip();
    sqlx::query_file!(
        "src/store/sql/finish_runs.sql",
        &ids,
        &outcomes,
        &codes as &[Option<String>],
        &errors as &[Option<String>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets failed attempts be tried again later.
pub(super) async fn back_off(db: &mut PgConnection, group: &[&(Claimed, Ended)]) -> Result<()> {
    for (run, ended) in group {
        let Ended::Backoff { code, error, pause } = ended else { continue };
        sqlx::query!(
            "update tidemill.run
             set state = 'backoff',
                 worker_id = null,
                 failures = failures + 1,
                 due_at = clock_timestamp() + make_interval(secs => $2),
                 error_code = $3,
                 error = $4
             where id = $1",
            run.id,
            pause.as_secs_f64(),
            code,
            clean(error),
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// What finished of each backfill: published, unchanged, failed, cancelled.
#[derive(Debug, Default)]
pub(in crate::store) struct Tally(BTreeMap<i64, [i64; 4]>);

impl Tally {
    /// Counts a run that ended.
    pub(super) fn add(&mut self, backfill: i64, ended: &Ended) {
        let at = match ended {
            Ended::Published(_) => 0,
            Ended::Unchanged => 1,
            Ended::Failed { .. } => 2,
            Ended::Backoff { .. } => return,
        };
        self.0.entry(backfill).or_default()[at] += 1;
    }

    /// Counts runs that were cancelled.
    pub(in crate::store) fn cancelled(&mut self, backfill: i64, runs: i64) {
        self.0.entry(backfill).or_default()[3] += runs;
    }
}

/// Fails runs that no attempt of a living worker stands behind: pairs of run and backfill. How many
/// others became ready by it.
pub(in crate::store) async fn fail_runs(
    db: &mut PgConnection,
    runs: &[(i64, i64)],
    code: &str,
    error: &str,
) -> Result<u64> {
    if runs.is_empty() {
        return Ok(0);
    }
    let ids: Vec<i64> = runs.iter().map(|(id, _)| *id).collect();
    let outcomes = vec!["failed".to_owned(); ids.len()];
    let codes = vec![Some(code.to_owned()); ids.len()];
    let errors = vec![Some(error.to_owned()); ids.len()];
    sqlx::query_file!(
        "src/store/sql/finish_runs.sql",
        &ids,
        &outcomes,
        &codes as &[Option<String>],
        &errors as &[Option<String>],
    )
    .execute(&mut *db)
    .await?;
    let (mut tally, mut made_ready) = (Tally::default(), 0);
    for (id, backfill) in runs {
        tally.0.entry(*backfill).or_default()[2] += 1;
        made_ready += cancel_dependents(db, *id, error, &mut tally).await?;
    }
    finish_backfills(db, &tally).await?;
    Ok(made_ready)
}

/// Counts down what waits on finished runs; a gate that opens counts down in turn. How many runs
/// became ready.
pub(in crate::store) async fn count_down(db: &mut PgConnection, finished: Vec<i64>) -> Result<u64> {
    let (mut finished, mut made_ready) = (finished, 0);
    while !finished.is_empty() {
        // Readers are locked before the edges to them go, in the order of ids: so two commits that
        // share readers, of which one cancels them, cannot wait for each other. Another commit may
        // be counting down the same rows: what it did is only seen by a statement that begins after
        // the locks are held.
        let readers = sqlx::query!(
            "select id
             from tidemill.run
             where id = any(array(
                 select downstream_id from tidemill.run_edge where upstream_id = any($1)
             ))
             order by id
             for update",
            &finished,
        )
        .fetch_all(&mut *db)
        .await?;
        if readers.is_empty() {
            break;
        }
        let passed = sqlx::query_file!("src/store/sql/pass_edges.sql", &finished)
            .fetch_all(&mut *db)
            .await?;
        let ids: Vec<i64> = passed.iter().map(|edge| edge.id).collect();
        let counts: Vec<i32> = passed.iter().map(|edge| edge.passed).collect();
        let opened = sqlx::query_file!("src/store/sql/count_down.sql", &ids, &counts)
            .fetch_all(&mut *db)
            .await?;
        finished = opened.iter().filter(|row| row.is_gate).map(|row| row.id).collect();
        made_ready += (opened.len() - finished.len()) as u64;
    }
    Ok(made_ready)
}

/// Cancels everything that needs what failed, however far down. How many others became ready by it.
pub(super) async fn cancel_dependents(
    db: &mut PgConnection,
    run: i64,
    error: &str,
    tally: &mut Tally,
) -> Result<u64> {
    let reason = clean(&format!("an input failed: {error}"));
    let mut ids = BTreeSet::new();
    // A plan may be recording readers of what is being cancelled: they are only seen by a statement
    // that begins after theirs are done.
    loop {
        let doomed = sqlx::query_file!("src/store/sql/cancel_dependents.sql", run, reason)
            .fetch_all(&mut *db)
            .await?;
        ids.extend(doomed.iter().map(|row| row.id));
        if doomed.iter().all(|row| row.backfill_id.is_none()) {
            break;
        }
        let runs = doomed.iter().filter(|row| row.is_run);
        runs.filter_map(|row| row.backfill_id).for_each(|backfill| tally.cancelled(backfill, 1));
    }
    let ids: Vec<i64> = ids.into_iter().collect();
    sqlx::query_file!("src/store/sql/cut_edges.sql", &ids, run).execute(&mut *db).await?;
    // Readers that go on without it wait for it no longer.
    count_down(db, ids).await
}

/// Adds up what finished, and ends the backfills whose last run did.
pub(in crate::store) async fn finish_backfills(db: &mut PgConnection, tally: &Tally) -> Result<()> {
    let ids: Vec<i64> = tally.0.keys().copied().collect();
    let of = |at: usize| -> Vec<i64> { tally.0.values().map(|counts| counts[at]).collect() };
    if 1 < ids.len() {
        // In the order of ids, so that two commits cannot wait for each other.
        sqlx::query!(
            "select id from tidemill.backfill where id = any($1) order by id for update",
            &ids,
        )
        .fetch_all(&mut *db)
        .await?;
    }
    let (published, unchanged, failed, cancelled) = (of(0), of(1), of(2), of(3));
    sqlx::query_file!(
        "src/store/sql/finish_backfills.sql",
        &ids,
        &published,
        &unchanged,
        &failed,
        &cancelled,
    )
    .execute(db)
    .await?;
    Ok(())
}
