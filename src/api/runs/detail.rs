//! `GET /runs/{id}`: one run with all there is to say about it.

use axum::Json;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::catalog::{LineageLink, Materialization};
use super::super::instant::Instant;
use super::super::naming::{self, RunState};
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::RunRow;
use super::row::find_by;
use crate::engine;
use crate::model::PartitionKey;
use crate::plan::{self, AttemptFacts, Obstacle, RunFacts};
use crate::store::{self, AttemptHost, AttemptRow, LinkRow, RunLine};

/// How many inputs are listed, and how many runs that it waits on.
const INPUTS: i64 = 500;
const WAITS_ON: i64 = 50;

/// A run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Run {
    #[serde(flatten)]
    row: RunRow,
    /// How it stands.
    sentence: String,
    /// Why it has not started, if it has not.
    waits: Option<Wait>,
    /// What was tried, first to last.
    attempts: Vec<Attempt>,
    /// What its version was read from; of one that published nothing, what it would read now.
    inputs: Vec<LineageLink>,
    /// Whether it published nothing, and `inputs` are those of now.
    inputs_of_now: bool,
    /// What it published.
    output: Option<Materialization>,
    /// How many of what it read readers would see another version of now.
    stale_inputs: i64,
    /// When it is promised; not known of runs that are finished.
    deadline: Option<Instant>,
    /// What happened to it, first to last.
    events: Vec<RunEvent>,
    /// Of a run that failed or was cancelled: the first later one that published its partition, or
    /// found it up to date.
    mended_by: Option<Mended>,
    /// Of a run that failed or was cancelled: the later one that is to make its partition.
    made_again_by: Option<MadeAgain>,
}

/// The run that made good what another did not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Mended {
    /// The run.
    run: i64,
    /// When it finished.
    at: Instant,
}

/// The run that is to make what another did not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct MadeAgain {
    /// The run.
    run: i64,
    /// Where it stands.
    state: RunState,
}

/// Something that happened to a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RunEvent {
    /// When.
    at: Instant,
    /// What.
    text: String,
}

/// Why a run has not started.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Wait {
    /// The word for why: `inputs`, `no_worker`, `pool_full`, `turn`, …
    why: String,
    /// Why, in a sentence.
    text: String,
    /// How many runs of its class and pool come before it, from 1; none while it waits for inputs.
    position: Option<u64>,
    /// When it is expected to start, as far as history tells.
    expected_at: Option<Instant>,
    /// The runs that it waits on, at most fifty.
    on: Vec<WaitsOn>,
}

/// A run that another waits on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct WaitsOn {
    /// The run.
    run: i64,
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// Where it stands.
    state: RunState,
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AttemptState {
    /// A worker is at it.
    Running,
    /// It published the partition, or found it up to date.
    Committed,
    /// It failed.
    Failed,
    /// Its worker died, or lost it.
    Expired,
    /// It was stopped.
    Cancelled,
}

/// One worker's try at a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Attempt {
    /// Its number, from 1.
    number: i32,
    /// Who made it.
    worker: i64,
    /// On which machine.
    host: String,
    /// Where it stands.
    state: AttemptState,
    /// When it began.
    started_at: Instant,
    /// When it ended.
    ended_at: Option<Instant>,
    /// The help page of its fault.
    error_code: Option<String>,
    /// Its fault.
    error: Option<String>,
    /// How it ended, in a few words, when it did not end on its own.
    exit_reason: Option<String>,
    /// The most memory it had at once.
    peak_bytes: Option<i64>,
    /// Processor time.
    cpu_seconds: Option<f64>,
    /// The rows of the versions it read.
    rows_read: Option<i64>,
    /// The bytes of the files of these versions.
    bytes_read: Option<i64>,
    /// The rows of what it made.
    rows_written: Option<i64>,
    /// The bytes of the files it made.
    bytes_written: Option<i64>,
    /// How many lines it said.
    log_lines: Option<i64>,
}

