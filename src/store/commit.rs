//! Publishing: the one transaction in which a partition changes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use super::{Claimed, Registry, Result};
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
) -> Result<Vec<Lease>> {
    hit(Failpoint::BeforeCommit)?;
    let mut tx = pool.begin().await?;
    let held = fence(&mut tx, worker, group).await?;
    hit(Failpoint::AfterFence)?;
    let of_group = |wanted: fn(&Ended) -> bool| -> Vec<&(Claimed, Ended)> {
        group.iter().filter(|(run, ended)| held.contains(&run.id) && wanted(ended)).collect()
    };
    let published = of_group(|ended| matches!(ended, Ended::Published(_)));
    let done = of_group(|ended| matches!(ended, Ended::Published(_) | Ended::Unchanged));
    let failed = of_group(|ended| matches!(ended, Ended::Failed { .. }));
    let backing_off = of_group(|ended| matches!(ended, Ended::Backoff { .. }));

    publish(&mut tx, registry, &published).await?;
    hit(Failpoint::AfterPublish)?;
    close_attempts(&mut tx, group, &held).await?;
    to_history(&mut tx, &done, &failed).await?;
    back_off(&mut tx, &backing_off).await?;
    count_down(&mut tx, done.iter().map(|(run, _)| run.id).collect()).await?;
    let mut backfills: BTreeSet<i64> =
        done.iter().chain(&failed).map(|(run, _)| run.backfill).collect();
    for (run, ended) in &failed {
        if let Ended::Failed { error, .. } = ended {
            backfills.extend(cancel_dependents(&mut tx, run.id, error).await?);
        }
    }
    finish_backfills(&mut tx, &backfills.into_iter().collect::<Vec<_>>()).await?;
    let already = already_done(&mut tx, group, &held).await?;
    hit(Failpoint::BeforeCommitEnd)?;
    tx.commit().await?;
    hit(Failpoint::AfterCommit)?;
    let lease = |run: &Claimed| match held.contains(&run.id) || already.contains(&run.id) {
        true => Lease::Held,
        false => Lease::Lost,
    };
    Ok(group.iter().map(|(run, _)| lease(run)).collect())
}

