//! The description of every address, for programs: names of their own, and how to sign in.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use super::access::{May, Shared, act};
use super::router;

/// What is served, made once.
static TEXT: LazyLock<String> = LazyLock::new(router::openapi);

/// Where the document itself is.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/api/v1/openapi.json", get(document))
}

/// The document. It names no dataset, but who is not let in need not know what there is.
async fn document(_may: May<act::OwnAccount>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// Gives each address a name of its own, which handlers in different files need not have, and says
/// how to sign in.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let methods = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                name(method, path, operation);
            }
        }
    }
    let components = document.components.get_or_insert_default();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("tdm_…").build();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    let cookie = ApiKey::Cookie(ApiKeyValue::new("__Host-tidemill"));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("token", none),
        SecurityRequirement::new("session", none),
    ]);
}

/// `post_backfills_id_pause` for `POST /api/v1/backfills/{id}/pause`.
fn name(method: &str, path: &str, operation: &mut Operation) {
    let words = path.trim_start_matches("/api/v1").split(['/', '-', '.']);
    let words = words.map(|word| word.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
    let words: Vec<&str> = std::iter::once(method).chain(words).collect();
    operation.operation_id = Some(words.join("_"));
}
