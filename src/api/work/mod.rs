//! What makes work and what does it: schedules, workers, pools, the queue.

mod calendar;
mod pools;
mod queue;
mod schedules;
mod ticks;
mod workers;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use pools::Pool;
pub(super) use queue::Queue;

pub(super) use schedules::Schedule;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(schedules::schedules))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::resume))
        .routes(routes!(ticks::ticks))
        .routes(routes!(calendar::calendar))
        .routes(routes!(workers::workers))
        .routes(routes!(pools::pools))
        .routes(routes!(pools::change))
        .routes(routes!(queue::queue))
}
