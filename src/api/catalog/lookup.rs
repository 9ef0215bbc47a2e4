//! From what an address says to a partition, and back.

use jiff::Timestamp;

use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use crate::model::{PartitionKey, Slice};
use crate::spec::DatasetSpec;

/// The longest name of a partition.
const KEY_MAX: usize = 2_000;

/// The partition that a text names, whether or not there is one.
pub(in super::super) fn parse(spec: &DatasetSpec, text: &str) -> Answer<PartitionKey> {
    if KEY_MAX < text.len() {
        return Err(Problem::invalid(format!("`key` is longer than {KEY_MAX} bytes")));
    }
    spec.scheme.parse_key(text).map_err(|_| {
        let names = spec.scheme.dimensions.iter().map(|dimension| dimension.name.to_uppercase());
        let ordinal = spec.scheme.calendar().span().map_or(0, |span| span.start);
        let example = spec.scheme.key(&PartitionKey { slice: Slice::new(names), ordinal });
        Problem::invalid(format!("`key` names no partition of `{}`", spec.name))
            .hint(format!("write it as `{example}`"))
    })
}

/// The partition behind numbers of the database.
pub(in super::super) fn key(picture: &Picture, slice: i32, ordinal: i64) -> PartitionKey {
    PartitionKey { slice: picture.slices.slice(slice), ordinal }
}

/// The number of a partition's slice; one that no slice has, when the database never saw it.
pub(in super::super) fn slice_id(picture: &Picture, key: &PartitionKey) -> i32 {
    picture.slices.id(&key.slice).unwrap_or(-1)
}

/// An instant out of a cursor.
pub(in super::super) fn instant(microseconds: i64) -> Answer<Timestamp> {
    Timestamp::from_microsecond(microseconds)
        .map_err(|_| Problem::invalid("`cursor` is not from this list"))
}
