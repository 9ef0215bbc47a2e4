//! What the network sees: a status page and the same as JSON, read-only.

mod guard;
mod metrics;
mod page;
mod serve;
mod standing;
mod view;

#[cfg(test)]
mod tests;

pub use serve::{World, serve};
pub use standing::{Standing, standings};
pub use view::{BackfillView, DatasetView, FailureView, StatusView, running_sets, status};
