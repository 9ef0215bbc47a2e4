//! Choices that follow from one number, so that a run can be had again.

use std::time::Duration;

/// A stream of choices: splitmix64.
#[derive(Clone, Debug)]
pub(super) struct Seed(u64);

impl Seed {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of several.
    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Some of several, in their order: at least one.
    pub(super) fn some_of<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let mut some: Vec<T> = all.iter().copied().filter(|_| self.below(3) != 0).collect();
        if some.is_empty() {
            some.push(self.one_of(all));
        }
        some
    }

    /// A time between two.
    pub(super) fn between(&mut self, from: Duration, to: Duration) -> Duration {
        let most = to.saturating_sub(from).as_millis() as u64;
        from + Duration::from_millis(self.below(most + 1))
    }
}
