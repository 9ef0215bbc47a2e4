//! What is declared, and where it stands.

mod axis;
mod cells;
mod dataset;
mod datasets;
mod health;
mod later;
mod lookup;
mod materializations;
mod profile;
mod row;
mod words;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub(super) use health::HealthCache;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(datasets::datasets)).routes(routes!(health::health))
}
