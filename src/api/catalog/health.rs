//! `GET /datasets/{name}/health`: where every partition stands, as run lengths.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use super::super::standing::{Counts, Standing, Word};
use super::axis::Axis;
use super::cells::{Cells, flat};
use crate::model::{PartitionSet, Scheme, Slice};
use crate::spec::Catalog;

/// So many slices are in one answer.
const SLICES_MAX: usize = 200;
/// More pairs of state and count than these are merged into wider cells.
const PAIRS_MAX: usize = 20_000;

/// Where every partition of a dataset stands, as run lengths.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// The dataset.
    dataset: String,
    /// An instant from which on it stands like this.
    as_of: Instant,
    /// Another one for every other answer.
    version: String,
    /// How it is cut by time.
    axis: Axis,
    /// The words of states, by the numbers that `runs` use.
    states: Vec<Word>,
    /// What makes a state differ from another with the same word: `code`, `input` or `upstream`.
    reasons: Vec<Option<&'static str>>,
    /// The slices.
    series: Vec<HealthSeries>,
    /// How many more slices there are; `slice` chooses among them.
    more_series: usize,
    /// How many partitions a cell holds. It is more than 1 where there would be more than 20,000
    /// pairs: then each cell shows the worst it holds.
    width: i64,
}

/// One slice of a dataset.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct HealthSeries {
    /// The values of its dimensions; none without dimensions.
    slice: Vec<String>,
    /// The ordinal at which the first cell starts.
    first: i64,
    /// State, count of cells, state, count of cells, and so on; state -1 where there is no
    /// partition.
    runs: Vec<i64>,
    /// How many partitions stand where, exactly.
    counts: Counts,
}

/// Which slices.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HealthQuery {
    /// Values of the dimensions in order, separated by commas; an empty one stands for all. In
    /// values, a comma is written `%2C` and `%` is written `%25`, before either is put into the
    /// address.
    slice: Option<String>,
}

/// An answer as it is sent.
#[derive(Clone, Debug)]
struct Rendered {
    tag: String,
    version: String,
    body: Bytes,
}

/// Answers that were sent, by dataset, with the picture they were last found true in.
#[derive(Debug, Default)]
pub(in super::super) struct HealthCache(Mutex<BTreeMap<usize, (Timestamp, Rendered)>>);