/// Locks the runs this worker still holds.
async fn fence(
    db: &mut PgConnection,
    worker: i64,
    group: &[(Claimed, Ended)],
) -> Result<BTreeSet<i64>> {
    let ids: Vec<i64> = group.iter().map(|(run, _)| run.id).collect();
    let attempts: Vec<i32> = group.iter().map(|(run, _)| run.attempt).collect();
    let held = sqlx::query_scalar!(
        "select run.id
         from tidemill.run
         join unnest($1::bigint[], $2::int[]) as mine (id, attempt)
             on run.id = mine.id and run.attempt = mine.attempt
         where run.worker_id = $3
           and run.state = 'running'
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

async fn publish(
    db: &mut PgConnection,
    registry: &Registry,
    group: &[&(Claimed, Ended)],
) -> Result<()> {
    if group.is_empty() {
        return Ok(());
    }
    let rows: Vec<serde_json::Value> = group
        .iter()
        .filter_map(|(run, ended)| match ended {
            Ended::Published(made) => Some(row(registry, run, made)),
            _ => None,
        })
        .collect();
    let versions = sqlx::query_file!("src/store/sql/publish.sql", serde_json::Value::Array(rows),)
        .fetch_all(&mut *db)
        .await?;
    let by_run: BTreeMap<i64, i64> = versions.iter().map(|row| (row.run_id, row.id)).collect();
    let mut edges = (Vec::new(), Vec::new(), Vec::new());
    let mut routes = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (run, ended) in group {
        let (Ended::Published(made), Some(&id)) = (ended, by_run.get(&run.id)) else { continue };
        for (position, input) in &made.lineage {
            edges.0.push(id);
            edges.1.push(*input);
            edges.2.push(*position);
        }
        for (router, ordinal, rows, content) in &made.routes {
            routes.0.push(id);
            routes.1.push(*router);
            routes.2.push(*ordinal);
            routes.3.push(*rows);
            routes.4.push(content.to_le_bytes().to_vec());
        }
    }
    sqlx::query!(
        "insert into tidemill.lineage_edge (output_id, input_id, position)
         select * from unnest($1::bigint[], $2::bigint[], $3::smallint[])
         on conflict do nothing",
        &edges.0,
        &edges.1,
        &edges.2,
    )
    .execute(&mut *db)
    .await?;
    if !routes.0.is_empty() {
        sqlx::query!(
            "insert into tidemill.route (materialization_id, router_id, ordinal, rows, content)
             select * from unnest($1::bigint[], $2::int[], $3::bigint[], $4::bigint[], $5::bytea[])",
            &routes.0,
            &routes.1,
            &routes.2,
            &routes.3,
            &routes.4,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

/// A new version as the JSON row that `publish.sql` reads.
fn row(registry: &Registry, run: &Claimed, made: &Published) -> serde_json::Value {
    let hex = |number: u128| {
        number.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    serde_json::json!({
        "run_id": run.id,
        "attempt": run.attempt,
        "dataset_id": registry.datasets[run.dataset],
        "slice_id": run.slice_id,
        "ordinal": run.key.ordinal,
        "code_id": registry.code[run.dataset],
        "content": hex(made.content),
        "inputs": hex(made.inputs),
        "rows": made.rows,
        "bytes": made.files.iter().map(|file| file.1).sum::<i64>(),
        "paths": made.files.iter().map(|file| &file.0).collect::<Vec<_>>(),
        "sizes": made.files.iter().map(|file| file.1).collect::<Vec<_>>(),
        "hashes": made.files.iter().map(|file| &file.2).collect::<Vec<_>>(),
        "rejected": made.rejected,
        "rejects_path": made.rejects_path,
        "profile": clean_json(&made.profile),
        "routed_by": made.routed_by,
        "seconds": made.seconds,
    })
}

/// A profile as the database can hold it.
fn clean_json(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(values) => values.iter().map(clean_json).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, held)| (clean(name), clean_json(held))).collect()
        }
        other => other.clone(),
    }
}

async fn close_attempts(
    db: &mut PgConnection,
    group: &[(Claimed, Ended)],
    held: &BTreeSet<i64>,
) -> Result<()> {
    let (mut ids, mut numbers, mut ok) = (Vec::new(), Vec::new(), Vec::new());
    let (mut codes, mut errors): (Vec<Option<String>>, Vec<Option<String>>) = Default::default();
    for (run, ended) in group.iter().filter(|(run, _)| held.contains(&run.id)) {
        ids.push(run.id);
        numbers.push(run.attempt);
        ok.push(matches!(ended, Ended::Published(_) | Ended::Unchanged));
        let (code, error) = fault(ended);
        codes.push(code);
        errors.push(error);
    }
    sqlx::query!(
        "update tidemill.attempt
         set state = case when ended.ok then 'committed' else 'failed' end::tidemill.attempt_state,
             ended_at = clock_timestamp(),
             error_code = ended.code,
             error = ended.error
         from unnest($1::bigint[], $2::int[], $3::bool[], $4::text[], $5::text[])
             as ended (id, number, ok, code, error)
         where attempt.run_id = ended.id
           and attempt.number = ended.number",
        &ids,
        &numbers,
        &ok,
        &codes as &[Option<String>],
        &errors as &[Option<String>],
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

async fn to_history(
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

async fn back_off(db: &mut PgConnection, group: &[&(Claimed, Ended)]) -> Result<()> {
    for (run, ended) in group {
        let Ended::Backoff { code, error, pause } = ended else { continue };
        sqlx::query!(
            "update tidemill.run
             set state = 'backoff',
                 worker_id = null,
                 due_at = now() + make_interval(secs => $2),
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

/// Fails runs that no attempt of a living worker stands behind: pairs of run and backfill.
pub(super) async fn fail_runs(
    db: &mut PgConnection,
    runs: &[(i64, i64)],
    code: &str,
    error: &str,
) -> Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let (ids, backfills): (Vec<i64>, Vec<i64>) = runs.iter().copied().unzip();
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
    let mut touched: BTreeSet<i64> = backfills.into_iter().collect();
    for id in ids {
        touched.extend(cancel_dependents(db, id, error).await?);
    }
    finish_backfills(db, &touched.into_iter().collect::<Vec<_>>()).await
}

/// Counts down what waits on finished runs; a gate that opens counts down in turn.
pub(super) async fn count_down(db: &mut PgConnection, finished: Vec<i64>) -> Result<()> {
    let mut finished = finished;
    while !finished.is_empty() {
        let passed = sqlx::query_file!("src/store/sql/pass_edges.sql", &finished)
            .fetch_all(&mut *db)
            .await?;
        let ids: Vec<i64> = passed.iter().map(|edge| edge.id).collect();
        let counts: Vec<i32> = passed.iter().map(|edge| edge.passed).collect();
        // Another commit may be counting down the same rows. Its outcome is only seen by a
        // statement that begins after the locks are held.
        sqlx::query!(
            "select id from tidemill.run where id = any($1) order by id for update",
            &ids,
        )
        .fetch_all(&mut *db)
        .await?;
        finished = sqlx::query_file_scalar!("src/store/sql/count_down.sql", &ids, &counts)
            .fetch_all(&mut *db)
            .await?;
    }
    Ok(())
}

/// Cancels everything that needs what failed, however far down; the backfills of what was cancelled.
async fn cancel_dependents(db: &mut PgConnection, run: i64, error: &str) -> Result<BTreeSet<i64>> {
    let reason = clean(&format!("an input failed: {error}"));
    let (mut ids, mut backfills) = (BTreeSet::new(), BTreeSet::new());
    // A plan may be recording readers of what is being cancelled: they are only seen by a statement
    // that begins after theirs are done.
    loop {
        let doomed = sqlx::query_file!("src/store/sql/cancel_dependents.sql", run, reason)
            .fetch_all(&mut *db)
            .await?;
        ids.extend(doomed.iter().map(|row| row.id));
        let cancelled: BTreeSet<i64> = doomed.iter().filter_map(|row| row.backfill_id).collect();
        if cancelled.is_empty() {
            break;
        }
        backfills.extend(cancelled);
    }
    let ids: Vec<i64> = ids.into_iter().collect();
    sqlx::query_file!("src/store/sql/cut_edges.sql", &ids, run).execute(&mut *db).await?;
    // Readers that go on without it wait for it no longer.
    count_down(db, ids).await?;
    Ok(backfills)
}

/// Text as the database can hold it: without the one character it refuses.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

async fn finish_backfills(db: &mut PgConnection, backfills: &[i64]) -> Result<()> {
    // Of two commits that finish the last two runs, the second must see what the first did.
    sqlx::query!(
        "select id from tidemill.backfill where id = any($1) order by id for update",
        backfills,
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query_file!("src/store/sql/finish_backfills.sql", backfills).execute(db).await?;
    Ok(())
}
