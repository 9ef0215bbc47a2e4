//! What the network sees: a documented API below `/api/v1`, and the pages that use it.

mod access;
pub(crate) mod accounts;
mod assets;
mod backfills;
mod body;
mod cache;
mod catalog;
mod document;
mod events;
mod guard;
mod help;
mod instant;
mod listen;
mod live;
mod lineage;
mod metrics;
mod oidc;
mod naming;
mod once;
mod options;
mod overview;
mod paging;
mod patience;
mod people;
mod picture;
mod plain;
mod prefix;
mod problem;
mod query;
mod request;
mod router;
mod runs;
mod serve;
mod settings;
mod sla;
mod standing;
mod view;
pub mod why;
mod work;

#[cfg(test)]
mod tests;

pub use backfills::{BackfillFacts, BackfillSums, Cancellation, CauseDataset, Causes, Failure};
pub use instant::Instant;
pub use options::{Network, OidcOptions, OidcRole, ServeOptions};
pub use picture::Picture;
pub use router::openapi;
pub use serve::serve;
pub use sla::{Sees, SlaBoard, SlaRule, SlaStanding, SlaState, SlaWindow, board, window_of_row};
pub use standing::{Standing, standings};
pub use view::{BackfillView, DatasetView, FailureView, StatusView, running_sets, status};
