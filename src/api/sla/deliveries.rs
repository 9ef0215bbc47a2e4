//! `GET /slas/deliveries`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{Nothing, Paged};
use crate::store::{self, DeliveryRow};

/// What became of a message.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryState {
    /// It was not taken yet, and is tried again.
    Waiting,
    /// It was taken.
    Sent,
    /// It is given up.
    Failed,
}

/// A message about a missed promise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// Its number.
    id: i64,
    /// The host it went to last; empty as long as it went nowhere.
    url_host: String,
    /// What kind of thing it tells.
    kind: String,
    /// Of what: dataset and partition.
    object: String,
    /// What became of it.
    state: DeliveryState,
    /// How often it was tried.
    tries: i32,
    /// When it is tried next.
    next_at: Option<Instant>,
    /// The status it was answered with last.
    last_status: Option<i32>,
    /// Why it was not taken, the last time.
    last_error: Option<String>,
    /// When it was written down.
    created_at: Instant,
    /// When it was taken.
    sent_at: Option<Instant>,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            url_host: row.url_host.unwrap_or_default(),
            kind: row.kind,
            object: row.object,
            state: match row.state.as_str() {
                "sent" => DeliveryState::Sent,
                "failed" => DeliveryState::Failed,
                _ => DeliveryState::Waiting,
            },
            tries: row.tries,
            next_at: row.next_at.map(Instant::from),
            last_status: row.last_status,
            last_error: row.last_error,
            created_at: row.created_at.into(),
            sent_at: row.sent_at.map(Instant::from),
        }
    }
}

/// What others were told of missed promises, or are to be, newest first.
#[utoipa::path(
    get,
    path = "/slas/deliveries",
    tag = "slas",
    params(Paging),
    responses(
        (status = OK, body = Page<Delivery>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn deliveries(
    may: May<act::ReadSlas>,
    Paged(Nothing {}, paging): Paged<Nothing>,
) -> Answer<Json<Page<Delivery>>> {
    let (limit, before) = (paging.limit()?, paging.after::<i64>()?);
    let mut db = may.db().await?;
    let only = may.only();
    let rows = store::deliveries(&mut db, only.as_deref(), before, limit + 1).await?;
    let rows = Page::cut(rows, limit, |last| last.id);
    let items = rows.items.into_iter().map(Delivery::from).collect();
    Ok(Json(Page { items, next: rows.next }))
}
