//! Which input partitions hold rows for which output windows.

use std::collections::BTreeMap;
use std::ops::Range;

use super::part;
use crate::model::{Ranges, Slice};

/// The rows an input partition holds for one output window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The output window.
    pub output: i64,
    /// The input partition.
    pub input: i64,
    /// A hash of those rows, whatever their order.
    pub content: u128,
}

/// All routes of one routed read, by slice of the input.
#[derive(Clone, Debug, Default)]
pub struct Routes(BTreeMap<Slice, Vec<Route>>);

impl Routes {
    /// Takes routes in any order.
    #[must_use]
    pub fn new(mut by_slice: BTreeMap<Slice, Vec<Route>>) -> Self {
        for routes in by_slice.values_mut() {
            routes.sort_unstable();
        }
        Self(by_slice)
    }

    /// The routes of a slice into a range of output windows.
    #[must_use]
    pub fn into_windows(&self, slice: &Slice, outputs: &Range<i64>) -> &[Route] {
        let Some(routes) = self.0.get(slice) else { return &[] };
        let first = routes.partition_point(|route| route.output < outputs.start);
        let last = routes.partition_point(|route| route.output < outputs.end);
        &routes[first..last.max(first)]
    }

    /// The output windows that input partitions hold rows for.
    #[must_use]
    pub fn from_inputs(&self, slice: &Slice, inputs: &Ranges) -> Ranges {
        let routes = self.0.get(slice).map_or(&[][..], Vec::as_slice);
        let reached = routes.iter().filter(|route| inputs.contains(route.input));
        Ranges::from_sorted(reached.map(|route| route.output))
    }

    /// The weight of what one output window is made from.
    #[must_use]
    pub fn weight(&self, slice: &Slice, output: i64) -> u128 {
        self.into_windows(slice, &(output..output + 1))
            .iter()
            .fold(0, |sum, route| sum.wrapping_add(part(slice, route.input, route.content)))
    }
}
