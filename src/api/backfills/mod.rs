//! Backfills: planned as a dry run, applied as planned, followed, and held in hand.

mod asking;
mod list;
mod plan;
mod plan_view;
mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list::backfills)).routes(routes!(plan::plan_backfill))
}
