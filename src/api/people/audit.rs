//! `/audit` and `/audit/{id}`: who did what.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Paged};
use crate::store::{self, AuditQuery, AuditRow};

/// Which entries.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct AuditFilter {
    /// Who did it, as the entry says.
    #[param(max_length = 300)]
    actor: Option<String>,
    /// What was done, such as `backfill.create`.
    #[param(max_length = 100)]
    action: Option<String>,
    /// To what kind of thing, such as `backfill`.
    #[param(max_length = 100)]
    object_kind: Option<String>,
    /// To which.
    #[param(max_length = 300)]
    object: Option<String>,
    /// `done`, `refused` or `failed`.
    outcome: Option<Outcome>,
    /// Not before.
    from: Option<Instant>,
    /// Before.
    to: Option<Instant>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Outcome {
    /// It was done.
    Done,
    /// They may not.
    Refused,
    /// It did not work.
    Failed,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// What kind of actor it is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum ActorKind {
    /// A person with a browser.
    User,
    /// A program with a token.
    Token,
    /// The command line.
    System,
    /// Nobody who is known.
    Anonymous,
}

/// Somebody did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct AuditEntry {
    /// Its number.
    id: i64,
    /// When.
    at: Instant,
    /// Who.
    actor: String,
    /// What they are.
    actor_kind: ActorKind,
    /// What they did.
    action: String,
    /// To what kind of thing.
    object_kind: String,
    /// To which.
    object: String,
    /// How it ended.
    outcome: Outcome,
    /// Why it was refused or failed, or what they said.
    reason: Option<String>,
    /// What it was like.
    before: Option<Value>,
    /// What it is like.
    after: Option<Value>,
    /// The number of the request, as in the log.
    request: String,
    /// Where it came from.
    address: String,
}

impl AuditEntry {
    /// An entry as whoever may know of all datasets reads it, or only of some.
    fn of(row: AuditRow, is_narrow: bool) -> Self {
        // Being refused must not tell somebody what the people are called that they may not list.
        let is_hidden = is_narrow && row.outcome == "refused" && row.object_kind == "user";
        Self {
            id: row.id,
            at: row.at.into(),
            actor: row.actor,
            actor_kind: match row.actor_kind.as_str() {
                "user" => ActorKind::User,
                "token" => ActorKind::Token,
                "system" => ActorKind::System,
                _ => ActorKind::Anonymous,
            },
            action: row.action,
            object_kind: row.object_kind,
            object: match is_hidden {
                true => "another".to_owned(),
                false => row.object,
            },
            outcome: match row.outcome.as_str() {
                "done" => Outcome::Done,
                "refused" => Outcome::Refused,
                _ => Outcome::Failed,
            },
            reason: row.reason,
            before: row.before,
            after: row.after,
            request: row.request,
            address: row.address,
        }
    }
}

/// Who did what, newest first.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "access",
    params(AuditFilter, Paging),
    responses(
        (status = OK, body = Page<AuditEntry>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn list(
    may: May<act::ReadAudit>,
    Paged(filter, paging): Paged<AuditFilter>,
) -> Answer<Json<Page<AuditEntry>>> {
    let limit = paging.limit()?;
    let after: Option<(Instant, i64)> = paging.after()?;
    let only = may.only();
    let query = AuditQuery {
        actor: filter.actor.as_deref(),
        action: filter.action.as_deref(),
        object_kind: filter.object_kind.as_deref(),
        object: filter.object.as_deref(),
        outcome: filter.outcome.map(Outcome::as_str),
        from: filter.from.map(|at| at.0),
        to: filter.to.map(|at| at.0),
        only: only.as_deref().map(|only| (only, may.principal().user())),
        after: after.map(|(at, id)| (at.0, id)),
    };
    let rows = store::audit_entries(&mut *may.db().await?, query, limit + 1).await?;
    let entries: Vec<AuditEntry> =
        rows.into_iter().map(|row| AuditEntry::of(row, only.is_some())).collect();
    Ok(Json(Page::cut(entries, limit, |last| (last.at, last.id))))
}

/// One entry: who did what.
#[utoipa::path(
    get,
    path = "/audit/{id}",
    tag = "access",
    params(("id" = i64, Path, description = "The number of the entry.")),
    responses(
        (status = OK, body = AuditEntry),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem)
    )
)]
pub(super) async fn one(may: May<act::ReadAudit>, At(id): At<i64>) -> Answer<Json<AuditEntry>> {
    let only = may.only();
    let seen_by = only.as_deref().map(|only| (only, may.principal().user()));
    let row = store::audit_entry(&mut *may.db().await?, id, seen_by).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("there is no entry {id}")))?;
    Ok(Json(AuditEntry::of(row, only.is_some())))
}
