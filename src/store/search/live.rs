//! Live runs, by number.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::super::Result;
use super::lines::{Bare, LIVE};
use super::{RunPlace, RunSearch};
use crate::model::RunState;

/// The run of this number, if it is live.
pub(super) async fn one(db: &mut PgConnection, run: i64) -> Result<Option<Bare>> {
    let mut query = QueryBuilder::<Postgres>::new("select");
    query.push(LIVE).push(" from tidemill.run where dataset_id is not null and id = ");
    query.push_bind(run);
    Ok(query.build_query_as().fetch_optional(db).await?)
}

/// Adds at most `limit` live runs after `place`.
pub(super) async fn search(
    db: &mut PgConnection,
    search: &RunSearch,
    place: Option<RunPlace>,
    limit: usize,
    runs: &mut Vec<Bare>,
) -> Result<()> {
    let states = search.lives();
    let is_ahead = search.from.is_some_and(|from| search.now < from);
    if states.is_empty() || is_ahead {
        return Ok(());
    }
    let mut query = QueryBuilder::<Postgres>::new("select");
    query.push(LIVE).push(" from tidemill.run");
    if search.class.is_some() {
        query.push(" join tidemill.backfill on backfill.id = run.backfill_id");
    }
    if search.worker.is_some() {
        query.push(
            " join tidemill.attempt on attempt.run_id = run.id and attempt.number = run.attempt",
        );
    }
    query.push(" where run.dataset_id is not null");
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
        query.push(" and attempt.worker_id = ").push_bind(worker);
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
    runs.extend(query.build_query_as::<Bare>().fetch_all(db).await?);
    Ok(())
}
