//! The backfill that a run is had again by.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::instant::Instant;
use super::super::naming::RunClass;
use crate::store::BackfillStanding;

/// A backfill, just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Backfill {
    id: i64,
    state: String,
    request: String,
    origin: String,
    class: RunClass,
    priority: i16,
    concurrency: Option<i32>,
    created_by: String,
    created_at: Instant,
    finished_at: Option<Instant>,
    paused_at: Option<Instant>,
    paused_by: Option<String>,
    runs: i64,
    published: i64,
    unchanged: i64,
    failed: i64,
    cancelled: i64,
    running: i64,
    rate: Option<f64>,
    seconds_left: Option<f64>,
    retry_of: Option<i64>,
}

impl From<BackfillStanding> for Backfill {
    fn from(row: BackfillStanding) -> Self {
        Self {
            id: row.id,
            state: row.state,
            request: row.request,
            origin: row.origin.as_str().to_owned(),
            class: row.class.into(),
            priority: row.priority,
            concurrency: row.concurrency,
            created_by: row.created_by,
            created_at: row.created_at.into(),
            finished_at: row.finished_at.map(Instant::from),
            paused_at: row.paused_at.map(Instant::from),
            paused_by: row.paused_by,
            runs: row.runs,
            published: row.published,
            unchanged: row.unchanged,
            failed: row.failed,
            cancelled: row.cancelled,
            running: row.running,
            rate: None,
            seconds_left: None,
            retry_of: row.retry_of,
        }
    }
}
