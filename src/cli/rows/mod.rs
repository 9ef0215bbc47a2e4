//! Commands that print rows.

mod encode;
mod export;
mod preview;

#[cfg(test)]
mod tests;

use anyhow::Result;
use polars::prelude::SchemaRef;

use super::fault::Fault;
use crate::engine::Mill;

pub(super) use export::export;
pub(super) use preview::preview;

/// The columns of a dataset: those of its contract, else those of its plan.
fn schema(mill: &Mill, dataset: usize) -> Result<SchemaRef> {
    mill.verified.schemas[dataset].clone().ok_or_else(|| {
        let name = &mill.catalog.dataset(dataset).name;
        Fault {
            code: None,
            message: format!("the columns of `{name}` are not known"),
            hint: Some("give it a contract, and see `tidemill check`".to_owned()),
            details: None,
        }
        .into()
    })
}

/// Why a dataset has no row to show.
fn unpublished(name: &str, partition: Option<&str>) -> Fault {
    let what = partition.map_or_else(|| format!("`{name}`"), |text| format!("`{name}` {text}"));
    Fault::new("TM0206", format!("nothing of {what} is published"))
        .hint(format!("`tidemill partitions {name}` shows what there is"))
}
