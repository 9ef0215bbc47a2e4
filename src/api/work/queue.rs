//! `GET /queue`: what waits, and why.

use std::time::Duration;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::super::runs::hide_holders;
use crate::store;

/// For how long an answer is given again: it counts every live run.
const KEEP: Duration = Duration::from_secs(3);
/// How many reasons are told.
const WAITS: i64 = 50;

/// What waits, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Queue {
    /// When it was counted.
    as_of: Instant,
    /// Live runs by class, pool and state.
    lanes: Vec<Lane>,
    /// Why those that have not started have not, by dataset, the most first.
    waits: Vec<QueueWait>,
}

/// Live runs of one class and pool in one state.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Lane {
    class: String,
    pool: String,
    state: String,
    /// How many.
    runs: i64,
    /// For how many seconds the oldest that could start has waited.
    oldest_seconds: f64,
}

/// Why runs of a dataset have not started.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct QueueWait {
    /// The word for why.
    why: String,
    /// Why, in a sentence, of one of them.
    text: String,
    /// How many.
    runs: i64,
    /// The dataset.
    dataset: String,
    /// One of them.
    example: i64,
}

/// What waits, and why.
#[utoipa::path(
    get,
    path = "/queue",
    tag = "workers",
    responses(
        (status = OK, body = Queue),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn queue(may: May<act::ReadWorkers>) -> Answer<Json<Queue>> {
    let key = format!("{:?}", may.only());
    may.caches().queues.get(key, KEEP, count(&may)).await.map(Json)
}

async fn count(may: &May<act::ReadWorkers>) -> Answer<Queue> {
    let only = may.only();
    let now = crate::clock::now();
    let mut db = may.db().await?;
    let depth = store::queue_depth(&mut db, only.as_deref()).await?;
    let waits = store::waiting_all(&mut db, only.as_deref(), WAITS).await?;
    let examples: Vec<i64> = waits.iter().map(|wait| wait.example).collect();
    let mut told = store::waiting(&mut db, &examples, now).await?;
    drop(db);
    told.iter_mut().for_each(|wait| hide_holders(may, wait));
    let text = |example: i64| {
        // One that has started meanwhile waits no more.
        let wait = told.iter().find(|wait| wait.run == example);
        wait.map_or_else(|| "takes its turn".to_owned(), |wait| wait.why.to_string())
    };
    let lane = |row: store::QueueRow| Lane {
        class: row.class,
        pool: row.pool,
        state: row.state,
        runs: row.runs,
        oldest_seconds: row.waited,
    };
    let wait = |row: store::QueueWait| QueueWait {
        text: text(row.example),
        why: row.why,
        runs: row.runs,
        dataset: row.dataset,
        example: row.example,
    };
    Ok(Queue {
        as_of: now.into(),
        lanes: depth.into_iter().map(lane).collect(),
        waits: waits.into_iter().map(wait).collect(),
    })
}
