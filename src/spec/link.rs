//! A mapping between two schemes, answered both ways.

use std::ops::Range;

use jiff::{Span, Timestamp, tz::TimeZone};

use super::{DimensionMapping, Mapping, Reads};
use crate::model::{Axis, PartitionSet, Ranges, Scheme, Slice, TimeAxis, Window};

/// One edge of the graph: how partitions of `output` follow from partitions of `input`.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The declared mapping.
    pub reads: &'a Reads,
    /// The reader's scheme.
    pub output: &'a Scheme,
    /// The scheme of what is read.
    pub input: &'a Scheme,
}

/// The ordinals and slices of the input there are: those whose time has come.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// The ordinals.
    pub ordinals: &'a Ranges,
    /// Every slice.
    pub slices: &'a [Slice],
}

impl Link<'_> {
    /// The input partitions that the outputs of `set` need, of all in the input's calendar, come
    /// or not. `Last` and `All` mean of what exists.
    ///
    /// Of a routed mapping this is the least it needs: the input partitions of the same time.
    #[must_use]
    pub fn needs(&self, set: &PartitionSet, input: Extent<'_>) -> PartitionSet {
        let mut needed = PartitionSet::new();
        for (slice, ranges) in set.slices() {
            let ordinals = self.ordinals_needed(ranges, input.ordinals);
            for wanted in self.input_slices(slice, input.slices) {
                needed.insert(wanted, &ordinals);
            }
        }
        needed
    }

    /// The outputs, of those in `output`, that need any input partition of `set`.
    #[must_use]
    pub fn affects(
        &self,
        set: &PartitionSet,
        input: Extent<'_>,
        output: Extent<'_>,
    ) -> PartitionSet {
        let mut affected = PartitionSet::new();
        for (slice, ranges) in set.slices() {
            let outputs = self.output_slices(slice, output.slices);
            if outputs.is_empty() {
                continue;
            }
            let ordinals = self.ordinals_affected(ranges, input.ordinals, output.ordinals);
            for reached in outputs {
                affected.insert(reached, &ordinals);
            }
        }
        affected
    }

    /// The input ordinals that output ordinals need.
    #[must_use]
    pub fn ordinals_needed(&self, outputs: &Ranges, existing: &Ranges) -> Ranges {
        let whole = match &self.reads.mapping {
            Mapping::All => return existing.clone(),
            Mapping::Last => return last_of(existing),
            Mapping::Fixed(labels) => return self.fixed(labels),
            _ if matches!(self.input.axis, Axis::Single) => return Ranges::single(0),
            _ if matches!(self.output.axis, Axis::Single) => return existing.clone(),
            _ => outputs.ranges().map(|range| {
                let (first, last) = (self.reach(range.start), self.reach(range.end - 1));
                first.start..last.end
            }),
        };
        Ranges::from_ranges(whole).intersection(&self.input.calendar())
    }

    fn ordinals_affected(&self, inputs: &Ranges, existing: &Ranges, outputs: &Ranges) -> Ranges {
        let any = match &self.reads.mapping {
            Mapping::All => !inputs.is_empty(),
            Mapping::Last => !inputs.intersection(&last_of(existing)).is_empty(),
            Mapping::Fixed(labels) => !inputs.intersection(&self.fixed(labels)).is_empty(),
            _ if matches!(self.input.axis, Axis::Single) => !inputs.is_empty(),
            _ if matches!(self.output.axis, Axis::Single) => !inputs.is_empty(),
            _ => {
                let reached = inputs.ranges().flat_map(|input| {
                    outputs.ranges().map(move |range| self.reached_by(&input, range))
                });
                return Ranges::from_ranges(reached);
            }
        };
        if any { outputs.clone() } else { Ranges::new() }
    }

    /// Which of `outputs` need any of `input`, by bisection: reaches grow with the ordinal.
    fn reached_by(&self, input: &Range<i64>, outputs: Range<i64>) -> Range<i64> {
        let first = bisect(&outputs, |ordinal| self.reach(ordinal).end <= input.start);
        let last = bisect(&outputs, |ordinal| self.reach(ordinal).start < input.end);
        first..last.max(first)
    }

    /// The input ordinals one output ordinal needs, when both have a time axis.
    fn reach(&self, ordinal: i64) -> Range<i64> {
        let (Some(output), Some(input)) = (self.output.time(), self.input.time()) else {
            return 0..1;
        };
        match &self.reads.mapping {
            Mapping::Same => ordinal..ordinal + 1,
            Mapping::Offset(windows) => ordinal + windows..ordinal + windows + 1,
            Mapping::Custom(function) => input.overlapping(function(output.window(ordinal))),
            Mapping::Overlapping { back, ahead } => {
                input.overlapping(stretch(output, ordinal, back, ahead))
            }
            _ => input.overlapping(output.window(ordinal)),
        }
    }

    fn fixed(&self, labels: &[String]) -> Ranges {
        let named = labels.iter().filter_map(|label| self.input.parse_ranges(label).ok());
        named.fold(Ranges::new(), |all, ranges| all.union(&ranges))
    }

    /// The input slices that an output slice needs.
    #[must_use]
    pub fn input_slices(&self, output: &Slice, all: &[Slice]) -> Vec<Slice> {
        all.iter().filter(|input| self.slices_meet(output, input)).cloned().collect()
    }

    /// The output slices that need an input slice.
    #[must_use]
    pub fn output_slices(&self, input: &Slice, all: &[Slice]) -> Vec<Slice> {
        all.iter().filter(|output| self.slices_meet(output, input)).cloned().collect()
    }

    fn slices_meet(&self, output: &Slice, input: &Slice) -> bool {
        let output_value = |name: &str| {
            let at = self.output.dimensions.iter().position(|held| held.name == name)?;
            output.values().get(at)
        };
        self.input.dimensions.iter().zip(input.values()).all(|(dimension, value)| {
            let declared = self.reads.dimensions.iter().find(|(name, _)| *name == dimension.name);
            match declared {
                Some((_, DimensionMapping::All)) => true,
                Some((_, DimensionMapping::Fixed(values))) => {
                    values.iter().any(|fixed| **fixed == **value)
                }
                Some((_, DimensionMapping::Of(other))) => output_value(other) == Some(value),
                None => output_value(&dimension.name).is_none_or(|held| held == value),
            }
        })
    }
}

fn last_of(existing: &Ranges) -> Ranges {
    existing.span().map_or_else(Ranges::new, |span| Ranges::single(span.end - 1))
}

/// The output's window, made longer by civil spans in its zone.
fn stretch(output: &TimeAxis, ordinal: i64, back: &Span, ahead: &Span) -> Window {
    let window = output.window(ordinal);
    Window {
        start: shift(window.start, output.zone(), &back.negate()),
        end: shift(window.end, output.zone(), ahead),
    }
}

fn shift(instant: Timestamp, zone: &TimeZone, span: &Span) -> Timestamp {
    if span.is_zero() {
        return instant;
    }
    let moved = instant.to_zoned(zone.clone()).checked_add(*span);
    moved.map_or(instant, |zoned| zoned.timestamp())
}

/// The first ordinal of `range` for which `before` is false; it is true up to some point.
fn bisect(range: &Range<i64>, before: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
