//! How many different values there were, within two percent and four kilobytes.

const BITS: u32 = 12;
const REGISTERS: usize = 1 << BITS;

/// A `HyperLogLog` over hashes that are already well mixed.
pub(super) struct Sketch {
    registers: Box<[u8; REGISTERS]>,
}

impl Sketch {
    pub(super) fn new() -> Self {
        Self { registers: Box::new([0; REGISTERS]) }
    }

    #[inline]
    pub(super) fn insert(&mut self, hash: u64) {
        // The set bit below the rest bounds the count of leading zeros.
        let rest = (hash << BITS) | (1 << (BITS - 1));
        let register = &mut self.registers[(hash >> (64 - BITS)) as usize];
        // Whether it has more leading zeros than any before, which is seldom: no need to count them.
        if (rest >> 1) >> (63 - *register) == 0 {
            *register = rest.leading_zeros() as u8 + 1;
        }
    }

    /// Adds what another saw.
    pub(super) fn absorb(&mut self, other: &Self) {
        for (register, rank) in self.registers.iter_mut().zip(other.registers.iter()) {
            *register = (*register).max(*rank);
        }
    }

    /// The estimate; small counts are counted by empty registers and come out almost exact.
    pub(super) fn estimate(&self) -> u64 {
        let registers = REGISTERS as f64;
        // Counted first: there are few ranks, and a power per register costs more than the rows
        // of a small partition.
        let mut counts = [0_u32; 64];
        self.registers.iter().for_each(|rank| counts[usize::from(*rank)] += 1);
        let empty = counts[0];
        let terms =
            (0_i32..).zip(counts).map(|(rank, count)| f64::from(count) * 0.5_f64.powi(rank));
        let harmonic: f64 = terms.sum();
        let alpha = 0.7213 / (1.0 + 1.079 / registers);
        let raw = alpha * registers * registers / harmonic;
        let estimate = if raw <= 2.5 * registers && 0 < empty {
            registers * (registers / f64::from(empty)).ln()
        } else {
            raw
        };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Sketch;
    use crate::lake::write::content::mix;

    #[test]
    fn an_estimate_is_close_and_small_counts_are_almost_exact() {
        for (count, percent) in [(0, 0), (1, 0), (7, 0), (300, 3), (9_000, 5), (500_000, 5)] {
            let mut sketch = Sketch::new();
            for _twice in 0..2 {
                (0..count).map(mix).for_each(|hash| sketch.insert(hash));
            }
            let estimate = sketch.estimate();
            let error = estimate.abs_diff(count);
            assert!(error * 100 <= count * percent, "{count} was estimated as {estimate}");
        }
    }
}
