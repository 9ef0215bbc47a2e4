//! Seeded chance: the same key always throws the same numbers, on every machine.

use std::fmt::Write as _;

use jiff::civil::Date;

/// A generator of numbers that depends on nothing but its key (`SplitMix64`).
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice for one purpose on one day.
    pub(super) fn new(seed: u64, purpose: &str, day: Date) -> Self {
        let date =
            (i64::from(day.year()) * 10_000) + i64::from(day.month()) * 100 + i64::from(day.day());
        let mut key = mix(seed ^ 0x5469_6465_6d69_6c6c);
        for byte in purpose.bytes() {
            key = mix(key ^ u64::from(byte));
        }
        Self(mix(key ^ date as u64))
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 up to, not including, `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// Like [`Dice::below`], but small numbers are much more likely.
    pub(super) fn skewed(&mut self, bound: u64) -> u64 {
        // Products of uniform numbers, not powers: they are exact wherever this runs.
        let unit = |bits: u64| (bits >> 11) as f64 / (1_u64 << 53) as f64;
        let share = unit(self.next()) * unit(self.next());
        ((share * bound as f64) as u64).min(bound - 1)
    }

    /// True `times` in `of` throws.
    pub(super) fn chance(&mut self, times: u64, of: u64) -> bool {
        self.below(of) < times
    }

    /// One of `items`, each as likely.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// One of `items`, the first ones much more likely.
    pub(super) fn favor<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.skewed(items.len() as u64) as usize]
    }

    /// Hexadecimal text of `digits` digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            write!(text, "{:016x}", self.next()).expect("a `String` takes every write");
        }
        text.truncate(digits);
        text
    }
}

/// Spreads every bit of `value` over all of them.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
