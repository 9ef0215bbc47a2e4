//! Commands that print rows.

mod encode;
mod export;
mod preview;

#[cfg(test)]
mod tests;

use anyhow::Result;
use polars::prelude::{LazyFrame, SchemaRef};
use tokio::runtime::Handle;

use super::fault::Fault;
use crate::engine::Mill;
use crate::lake;

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

/// A frame over files of a dataset. Blocks: the text files of a source are read at once.
fn frame(mill: &Mill, dataset: usize, paths: &[String], runtime: &Handle) -> Result<LazyFrame> {
    let spec = mill.catalog.dataset(dataset);
    if let (Some(source), Some(contract), Some(place)) =
        (spec.source(), &spec.about.contract, &mill.sources[dataset])
    {
        return Ok(lake::read(place, source, contract, paths, runtime)?.frame);
    }
    Ok(lake::scan(&mill.lake, paths, &schema(mill, dataset)?)?)
}

/// Why a dataset has no row to show.
fn unpublished(name: &str, partition: Option<&str>) -> Fault {
    let what = partition.map_or_else(|| format!("`{name}`"), |text| format!("`{name}` {text}"));
    Fault::new("TM0206", format!("nothing of {what} is published"))
        .hint(format!("`tidemill partitions {name}` shows what there is"))
}
