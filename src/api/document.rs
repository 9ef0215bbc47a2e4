//! The description of every address, for programs: names of their own, and how to sign in.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::path::{Operation, ParameterStyle};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder, Schema};

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
                add_answers(operation, path);
                join_lists(operation);
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

/// Says of parameters that take several values that commas stand between them.
fn join_lists(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if matches!(parameter.schema, Some(RefOr::T(Schema::Array(_)))) {
            parameter.style = Some(ParameterStyle::Form);
            parameter.explode = Some(false);
        }
    }
}

/// Adds what any address may answer, where it does not say so itself.
fn add_answers(operation: &mut Operation, path: &str) {
    let is_open = operation.security.is_some();
    let has_body = operation.request_body.is_some();
    let all = [
        (!is_open, "401", "Nobody is signed in."),
        (true, "403", "They may not, or a page elsewhere asks."),
        (path.contains('{'), "404", "It is not there, or they may not know of it."),
        (has_body, "413", "The body is larger than 1 MiB."),
        (true, "422", "The request cannot be read as what it should be."),
        (true, "500", "The server's log says what went wrong, under the number of the request."),
        (true, "503", "The database does not answer; try again."),
    ];
    for (_, status, text) in all.into_iter().filter(|(is_answered, ..)| *is_answered) {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response =
            ResponseBuilder::new().description(text).content("application/json", content);
        let held = &mut operation.responses.responses;
        held.entry(status.to_owned()).or_insert_with(|| response.build().into());
    }
}

/// `post_backfills_id_pause` for `POST /api/v1/backfills/{id}/pause`.
fn name(method: &str, path: &str, operation: &mut Operation) {
    let words = path.trim_start_matches("/api/v1").split(['/', '-', '.']);
    let words = words.map(|word| word.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
    let words: Vec<&str> = std::iter::once(method).chain(words).collect();
    operation.operation_id = Some(words.join("_"));
}
