//! `tidemill pause` and `resume`: a person stops a job, or its schedule.

use std::process::ExitCode;

use serde_json::json;

use super::args::PauseArgs;
use super::backfill::user;
use super::fault::Fault;
use super::output;
use super::schedules::unscheduled;
use super::session::Session;
use crate::engine;
use crate::spec::DatasetSpec;
use crate::store;

/// Pauses a job or its schedule.
pub(super) async fn pause(
    session: &Session,
    args: &PauseArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (index, spec) = job(session, args)?;
    let dataset = session.mill.registry.datasets[index];
    let by = user();
    let mut db = session.mill.pool.acquire().await?;
    let is_new = if args.schedule {
        engine::declare_schedule(&session.mill, index, crate::clock::now()).await?;
        store::pause_schedule(&mut db, dataset, &by, None).await?
    } else {
        store::pause_job(&mut db, dataset, &by).await?
    };
    let name = &spec.name;
    let text = match (args.schedule, is_new) {
        (true, true) => {
            format!("the schedule of `{name}` is paused; ticks until it is resumed are skipped")
        }
        (false, true) => format!("`{name}` is paused; no run of it starts until it is resumed"),
        (true, false) => format!("the schedule of `{name}` was paused already"),
        (false, false) => format!("`{name}` was paused already"),
    };
    answer(args, &text, true, is_new, json);
    Ok(ExitCode::SUCCESS)
}

/// Resumes a job or its schedule.
pub(super) async fn resume(
    session: &Session,
    args: &PauseArgs,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let (index, spec) = job(session, args)?;
    let dataset = session.mill.registry.datasets[index];
    let mut db = session.mill.pool.acquire().await?;
    let is_new = if args.schedule {
        store::resume_schedule(&mut db, dataset, None).await?
    } else {
        store::resume_job(&mut db, dataset).await?
    };
    if is_new {
        let message = if args.schedule { store::DEMAND } else { store::WORK };
        store::ring(&session.mill.pool, message).await?;
    }
    let name = &spec.name;
    let text = match (args.schedule, is_new) {
        (true, true) => format!("the schedule of `{name}` goes on with its next tick"),
        (false, true) => format!("`{name}` goes on"),
        (true, false) => format!("the schedule of `{name}` was not paused"),
        (false, false) => format!("`{name}` was not paused"),
    };
    answer(args, &text, false, is_new, json);
    Ok(ExitCode::SUCCESS)
}

/// The job that is meant, by its catalog index.
fn job<'a>(session: &'a Session, args: &PauseArgs) -> anyhow::Result<(usize, &'a DatasetSpec)> {
    let (index, spec) = session.dataset(&args.job)?;
    let Some(job) = spec.job() else {
        let message = format!("`{}` is a source; nothing of it runs", spec.name);
        return Err(Fault::new("TM0202", message).hint("pause the jobs that read it").into());
    };
    if args.schedule && job.schedule.is_none() {
        return Err(unscheduled(spec).into());
    }
    Ok((index, spec))
}

fn answer(args: &PauseArgs, text: &str, is_paused: bool, is_new: bool, json: bool) {
    if json {
        output::json(&json!({
            "job": args.job,
            "what": if args.schedule { "schedule" } else { "job" },
            "is_paused": is_paused,
            "changed": is_new,
        }));
    } else {
        output::line(text);
    }
}
