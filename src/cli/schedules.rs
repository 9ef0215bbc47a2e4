//! `tidemill schedules`: what is due when, and what became of what was.

use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::Timestamp as SqlTimestamp;
use serde_json::{Value, json};

use super::args::{SchedulesArgs, SchedulesCommand};
use super::fault::Fault;
use super::output;
use super::session::Session;
use crate::plan::schedule::{Timetable, why_skipped, windows_between};
use crate::spec::DatasetSpec;
use crate::store::{self, ScheduleRow, TickRow};

/// Lists the schedules, or the latest ticks of one.
pub(super) async fn schedules(
    session: &Session,
    args: &SchedulesArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    match &args.command {
        None => list(session, json).await,
        Some(SchedulesCommand::Show { job, limit }) => show(session, job, *limit, json).await,
    }
}

/// A schedule as people look at it.
struct View<'a> {
    spec: &'a DatasetSpec,
    timetable: Timetable<'a>,
    /// None when no scheduler has seen it yet.
    row: Option<ScheduleRow>,
    /// Who paused the job.
    job_paused_by: Option<String>,
    now: Timestamp,
}

async fn views(session: &Session, only: Option<usize>) -> anyhow::Result<Vec<View<'_>>> {
    let mill = &session.mill;
    let mut db = mill.pool.acquire().await?;
    let rows = store::schedules(&mut db, &mill.registry.datasets, None).await?;
    let paused = store::paused_jobs(&mut db, &mill.registry.datasets).await?;
    let now = crate::clock::now();
    let datasets = mill.catalog.datasets().iter().enumerate();
    let wanted = datasets.filter(|(index, _)| only.is_none_or(|only| only == *index));
    let views = wanted.filter_map(|(index, spec)| {
        let id = mill.registry.datasets[index];
        let timetable = Timetable::of(spec)?;
        let row = rows.iter().find(|row| row.dataset_id == id).cloned();
        let job_paused_by = paused.iter().find(|(job, _)| *job == id).map(|(_, by)| by.clone());
        Some(View { spec, timetable, row, job_paused_by, now })
    });
    Ok(views.collect())
}

impl View<'_> {
    /// When the next tick is due: as recorded, or as declared where no scheduler has looked yet.
    fn next(&self) -> Option<Timestamp> {
        match &self.row {
            Some(row) => row.next_due.map(SqlTimestamp::to_jiff),
            None => self.timetable.after(self.now).next().map(|firing| firing.at),
        }
    }

    fn zone(&self) -> &str {
        self.timetable.schedule().zone_for(&self.spec.scheme)
    }

    /// Who stopped what, or what its ticks wait for.
    fn note(&self) -> String {
        let mut notes = Vec::new();
        match &self.row {
            Some(row) if row.is_paused() => {
                notes.push(format!("paused by {}", row.paused_by.as_deref().unwrap_or("somebody")));
            }
            Some(row) if 1 < row.open => notes.push(format!("{} ticks open", row.open)),
            Some(_) => (),
            None => notes.push("not seen by a scheduler yet".to_owned()),
        }
        if let Some(by) = &self.job_paused_by {
            notes.push(format!("job paused by {by}"));
        }
        notes.join(", ")
    }

    fn json(&self) -> Value {
        let schedule = self.timetable.schedule();
        let row = self.row.as_ref();
        let instant = |at: Option<SqlTimestamp>| at.map(|at| at.to_jiff().to_string());
        json!({
            "job": self.spec.name.as_str(),
            "schedule": schedule.to_string(),
            "in_words": self.timetable.in_words(),
            "zone": self.zone(),
            "catch_up": schedule.catch_up.as_str(),
            "ticks_max": schedule.ticks_max,
            "next_due": self.next().map(|at| at.to_string()),
            "next_due_local": self.next().map(|at| self.timetable.label(at)),
            "recorded_until": instant(row.map(|row| row.cursor_at)),
            "last_tick": row.and_then(|row| Some(json!({
                "at": row.last_at?.to_jiff().to_string(),
                "local": row.last_label,
                "state": row.last_state,
                "reason": row.last_reason,
                "detail": row.last_detail,
                "backfills": row.last_backfill_ids,
            }))),
            "open_ticks": row.map(|row| row.open),
            "paused_by": row.filter(|row| row.is_paused()).map(|row| row.paused_by.clone()),
            "job_paused_by": self.job_paused_by,
        })
    }
}

