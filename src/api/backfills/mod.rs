//! Backfills: planned as a dry run, applied as planned, followed, and held in hand.

mod act;
mod asking;
mod causes;
mod create;
mod detail;
mod facts;
mod list;
mod plan;
mod plan_view;
mod retry;
mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use causes::{Cancellation, CauseDataset, Causes, Failure};
pub(super) use detail::find;
pub use facts::{BackfillFacts, BackfillSums};
pub(super) use view::Backfill;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list::backfills, create::create))
        .routes(routes!(plan::plan_backfill))
        .routes(routes!(detail::backfill, act::change))
        .routes(routes!(act::pause))
        .routes(routes!(act::resume))
        .routes(routes!(act::cancel))
        .routes(routes!(retry::retry))
        .routes(routes!(retry::plan_retry))
}
