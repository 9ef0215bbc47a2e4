//! Live runs, by number.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::super::Result;
use super::{RunLine, RunPlace, RunSearch};
use crate::model::RunState;

const LINES: &str = "
select run.id, run.backfill_id, run.dataset_id, dataset.name as dataset, run.slice_id,
    slice.dimension_values, run.ordinal, run.state::text as state, null as outcome, run.reason,
    backfill.class::text as class, run.attempt, run.waiting_on, run.error_code, left(run.error, 4000) as error,
    run.created_at, null::timestamptz as finished_at, first.started_at as first_at,
    latest.started_at, latest.ended_at, latest.worker_id, run.deadline
from tidemill.run
join tidemill.backfill on backfill.id = run.backfill_id
join tidemill.dataset on dataset.id = run.dataset_id
join tidemill.slice on slice.id = run.slice_id
left join tidemill.attempt as first on first.run_id = run.id and first.number = 1
left join tidemill.attempt as latest
    on latest.run_id = run.id and latest.number = run.attempt
where run.dataset_id is not null";

/// The run of this number, if it is live.
pub(super) async fn one(db: &mut PgConnection, run: i64) -> Result<Option<RunLine>> {
    let mut query = QueryBuilder::<Postgres>::new(LINES);
    query.push(" and run.id = ").push_bind(run);
    Ok(query.build_query_as().fetch_optional(db).await?)
}

/// Adds at most `limit` live runs after `place`.
pub(super) async fn search(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
    limit: usize,
    runs: &mut Vec<RunLine>,
) -> Result<()> {
    let states = search.lives();
    let is_ahead = search.from.is_some_and(|from| search.now < from);
    if states.is_empty() || is_ahead {
        return Ok(());
    }
    let mut query = QueryBuilder::<Postgres>::new(LINES);
    if states.len() < 4 {
        // Spelled out, so that an index over some states is found to serve.
        let words: Vec<&str> = states.iter().map(|state: &RunState| state.as_str()).collect();
        query.push(format_args!(" and run.state in ('{}')", words.join("', '")));
    }
    if let Some(datasets) = &search.datasets {
        query.push(" and run.dataset_id = any(").push_bind(datasets.clone()).push(")");
    }
    if let Some(backfill) = search.backfill {
        query.push(" and run.backfill_id = ").push_bind(backfill);
    }
    if let Some(worker) = search.worker {
        query.push(" and latest.worker_id = ").push_bind(worker);
    }
    if let Some(class) = search.class {
        query.push(format_args!(" and backfill.class = '{}'", class.as_str()));
    }
    if let Some(code) = &search.code {
        query.push(" and run.error_code = ").push_bind(code.clone());
    }
    if let Some(until) = search.until {
        query.push(" and run.created_at < ").push_bind(until.to_sqlx());
    }
    let (beyond, order) = if search.oldest_first { (">", "asc") } else { ("<", "desc") };
    if let Some(place) = place {
        query.push(format_args!(" and run.id {beyond} ")).push_bind(place.id);
    }
    query.push(format_args!(" order by run.id {order} limit {limit}"));
    runs.extend(query.build_query_as::<RunLine>().fetch_all(db).await?);
    Ok(())
}
