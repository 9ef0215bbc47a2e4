//! Runs: what was tried, why it waits, what it said, and having it again.

mod act;
mod detail;
mod follow;
mod histogram;
mod list;
mod logs;
mod row;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use detail::hide_holders;
pub(super) use histogram::Histogram;
pub(super) use row::RunRow;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list::runs))
        .routes(routes!(histogram::histogram))
        .routes(routes!(detail::run))
        .routes(routes!(act::cancel))
        .routes(routes!(act::retry))
        .routes(routes!(logs::logs))
        .routes(routes!(follow::follow))
}
