//! What went wrong once and must not again.

mod gaps;
mod handover;
mod races;
mod sources;
