//! `GET /datasets/{name}/preview`: the first rows of a published partition.

use axum::Json;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{May, act};
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use super::lookup;
use crate::engine::{self, Bounds, PreviewError};
use crate::model::PartitionKey;
use crate::store;

/// So many rows when nobody says how many.
const ROWS: u32 = 50;

/// The first rows of a partition.
///
/// At most 500 rows and 200 columns. Values longer than 4 KiB are cut, and end with `…`. Whole
/// numbers beyond 2^53 and exact decimals are text, so that every reader of JSON keeps them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// The version that was read.
    materialization: i64,
    /// The columns of each row.
    columns: Vec<PreviewColumn>,
    /// How many more columns there are.
    more_columns: usize,
    /// The rows: a value for each column.
    rows: Vec<Vec<Value>>,
    /// How many rows the partition has, where that is known.
    total_rows: Option<i64>,
}

/// A column of a preview.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct PreviewColumn {
    /// Its name.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Whether its values are kept from everybody who looks: then each is null.
    masked: bool,
}

/// Which rows.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PreviewQuery {
    /// The partition; the newest that is published when it is left out.
    key: Option<String>,
    /// How many rows.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
}

/// First rows of a partition.
#[utoipa::path(
    get,
    path = "/datasets/{name}/preview",
    tag = "catalog",
    params(("name" = String, Path, description = "The dataset."), PreviewQuery),
    responses(
        (status = OK, body = Preview),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn preview(
    may: May<act::ReadData>,
    At(name): At<String>,
    Asked(query): Asked<PreviewQuery>,
) -> Answer<Json<Preview>> {
    let (dataset, spec) = may.dataset(&name)?;
    let most = Bounds::NETWORK.rows;
    let rows = query.limit.unwrap_or(ROWS);
    if !(1..=most).contains(&rows) {
        return Err(Problem::invalid(format!("a preview has 1 to {most} rows, not {rows}")));
    }
    let picture = may.picture().await?;
    let key = match &query.key {
        Some(text) => lookup::parse(spec, text)?,
        None => {
            let tracks = picture.ledger.records[dataset].tracks.iter();
            let latest = tracks.filter_map(|(slice, track)| {
                let ordinal = track.heads().last()?.ordinal;
                Some(PartitionKey { slice: slice.clone(), ordinal })
            });
            let latest = latest.max_by_key(|key| key.ordinal);
            latest.ok_or_else(|| unpublished(&name, None))?
        }
    };
    let mut db = may.db().await?;
    let (id, slice) = (may.mill().registry.datasets[dataset], lookup::slice_id(&picture, &key));
    let version = store::version(&mut db, id, slice, key.ordinal).await?;
    drop(db);
    let partition = spec.scheme.key(&key);
    let version = version.ok_or_else(|| unpublished(&name, Some(&partition)))?;
    let bounds = Bounds { rows, ..Bounds::NETWORK };
    let found = engine::first_rows(may.mill(), dataset, &version, bounds).await;
    let found = found.map_err(|error| refusal(&error))?;
    let columns = found.columns.into_iter().map(|column| PreviewColumn {
        name: column.name,
        kind: column.kind,
        masked: column.masked,
    });
    Ok(Json(Preview {
        dataset: name,
        partition,
        materialization: version.id,
        columns: columns.collect(),
        more_columns: found.more_columns,
        rows: found.rows,
        total_rows: version.rows,
    }))
}

fn unpublished(name: &str, partition: Option<&str>) -> Problem {
    let what = partition.map_or_else(|| format!("`{name}`"), |text| format!("`{name}` {text}"));
    Problem::not_found(format!("nothing of {what} is published"))
}

/// Why there is nothing to show.
fn refusal(error: &PreviewError) -> Problem {
    match error {
        PreviewError::NoColumns(_) | PreviewError::Gone(_) | PreviewError::TooLong(_) => {
            Problem::conflict(error.to_string())
        }
        PreviewError::Source(code, why) => Problem::new(StatusCode::CONFLICT, code, why)
            .hint("runs that read this file fail in the same way; have it delivered again"),
        PreviewError::TooSlow(_) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "TM0504", error.to_string())
                .hint("try again, or with fewer rows")
                .retry_after(5)
        }
        // What a reader says may hold paths and addresses: it is for the log.
        _ => {
            let request = super::super::request::current();
            tracing::warn!(request, %error, "a preview failed");
            Problem::conflict("the files of this version could not be read").hint(format!(
                "whoever runs the server finds why in its log, under request {request}"
            ))
        }
    }
}
