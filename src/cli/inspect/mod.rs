//! Commands that only look.

mod lineage;
mod partitions;
mod register;
mod runs;
mod show;
mod status;
mod why_view;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::api::why::cause::Lacks;
use crate::model::{PartitionKey, PartitionSet, Scheme, Slice};
use crate::spec::Catalog;

pub(super) use crate::model::words::when;
pub(super) use lineage::lineage;
pub(super) use partitions::partitions;
pub(super) use register::register;
pub(super) use runs::runs;
pub(super) use show::show;
pub(super) use status::status;
pub(super) use why_view::why;

/// The values of a slice by dimension.
pub(super) fn slice_json(scheme: &Scheme, slice: &Slice) -> Value {
    let named = scheme.dimensions.iter().zip(slice.values());
    named.map(|(dimension, value)| (dimension.name.clone(), json!(&**value))).collect()
}

/// A partition by label and slice.
fn key_json(scheme: &Scheme, key: &PartitionKey) -> Value {
    json!({ "partition": scheme.label(key.ordinal), "slice": slice_json(scheme, &key.slice) })
}

/// The ranges of a set, first and last included.
pub(super) fn ranges_json(scheme: &Scheme, set: &PartitionSet) -> Value {
    let each = set.slices().flat_map(|(slice, ranges)| {
        ranges.ranges().map(move |range| {
            json!({
                "from": scheme.label(range.start),
                "to": scheme.label(range.end - 1),
                "partitions": range.end.abs_diff(range.start),
                "slice": slice_json(scheme, slice),
            })
        })
    });
    Value::Array(each.collect())
}

/// What is lacking as JSON.
fn lacks_json(catalog: &Catalog, lacks: &Lacks) -> Value {
    let each = lacks.iter().map(|(dataset, set)| {
        let spec = catalog.dataset(*dataset);
        json!({ "dataset": spec.name.as_str(), "ranges": ranges_json(&spec.scheme, set) })
    });
    Value::Array(each.collect())
}

/// The content hash of a version as text.
fn hex(content: &[u8]) -> String {
    let number = content.try_into().map_or(0, u128::from_be_bytes);
    format!("{number:032x}")
}
