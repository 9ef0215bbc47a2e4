//! `GET /datasets/{name}/materializations` and `GET /materializations/{id}`: what was published.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{Action, May, act};
use super::super::instant::Instant;
use super::super::paging::{Page, Paging};
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Paged};
use super::{lookup, profile};
use crate::engine::Mill;
use crate::store::{self, LinkRow, VersionRow};

/// So many inputs and outputs of a version are shown.
const LINKS_MAX: i64 = 500;

/// A version of a partition: what an attempt published, or what was seen of a source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Materialization {
    /// Its number, which is also that of its commit.
    id: i64,
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// The run that made it; none for a source.
    run: Option<i64>,
    /// The attempt that made it.
    attempt: Option<i32>,
    /// How many rows, where that is known.
    rows: Option<i64>,
    /// How many bytes its files have.
    bytes: i64,
    /// Rows of its inputs that could not be read.
    rejected: i64,
    /// When it was published.
    committed_at: Instant,
    /// How long the attempt took.
    seconds: Option<f64>,
    /// Whether it is what readers see.
    head: bool,
    /// Since when its files may be deleted.
    expired_at: Option<Instant>,
    /// The fingerprint of the code that made it.
    code: Option<String>,
    /// A hash of its rows, or of the files of a source.
    content: String,
}

/// A version with what it holds, what it was made from, and what was made from it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct MaterializationDetail {
    /// What lists show of it.
    #[serde(flatten)]
    version: Materialization,
    /// Its files, from the dataset's place on.
    paths: Vec<String>,
    /// What each column holds. The least, the greatest and the mean are values: they are null for
    /// masked columns, and for whoever may not see rows (`data.read`).
    profile: Vec<profile::ColumnProfile>,
    /// The versions it was made from; at most 500.
    inputs: Vec<LineageLink>,
    /// The versions that were made from it, the latest first; at most 500.
    outputs: Vec<LineageLink>,
}

/// A version at the other end of a step of lineage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct LineageLink {
    /// Its number.
    pub(in super::super) id: i64,
    /// The dataset.
    pub(in super::super) dataset: String,
    /// The partition.
    pub(in super::super) partition: String,
    /// How many rows it has, where that is known.
    pub(in super::super) rows: Option<i64>,
    /// When it was published.
    pub(in super::super) committed_at: Instant,
    /// Its first files, at most 20.
    pub(in super::super) paths: Vec<String>,
    /// As which of the inputs it was read, from 0.
    pub(in super::super) position: i16,
    /// Whether nothing of this project made it.
    pub(in super::super) is_source: bool,
}

impl Materialization {
    /// None of a dataset that is not declared any more.
    pub(in super::super) fn new(mill: &Mill, picture: &Picture, row: &VersionRow) -> Option<Self> {
        let spec = mill.catalog.dataset(*mill.registry.index.get(&row.dataset_id)?);
        let key = lookup::key(picture, row.slice_id, row.ordinal);
        Some(Self {
            id: row.id,
            dataset: spec.name.to_string(),
            partition: spec.scheme.key(&key),
            run: row.run_id,
            attempt: row.attempt,
            rows: row.rows,
            bytes: row.bytes,
            rejected: row.rejected,
            committed_at: row.committed_at.into(),
            seconds: row.seconds,
            head: row.is_head,
            expired_at: row.expired_at.map(Into::into),
            code: row.fingerprint.clone(),
            content: row.content.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }
}

impl LineageLink {
    /// None of a dataset that is not declared any more.
    pub(in super::super) fn new(mill: &Mill, picture: &Picture, row: LinkRow) -> Option<Self> {
        let spec = mill.catalog.dataset(*mill.registry.index.get(&row.dataset_id)?);
        let key = lookup::key(picture, row.slice_id, row.ordinal);
        Some(Self {
            id: row.id,
            dataset: spec.name.to_string(),
            partition: spec.scheme.key(&key),
            rows: row.rows,
            committed_at: row.committed_at.into(),
            paths: row.paths,
            position: row.position,
            is_source: row.is_source,
        })
    }
}

/// Which versions.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MaterializationQuery {
    /// Only those of this partition, such as `2024-03-31` or `2024-03-31/eu`.
    key: Option<String>,
}

/// Versions of a dataset, newest first.
#[utoipa::path(
    get,
    path = "/datasets/{name}/materializations",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset."), MaterializationQuery, Paging),
    responses(
        (status = OK, body = Page<Materialization>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn materializations(
    may: May<act::ReadCatalog>,
    At(name): At<String>,
    Paged(query, paging): Paged<MaterializationQuery>,
) -> Answer<Json<Page<Materialization>>> {
    let (dataset, spec) = may.dataset(&name)?;
    let (limit, after) = (paging.limit()?, paging.after::<(i64, i64)>()?);
    let after = match after {
        Some((at, id)) => Some((lookup::instant(at)?, id)),
        None => None,
    };
    let picture = may.picture().await?;
    let key = query.key.as_deref().map(|text| lookup::parse(spec, text)).transpose()?;
    let partition = key.map(|key| (lookup::slice_id(&picture, &key), key.ordinal));
    let mut db = may.db().await?;
    let id = may.mill().registry.datasets[dataset];
    let rows = store::versions_of(&mut db, id, partition, after, limit + 1).await?;
    let page =
        Page::cut(rows, limit, |last| (last.committed_at.to_jiff().as_microsecond(), last.id));
    let rows = page.items.iter().filter_map(|row| Materialization::new(may.mill(), &picture, row));
    Ok(Json(Page { items: rows.collect(), next: page.next }))
}

/// A version.
#[utoipa::path(
    get,
    path = "/materializations/{id}",
    tag = "catalog",
    params(("id" = i64, Path, description = "Its number.")),
    responses(
        (status = OK, body = MaterializationDetail),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn materialization(
    may: May<act::ReadCatalog>,
    At(id): At<i64>,
) -> Answer<Json<MaterializationDetail>> {
    let picture = may.picture().await?;
    let mill = may.mill();
    let only = may.only();
    let mut db = may.db().await?;
    let row = store::version_by_id(&mut db, id, only.as_deref()).await?;
    let found = row.and_then(|row| Some((Materialization::new(mill, &picture, &row)?, row)));
    let (version, row) = found.ok_or_else(|| absent(id))?;
    let inputs = store::links_up(&mut db, &[id], only.as_deref(), LINKS_MAX).await?;
    let outputs = store::links_down(&mut db, &[id], only.as_deref(), LINKS_MAX).await?;
    drop(db);
    let links = |rows: Vec<LinkRow>| {
        rows.into_iter().filter_map(|row| LineageLink::new(mill, &picture, row)).collect()
    };
    let spec = mill.registry.index.get(&row.dataset_id).map(|at| mill.catalog.dataset(*at));
    let shows_values = may.principal().may(&act::ReadData::PERMISSION);
    let profile = spec.zip(row.profile.as_ref());
    let profile = profile.map_or_else(Vec::new, |(spec, profile): (_, &Value)| {
        profile::read(spec, profile, shows_values)
    });
    let (inputs, outputs) = (links(inputs), links(outputs));
    Ok(Json(MaterializationDetail { version, paths: row.paths, profile, inputs, outputs }))
}

/// What is said of a version that is not there.
pub(in super::super) fn absent(id: i64) -> Problem {
    Problem::not_found(format!("there is no version {id}"))
}