/// Health.
///
/// Where every partition stands, in a few kilobytes: send `If-None-Match` with the `ETag` of the
/// answer before, and nothing comes back while nothing changed.
#[utoipa::path(
    get,
    path = "/datasets/{name}/health",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset."), HealthQuery),
    responses(
        (status = OK, body = Health, headers(("etag" = String, description = "Of this answer."))),
        (status = NOT_MODIFIED, description = "It is as it was."),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn health(
    may: May<act::ReadCatalog>,
    At(name): At<String>,
    Asked(query): Asked<HealthQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let (dataset, spec) = may.dataset(&name)?;
    let picture = may.picture().await?;
    let wanted = query.slice.as_deref().map(|text| chosen(&spec.scheme, text)).transpose()?;
    let rendered = match wanted {
        None => cached(&may.mill().catalog, &picture, dataset, may.health()),
        Some(wanted) => {
            let fits = |slice: &&Slice| fits(slice, &wanted);
            let slices: Vec<Slice> =
                picture.slices_of(dataset).iter().filter(fits).cloned().collect();
            render(&may.mill().catalog, &picture, dataset, &slices)
        }
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let tag = [(header::ETAG, rendered.tag.clone())];
    if known.is_some_and(|known| names(known, &rendered.tag)) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((tag, kind, rendered.body).into_response())
}

/// Whether a list of tags names one. Weak ones are as good here: who packed an answer weakens its
/// tag.
fn names(list: &str, tag: &str) -> bool {
    let mut tags = list.split(',').map(|one| one.trim().trim_start_matches("W/"));
    tags.any(|one| one == tag || one == "*")
}

/// The values that a text asks for, by dimension.
fn chosen(scheme: &Scheme, text: &str) -> Answer<Vec<String>> {
    let decoded = |value: &str| value.replace("%2C", ",").replace("%25", "%");
    let values: Vec<String> = text.split(',').map(decoded).collect();
    if values.len() == scheme.dimensions.len() {
        return Ok(values);
    }
    let names: Vec<&str> = scheme.dimensions.iter().map(|it| it.name.as_str()).collect();
    let hint = match names.as_slice() {
        [] => "it has none: leave `slice` out".to_owned(),
        names => format!("they are {}", names.join(",")),
    };
    Err(Problem::invalid("`slice` has another number of values than there are dimensions")
        .hint(hint))
}

fn fits(slice: &Slice, wanted: &[String]) -> bool {
    let mut pairs = slice.values().iter().zip(wanted);
    pairs.all(|(value, wanted)| wanted.is_empty() || **value == **wanted)
}

/// The answer about all slices, as it was sent before when nothing changed since.
fn cached(catalog: &Catalog, picture: &Picture, dataset: usize, cache: &HealthCache) -> Rendered {
    let held = cache.0.lock().unwrap_or_else(PoisonError::into_inner).get(&dataset).cloned();
    if let Some((at, held)) = &held
        && *at == picture.at
    {
        return held.clone();
    }
    let mut rendered = render(catalog, picture, dataset, picture.slices_of(dataset));
    if let Some((_, held)) = held
        && held.version == rendered.version
    {
        rendered = held;
    }
    let mut cache = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
    cache.insert(dataset, (picture.at, rendered.clone()));
    rendered
}

fn render(catalog: &Catalog, picture: &Picture, dataset: usize, slices: &[Slice]) -> Rendered {
    let mut health = look(catalog, picture, dataset, slices);
    let content = serde_json::to_vec(&(&health.axis, &health.series, health.more_series));
    let digest = blake3::hash(&content.unwrap_or_default()).to_hex();
    digest[..16].clone_into(&mut health.version);
    // Two servers may have seen the same at different times.
    let tag = format!("\"{}-{:x}\"", health.version, picture.at.as_microsecond());
    let version = health.version.clone();
    let body = Bytes::from(serde_json::to_vec(&health).unwrap_or_default());
    Rendered { tag, version, body }
}

fn look(catalog: &Catalog, picture: &Picture, dataset: usize, slices: &[Slice]) -> Health {
    let spec = catalog.dataset(dataset);
    let standings = picture.standings(catalog, dataset);
    let ordinals = picture.assessment.extents.of(dataset).ordinals;
    let start = spec.scheme.calendar().span().map_or(0, |span| span.start);
    let axis = Axis::new(&spec.scheme, ordinals.span().unwrap_or(start..start));
    answer(spec.name.as_str(), picture.at, axis, standings, slices)
}

fn answer(
    dataset: &str,
    at: Timestamp,
    axis: Axis,
    standings: &[(Standing, PartitionSet)],
    slices: &[Slice],
) -> Health {
    let shown = &slices[..slices.len().min(SLICES_MAX)];
    let cells = Cells::draw(standings, shown, axis.first, PAIRS_MAX);
    let series = shown.iter().zip(&cells.slices).map(|(slice, (first, stretches))| {
        let mut counts = Counts::default();
        for (standing, set) in standings {
            counts.add(standing.word(), set.get(slice).map_or(0, crate::model::Ranges::len));
        }
        let slice = slice.values().iter().map(ToString::to_string).collect();
        HealthSeries { slice, first: *first, runs: flat(stretches), counts }
    });
    Health {
        dataset: dataset.to_owned(),
        as_of: at.into(),
        version: String::new(),
        series: series.collect(),
        axis,
        states: Standing::ALL.map(Standing::word).to_vec(),
        reasons: Standing::ALL.map(Standing::reason).to_vec(),
        more_series: slices.len() - shown.len(),
        width: cells.width,
    }
}

#[cfg(test)]
#[path = "health_tests.rs"]
mod tests;
