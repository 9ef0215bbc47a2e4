//! `GET /datasets/{name}`: everything declared of a dataset, and where it stands.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::query::At;
use super::super::sla::SlaRule;
use super::super::work::Schedule;
use super::axis::Axis;
use super::row::{DatasetRow, Promised};
use super::watch::SourceWatch;
use super::words;
use crate::model::DimensionValues;
use crate::spec::{DatasetSpec, Missing};
use crate::store;

/// A dataset.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Dataset {
    /// What lists show of it.
    #[serde(flatten)]
    row: DatasetRow,
    /// How it is cut by time.
    scheme: Axis,
    /// How it is cut otherwise.
    dimensions: Vec<Dimension>,
    /// What it is made from.
    inputs: Vec<Edge>,
    /// What is made from it.
    outputs: Vec<Edge>,
    /// The columns it promises; none without a contract.
    columns: Vec<Column>,
    /// Tests of its rows, in words.
    contract: Vec<String>,
    /// When its job makes partitions unasked by the clock.
    schedule: Option<Schedule>,
    /// Which changes of its inputs its job acts upon, and when; nothing when upon all at once.
    automation_policy: Option<String>,
    /// What becomes of a failed attempt, in words; empty for a source.
    retry: String,
    /// How long an attempt may take.
    timeout_seconds: Option<u64>,
    /// Whose slots its runs take; empty for a source.
    pool: String,
    /// How many of them each takes.
    pool_weight: u32,
    /// How many of its runs may run at once, if limited.
    concurrency: Option<u32>,
    /// Whether one query may make neighbouring partitions, in words.
    fuse: Option<String>,
    /// Versions of its job's code, the newest first.
    code: Vec<Code>,
    /// What it promises.
    slas: Vec<SlaRule>,
    /// Since when a person has paused its job.
    paused_at: Option<Instant>,
    /// Who that was.
    paused_by: Option<String>,
    /// How it is looked at; none where a job makes it.
    watch: Option<SourceWatch>,
    /// Where its files are: a folder or an address, for a source with the template of their names.
    location: Option<String>,
}

/// A dimension other than time.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Dimension {
    /// Its name.
    name: String,
    /// Its values so far.
    values: Vec<String>,
    /// Whether values are added while running.
    dynamic: bool,
}

/// A dataset that another is made from.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Edge {
    /// The other dataset.
    dataset: String,
    /// Which of its partitions, in words.
    mapping: String,
    /// Whether a missing partition is waited for.
    required: bool,
}

/// A column of a contract.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Column {
    /// Its name.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Whether a null is allowed.
    nullable: bool,
    /// What it means.
    description: Option<String>,
    /// Whether its values are kept from everybody who looks.
    masked: bool,
}

/// A version of a job's code.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CodeVersion)]
struct Code {
    /// A hash of what it computes.
    fingerprint: String,
    /// When it was first seen.
    since: Instant,
}

