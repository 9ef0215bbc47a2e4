//! Keeps the house: history by the day, orphans and superseded versions out of the lake.

mod doctor;
mod files;
mod history;
mod lake;
mod lineage;
mod machine;
mod orphans;
mod pulse;
mod versions;

use anyhow::Result;

use super::Mill;
use crate::plan::Keep;
use crate::store::{self, OrphanCounts};

pub use doctor::{examine, examine_at_rest, examine_quickly};
pub use pulse::{DUTIES, Duty, HouseOptions, keep_house};

/// What `clean` found, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Objects that nothing names, found by this look.
    pub orphans: Tally,
    /// Of those marked by an earlier look, what was deleted.
    pub deleted: Tally,
    /// What is marked and waits for a later look.
    pub waiting: Tally,
    /// Superseded versions that were expired, or would be.
    pub expired: Tally,
    /// Versions whose files were deleted.
    pub collected: Tally,
    /// Objects below a dataset that no attempt wrote: they are left alone.
    pub foreign: u64,
}

/// How many, and how many bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
}

impl Tally {
    fn add(&mut self, bytes: i64) {
        self.count += 1;
        self.bytes += bytes.unsigned_abs();
    }
}

impl From<OrphanCounts> for Tally {
    fn from(counts: OrphanCounts) -> Self {
        Self { count: counts.objects.unsigned_abs(), bytes: counts.bytes.unsigned_abs() }
    }
}

/// Something that was found to be superfluous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// An object that nothing names.
    Orphan(&'a store::Orphan),
    /// A version that another took the place of.
    Superseded(&'a store::Expired),
}

/// Looks for orphans and superseded versions now, whoever did so before, and tells of each.
/// With `dry_run` nothing is marked, expired or deleted.
///
/// # Errors
///
/// When the lake cannot be listed, or a statement fails; what was done stays done, and the next
/// time goes on from there.
pub async fn clean(
    mill: &Mill,
    keep: &Keep,
    dry_run: bool,
    mut tell: impl FnMut(Found<'_>) + Send,
) -> Result<Cleaned> {
    let mut cleaned = Cleaned::default();
    if !dry_run {
        lake::claim(mill).await?;
    }
    let mut orphan = |orphan: &store::Orphan| tell(Found::Orphan(orphan));
    (cleaned.orphans, cleaned.foreign) = orphans::look(mill, keep, !dry_run, &mut orphan).await?;
    let mut version = |version: &store::Expired| tell(Found::Superseded(version));
    cleaned.expired = versions::expire(mill, keep, !dry_run, &mut version).await?;
    if !dry_run {
        cleaned.deleted = orphans::sweep(mill, keep).await?;
        cleaned.collected = versions::collect(mill).await?;
    }
    let mut db = mill.pool.acquire().await?;
    cleaned.waiting = store::orphan_counts(&mut db).await?.into();
    Ok(cleaned)
}

/// Makes the partitions of the history for the days ahead, takes in what is in the default one, and
/// drops what is older than what is kept; what was done, in words.
///
/// # Errors
///
/// When a statement fails; what was done stays done.
pub async fn keep_history(mill: &Mill, keep: &Keep) -> Result<String> {
    history::keep(mill, keep).await
}
