//! `GET /datasets/{name}/partition`: one partition, its versions, and why it is as it is.

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::naming;
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use super::super::runs::RunRow;
use super::super::sla::{self, SlaWindow};
use super::super::standing::{Standing, Word};
use super::super::why::Facts;
use super::lookup;
use super::materializations::Materialization;
use super::why::{Why, tell};
use crate::store;

/// So many runs are told.
const RUNS_MAX: i64 = 20;

/// A partition.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Partition {
    /// The dataset.
    dataset: String,
    /// Its name.
    key: String,
    /// The number of its window; see `Axis`.
    ordinal: i64,
    /// The values of its other dimensions.
    slice: Vec<String>,
    /// When its window starts; nothing without a time dimension.
    starts_at: Option<Instant>,
    /// When its window ends.
    ends_at: Option<Instant>,
    /// Where it stands; nothing before its time has come.
    standing: Option<Word>,
    /// What makes it stale: `code`, `input` or `upstream`.
    reason: Option<&'static str>,
    /// Why it stands there.
    why: Why,
    /// What readers see.
    head: Option<Materialization>,
    /// Its versions, newest first; at most 100.
    versions: Vec<Materialization>,
    /// Its runs, newest first; at most 20.
    runs: Vec<RunRow>,
    /// The one that is not finished.
    live_run: Option<RunRow>,
    /// What is promised of it.
    slas: Vec<SlaWindow>,
    /// Why its last run failed, if it did.
    failure: Option<Failure>,
}

/// Why a run failed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PartitionFailure)]
struct Failure {
    /// The run.
    run: i64,
    /// The help page.
    code: String,
    /// What happened.
    message: String,
    /// When.
    at: Instant,
}

/// Which partition.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PartitionQuery {
    /// Its name, such as `2024-03-31` or `2024-03-31/eu`. It may be left out where there is only
    /// one, which is `all`.
    key: Option<String>,
}

/// A partition.
#[utoipa::path(
    get,
    path = "/datasets/{name}/partition",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset."), PartitionQuery),
    responses(
        (status = OK, body = Partition),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn partition(
    may: May<act::ReadCatalog>,
    At(name): At<String>,
    Asked(query): Asked<PartitionQuery>,
) -> Answer<Json<Partition>> {
    let (dataset, spec) = may.dataset(&name)?;
    let key = lookup::parse(spec, query.key.as_deref().unwrap_or("all"))?;
    let picture = may.picture().await?;
    let mill = may.mill();
    let text = spec.scheme.key(&key);
    let is_there = picture.slices_of(dataset).contains(&key.slice)
        && spec.scheme.calendar().contains(key.ordinal);
    if !is_there {
        return Err(Problem::not_found(format!("`{name}` has no partition `{text}`")));
    }
    let facts = Facts::gather(mill, &picture, dataset, key.clone()).await?;
    let mut db = may.db().await?;
    let why = tell(&may, &mut db, &picture, &facts).await?;
    let (id, slice) = (mill.registry.datasets[dataset], lookup::slice_id(&picture, &key));
    let rows = &facts.versions;
    let now = crate::clock::now();
    let runs = store::runs_of_partition(&mut db, id, slice, key.ordinal, RUNS_MAX).await?;
    let runs: Vec<RunRow> = runs.into_iter().map(|line| RunRow::of(&may, line, now)).collect();
    let sees = |dataset: usize| may.sees(dataset);
    let slas = sla::windows_of(mill, &mut db, &picture, (dataset, &key), &sees).await?;
    drop(db);
    let versions: Vec<Materialization> =
        rows.iter().filter_map(|row| Materialization::new(mill, &picture, row)).collect();
    let head = rows.iter().find(|row| row.is_head);
    let window = spec.scheme.time().map(|axis| axis.window(key.ordinal));
    let failure = facts.failure.map(|failure| Failure {
        run: failure.run_id,
        code: failure.error_code,
        message: naming::conceal(&may, failure.error),
        at: failure.failed_at.into(),
    });
    Ok(Json(Partition {
        dataset: name,
        key: text,
        ordinal: key.ordinal,
        slice: key.slice.values().iter().map(ToString::to_string).collect(),
        starts_at: window.map(|window| window.start.into()),
        ends_at: window.map(|window| window.end.into()),
        standing: facts.standing.map(Standing::word),
        reason: facts.standing.and_then(Standing::reason),
        why,
        head: head.and_then(|row| Materialization::new(mill, &picture, row)),
        versions,
        live_run: runs.first().filter(|run| run.is_live()).cloned(),
        runs,
        slas,
        failure,
    }))
}
