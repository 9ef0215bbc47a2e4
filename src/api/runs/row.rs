//! A run as a line of a list.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::instant::Instant;
use super::super::naming::{self, RunClass, RunState};
use super::super::problem::{Answer, Problem};
use crate::store::{self, RunLine};

/// A run as a line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct RunRow {
    /// Its number.
    pub(in super::super) id: i64,
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// Where it stands.
    state: RunState,
    /// What came of it, once finished: `published`, `unchanged`, `failed`, `cancelled`,
    /// `upstream_failed` or `upstream_cancelled`.
    outcome: Option<String>,
    /// Why the partition is made.
    reason: String,
    /// What kind of work it is.
    class: RunClass,
    /// The backfill that asked for it.
    backfill: i64,
    /// How many attempts there were.
    attempt: i32,
    /// When it was asked for.
    created_at: Instant,
    /// When its latest attempt began.
    started_at: Option<Instant>,
    /// When it finished.
    finished_at: Option<Instant>,
    /// How long it had waited when its first attempt began, or has so far.
    wait_seconds: Option<f64>,
    /// How long its latest attempt took, or has so far.
    run_seconds: Option<f64>,
    /// Who made its latest attempt.
    worker: Option<i64>,
    /// The help page of its last fault.
    error_code: Option<String>,
    /// Its last fault.
    error: Option<String>,
    /// On how many others it waits.
    waiting_on: i32,
}

impl RunRow {
    /// A run as it is at `now`.
    pub(in super::super) fn of<A: Action>(may: &May<A>, line: RunLine, now: Timestamp) -> Self {
        let finished_at = line.finished_at.map(jiff_sqlx::Timestamp::to_jiff);
        let end = finished_at.unwrap_or(now);
        let seconds =
            |from: jiff_sqlx::Timestamp, to: Timestamp| seconds_between(from.to_jiff(), to);
        let first_at = line.first_at.map(jiff_sqlx::Timestamp::to_jiff);
        let ended_at = line.ended_at.map(jiff_sqlx::Timestamp::to_jiff);
        Self {
            id: line.id,
            partition: naming::partition(
                may,
                line.dataset_id,
                &line.dimension_values,
                line.ordinal,
            ),
            dataset: line.dataset,
            state: RunState::of(&line.state),
            outcome: line.outcome,
            reason: line.reason,
            class: line.class.into(),
            backfill: line.backfill_id,
            attempt: line.attempt,
            created_at: line.created_at.into(),
            started_at: line.started_at.map(Instant::from),
            finished_at: finished_at.map(Instant::from),
            wait_seconds: Some(seconds(line.created_at, first_at.unwrap_or(end))),
            run_seconds: line.started_at.map(|at| seconds(at, ended_at.unwrap_or(end))),
            worker: line.worker_id,
            error_code: line.error_code,
            error: line.error.map(|error| naming::conceal(may, error)),
            waiting_on: line.waiting_on,
        }
    }
}

impl RunRow {
    /// Whether it is not finished.
    pub(in super::super) const fn is_live(&self) -> bool {
        self.finished_at.is_none()
    }
}

/// Clocks of two machines may disagree: nothing takes less than no time.
fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    (to.duration_since(from).as_secs_f64().max(0.0) * 1e3).round() / 1e3
}

/// A run that whoever asks may know of.
///
/// # Errors
///
/// When there is none of this number, or the database fails.
pub(super) async fn find<A: Action>(may: &May<A>, id: i64) -> Answer<RunLine> {
    find_by(may, &mut *may.db().await?, id).await
}

/// The same, by a connection that is there already.
///
/// # Errors
///
/// When there is none of this number, or the database fails.
pub(super) async fn find_by<A: Action>(
    may: &May<A>,
    db: &mut PgConnection,
    id: i64,
) -> Answer<RunLine> {
    let line = store::run_line(db, id).await?;
    let only = may.only();
    let is_known = |line: &RunLine| only.as_ref().is_none_or(|it| it.contains(&line.dataset_id));
    line.filter(is_known).ok_or_else(|| {
        Problem::not_found(format!("there is no run {id}"))
            .hint("runs that finished long ago are not kept; the list has those that are")
    })
}