/// A dataset.
#[utoipa::path(
    get,
    path = "/datasets/{name}",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset.")),
    responses(
        (status = OK, body = Dataset),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn dataset(
    may: May<act::ReadCatalog>,
    At(name): At<String>,
) -> Answer<Json<Dataset>> {
    let (index, spec) = may.dataset(&name)?;
    let picture = may.picture().await?;
    let mill = may.mill();
    let mut db = may.db().await?;
    let mut code = store::code_versions(&mut db, mill.registry.datasets[index]).await?;
    let watch = SourceWatch::of(&mut db, mill, index).await?;
    drop(db);
    code.reverse();
    let schedule = Schedule::of(&may, &[index], crate::clock::now()).await?.pop();
    let promises = Promised::of(&may, &picture).await?;
    let code = code
        .into_iter()
        .map(|code| Code { fingerprint: code.fingerprint, since: code.first_seen_at.into() });
    let ordinals = picture.assessment.extents.of(index).ordinals.span();
    let start = spec.scheme.calendar().span().map_or(0, |span| span.start);
    let scheme = Axis::new(&spec.scheme, ordinals.unwrap_or(start..start));
    let (job, limits) = (spec.job(), spec.job().map(|job| &job.limits));
    let paused = picture.paused.get(&index);
    Ok(Json(Dataset {
        row: DatasetRow::new(mill, &picture, &promises, index),
        scheme,
        dimensions: dimensions(spec, &picture.ledger.registered),
        inputs: inputs(&may, index),
        outputs: outputs(&may, index),
        columns: columns(spec),
        contract: job
            .map_or_else(Vec::new, |job| job.checks.iter().map(ToString::to_string).collect()),
        schedule,
        automation_policy: words::policy(&mill.catalog, spec, |input| may.sees(input)),
        retry: job.map_or_else(String::new, |job| job.retry.to_string()),
        timeout_seconds: job.map(|job| job.timeout.as_secs()),
        pool: limits.map_or_else(String::new, |limits| limits.pool.name.clone()),
        pool_weight: limits.map_or(0, |limits| limits.weight),
        concurrency: limits.and_then(|limits| limits.concurrency),
        fuse: job.and_then(|job| job.fuse.as_ref()).map(ToString::to_string),
        code: code.collect(),
        slas: SlaRule::of(spec).into_iter().collect(),
        paused_at: paused.map(|(_, since)| Instant(*since)),
        paused_by: paused.map(|(by, _)| by.clone()),
        watch,
        location: location(may.mill(), index),
    }))
}

fn dimensions(spec: &DatasetSpec, registered: &crate::model::Registered) -> Vec<Dimension> {
    let one = |dimension: &crate::model::Dimension| {
        let values = match &dimension.values {
            DimensionValues::Listed(values) => values.as_slice(),
            DimensionValues::Dynamic => {
                registered.get(&dimension.name).map_or(&[][..], Vec::as_slice)
            }
        };
        Dimension {
            name: dimension.name.clone(),
            values: values.iter().map(ToString::to_string).collect(),
            dynamic: dimension.values == DimensionValues::Dynamic,
        }
    };
    spec.scheme.dimensions.iter().map(one).collect()
}

fn inputs(may: &May<act::ReadCatalog>, dataset: usize) -> Vec<Edge> {
    let catalog = &may.mill().catalog;
    let seen = catalog.inputs(dataset).iter().filter(|input| may.sees(input.dataset));
    let edge = |input: &crate::spec::InputSpec| Edge {
        dataset: catalog.dataset(input.dataset).name.to_string(),
        mapping: words::mapping(&input.reads),
        required: input.reads.missing != Missing::Skip,
    };
    seen.map(edge).collect()
}

fn outputs(may: &May<act::ReadCatalog>, dataset: usize) -> Vec<Edge> {
    let catalog = &may.mill().catalog;
    let mut readers: Vec<(usize, usize)> =
        catalog.readers(dataset).filter(|(reader, _)| may.sees(*reader)).collect();
    readers.sort_unstable();
    let edge = |(reader, position): (usize, usize)| {
        let reads = &catalog.inputs(reader)[position].reads;
        Edge {
            dataset: catalog.dataset(reader).name.to_string(),
            mapping: words::mapping(reads),
            required: reads.missing != Missing::Skip,
        }
    };
    readers.into_iter().map(edge).collect()
}

fn columns(spec: &DatasetSpec) -> Vec<Column> {
    let columns = spec.about.contract.as_ref().map_or(&[][..], |contract| contract.columns());
    let one = |column: &crate::spec::Column| Column {
        name: column.name.clone(),
        kind: column.kind.to_string(),
        nullable: column.nullable,
        description: Some(column.description.clone()).filter(|text| !text.is_empty()),
        masked: column.masked,
    };
    columns.iter().map(one).collect()
}

fn location(mill: &crate::engine::Mill, dataset: usize) -> Option<String> {
    let spec = mill.catalog.dataset(dataset);
    match spec.source() {
        None => Some(mill.lake.full_path(spec.name.as_str())),
        Some(source) => {
            mill.sources[dataset].as_ref().map(|place| place.full_path(&source.template))
        }
    }
}
