//! `GET /workers`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::naming;
use super::super::paging::Page;
use super::super::problem::{Answer, Problem};
use super::super::query::{Nothing, Paged};
use crate::store::{self, WorkerLine};

/// After how many seconds without a beat a worker is not told to live: others take longer to be
/// sure, and where nobody is left, nobody ends it.
const SILENT: f64 = 60.0;

/// A process that makes partitions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Worker {
    /// Its number.
    id: i64,
    /// The machine.
    host: String,
    /// Its process there.
    pid: i32,
    /// How many partitions it makes at once.
    slots: i32,
    /// How many it is making.
    running: i64,
    /// The pools it serves; none for all of them.
    pools: Option<Vec<String>>,
    /// When it began.
    started_at: Instant,
    /// When it ended.
    ended_at: Option<Instant>,
    /// Whether it has not ended and has shown that it lives within the last minute.
    alive: bool,
    /// When it last showed that it lives.
    beat_at: Option<Instant>,
    /// How many versions of code it can run.
    codes: usize,
    /// Whether it can run today's code of every job.
    codes_current: bool,
}

/// Workers: those that live first, the newest first.
#[utoipa::path(
    get,
    path = "/workers",
    tag = "workers",
    params(super::super::paging::Paging),
    responses(
        (status = OK, body = Page<Worker>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn workers(
    may: May<act::ReadWorkers>,
    Paged(Nothing {}, paging): Paged<Nothing>,
) -> Answer<Json<Page<Worker>>> {
    let limit = paging.limit()?;
    let after = paging.after::<(bool, i64)>()?;
    let only = may.only();
    let mut db = may.db().await?;
    let rows = store::worker_lines(&mut db, only.as_deref(), after, limit + 1).await?;
    drop(db);
    let page = Page::cut(rows, limit, |row| (row.ended_at.is_some(), row.id));
    let today: Vec<i32> = may.mill().registry.code.iter().flatten().copied().collect();
    let worker = |row: WorkerLine| Worker {
        id: row.id,
        host: naming::host(&row.host),
        pid: row.pid,
        slots: row.slots,
        running: row.running,
        pools: row.is_limited.then(|| row.pools.unwrap_or_default()),
        started_at: row.started_at.into(),
        alive: row.ended_at.is_none() && row.silent < SILENT,
        ended_at: row.ended_at.map(Instant::from),
        beat_at: row.beat_at.map(Instant::from),
        codes: row.codes.len(),
        codes_current: today.iter().all(|code| row.codes.contains(code)),
    };
    let items = page.items.into_iter().map(worker).collect();
    Ok(Json(Page { items, next: page.next }))
}
