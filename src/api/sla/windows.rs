//! `GET /slas/{id}/windows`.

use axum::Json;

use super::super::access::{May, act};
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Nothing, Paged};
use super::view::{SlaWindow, window_of_row};
use crate::plan::sla::Rule;
use crate::store;

/// What became of the windows of a promise, newest first.
#[utoipa::path(
    get,
    path = "/slas/{id}/windows",
    tag = "slas",
    params(("id" = String, Path, description = "The promise, as the board names it."), Paging),
    responses(
        (status = OK, body = Page<SlaWindow>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn windows(
    may: May<act::ReadSlas>,
    At(id): At<String>,
    Paged(Nothing {}, paging): Paged<Nothing>,
) -> Answer<Json<Page<SlaWindow>>> {
    let (limit, before) = (paging.limit()?, paging.after::<(i64, i32)>()?);
    let unknown = || Problem::not_found(format!("there is no promise `{id}`"));
    let (name, kind) = id.rsplit_once(':').ok_or_else(unknown)?;
    let (dataset, spec) = may.dataset(name).map_err(|_| unknown())?;
    let rule = Rule::of(spec).filter(|rule| rule.kind() == kind).ok_or_else(unknown)?;
    let picture = may.picture().await?;
    let mut db = may.db().await?;
    let known = store::sla_rules(&mut db, &[may.mill().registry.datasets[dataset]]).await?;
    let Some(row) = known.iter().find(|row| row.kind == kind) else {
        // No scheduler has seen it yet.
        return Ok(Json(Page::whole(Vec::new())));
    };
    let rows = store::sla_windows(&mut db, row.id, before, limit + 1).await?;
    let rows = Page::cut(rows, limit, |last| (last.ordinal, last.slice_id));
    let (now, sees) = (crate::clock::now(), |dataset| may.sees(dataset));
    let window = |row| {
        let known = (&picture.slices, &sees as super::view::Sees<'_>);
        window_of_row(may.mill(), (spec, &rule), row, known, now)
    };
    Ok(Json(Page { items: rows.items.iter().map(window).collect(), next: rows.next }))
}
