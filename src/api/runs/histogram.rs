//! `GET /runs/histogram`: how many runs finished when.

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::query::Asked;
use crate::store;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistogramFilter {
    /// Finished then or later; a day before `to` when nothing is said.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    /// Finished before then; now when nothing is said.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
    /// Of this dataset.
    dataset: Option<String>,
}

/// How many runs finished, by stretches of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Histogram {
    /// The stretches in which any run finished, in order; the others are left out.
    buckets: Vec<HistogramBucket>,
    /// How long each stretch is.
    seconds: i64,
}

/// How many runs finished in one stretch of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct HistogramBucket {
    /// When it begins.
    at: Instant,
    /// How many succeeded.
    succeeded: i64,
    /// How many failed.
    failed: i64,
    /// How many were cancelled.
    cancelled: i64,
}

/// How long stretches are, so that clocks show their beginnings.
const LENGTHS: [i64; 10] = [60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800];
/// How many there are at most.
const MOST: i64 = 120;
/// The longest time that is looked at.
const LONGEST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// For how long an answer is given again: it reads every run of its time.
const KEEP: std::time::Duration = std::time::Duration::from_secs(5);

/// How many runs finished when.
#[utoipa::path(
    get,
    path = "/runs/histogram",
    tag = "runs",
    params(HistogramFilter),
    responses(
        (status = OK, body = Histogram),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn histogram(
    may: May<act::ReadRuns>,
    Asked(filter): Asked<HistogramFilter>,
) -> Answer<Json<Histogram>> {
    let only = match &filter.dataset {
        Some(name) => Some(vec![may.mill().registry.datasets[may.dataset(name)?.0]]),
        None => may.only(),
    };
    let until = filter.to.map_or_else(crate::clock::now, |at| at.0);
    let from = filter.from.map_or_else(
        || until.checked_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN),
        |at| at.0,
    );
    if until <= from || LONGEST < until.duration_since(from) {
        return Err(Problem::invalid("`from` to `to` is no stretch of at most 400 days"));
    }
    let seconds = stretch(until.duration_since(from));
    let (from, until) = widen(from, until, seconds);
    let key = format!("{seconds} {from} {until} {only:?}");
    let counted = async {
        let mut db = may.db().await?;
        let rows =
            store::finished_by_time(&mut db, only.as_deref(), (from, until), seconds).await?;
        let bucket = |row: store::Finished| HistogramBucket {
            at: row.at.into(),
            succeeded: row.succeeded,
            failed: row.failed,
            cancelled: row.cancelled,
        };
        Ok(Histogram { buckets: rows.into_iter().map(bucket).collect(), seconds })
    };
    may.caches().histograms.get(key, KEEP, counted).await.map(Json)
}

/// The shortest length that cuts a time into few enough stretches.
fn stretch(time: SignedDuration) -> i64 {
    let fits = |length: &&i64| time.as_secs() <= **length * MOST;
    LENGTHS.iter().find(fits).copied().unwrap_or(LENGTHS[LENGTHS.len() - 1])
}

/// To whole stretches, so that who asks a moment later asks for the same.
fn widen(from: Timestamp, until: Timestamp, seconds: i64) -> (Timestamp, Timestamp) {
    let floor = from.as_second().div_euclid(seconds) * seconds;
    let ceiling = (until.as_second().div_euclid(seconds) + 1) * seconds;
    let at = |second: i64, usual| Timestamp::from_second(second).unwrap_or(usual);
    (at(floor, from), at(ceiling, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_as_short_as_their_number_allows() {
        let of = |hours: i64| stretch(SignedDuration::from_hours(hours));
        assert_eq!(
            [1, 2, 3, 24, 24 * 7, 24 * 30, 24 * 400].map(of),
            [60, 60, 300, 900, 7_200, 21_600, 604_800]
        );
    }

    #[test]
    fn time_is_widened_to_whole_stretches() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (from, until) = widen(at("2024-01-01T10:07:00Z"), at("2024-01-01T11:00:00Z"), 900);
        assert_eq!((from, until), (at("2024-01-01T10:00:00Z"), at("2024-01-01T11:15:00Z")));
    }
}
