//! `GET /codes/{code}`: what an error means, and what to do about it.

use std::sync::Arc;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::{May, Shared, act};
use super::problem::{Answer, Problem};
use super::query::At;
use crate::codes;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(code))
}

/// What a code of an error stands for.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct CodePage {
    /// The code.
    code: String,
    /// What it is called.
    title: String,
    /// What happened, why, and what to do, as Markdown.
    text: String,
}

/// What an error means, and what to do about it.
#[utoipa::path(
    get,
    path = "/codes/{code}",
    tag = "settings",
    params(("code" = String, Path, description = "The code, such as `TM0501`.")),
    responses(
        (status = OK, body = CodePage),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
    )
)]
async fn code(_may: May<act::ReadCatalog>, At(code): At<String>) -> Answer<Json<CodePage>> {
    let none = || Problem::not_found("there is no such code of an error");
    let page = codes::page(&code).ok_or_else(none)?;
    let (head, text) = page.split_once('\n').unwrap_or((page, ""));
    let (code, title) = head.trim_start_matches("# ").split_once(": ").unwrap_or((head, ""));
    Ok(Json(CodePage {
        code: code.to_owned(),
        title: title.to_owned(),
        text: text.trim().to_owned(),
    }))
}
