//! How a backfill stands, as programs read it.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::instant::Instant;
use super::list::{OriginWord, StateWord};
use crate::store::BackfillStanding;

/// Work that was asked for at once: which partitions, by whom, and how far it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Backfill {
    /// Its number.
    id: i64,
    /// `active`, `completed`, `failed` (some runs failed, none is live) or `cancelled`.
    #[schema(value_type = StateWord)]
    state: String,
    /// What was asked for, in a line.
    request: String,
    /// `person`, `schedule` or `automation`.
    #[schema(value_type = OriginWord)]
    origin: String,
    /// With which class of work it shares pools: `live`, `late` or `backfill`.
    class: String,
    /// Within its class, the greater goes first.
    priority: i16,
    /// How many of its runs may run at once, if limited.
    concurrency: Option<i32>,
    /// Who asked.
    created_by: String,
    /// When.
    created_at: Instant,
    /// When its last run finished.
    finished_at: Option<Instant>,
    /// Since when it is paused.
    paused_at: Option<Instant>,
    /// Who paused it.
    paused_by: Option<String>,
    /// How many runs it has.
    runs: i64,
    /// How many published.
    published: i64,
    /// How many found what is published up to date.
    unchanged: i64,
    /// How many failed.
    failed: i64,
    /// How many were cancelled.
    cancelled: i64,
    /// How many workers are at.
    running: i64,
    /// How many runs finish in a second, of late.
    rate: Option<f64>,
    /// How many seconds are left at that rate; none before five have finished.
    seconds_left: Option<f64>,
    /// The backfill whose failed and cancelled partitions it makes.
    retry_of: Option<i64>,
    /// What whoever asked for it wants others to know.
    note: Option<String>,
}

impl Backfill {
    /// How it stands at `now`.
    pub(in super::super) fn of(row: &BackfillStanding, now: jiff::Timestamp) -> Self {
        Self {
            id: row.id,
            state: row.state.clone(),
            request: row.request.clone(),
            origin: row.origin.as_str().to_owned(),
            class: row.class.as_str().to_owned(),
            priority: row.priority,
            concurrency: row.concurrency,
            created_by: row.created_by.clone(),
            created_at: row.created_at.into(),
            finished_at: row.finished_at.map(Into::into),
            paused_at: row.paused_at.map(Into::into),
            paused_by: row.paused_by.clone(),
            runs: row.runs,
            published: row.published,
            unchanged: row.unchanged,
            failed: row.failed,
            cancelled: row.cancelled,
            running: row.running,
            rate: row.rate(now),
            seconds_left: row.seconds_left(now),
            retry_of: row.retry_of,
            note: row.note.clone(),
        }
    }

    /// Its number.
    pub(in super::super) const fn id(&self) -> i64 {
        self.id
    }
}
