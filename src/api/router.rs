//! Every address with its description: a route and its line in the OpenAPI document are one thing.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::access::Shared;
use super::problem::Problem;
use super::{
    backfills, catalog, document, events, help, lineage, live, metrics, overview, people, runs,
    settings, sla, work,
};

/// What belongs to no single address.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tidemill",
        description = "Everything that the pages and the command line do. Lists come in pages: \
            `next` of a page is the `cursor` of the one after it. Sign in with a token \
            (`Authorization: Bearer tdm_…`)."
    ),
    components(schemas(Problem))
)]
struct Described;

/// Every resource, below `/api/v1`.
fn resources() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .merge(people::routes())
        .merge(backfills::routes())
        .merge(catalog::routes())
        .merge(live::routes())
        .merge(lineage::routes())
        .merge(overview::routes())
        .merge(runs::routes())
        .merge(work::routes())
        .merge(events::routes())
        .merge(settings::routes())
        .merge(help::routes())
        .merge(sla::routes())
}

/// The addresses that programs and pages use, and the document that describes them.
pub(super) fn build() -> (Router<Arc<Shared>>, utoipa::openapi::OpenApi) {
    let described = OpenApiRouter::with_openapi(Described::openapi());
    let (router, mut document) = described.nest("/api/v1", resources()).split_for_parts();
    document::complete(&mut document);
    (router.merge(document::routes()).merge(metrics::routes()), document)
}

/// The OpenAPI document, as it is served and as it stands in the repository.
///
/// # Panics
///
/// Never: the document is plain data.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = build();
    document.to_pretty_json().unwrap_or_default()
}
