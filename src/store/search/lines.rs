//! Runs as their own tables have them, and what lists show of them besides.
//!
//! Two statements and not one: the first is about one table, so that the database plans it in no
//! time though it differs with what is asked for and the history has many days; the second is always
//! the same, so that it is planned once.

use std::collections::BTreeMap;

use jiff_sqlx::Timestamp;
use sqlx::{FromRow, PgConnection};

use super::super::Result;
use super::{RunLine, RunPlace};
use crate::model::Class;

/// The columns of a live run.
pub(super) const LIVE: &str = "
    run.id, run.backfill_id, run.dataset_id, run.slice_id, run.ordinal, run.state::text as state,
    null::text as outcome, run.reason, run.attempt, run.waiting_on, run.error_code,
    left(run.error, 4000) as error, run.created_at, null::timestamptz as finished_at, run.deadline";

/// The columns of a finished one.
pub(super) const FINISHED: &str = "
    run.id, run.backfill_id, run.dataset_id, run.slice_id, run.ordinal, run.state::text as state,
    run.outcome, run.reason, run.attempt, 0 as waiting_on, run.error_code,
    left(run.error, 4000) as error, run.created_at, run.finished_at, null::timestamptz as deadline";

/// A run as its own table has it.
#[derive(Clone, Debug, FromRow)]
pub(in super::super) struct Bare {
    pub(in super::super) id: i64,
    pub(in super::super) backfill_id: i64,
    pub(in super::super) dataset_id: i32,
    pub(in super::super) slice_id: i32,
    pub(in super::super) ordinal: i64,
    pub(in super::super) state: String,
    pub(in super::super) outcome: Option<String>,
    pub(in super::super) reason: String,
    pub(in super::super) attempt: i32,
    pub(in super::super) waiting_on: i32,
    pub(in super::super) error_code: Option<String>,
    pub(in super::super) error: Option<String>,
    pub(in super::super) created_at: Timestamp,
    pub(in super::super) finished_at: Option<Timestamp>,
    pub(in super::super) deadline: Option<Timestamp>,
}

impl Bare {
    /// Its place in a list.
    pub(super) fn place(&self) -> RunPlace {
        RunPlace { finished_at: self.finished_at.map(Timestamp::to_jiff), id: self.id }
    }
}

/// What belongs to a run and is elsewhere.
struct Rest {
    id: i64,
    dataset: String,
    dimension_values: Vec<String>,
    class: Class,
    first_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    worker_id: Option<i64>,
}

/// Runs as lines of a list, in the same order.
pub(in super::super) async fn lines(
    db: &mut PgConnection,
    runs: Vec<Bare>,
) -> Result<Vec<RunLine>> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    let attempts: Vec<i32> = runs.iter().map(|run| run.attempt).collect();
    let backfills: Vec<i64> = runs.iter().map(|run| run.backfill_id).collect();
    let datasets: Vec<i32> = runs.iter().map(|run| run.dataset_id).collect();
    let slices: Vec<i32> = runs.iter().map(|run| run.slice_id).collect();
    let rest = sqlx::query_file_as!(
        Rest,
        "src/store/sql/run_lines.sql",
        &ids,
        &attempts,
        &backfills,
        &datasets,
        &slices,
    )
    .fetch_all(db)
    .await?;
    let mut rest: BTreeMap<i64, Rest> = rest.into_iter().map(|rest| (rest.id, rest)).collect();
    Ok(runs.into_iter().filter_map(|run| Some(line(rest.remove(&run.id)?, run))).collect())
}

fn line(rest: Rest, run: Bare) -> RunLine {
    RunLine {
        id: run.id,
        backfill_id: run.backfill_id,
        dataset_id: run.dataset_id,
        dataset: rest.dataset,
        slice_id: run.slice_id,
        dimension_values: rest.dimension_values,
        ordinal: run.ordinal,
        state: run.state,
        outcome: run.outcome,
        reason: run.reason,
        class: rest.class,
        attempt: run.attempt,
        waiting_on: run.waiting_on,
        error_code: run.error_code,
        error: run.error,
        created_at: run.created_at,
        finished_at: run.finished_at,
        first_at: rest.first_at,
        started_at: rest.started_at,
        ended_at: rest.ended_at,
        worker_id: rest.worker_id,
        deadline: run.deadline,
    }
}
