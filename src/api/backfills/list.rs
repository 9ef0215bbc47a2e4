//! `GET /backfills`.

use axum::Json;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::Paged;
use super::view::Backfill;
use crate::model::{BackfillState, Origin};
use crate::store::{self, BackfillFilter};

/// Which backfills.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// Only those in this state.
    #[param(inline)]
    #[param(inline)]
    state: Option<StateWord>,
    /// Only those that this kind of asker asked for.
    #[param(inline)]
    #[param(inline)]
    origin: Option<OriginWord>,
}

/// Where a backfill stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BackfillState)]
pub(super) enum StateWord {
    /// Some of its runs are live.
    Active,
    /// Every run succeeded.
    Completed,
    /// No run is live and some failed.
    Failed,
    /// A person stopped it.
    Cancelled,
}

/// Who asked.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Origin)]
pub(super) enum OriginWord {
    /// A person.
    Person,
    /// A schedule's tick.
    Schedule,
    /// New or changed inputs.
    Automation,
}

/// Backfills, newest first.
#[utoipa::path(
    get,
    path = "/backfills",
    tag = "backfills",
    params(Filter, Paging),
    responses(
        (status = OK, body = Page<Backfill>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn backfills(
    may: May<act::ReadBackfills>,
    Paged(filter, paging): Paged<Filter>,
) -> Answer<Json<Page<Backfill>>> {
    let limit = paging.limit()?;
    let filter = BackfillFilter {
        state: filter.state.map(|word| match word {
            StateWord::Active => BackfillState::Active,
            StateWord::Completed => BackfillState::Completed,
            StateWord::Failed => BackfillState::Failed,
            StateWord::Cancelled => BackfillState::Cancelled,
        }),
        origin: filter.origin.map(|word| match word {
            OriginWord::Person => Origin::Person,
            OriginWord::Schedule => Origin::Schedule,
            OriginWord::Automation => Origin::Automation,
        }),
        before: paging.after()?,
        only: may.only(),
        limit: limit + 1,
    };
    let mut db = may.db().await?;
    let found = store::backfill_standings(&mut db, &filter).await?;
    let now = crate::clock::now();
    let items = found.iter().map(|row| Backfill::of(row, now)).collect();
    Ok(Json(Page::cut(items, limit, Backfill::id)))
}
