//! What can be known of a transform without its data: its types, its faults, its fingerprint.
//!
//! A transform is a pure function from input frames to one frame, so it can be called with frames
//! that stand for the inputs.
//! [`probe`] makes such a frame, [`check()`] finds the faults, [`fingerprint()`] names the plan.

mod check;
mod fingerprint;
mod guard;
mod input;
mod leaf;
mod message;
mod normal;
mod together;
mod walk;

#[cfg(test)]
mod tests;

use super::types::{describe, type_of};
pub use check::{Checked, Finding, Level, check};
pub use fingerprint::{Fingerprint, combine, fingerprint};
pub use input::{dataset_of, empty, one_null_row, probe};
pub use together::{Reading, differs_together};
