//! A mapping between two schemes, answered both ways.

use std::ops::Range;

use super::stretch::stretch;
use super::{DimensionMapping, Mapping, Reads};
use crate::model::{Axis, PartitionSet, Ranges, Scheme, Slice};

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

/// The longest range for which a user's function is asked window by window.
const ASKED_MAX: i64 = 2_000_000;

impl Link<'_> {
    /// The input partitions that the outputs of `set` need, of all in the input's calendar, come
    /// or not. `Last` and `All` mean of what exists.
    ///
    /// Of a routed mapping this is the least it needs: the input partitions of the same time.
    #[must_use]
    pub fn needs(&self, set: &PartitionSet, input: Extent<'_>) -> PartitionSet {
        let mut needed = PartitionSet::new();
        let joined = self.inputs_joined(input.slices);
        for (slice, ranges) in set.slices() {
            let ordinals = self.ordinals_needed(ranges, input.ordinals);
            for wanted in joined.of(slice) {
                needed.insert(wanted.clone(), &ordinals);
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
        let joined = self.outputs_joined(output.slices);
        for (slice, ranges) in set.slices().filter(|(slice, _)| self.is_read(slice)) {
            let outputs = joined.of(slice);
            if outputs.is_empty() {
                continue;
            }
            let ordinals = self.ordinals_affected(ranges, input.ordinals, output.ordinals);
            for reached in outputs {
                affected.insert(reached.clone(), &ordinals);
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
            _ => outputs.ranges().flat_map(|range| self.reaches(range)),
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
                    outputs.ranges().flat_map(move |range| self.reached_by(&input, range))
                });
                return Ranges::from_ranges(reached);
            }
        };
        if any { outputs.clone() } else { Ranges::new() }
    }

    /// What a range of outputs needs: all from what the first one needs to what the last one does,
    /// since its windows leave no time between them.
    fn reaches(&self, outputs: Range<i64>) -> Vec<Range<i64>> {
        if self.is_asked_for_each(&outputs) {
            return outputs.map(|ordinal| self.reach(ordinal)).collect();
        }
        let whole = self.reach(outputs.start).start..self.reach(outputs.end - 1).end;
        Vec::from([whole])
    }

    /// Which of `outputs` need any of `input`, by bisection: reaches grow with the ordinal.
    fn reached_by(&self, input: &Range<i64>, outputs: Range<i64>) -> Vec<Range<i64>> {
        let first = bisect(&outputs, |ordinal| self.reach(ordinal).end <= input.start);
        let last = bisect(&outputs, |ordinal| self.reach(ordinal).start < input.end);
        let between = first..last.max(first);
        if self.is_asked_for_each(&between) {
            let needs_some = |ordinal: &i64| !self.reach(*ordinal).is_empty();
            return between.filter(needs_some).map(|ordinal| ordinal..ordinal + 1).collect();
        }
        Vec::from([between])
    }

    /// Whether outputs are asked one by one, because a user's function may leave time between
    /// them. More of them than anyone makes are answered as a whole.
    fn is_asked_for_each(&self, outputs: &Range<i64>) -> bool {
        let is_custom = matches!(self.reads.mapping, Mapping::Custom(_));
        is_custom && outputs.end <= outputs.start.saturating_add(ASKED_MAX)
    }

    /// The input ordinals one output ordinal needs, when both have a time axis.
    fn reach(&self, ordinal: i64) -> Range<i64> {
        let (Some(output), Some(input)) = (self.output.time(), self.input.time()) else {
            return 0..1;
        };
        match &self.reads.mapping {
            Mapping::Same => ordinal..ordinal.saturating_add(1),
            Mapping::Offset(windows) => {
                let moved = ordinal.saturating_add(*windows);
                moved..moved.saturating_add(1)
            }
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

/// The first ordinal of `range` for which `before` is false; it is true up to some point.
fn bisect(range: &Range<i64>, before: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
