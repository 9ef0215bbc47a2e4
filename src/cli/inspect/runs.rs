//! `tidemill runs`: what was tried, newest first.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{key_json, when};
use crate::cli::args::RunsArgs;
use crate::cli::backfills::wait_json;
use crate::cli::fault::Fault;
use crate::cli::output;
use crate::cli::session::Session;
use crate::model::{PartitionKey, RunState};
use crate::plan::Wait;
use crate::store::{self, AttemptRow, RunRow, Slices};

const STATES: [RunState; 7] = [
    RunState::Waiting,
    RunState::Ready,
    RunState::Running,
    RunState::Backoff,
    RunState::Succeeded,
    RunState::Failed,
    RunState::Cancelled,
];

/// Lists runs, or shows one with its attempts.
pub(in crate::cli) async fn runs(
    session: &Session,
    args: &RunsArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let state = args.state.as_deref();
    if let Some(state) = state.filter(|state| !STATES.iter().any(|held| held.as_str() == *state)) {
        let names: Vec<&str> = STATES.iter().map(|state| state.as_str()).collect();
        let message = format!("`{state}` is no state of a run");
        return Err(Fault::new("TM0202", message).hint(names.join(", ")).into());
    }
    let mill = &session.mill;
    let mut db = mill.pool.acquire().await?;
    let slices = Slices::load(&mut db).await?;
    let mut dataset = None;
    let mut partition = None;
    if let Some(name) = &args.dataset {
        let (index, spec) = session.dataset(name)?;
        dataset = Some(mill.registry.datasets[index]);
        if args.partition.is_some() || !args.within.dimensions.is_empty() {
            let registered = store::registered(&mut db).await?;
            let known = spec.scheme.all_slices(&registered);
            let text = args.partition.as_deref();
            let key = session.partition(index, text, &args.within.dimensions, &known)?;
            partition = Some((slices.id(&key.slice).unwrap_or(-1), key.ordinal));
        }
    }
    let limit = args.limit.clamp(1, 100_000);
    let rows =
        store::runs(&mut db, args.id, dataset, partition, args.backfill, state, limit).await?;
    if let Some(id) = args.id {
        let row = rows.first().ok_or_else(|| Fault::no_run(id))?;
        let attempts = store::attempts(&mut db, id).await?;
        let waits = waits(&mut db, &rows).await?;
        one(session, &slices, (row, waits.get(&id)), &attempts, json);
    } else if json {
        let waits = waits(&mut db, &rows).await?;
        let all = rows.iter().map(|row| {
            let mut value = run_json(session, &slices, row);
            value["wait"] = waits.get(&row.id).map_or(Value::Null, wait_json);
            value
        });
        output::json(&Value::Array(all.collect()));
    } else {
        let waits = waits(&mut db, &rows).await?;
        list(session, &slices, &rows, &waits);
        if rows.len() as i64 == limit {
            eprintln!("only the newest {limit} are shown; `--limit` shows more");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Why those of these runs wait that have not started.
pub(super) async fn waits(
    db: &mut PgConnection,
    rows: &[RunRow],
) -> anyhow::Result<BTreeMap<i64, Wait>> {
    let live = rows.iter().filter(|row| row.finished_at.is_none() && row.state != "running");
    let ids: Vec<i64> = live.map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let waits = store::waiting(db, &ids, crate::clock::now()).await?;
    Ok(waits.into_iter().map(|wait| (wait.run, wait)).collect())
}

fn list(session: &Session, slices: &Slices, rows: &[RunRow], waits: &BTreeMap<i64, Wait>) {
    if rows.is_empty() {
        eprintln!("there is no such run");
        return;
    }
    let cells = |row: &RunRow| {
        let (dataset, partition) = names(session, slices, row);
        vec![
            row.id.to_string(),
            dataset,
            partition,
            row.state.clone(),
            row.outcome.clone().unwrap_or_else(|| "-".to_owned()),
            row.reason.clone(),
            row.attempt.to_string(),
            row.backfill_id.to_string(),
            when(row.finished_at.unwrap_or(row.created_at).to_jiff()),
            match waits.get(&row.id) {
                Some(wait) => wait.to_string(),
                None => row.error_code.clone().unwrap_or_default(),
            },
        ]
    };
    let header = [
        "RUN",
        "DATASET",
        "PARTITION",
        "STATE",
        "OUTCOME",
        "REASON",
        "ATTEMPT",
        "BACKFILL",
        "FINISHED OR MADE",
        "ERROR, OR WHY IT WAITS",
    ];
    output::table(&header, &rows.iter().map(cells).collect::<Vec<_>>());
}

fn one(
    session: &Session,
    slices: &Slices,
    (row, wait): (&RunRow, Option<&Wait>),
    attempts: &[AttemptRow],
    json: bool,
) {
    if json {
        let mut value = run_json(session, slices, row);
        value["wait"] = wait.map_or(Value::Null, wait_json);
        value["attempts"] = attempts.iter().map(attempt_json).collect();
        output::json(&value);
        return;
    }
    let (dataset, partition) = names(session, slices, row);
    output::line(&format!("run {}: `{dataset}` {partition}", row.id));
    let outcome = row.outcome.as_ref().map_or_else(String::new, |text| format!(" ({text})"));
    output::line(&format!("  state     {}{outcome}", row.state));
    output::line(&format!("  reason    {}", row.reason));
    output::line(&format!("  backfill  {}", row.backfill_id));
    output::line(&format!("  made      {}", when(row.created_at.to_jiff())));
    if let Some(at) = row.finished_at {
        output::line(&format!("  finished  {}", when(at.to_jiff())));
    }
    if let Some(wait) = wait {
        output::line(&format!("  waits     {wait}"));
        if let Some(remedy) = wait.remedy() {
            output::line(&format!("            `{remedy}` helps"));
        }
    }
    if let (Some(code), Some(error)) = (&row.error_code, &row.error) {
        output::line(&format!("  error     {code}: {error}"));
    }
    if attempts.is_empty() {
        output::line("  no attempt was made");
        return;
    }
    output::line("");
    let cells = |attempt: &AttemptRow| {
        let took = attempt.ended_at.map(|end| {
            let took = end.to_jiff().duration_since(attempt.started_at.to_jiff());
            output::seconds(took.as_secs_f64())
        });
        vec![
            attempt.number.to_string(),
            attempt.state.clone(),
            when(attempt.started_at.to_jiff()),
            took.unwrap_or_else(|| "-".to_owned()),
            attempt.worker_id.to_string(),
            optional(attempt.peak_bytes, |bytes| output::bytes(bytes.unsigned_abs())),
            optional(attempt.cpu_seconds, output::seconds),
            both(attempt.rows_read, attempt.bytes_read),
            both(attempt.rows_written, attempt.bytes_written),
            match (&attempt.error_code, &attempt.error) {
                (Some(code), Some(error)) => format!("{code}: {}", error.replace('\n', " ")),
                _ => attempt.exit_reason.clone().unwrap_or_default(),
            },
        ]
    };
    let header =
        ["ATTEMPT", "STATE", "STARTED", "TOOK", "WORKER", "PEAK", "CPU", "READ", "WROTE", "ERROR"];
    output::table(&header, &attempts.iter().map(cells).collect::<Vec<_>>());
    output::line(&format!("`tidemill logs {}` shows what they said", row.id));
}

fn optional<T>(value: Option<T>, text: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), text)
}

/// Rows and bytes, as far as they are known.
fn both(rows: Option<i64>, bytes: Option<i64>) -> String {
    let rows = rows.map(|rows| output::count(rows.unsigned_abs(), "row"));
    let bytes = bytes.map(|bytes| output::bytes(bytes.unsigned_abs()));
    let known: Vec<String> = rows.into_iter().chain(bytes).collect();
    if known.is_empty() { "-".to_owned() } else { known.join(", ") }
}

/// Dataset and partition of a run, as far as they are still declared.
fn names(session: &Session, slices: &Slices, row: &RunRow) -> (String, String) {
    let Some(&index) = session.mill.registry.index.get(&row.dataset_id) else {
        return (format!("dataset {}", row.dataset_id), format!("window {}", row.ordinal));
    };
    let spec = session.mill.catalog.dataset(index);
    let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
    (spec.name.to_string(), spec.scheme.describe(&key))
}

pub(super) fn run_json(session: &Session, slices: &Slices, row: &RunRow) -> Value {
    let index = session.mill.registry.index.get(&row.dataset_id);
    let spec = index.map(|index| session.mill.catalog.dataset(*index));
    let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
    let partition = spec.map_or(Value::Null, |spec| key_json(&spec.scheme, &key));
    json!({
        "id": row.id,
        "backfill": row.backfill_id,
        "dataset": spec.map(|spec| spec.name.as_str()),
        "partition": partition["partition"],
        "slice": partition["slice"],
        "state": row.state,
        "outcome": row.outcome,
        "reason": row.reason,
        "attempt": row.attempt,
        "waiting_on": row.waiting_on,
        "error_code": row.error_code,
        "error": row.error,
        "created_at": row.created_at.to_jiff().to_string(),
        "finished_at": row.finished_at.map(|at| at.to_jiff().to_string()),
    })
}

fn attempt_json(row: &AttemptRow) -> Value {
    json!({
        "number": row.number,
        "state": row.state,
        "worker": row.worker_id,
        "started_at": row.started_at.to_jiff().to_string(),
        "ended_at": row.ended_at.map(|at| at.to_jiff().to_string()),
        "error_code": row.error_code,
        "error": row.error,
        "exit_reason": row.exit_reason,
        "peak_bytes": row.peak_bytes,
        "cpu_seconds": row.cpu_seconds,
        "rows_read": row.rows_read,
        "bytes_read": row.bytes_read,
        "rows_written": row.rows_written,
        "bytes_written": row.bytes_written,
    })
}
