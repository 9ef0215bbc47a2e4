//! How a source is looked at, as its page shows it.

use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::instant::Instant;
use super::super::problem::Answer;
use crate::engine::Mill;
use crate::store;

/// When a source was and will be looked at, and how that went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SourceWatch {
    /// When it was last looked at, if ever.
    observed_at: Option<Instant>,
    /// When something new was last found.
    changed_at: Option<Instant>,
    /// When it is looked at next.
    next_at: Instant,
    /// Whether somebody is looking at it.
    looking: bool,
    /// What could not be looked at, the last time.
    fault: Option<String>,
    /// Since when that is so.
    fault_since: Option<Instant>,
}

impl SourceWatch {
    /// Of a dataset; none when it is no source, or no scheduler has met it yet.
    pub(super) async fn of(
        db: &mut PgConnection,
        mill: &Mill,
        dataset: usize,
    ) -> Answer<Option<Self>> {
        if mill.catalog.dataset(dataset).source().is_none() {
            return Ok(None);
        }
        let id = mill.registry.datasets[dataset];
        let watches = store::watches(db, &mill.registry).await?;
        let watch = watches.into_iter().find(|watch| watch.dataset_id == id);
        Ok(watch.map(|watch| Self {
            observed_at: watch.observed_at.map(Into::into),
            changed_at: watch.changed_at.map(Into::into),
            next_at: watch.next_at.into(),
            looking: watch.is_claimed,
            fault: watch.fault,
            fault_since: watch.fault_since.map(Into::into),
        }))
    }
}
