//! What people do to a dataset: pause and resume its job, and say that files of a source changed.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Entry, May, act};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use crate::spec::DatasetSpec;
use crate::store;

/// How a job stands after it was paused or resumed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct JobPause {
    /// The job, by the dataset it makes.
    dataset: String,
    /// Whether it is paused: none of its runs starts, and those under way go on.
    paused: bool,
    /// Whether this changed it.
    changed: bool,
    /// Since when it is paused.
    paused_at: Option<Instant>,
    /// Who paused it.
    paused_by: Option<String>,
}

/// What was announced.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Announcement {
    /// The source: it is looked at next.
    dataset: String,
    /// When it was last looked at, if ever.
    observed_at: Option<Instant>,
}

/// Pause a job.
///
/// None of its runs starts until it is resumed; those under way go on.
#[utoipa::path(
    post,
    path = "/datasets/{name}/pause",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset that the job makes.")),
    responses(
        (status = OK, body = JobPause),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is a source: nothing of it runs."),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn pause_job(
    may: May<act::ControlJobs>,
    At(name): At<String>,
) -> Answer<Json<JobPause>> {
    let (index, spec) = may.dataset(&name)?;
    job(spec)?;
    let id = may.mill().registry.datasets[index];
    let mut tx = may.begin().await?;
    let changed = store::pause_job(&mut tx, id, &may.principal().name).await?;
    if changed {
        may.audit(&mut tx, Entry::new("job.pause", "dataset", &name).datasets([id])).await?;
    }
    done(&may, tx, name, id, changed).await
}

/// Resume a job.
#[utoipa::path(
    post,
    path = "/datasets/{name}/resume",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset that the job makes.")),
    responses(
        (status = OK, body = JobPause),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is a source: nothing of it runs."),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn resume_job(
    may: May<act::ControlJobs>,
    At(name): At<String>,
) -> Answer<Json<JobPause>> {
    let (index, spec) = may.dataset(&name)?;
    job(spec)?;
    let id = may.mill().registry.datasets[index];
    let mut tx = may.begin().await?;
    let changed = store::resume_job(&mut tx, id).await?;
    if changed {
        may.audit(&mut tx, Entry::new("job.resume", "dataset", &name).datasets([id])).await?;
    }
    let answer = done(&may, tx, name, id, changed).await?;
    if changed {
        // What waited may start at once.
        store::ring(may.pool(), store::WORK).await?;
    }
    Ok(answer)
}

async fn done(
    may: &May<act::ControlJobs>,
    mut tx: sqlx::Transaction<'static, sqlx::Postgres>,
    dataset: String,
    id: i32,
    changed: bool,
) -> Answer<Json<JobPause>> {
    let paused = store::job_pauses(&mut tx).await?;
    tx.commit().await?;
    if changed {
        may.outdate();
    }
    let held = paused.into_iter().find(|(job, ..)| *job == id);
    let (paused_by, paused_at) = held.map(|(_, by, at)| (by, at.into())).unzip();
    Ok(Json(JobPause { dataset, paused: paused_at.is_some(), changed, paused_at, paused_by }))
}

fn job(spec: &DatasetSpec) -> Answer<()> {
    match spec.job() {
        Some(_) => Ok(()),
        None => Err(Problem::conflict(format!("`{}` is a source; nothing of it runs", spec.name))
            .hint("pause the jobs that read it")),
    }
}

/// Say that files of a source changed.
///
/// It is looked at as soon as a scheduler can, rather than when its interval is over.
#[utoipa::path(
    post,
    path = "/datasets/{name}/announce",
    tag = "catalog",
    params(("name" = String, Path, description = "The source.")),
    responses(
        (status = OK, body = Announcement),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem, description = "It is no source."),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn announce(
    may: May<act::AnnounceSource>,
    At(name): At<String>,
) -> Answer<Json<Announcement>> {
    let (index, spec) = may.dataset(&name)?;
    if spec.source().is_none() {
        return Err(Problem::conflict(format!("`{name}` is no source: a job makes it"))
            .hint("to have it made, apply a backfill of it"));
    }
    let registry = &may.mill().registry;
    let id = registry.datasets[index];
    let mut tx = may.begin().await?;
    store::announce(&mut tx, id).await?;
    may.audit(&mut tx, Entry::new("source.announce", "dataset", &name).datasets([id])).await?;
    let watches = store::watches(&mut tx, registry).await?;
    tx.commit().await?;
    store::ring(may.pool(), store::DEMAND).await?;
    let watch = watches.into_iter().find(|watch| watch.dataset_id == id);
    let observed_at = watch.and_then(|watch| watch.observed_at).map(Into::into);
    Ok(Json(Announcement { dataset: name, observed_at }))
}
