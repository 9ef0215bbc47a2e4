//! What holds for every address of the OpenAPI document, said at each of them.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, ResponseBuilder, SecurityRequirement};

/// Adds how programs and pages say who they are, and what any address may answer.
pub(super) fn complete(mut document: OpenApi) -> OpenApi {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("tdm_…")
        .description(Some("A token, as `tidemill token create` and Settings, Tokens make it."));
    let token = SecurityScheme::Http(token.build());
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
        "__Host-tidemill",
        "The session of a browser; without https it is called `tidemill`. What changes something \
         bears the header `X-Tidemill: 1` too.",
    )));
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert("token".to_owned(), token.into());
    components.security_schemes.insert("session".to_owned(), session.into());
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("token", none),
        SecurityRequirement::new("session", none),
    ]);
    for (path, item) in &mut document.paths.paths {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in all.into_iter().flatten() {
            add_answers(operation, path.contains('{'));
        }
    }
    document
}

fn add_answers(operation: &mut Operation, names_one: bool) {
    let is_open = operation.security.is_some();
    let has_body = operation.request_body.is_some();
    let all = [
        (!is_open, "401", "Nobody is signed in."),
        (true, "403", "They may not, or a page elsewhere asks."),
        (names_one, "404", "It is not there, or they may not know of it."),
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
