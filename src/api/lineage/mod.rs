//! How datasets, and how versions, follow from each other.

mod graph;
mod near;
mod versions;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(graph::lineage)).routes(routes!(versions::version_lineage))
}
