//! `tidemill register`: a value of a dynamic dimension.

use std::process::ExitCode;

use serde_json::json;

use super::super::fault::Fault;
use super::super::output;
use super::super::session::Session;
use crate::model::DimensionValues;
use crate::store;

/// Registers a value; registering it again changes nothing.
pub(in crate::cli) async fn register(
    session: &Session,
    dimension: &str,
    value: &str,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let datasets = session.mill.catalog.datasets().iter();
    let mut dynamic: Vec<&str> = datasets
        .flat_map(|dataset| &dataset.scheme.dimensions)
        .filter(|held| held.values == DimensionValues::Dynamic)
        .map(|held| held.name.as_str())
        .collect();
    dynamic.sort_unstable();
    dynamic.dedup();
    if !dynamic.contains(&dimension) {
        let hint = match dynamic.is_empty() {
            true => "no dataset of this project has one".to_owned(),
            false => format!("there are: {}", dynamic.join(", ")),
        };
        let message = format!("there is no dynamic dimension `{dimension}`");
        return Err(Fault::new("TM0202", message).hint(hint).into());
    }
    let mut db = session.mill.pool.acquire().await?;
    let is_new = store::register_value(&mut db, dimension, value).await?;
    if json {
        output::json(&json!({ "dimension": dimension, "value": value, "new": is_new }));
    } else {
        let what = if is_new { "is registered" } else { "was registered already" };
        output::line(&format!("`{value}` {what} for `{dimension}`"));
    }
    Ok(ExitCode::SUCCESS)
}
