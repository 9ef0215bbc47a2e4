//! The name of one partition.

use std::sync::Arc;

/// The values of a partition's dimensions other than time, in the order the scheme declares them.
///
/// Values are kept apart, never joined into one string, so any text works as a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice(Vec<Arc<str>>);

impl Slice {
    /// The slice of a dataset without listed or dynamic dimensions.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// A slice of these values.
    #[must_use]
    pub fn new<V: Into<Arc<str>>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(values.into_iter().map(Into::into).collect())
    }

    /// The values, in scheme order.
    #[must_use]
    pub fn values(&self) -> &[Arc<str>] {
        &self.0
    }
}

/// One partition of a dataset: its slice, and the ordinal of its time window.
///
/// The ordinal of a dataset without a time dimension is 0. A [`Scheme`](super::Scheme) turns keys
/// into text and windows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartitionKey {
    /// The values of the other dimensions.
    pub slice: Slice,
    /// Which time window.
    pub ordinal: i64,
}

impl PartitionKey {
    /// A key without other dimensions.
    #[must_use]
    pub const fn time(ordinal: i64) -> Self {
        Self { slice: Slice::none(), ordinal }
    }
}
