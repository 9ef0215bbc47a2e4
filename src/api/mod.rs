//! What the network sees: a documented API below `/api/v1`, and the pages that use it.

mod access;
pub(crate) mod accounts;
mod backfills;
mod body;
mod catalog;
mod guard;
mod instant;
mod live;
mod metrics;
mod once;
mod options;
mod paging;
mod picture;
mod problem;
mod query;
mod request;
mod router;
mod serve;
mod standing;
mod view;

#[cfg(test)]
mod tests;

pub use options::{Network, OidcOptions, ServeOptions};
pub use backfills::BackfillFacts;
pub use picture::Picture;
pub use router::openapi;
pub use serve::serve;
pub use standing::{Standing, standings};
pub use view::{BackfillView, DatasetView, FailureView, StatusView, running_sets, status};
