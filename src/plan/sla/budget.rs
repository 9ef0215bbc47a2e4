//! How well a promise was kept, month by month.

use jiff::civil::Date;

/// How the windows of a month came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// Windows that were met.
    pub met: u64,
    /// Windows that were missed.
    pub missed: u64,
}

/// The share of windows that were met; none where none was due.
#[must_use]
pub fn attainment(month: &Month) -> Option<f64> {
    let all = month.met + month.missed;
    (0 < all).then(|| month.met as f64 / all as f64)
}

/// How many more windows of a month may be missed with the objective kept; below zero when it is
/// not. `expected` are the windows that fall due in the whole month.
#[must_use]
pub fn budget_left(month: &Month, objective: f64, expected: u64) -> f64 {
    let all = expected.max(month.met + month.missed) as f64;
    // A hundredth of a hundred is one, whatever the last bit says.
    let may_miss = ((1.0 - objective) * all + 1e-9).floor();
    may_miss - month.missed as f64
}
