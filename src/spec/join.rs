//! Which slices of an input and of its reader belong together, found without comparing all pairs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{DimensionMapping, Link};
use crate::model::Slice;

/// The slices of one side of a link, by the values that the other side has in common with them.
#[derive(Clone, Debug, Default)]
pub struct Join {
    /// Where the values in common are in a slice of the other side.
    others: Vec<usize>,
    held: BTreeMap<Vec<Arc<str>>, Vec<Slice>>,
}

impl Join {
    /// The slices that belong to a slice of the other side, in order.
    #[must_use]
    pub fn of(&self, other: &Slice) -> &[Slice] {
        let Some(key) = values(other, &self.others) else { return &[] };
        self.held.get(&key).map_or(&[], Vec::as_slice)
    }
}

impl Link<'_> {
    /// The input's slices, by those of the reader that need them.
    #[must_use]
    pub fn inputs_joined(&self, inputs: &[Slice]) -> Join {
        let Pairs { of_output, of_input } = self.pairs();
        let held = inputs.iter().filter(|input| self.is_read(input));
        Join { others: of_output, held: by_values(held, &of_input) }
    }

    /// The reader's slices, by those of the input that they need; ask it only of input slices that
    /// are read at all.
    #[must_use]
    pub fn outputs_joined(&self, outputs: &[Slice]) -> Join {
        let Pairs { of_output, of_input } = self.pairs();
        Join { others: of_input, held: by_values(outputs.iter(), &of_output) }
    }

    /// Whether any slice of the reader could need a slice of the input.
    #[must_use]
    pub fn is_read(&self, input: &Slice) -> bool {
        self.input.dimensions.iter().zip(input.values()).all(|(dimension, value)| {
            match self.reads.dimensions.iter().find(|(name, _)| *name == dimension.name) {
                Some((_, DimensionMapping::Fixed(values))) => {
                    values.iter().any(|fixed| **fixed == **value)
                }
                Some((_, DimensionMapping::Of(other))) => self.output_position(other).is_some(),
                _ => true,
            }
        })
    }

    fn output_position(&self, name: &str) -> Option<usize> {
        self.output.dimensions.iter().position(|held| held.name == name)
    }

    /// Which dimensions of the two sides have the same value.
    fn pairs(&self) -> Pairs {
        let mut pairs = Pairs::default();
        for (at, dimension) in self.input.dimensions.iter().enumerate() {
            let declared = self.reads.dimensions.iter().find(|(name, _)| *name == dimension.name);
            let other = match declared {
                Some((_, DimensionMapping::All | DimensionMapping::Fixed(_))) => None,
                Some((_, DimensionMapping::Of(other))) => self.output_position(other),
                None => self.output_position(&dimension.name),
            };
            if let Some(other) = other {
                pairs.of_input.push(at);
                pairs.of_output.push(other);
            }
        }
        pairs
    }
}

/// Positions of dimensions, pair by pair.
#[derive(Default)]
struct Pairs {
    of_output: Vec<usize>,
    of_input: Vec<usize>,
}

fn by_values<'a>(
    slices: impl Iterator<Item = &'a Slice>,
    positions: &[usize],
) -> BTreeMap<Vec<Arc<str>>, Vec<Slice>> {
    let mut held: BTreeMap<_, Vec<Slice>> = BTreeMap::new();
    for slice in slices {
        if let Some(key) = values(slice, positions) {
            held.entry(key).or_default().push(slice.clone());
        }
    }
    held
}

fn values(slice: &Slice, positions: &[usize]) -> Option<Vec<Arc<str>>> {
    positions.iter().map(|at| slice.values().get(*at).cloned()).collect()
}
