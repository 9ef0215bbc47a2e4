//! What a partition was made from, as one number.

use crate::model::Slice;

/// The weight of one input partition with this content.
///
/// Weights are added, so the weight of a range is a difference of running sums and the order in
/// which parts are seen does not matter.
#[must_use]
pub fn part(slice: &Slice, ordinal: i64, content: u128) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for value in slice.values() {
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value.as_bytes());
    }
    hasher.update(&ordinal.to_le_bytes());
    hasher.update(&content.to_le_bytes());
    first_half(&hasher)
}

/// Collects the weights of all inputs, in the order the job declares them.
#[derive(Debug, Default)]
pub struct InputsDigest(blake3::Hasher);

impl InputsDigest {
    /// Adds the next input: the sum of the weights of its parts.
    pub fn add(&mut self, weight: u128) {
        self.0.update(&weight.to_le_bytes());
    }

    /// The digest of all inputs.
    #[must_use]
    pub fn finish(&self) -> u128 {
        first_half(&self.0)
    }
}

fn first_half(hasher: &blake3::Hasher) -> u128 {
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(half)
}