/// A run.
#[utoipa::path(
    get,
    path = "/runs/{id}",
    tag = "runs",
    params(("id" = i64, Path, description = "The number of the run.")),
    responses(
        (status = OK, body = Run),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn run(may: May<act::ReadRuns>, At(id): At<i64>) -> Answer<Json<Run>> {
    let mut db = may.db().await?;
    let line = find_by(&may, &mut db, id).await?;
    let mill = may.mill();
    let only = may.only();
    let now = crate::clock::now();
    let attempts = store::attempts(&mut db, id).await?;
    let hosts = store::attempt_hosts(&mut db, id).await?;
    let output = store::run_output(&mut db, id, only.as_deref()).await?;
    let picture = may.picture().await?;
    let (version, inputs) = match output {
        Some((version, _)) => (
            store::version_by_id(&mut db, version, only.as_deref()).await?,
            store::links_up(&mut db, &[version], only.as_deref(), INPUTS).await?,
        ),
        None => (None, inputs_of_now(&may, &mut db, &picture, &line).await?),
    };
    let is_lost = matches!(line.state.as_str(), "failed" | "cancelled");
    let later = if is_lost { Some(store::later_runs(&mut db, &line).await?) } else { None };
    drop(db);
    let has_started = line.finished_at.is_some() || line.state == "running";
    let waits = if has_started { None } else { wait(&may, id, now).await? };
    let facts = facts(&line, &attempts, version.as_ref().and_then(|it| it.rows), waits.as_ref());
    let sentence = naming::conceal(&may, facts.sentence(now));
    let events = facts.events().into_iter();
    let events = events.map(|(at, text)| RunEvent { at: at.into(), text }).collect();
    let rows = attempts.iter().zip(&hosts).map(|(row, host)| attempt(&may, row, host)).collect();
    Ok(Json(Run {
        sentence,
        events,
        waits,
        attempts: rows,
        stale_inputs: output.map_or(0, |(_, stale)| stale),
        inputs_of_now: output.is_none(),
        inputs: inputs
            .into_iter()
            .filter_map(|link| LineageLink::new(mill, &picture, link))
            .collect(),
        output: version.and_then(|row| Materialization::new(mill, &picture, &row)),
        deadline: line.deadline.map(Instant::from),
        mended_by: later
            .as_ref()
            .and_then(|later| Some(Mended { run: later.done?, at: later.done_at?.into() })),
        made_again_by: later.as_ref().and_then(|later| {
            Some(MadeAgain { run: later.live?, state: RunState::of(later.live_state.as_ref()?) })
        }),
        row: RunRow::of(&may, line, now),
    }))
}

/// What a run that published nothing would read if it were made now.
async fn inputs_of_now(
    may: &May<act::ReadRuns>,
    db: &mut PgConnection,
    picture: &Picture,
    line: &RunLine,
) -> Answer<Vec<LinkRow>> {
    let mill = may.mill();
    let Some(&dataset) = mill.registry.index.get(&line.dataset_id) else { return Ok(Vec::new()) };
    let slice = picture.slices.slice(line.slice_id);
    let key = PartitionKey { slice, ordinal: line.ordinal };
    let known = (&picture.assessment.extents, &picture.slices);
    let pinned = engine::reads_now(db, mill, known, dataset, &key).await?;
    Ok(store::links_pinned(db, &pinned, may.only().as_deref(), INPUTS).await?)
}

/// Why it has not started; none when it just has.
async fn wait(may: &May<act::ReadRuns>, run: i64, now: Timestamp) -> Answer<Option<Wait>> {
    let mut db = may.db().await?;
    let Some(mut found) = store::waiting(&mut db, &[run], now).await?.pop() else {
        return Ok(None);
    };
    let on = match found.why {
        Obstacle::Inputs => {
            store::waits_on_some(&mut db, run, may.only().as_deref(), WAITS_ON).await?
        }
        _ => Vec::new(),
    };
    let slices =
        if on.is_empty() { store::Slices::default() } else { store::Slices::load(&mut db).await? };
    drop(db);
    hide_holders(may, &mut found);
    let on = on.into_iter().filter_map(|row| {
        let values: Vec<String> =
            slices.slice(row.slice_id).values().iter().map(ToString::to_string).collect();
        Some(WaitsOn {
            run: row.run_id,
            dataset: naming::dataset(may, row.dataset_id)?.to_owned(),
            partition: naming::partition(may, row.dataset_id, &values, row.ordinal),
            state: RunState::of(&row.state),
        })
    });
    Ok(Some(Wait {
        why: found.why.as_str().to_owned(),
        text: found.to_string(),
        position: found.ahead.map(|ahead| ahead + 1),
        expected_at: found.expected_at.map(Instant::from),
        on: on.collect(),
    }))
}

/// Takes out of a wait the names of jobs that whoever asks may not know of.
pub(in super::super) fn hide_holders<A: super::super::access::Action>(
    may: &May<A>,
    wait: &mut plan::Wait,
) {
    if let Obstacle::PoolFull { holders, .. } = &mut wait.why {
        holders.retain(|(job, _)| may.dataset(job).is_ok());
    }
}

fn facts<'a>(
    line: &'a RunLine,
    attempts: &'a [AttemptRow],
    rows: Option<i64>,
    waits: Option<&'a Wait>,
) -> RunFacts<'a> {
    let attempt = |row: &'a AttemptRow| AttemptFacts {
        number: row.number,
        worker: row.worker_id,
        state: &row.state,
        started_at: row.started_at.to_jiff(),
        ended_at: row.ended_at.map(jiff_sqlx::Timestamp::to_jiff),
        error_code: row.error_code.as_deref(),
    };
    RunFacts {
        state: naming::model_state(&line.state).unwrap_or(crate::model::RunState::Failed),
        outcome: line.outcome.as_deref(),
        reason: &line.reason,
        backfill: line.backfill_id,
        created_at: line.created_at.to_jiff(),
        finished_at: line.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
        fault: line.error_code.as_deref().zip(line.error.as_deref()),
        attempts: attempts.iter().map(attempt).collect(),
        rows,
        wait: waits.map(|wait| wait.text.as_str()),
    }
}

fn attempt(may: &May<act::ReadRuns>, row: &AttemptRow, host: &AttemptHost) -> Attempt {
    let state = match row.state.as_str() {
        "running" => AttemptState::Running,
        "committed" => AttemptState::Committed,
        "expired" => AttemptState::Expired,
        "cancelled" => AttemptState::Cancelled,
        _ => AttemptState::Failed,
    };
    Attempt {
        number: row.number,
        worker: row.worker_id,
        host: naming::host(&host.host),
        state,
        started_at: row.started_at.into(),
        ended_at: row.ended_at.map(Instant::from),
        error_code: row.error_code.clone(),
        error: row.error.clone().map(|error| naming::conceal(may, error)),
        exit_reason: row.exit_reason.clone(),
        peak_bytes: row.peak_bytes,
        cpu_seconds: row.cpu_seconds,
        rows_read: row.rows_read,
        bytes_read: row.bytes_read,
        rows_written: row.rows_written,
        bytes_written: row.bytes_written,
        log_lines: host.lines,
    }
}
