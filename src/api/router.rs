//! Every address with its description: a route and its line in the OpenAPI document are one thing.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::access::{May, Shared, act};
use super::problem::Problem;
use super::{backfills, catalog, document, metrics, people, sla};

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
        .merge(sla::routes())
}

/// The addresses that programs and pages use, and the document that describes them.
pub(super) fn build() -> (Router<Arc<Shared>>, utoipa::openapi::OpenApi) {
    let described = OpenApiRouter::with_openapi(Described::openapi());
    let (router, document) = described.nest("/api/v1", resources()).split_for_parts();
    let router = router.route("/api/v1/openapi.json", get(described_as_json));
    (router.merge(metrics::routes()), document::complete(document))
}

/// The document, for those who are signed in: it says what there is to attack.
async fn described_as_json(_: May<act::OwnAccount>) -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(openapi);
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
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
