//! `GET /runs`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::Schema;

use super::super::access::{Action, May, act};
use super::super::instant::Instant;
use super::super::naming::{RUN_STATES, model_state};
use super::super::paging::{Page, cursor};
use super::super::problem::{Answer, Problem};
use super::super::query::{Paged, one_of, some_of};
use super::RunRow;
use crate::model::Class;
use crate::store::{self, RunPlace, RunSearch};

/// For how long the time of the oldest run is kept, and which partitions the history has: nothing
/// becomes older than that, and what is in a partition that nobody knows of is found all the same.
const KEEP: Duration = Duration::from_mins(1);

/// Which runs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RunFilter {
    /// In this state, or in any of several, separated by commas.
    #[param(schema_with = states)]
    state: Option<String>,
    /// Of this dataset.
    dataset: Option<String>,
    /// Of this backfill.
    backfill: Option<i64>,
    /// Whose latest attempt is by this worker.
    worker: Option<i64>,
    /// Of this class.
    #[param(schema_with = classes)]
    class: Option<String>,
    /// Finished then or later. Runs that are live count as of now.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Instant>,
    /// Finished before then; of runs that are live, asked for before then.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Instant>,
    /// Whose last fault has this code, such as `TM0401`.
    #[param(max_length = 20)]
    code: Option<String>,
    /// The newest first, as when nothing is said, or the oldest.
    #[param(schema_with = orders)]
    order: Option<String>,
}

fn states() -> Schema {
    some_of(RUN_STATES.iter().map(|state| state.as_str()))
}

fn classes() -> Schema {
    one_of(Class::ALL.iter().map(|class| class.as_str()))
}

fn orders() -> Schema {
    one_of(["newest", "oldest"])
}

/// Where a page begins: when the run before it finished, in microseconds, and its number.
type Place = (Option<i64>, i64);

/// Runs.
///
/// The newest come first: runs that are live, then finished ones by when they finished. A page may
/// be short, or empty, and still have a next one: where few runs of many are asked for, each request
/// looks at so many at most.
#[utoipa::path(
    get,
    path = "/runs",
    tag = "runs",
    params(RunFilter, super::super::paging::Paging),
    responses(
        (status = OK, body = Page<RunRow>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn runs(
    may: May<act::ReadRuns>,
    Paged(filter, paging): Paged<RunFilter>,
) -> Answer<Json<Page<RunRow>>> {
    let now = crate::clock::now();
    let limit = paging.limit()?;
    let place = paging.after::<Place>()?.map(place).transpose()?;
    let mut search = search(&may, filter, now)?;
    let mut db = may.db().await?;
    if search.oldest_first && search.from.is_none() && place.is_none() {
        let first = async { Ok(store::oldest_run(&mut db).await?) };
        search.from = may.caches().oldest.get(String::new(), KEEP, first).await?;
    }
    let parts = async { Ok(Arc::new(store::partitions(&mut db).await?)) };
    search.parts = may.caches().parts.get(String::new(), KEEP, parts).await?;
    let limit = usize::try_from(limit).unwrap_or(1);
    let found = match store::search_runs(&mut db, &search, place, limit).await {
        // A partition was dropped since somebody asked which there are.
        Err(error) if error.is_gone() => {
            may.caches().parts.forget();
            search.parts = Arc::default();
            store::search_runs(&mut db, &search, place, limit).await?
        }
        found => found?,
    };
    drop(db);
    let next = found.next.map(|place| {
        let at = place.finished_at.map(Timestamp::as_microsecond);
        cursor(&(at, place.id))
    });
    let items = found.runs.into_iter().map(|line| RunRow::of(&may, line, now)).collect();
    Ok(Json(Page { items, next }))
}

fn place((at, id): Place) -> Answer<RunPlace> {
    let finished_at = at.map(Timestamp::from_microsecond).transpose();
    let finished_at =
        finished_at.map_err(|_| Problem::invalid("`cursor` is not from this list"))?;
    Ok(RunPlace { finished_at, id })
}

fn search<A: Action>(may: &May<A>, filter: RunFilter, now: Timestamp) -> Answer<RunSearch> {
    let mut search = RunSearch::all(now);
    if let Some(text) = &filter.state {
        for word in text.split(',').map(str::trim) {
            let state = model_state(word).ok_or_else(|| {
                let words: Vec<&str> = RUN_STATES.iter().map(|state| state.as_str()).collect();
                Problem::invalid(format!("`{word}` is no state of a run")).hint(words.join(", "))
            })?;
            if !search.states.contains(&state) {
                search.states.push(state);
            }
        }
    }
    search.datasets = match &filter.dataset {
        Some(name) => Some(vec![may.mill().registry.datasets[may.dataset(name)?.0]]),
        None => may.only(),
    };
    if let Some(word) = &filter.class {
        let class = Class::ALL.into_iter().find(|class| class.as_str() == word);
        search.class = Some(class.ok_or_else(|| {
            Problem::invalid(format!("`{word}` is no class")).hint("live, late, backfill")
        })?);
    }
    search.oldest_first = match filter.order.as_deref() {
        None | Some("newest") => false,
        Some("oldest") => true,
        Some(word) => {
            let message = format!("`{word}` is no order");
            return Err(Problem::invalid(message).hint("newest, oldest"));
        }
    };
    search.code = filter.code.filter(|code| !code.is_empty());
    if search.code.as_ref().is_some_and(|code| 20 < code.len()) {
        return Err(Problem::invalid("`code` is a code such as `TM0401`"));
    }
    (search.backfill, search.worker) = (filter.backfill, filter.worker);
    (search.from, search.until) = (filter.from.map(|at| at.0), filter.to.map(|at| at.0));
    if let (Some(from), Some(until)) = (search.from, search.until)
        && until <= from
    {
        return Err(Problem::invalid("`to` is not after `from`"));
    }
    Ok(search)
}
