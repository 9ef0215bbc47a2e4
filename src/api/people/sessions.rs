//! `/users/me/sessions`: where one is signed in, and ending it there.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, Entry, IDLE, May, Who, act};
use super::super::instant::Instant;
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Nothing, Paged};
use crate::store;

/// A browser that is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct SessionRow {
    /// Its number.
    id: i64,
    /// When it began.
    created_at: Instant,
    /// When it was last used, to a minute.
    seen_at: Instant,
    /// When it ends at the latest.
    expires_at: Instant,
    /// Where it is from.
    address: String,
    /// What the browser calls itself.
    agent: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// Where one is signed in, newest first.
#[utoipa::path(
    get,
    path = "/users/me/sessions",
    tag = "access",
    params(Paging),
    responses(
        (status = OK, body = Page<SessionRow>),
        (status = UNAUTHORIZED, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn own(
    may: May<act::OwnAccount>,
    Paged(_filter, paging): Paged<Nothing>,
) -> Answer<Json<Page<SessionRow>>> {
    let user = may.principal().user();
    rows(&may, user, &paging).await.map(Json)
}

/// Where somebody is signed in, newest first.
#[utoipa::path(
    get,
    path = "/users/{id}/sessions",
    tag = "access",
    params(("id" = i64, Path, description = "The number of the user."), Paging),
    responses(
        (status = OK, body = Page<SessionRow>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn of_user(
    may: May<act::ManageUsers>,
    At(id): At<i64>,
    Paged(_filter, paging): Paged<Nothing>,
) -> Answer<Json<Page<SessionRow>>> {
    let person = store::person(&mut *may.db().await?, id).await?;
    let person = person.ok_or_else(|| Problem::not_found(format!("there is no user {id}")))?;
    rows(&may, person.id, &paging).await.map(Json)
}

async fn rows<A: Action>(may: &May<A>, user: i64, paging: &Paging) -> Answer<Page<SessionRow>> {
    let (limit, before) = (paging.limit()?, paging.after()?);
    let current = match may.principal().who {
        Who::User { session, .. } => Some(session),
        Who::Token { .. } => None,
    };
    let rows = store::sessions(&mut *may.db().await?, user, IDLE, before, limit + 1).await?;
    let row = |row: store::SessionRow| SessionRow {
        id: row.id,
        created_at: row.created_at.into(),
        seen_at: row.seen_at.into(),
        expires_at: row.expires_at.into(),
        address: row.address,
        agent: row.agent,
        current: current == Some(row.id),
    };
    Ok(Page::cut(rows.into_iter().map(row).collect(), limit, |last| last.id))
}

/// End one of one's own sessions.
#[utoipa::path(
    delete,
    path = "/users/me/sessions/{id}",
    tag = "access",
    params(("id" = i64, Path, description = "The number of the session.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)
    )
)]
pub(super) async fn end(may: May<act::OwnAccount>, At(id): At<i64>) -> Answer<StatusCode> {
    let mut tx = may.begin().await?;
    let is_own = store::own_session(&mut tx, id, may.principal().user()).await?;
    if !is_own || !store::end_session(&mut tx, id).await? {
        return Err(Problem::not_found(format!("you have no session {id}")));
    }
    may.audit(&mut tx, Entry::new("session.end", "session", id)).await?;
    tx.commit().await?;
    may.shared().forget_known();
    Ok(StatusCode::NO_CONTENT)
}
