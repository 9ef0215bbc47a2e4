//! Cancelling: live runs into the history, workers stopped, readers settled.

use std::time::{Duration, Instant};

use sqlx::{PgConnection, PgPool};

use super::{PAUSE, expect_active, note};
use crate::store::bell::{self, HALT, WORK};
use crate::store::commit::{Tally, clean, count_down, finish_backfills};
use crate::store::{Error, Registry, Result};

/// What a cancel did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cancelled {
    /// Runs that were asked for.
    pub runs: u64,
    /// Of these, those that were in the hands of a worker, which stops.
    pub running: u64,
    /// Runs of others that needed one of them and were cancelled with it.
    pub dependents: u64,
}

/// How long a commit may hold a run before a cancel gives up on it. A frozen holder loses its
/// transaction earlier.
const PATIENCE: Duration = Duration::from_secs(15);

/// Which live runs.
#[derive(Clone, Copy, Debug)]
enum Which<'a> {
    Backfill(i64),
    Runs(&'a [i64]),
    /// Of datasets that are not among these.
    Undeclared(&'a [i32]),
}

/// Cancels everything of a backfill that is not finished; what a worker holds stops.
///
/// # Errors
///
/// When there is no such backfill, it is over, or a statement fails.
pub async fn cancel_backfill(pool: &PgPool, backfill: i64, by: &str) -> Result<Cancelled> {
    let mut db = pool.acquire().await?;
    let active =
        sqlx::query!("select from tidemill.backfill where id = $1 and state = 'active'", backfill,)
            .fetch_all(&mut *db)
            .await?;
    expect_active(&mut db, backfill, active.len() as u64).await?;
    drop(db);
    cancel(pool, Which::Backfill(backfill), by).await
}

/// Cancels runs by number; those that are not live any more are left as they are.
///
/// # Errors
///
/// When a statement fails.
pub async fn cancel_runs(pool: &PgPool, runs: &[i64], by: &str) -> Result<Cancelled> {
    cancel(pool, Which::Runs(runs), by).await
}

/// Cancels the live runs of datasets that are not declared any more: no worker would take them.
///
/// # Errors
///
/// When a statement fails.
pub async fn cancel_undeclared(pool: &PgPool, registry: &Registry, by: &str) -> Result<Cancelled> {
    cancel(pool, Which::Undeclared(&registry.datasets), by).await
}

/// Cancels in passes: the first takes all but the few runs that a commit holds at that moment.
async fn cancel(pool: &PgPool, which: Which<'_>, by: &str) -> Result<Cancelled> {
    let began = Instant::now();
    let mut total = Cancelled::default();
    let mut collisions = 0;
    loop {
        match pass(pool, which, by, total.runs).await {
            Ok((done, left)) => {
                total.runs += done.runs;
                total.running += done.running;
                total.dependents += done.dependents;
                bell::ring(pool, HALT).await?;
                if left == 0 {
                    // Readers that go on without what was cancelled may be ready now.
                    bell::ring(pool, WORK).await?;
                    return Ok(total);
                }
                if PATIENCE < began.elapsed() {
                    return Err(Error::RunsHeld { runs: left });
                }
            }
            Err(error) if error.is_contention() && collisions < 5 => collisions += 1,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn cancelled_text(runs: u64) -> String {
    match runs {
        1 => "1 run".to_owned(),
        runs => format!("{runs} runs"),
    }
}

/// One transaction. What it did, and how many runs others hold.
async fn pass(pool: &PgPool, which: Which<'_>, by: &str, so_far: u64) -> Result<(Cancelled, u64)> {
    let mut tx = pool.begin().await?;
    let ids = take(&mut tx, which).await?;
    let mut tally = Tally::default();
    let error = clean(&format!("cancelled by {by}"));
    let mut noted = Vec::new();
    let mut done = Cancelled::default();
    for (backfill, runs, running) in
        to_history(&mut tx, &ids, "cancelled", "TM0408", &error).await?
    {
        tally.cancelled(backfill, runs);
        done.runs += runs as u64;
        done.running += running as u64;
        noted.push((backfill, runs));
    }
    done.dependents = settle_readers(&mut tx, ids, &error, &mut tally).await?;
    finish_backfills(&mut tx, &tally).await?;
    let left = count_left(&mut tx, which).await?;
    match which {
        Which::Backfill(backfill) if left == 0 => {
            end(&mut tx, backfill).await?;
            let runs = so_far + done.runs;
            note(&mut tx, backfill, by, "cancel", &cancelled_text(runs)).await?;
        }
        Which::Backfill(_) => (),
        Which::Runs(_) | Which::Undeclared(_) => {
            for (backfill, runs) in noted {
                note(&mut tx, backfill, by, "cancel_runs", &cancelled_text(runs as u64)).await?;
            }
        }
    }
    tx.commit().await?;
    Ok((done, left))
}

/// Locks the runs that no commit holds: waiting for those could wait in a circle.
async fn take(db: &mut PgConnection, which: Which<'_>) -> Result<Vec<i64>> {
    let ids = match which {
        Which::Backfill(backfill) => {
            sqlx::query_scalar!(
                "select id from tidemill.run where backfill_id = $1 for update skip locked",
                backfill,
            )
            .fetch_all(db)
            .await?
        }
        Which::Runs(runs) => {
            sqlx::query_scalar!(
                "select id from tidemill.run
                 where id = any($1) and dataset_id is not null
                 for update skip locked",
                runs,
            )
            .fetch_all(db)
            .await?
        }
        Which::Undeclared(declared) => {
            sqlx::query_scalar!(
                "select id from tidemill.run
                 where dataset_id <> all($1)
                 for update skip locked",
                declared,
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(ids)
}

async fn count_left(db: &mut PgConnection, which: Which<'_>) -> Result<u64> {
    let left = match which {
        Which::Backfill(backfill) => {
            sqlx::query_scalar!(
                r#"select count(*) as "left!" from tidemill.run where backfill_id = $1"#,
                backfill,
            )
            .fetch_one(db)
            .await?
        }
        Which::Runs(runs) => {
            sqlx::query_scalar!(
                r#"select count(*) as "left!" from tidemill.run
                   where id = any($1) and dataset_id is not null"#,
                runs,
            )
            .fetch_one(db)
            .await?
        }
        Which::Undeclared(declared) => {
            sqlx::query_scalar!(
                r#"select count(*) as "left!" from tidemill.run where dataset_id <> all($1)"#,
                declared,
            )
            .fetch_one(db)
            .await?
        }
    };
    Ok(left as u64)
}

/// Moves locked runs to the history; for each backfill how many, and how many of these ran.
async fn to_history(
    db: &mut PgConnection,
    ids: &[i64],
    outcome: &str,
    code: &str,
    error: &str,
) -> Result<Vec<(i64, i64, i64)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query_file!("src/store/sql/cancel_runs.sql", ids, outcome, code, error)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.backfill_id, row.runs, row.running)).collect())
}

/// Cuts the edges of cancelled runs: what needs them is cancelled too, however far down; what goes on
/// without them waits for them no longer. How many runs were cancelled.
async fn settle_readers(
    db: &mut PgConnection,
    gone: Vec<i64>,
    error: &str,
    tally: &mut Tally,
) -> Result<u64> {
    let reason = format!("an input was {error}");
    let (mut cancelled, mut left) = (0, Vec::new());
    let mut latest = gone;
    while let (Some(first), Some(last)) = (latest.iter().min(), latest.iter().max()) {
        sqlx::query_file!("src/store/sql/cut_edges_into.sql", &latest).execute(&mut *db).await?;
        let edges = sqlx::query_file!("src/store/sql/edges_out_of.sql", &latest, first, last)
            .fetch_all(&mut *db)
            .await?;
        if !edges.is_empty() {
            left.append(&mut latest);
        }
        let needs = edges.iter().filter(|edge| edge.is_required);
        let needs: Vec<i64> = needs.map(|edge| edge.reader).collect();
        // Others may be counting them down: what they did is seen once the locks are held.
        latest = sqlx::query_scalar!(
            "select id from tidemill.run
             where id = any($1) and state = 'waiting'
             order by id
             for update",
            &needs,
        )
        .fetch_all(&mut *db)
        .await?;
        let rows = to_history(db, &latest, "upstream_cancelled", "TM0406", &reason).await?;
        for (backfill, runs, _) in rows {
            tally.cancelled(backfill, runs);
            cancelled += runs as u64;
        }
    }
    if !left.is_empty() {
        count_down(db, left).await?;
    }
    Ok(cancelled)
}

/// Ends a backfill as cancelled, whatever its last runs made of it meanwhile.
async fn end(db: &mut PgConnection, backfill: i64) -> Result<()> {
    sqlx::query!(
        "update tidemill.backfill
         set state = 'cancelled',
             finished_at = coalesce(finished_at, now()),
             paused_at = null,
             paused_by = null
         where id = $1",
        backfill,
    )
    .execute(db)
    .await?;
    Ok(())
}
