//! `GET /datasets`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::paging::Page;
use super::super::problem::{Answer, Problem};

/// A dataset as a line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct DatasetRow {
    /// Its name.
    name: String,
}

/// Datasets.
#[utoipa::path(
    get,
    path = "/datasets",
    tag = "catalog",
    responses((status = OK, body = Page<DatasetRow>), (status = UNAUTHORIZED, body = Problem))
)]
pub(super) async fn datasets(may: May<act::ReadCatalog>) -> Answer<Json<Page<DatasetRow>>> {
    let catalog = &may.mill().catalog;
    let seen = (0..catalog.datasets().len()).filter(|index| may.sees(*index));
    let row = |index| DatasetRow { name: catalog.dataset(index).name.to_string() };
    Ok(Json(Page::whole(seen.map(row).collect())))
}
