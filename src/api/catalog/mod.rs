//! What is declared, and where it stands.

mod axis;
mod cells;
mod control;
mod dataset;
mod datasets;
mod health;
mod holds;
pub(super) mod lookup;
mod manifest;
mod materializations;
mod partition;
mod preview;
mod profile;
mod row;
mod snippets;
mod watch;
mod why;
mod words;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub(super) use datasets::holds;
pub(super) use health::HealthCache;
pub(super) use materializations::{LineageLink, Materialization, absent};
pub(super) use row::{Kind, Promised};
pub(super) use words::mapping;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(datasets::datasets))
        .routes(routes!(dataset::dataset))
        .routes(routes!(health::health))
        .routes(routes!(partition::partition))
        .routes(routes!(materializations::materializations))
        .routes(routes!(materializations::materialization))
        .routes(routes!(preview::preview))
        .routes(routes!(manifest::manifest))
        .routes(routes!(holds::holds))
        .routes(routes!(holds::approve))
        .routes(routes!(control::pause_job))
        .routes(routes!(control::resume_job))
        .routes(routes!(control::announce))
}