async fn list(session: &Session, json: bool) -> anyhow::Result<ExitCode> {
    let views = views(session, None).await?;
    if json {
        output::json(&Value::Array(views.iter().map(View::json).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    if views.is_empty() {
        eprintln!("no job has a schedule; `.schedule(Schedule::at_close())` gives it one");
        return Ok(ExitCode::SUCCESS);
    }
    let cells = |view: &View<'_>| {
        let next = view.next();
        let relative = next.map_or_else(|| "-".to_owned(), |at| relative(at, view.now));
        let row = view.row.as_ref();
        vec![
            view.spec.name.to_string(),
            view.timetable.schedule().to_string(),
            view.zone().to_owned(),
            next.map_or_else(|| "never".to_owned(), |at| view.timetable.label(at)),
            relative,
            row.and_then(|row| row.last_label.clone()).unwrap_or_else(|| "-".to_owned()),
            row.and_then(|row| {
                let state = row.last_state.as_deref()?;
                Some(became(state, row.last_reason.as_deref(), row.last_detail.as_deref()))
            })
            .unwrap_or_else(|| "-".to_owned()),
            view.note(),
        ]
    };
    let rows: Vec<Vec<String>> = views.iter().map(cells).collect();
    let header = ["JOB", "SCHEDULE", "ZONE", "NEXT TICK", "IN", "LAST TICK", "BECAME", "NOTE"];
    output::table(&header, &rows);
    say_held(session).await?;
    Ok(ExitCode::SUCCESS)
}

async fn show(session: &Session, job: &str, limit: i64, json: bool) -> anyhow::Result<ExitCode> {
    let (index, spec) = session.dataset(job)?;
    let view = views(session, Some(index)).await?.pop().ok_or_else(|| unscheduled(spec))?;
    let ticks = match &view.row {
        None => Vec::new(),
        Some(row) => {
            let mut db = session.mill.pool.acquire().await?;
            store::ticks(&mut db, row.id, limit.clamp(1, 100_000)).await?
        }
    };
    if json {
        let mut body = view.json();
        body["ticks"] = ticks.iter().map(|tick| tick_json(spec, tick)).collect();
        output::json(&body);
        return Ok(ExitCode::SUCCESS);
    }
    let schedule = view.timetable.schedule();
    let line = |name: &str, text: &str| output::line(&format!("  {name:<12} {text}"));
    output::line(spec.name.as_str());
    line("schedule", &schedule.to_string());
    line("in words", &view.timetable.in_words());
    line("zone", view.zone());
    line(
        "catch-up",
        &format!("{}, at most {} ticks", schedule.catch_up.as_str(), schedule.ticks_max),
    );
    let next = view
        .next()
        .map(|at| format!("{}, in {}", view.timetable.label(at), relative(at, view.now)));
    line("next tick", next.as_deref().unwrap_or("never"));
    let note = view.note();
    if !note.is_empty() {
        line("note", &note);
    }
    if ticks.is_empty() {
        output::line("\nno tick was due so far");
    } else {
        output::line("");
        let rows: Vec<Vec<String>> = ticks.iter().map(|tick| cells(spec, tick)).collect();
        output::table(&["TICK", "PARTITIONS", "STATE", "WHY", "BACKFILLS"], &rows);
        if ticks.len() as i64 == limit {
            eprintln!("only the latest {limit} are shown; `--limit` shows more");
        }
    }
    say_held(session).await?;
    Ok(ExitCode::SUCCESS)
}

/// Says on standard error that no tick is recorded, should clocks disagree.
async fn say_held(session: &Session) -> anyhow::Result<()> {
    let mut db = session.mill.pool.acquire().await?;
    if let Some((why, until)) = store::hold(&mut db, crate::clock::now()).await? {
        let until = super::inspect::when(until);
        eprintln!("no tick is recorded until {until}: {why}");
    }
    Ok(())
}

/// The windows a tick asks for.
fn partitions(spec: &DatasetSpec, tick: &TickRow) -> String {
    windows_between(spec, tick.closes_after.to_jiff(), tick.closes_until.to_jiff())
}

fn cells(spec: &DatasetSpec, tick: &TickRow) -> Vec<String> {
    let label = match tick.ticks {
        1 => tick.local_label.clone(),
        many => format!("{} .. {} ({many} ticks)", tick.first_label, tick.local_label),
    };
    let why = match (&tick.reason, &tick.detail) {
        (Some(reason), detail) => why_skipped(reason, detail.as_deref()),
        (None, Some(detail)) => detail.clone(),
        (None, None) if tick.is_late => "caught up".to_owned(),
        (None, None) => String::new(),
    };
    let orders: Vec<String> = tick.backfill_ids.iter().map(ToString::to_string).collect();
    vec![label, partitions(spec, tick), tick.state.clone(), why, orders.join(", ")]
}

fn tick_json(spec: &DatasetSpec, tick: &TickRow) -> Value {
    json!({
        "at": tick.tick_at.to_jiff().to_string(),
        "local": tick.local_label,
        "first_local": tick.first_label,
        "ticks": tick.ticks,
        "partitions": partitions(spec, tick),
        "closed_after": tick.closes_after.to_jiff().to_string(),
        "closed_until": tick.closes_until.to_jiff().to_string(),
        "is_late": tick.is_late,
        "state": tick.state,
        "reason": tick.reason,
        "detail": tick.detail,
        "backfills": tick.backfill_ids,
        "recorded_at": tick.recorded_at.to_jiff().to_string(),
        "settled_at": tick.settled_at.map(|at| at.to_jiff().to_string()),
    })
}

/// What became of a tick, in a few words.
fn became(state: &str, reason: Option<&str>, detail: Option<&str>) -> String {
    match (reason, detail) {
        (Some(reason), detail) => format!("{state}: {}", why_skipped(reason, detail)),
        (None, Some(detail)) => format!("{state}: {detail}"),
        (None, None) => state.to_owned(),
    }
}

/// How far ahead an instant is.
fn relative(at: Timestamp, now: Timestamp) -> String {
    let ahead = at.duration_since(now);
    if ahead <= SignedDuration::ZERO {
        return "now".to_owned();
    }
    let days = ahead.as_hours() / 24;
    match days {
        0..2 => output::seconds(ahead.as_secs_f64()),
        _ => format!("{days} days"),
    }
}

/// What to say of a job without a schedule.
pub(super) fn unscheduled(spec: &DatasetSpec) -> Fault {
    Fault::new("TM0202", format!("`{}` has no schedule", spec.name))
        .hint("`tidemill schedules` lists those that have one")
}
