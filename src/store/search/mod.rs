//! Runs as people search them: live and finished, newest or oldest first, a page at a time.
//!
//! Live runs are one stretch of the list, by number; finished ones another, by when they finished:
//! the newest come first, so live ones come before finished ones. Statements are put together here,
//! so that each search reads one index in its order; nothing of what was asked is ever part of one.

mod driver;
mod history;
mod lines;
mod live;

use std::sync::Arc;

use jiff::Timestamp;
use jiff_sqlx::Timestamp as SqlTimestamp;
use sqlx::PgConnection;

use super::Result;
use crate::model::{Class, RunState};
use crate::plan::HistoryPart;
use lines::Bare;

pub(super) use lines::{Bare as BareRun, lines as run_lines};

/// What is searched for.
#[derive(Clone, Debug)]
pub struct RunSearch {
    /// When.
    pub now: Timestamp,
    /// In any of these states; in any at all when there is none.
    pub states: Vec<RunState>,
    /// Of these datasets, by number; of all when that is none.
    pub datasets: Option<Vec<i32>>,
    /// Of this backfill.
    pub backfill: Option<i64>,
    /// Whose latest attempt is by this worker.
    pub worker: Option<i64>,
    /// Of this class.
    pub class: Option<Class>,
    /// Whose last fault has this code.
    pub code: Option<String>,
    /// Finished then or later; live runs are of now. A search for the oldest is quick from
    /// [`oldest_run`] on.
    pub from: Option<Timestamp>,
    /// Finished before; made before, if live.
    pub until: Option<Timestamp>,
    /// Whether the oldest come first.
    pub oldest_first: bool,
    /// Partitions of the history that are known to be there: these are read by themselves, which
    /// takes half as long; what is in none of them is found all the same. A search fails when one
    /// that it reads is gone ([`super::Error::is_gone`]).
    pub parts: Arc<Vec<HistoryPart>>,
}

/// A place in the list: after the run with this number, which finished then unless it is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunPlace {
    /// When it finished.
    pub finished_at: Option<Timestamp>,
    /// Its number.
    pub id: i64,
}

/// A run as a line of a list.
#[derive(Clone, Debug)]
pub struct RunLine {
    /// Its number.
    pub id: i64,
    /// Who asked for it.
    pub backfill_id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The name of its dataset.
    pub dataset: String,
    /// The number of its slice.
    pub slice_id: i32,
    /// The values of its partition's dimensions.
    pub dimension_values: Vec<String>,
    /// The ordinal of its partition.
    pub ordinal: i64,
    /// Where it stands.
    pub state: String,
    /// What came of it, once finished.
    pub outcome: Option<String>,
    /// Why the partition is made.
    pub reason: String,
    /// What kind of work it is.
    pub class: Class,
    /// The latest attempt.
    pub attempt: i32,
    /// On how many runs it waits.
    pub waiting_on: i32,
    /// The help page of the last fault.
    pub error_code: Option<String>,
    /// The last fault.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: SqlTimestamp,
    /// When it finished.
    pub finished_at: Option<SqlTimestamp>,
    /// When its first attempt began.
    pub first_at: Option<SqlTimestamp>,
    /// When its latest attempt began.
    pub started_at: Option<SqlTimestamp>,
    /// When its latest attempt ended.
    pub ended_at: Option<SqlTimestamp>,
    /// Who made its latest attempt.
    pub worker_id: Option<i64>,
    /// When it is promised, while it is live.
    pub deadline: Option<SqlTimestamp>,
}

/// A page of runs.
#[derive(Clone, Debug, Default)]
pub struct FoundRuns {
    /// The runs.
    pub runs: Vec<RunLine>,
    /// Where the search goes on; it may have ended early, before the page was full.
    pub next: Option<RunPlace>,
}

/// Searches runs, from after `place` on.
///
/// A page may have fewer runs than `limit`, or none, and still say where the search goes on: each
/// call looks at so many rows at most.
///
/// # Errors
///
/// When a statement fails.
pub async fn search_runs(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
    limit: usize,
) -> Result<FoundRuns> {
    let (mut runs, mut next) = (Vec::new(), None);
    if search.datasets.as_ref().is_some_and(Vec::is_empty) {
        return Ok(FoundRuns::default());
    }
    let is_live_done = place.is_some_and(|place| place.finished_at.is_some());
    let is_history_done = place.is_some_and(|place| place.finished_at.is_none());
    match search.oldest_first {
        false => {
            if !is_live_done {
                live::search(db, search, place, limit + 1, &mut runs).await?;
            }
            if runs.len() <= limit {
                let place = place.filter(|_| is_live_done);
                next = history::search(db, search, place, limit, &mut runs).await?;
            }
        }
        true => {
            if !is_history_done {
                next = history::search(db, search, place, limit, &mut runs).await?;
            }
            if runs.len() <= limit && next.is_none() {
                let place = place.filter(|_| is_history_done);
                let left = limit + 1 - runs.len();
                live::search(db, search, place, left, &mut runs).await?;
            }
        }
    }
    if limit < runs.len() {
        runs.truncate(limit);
        next = runs.last().map(Bare::place);
    }
    Ok(FoundRuns { runs: lines::lines(db, runs).await?, next })
}

/// When the first of all finished runs did; none when there is none. It reads a little of every day,
/// and what it says stays true for a search from then on: nothing finishes in the past.
///
/// # Errors
///
/// When the statement fails.
pub async fn oldest_run(db: &mut PgConnection) -> Result<Option<Timestamp>> {
    history::oldest(db).await
}

/// One run, live or finished.
///
/// # Errors
///
/// When a statement fails.
pub async fn run_line(db: &mut PgConnection, run: i64) -> Result<Option<RunLine>> {
    let mut found = live::one(db, run).await?;
    if found.is_none() {
        found = history::one(db, run).await?;
    }
    if found.is_none() {
        // It may have finished between the two; it never comes back.
        found = live::one(db, run).await?;
    }
    Ok(lines::lines(db, found.into_iter().collect()).await?.pop())
}

impl RunSearch {
    /// Everything, newest first.
    #[must_use]
    pub fn all(now: Timestamp) -> Self {
        Self {
            now,
            states: Vec::new(),
            datasets: None,
            backfill: None,
            worker: None,
            class: None,
            code: None,
            from: None,
            until: None,
            oldest_first: false,
            parts: Arc::default(),
        }
    }

    /// The states of those asked for that a finished run may be in; none when finished ones are not
    /// asked for.
    fn finals(&self) -> Vec<RunState> {
        let all = [RunState::Succeeded, RunState::Failed, RunState::Cancelled];
        all.into_iter().filter(|state| self.wants(*state)).collect()
    }

    /// Those that a live run may be in.
    fn lives(&self) -> Vec<RunState> {
        let all = [RunState::Waiting, RunState::Ready, RunState::Running, RunState::Backoff];
        all.into_iter().filter(|state| self.wants(*state)).collect()
    }

    fn wants(&self, state: RunState) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}
