//! Where each partition stands, in one word: what `status`, `partitions` and the page count.

use crate::model::PartitionSet;
use crate::plan::DatasetStatus;

/// Where a partition stands. Each partition whose time has come stands in exactly one place: the
/// first that holds, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A worker is at it.
    Running,
    /// A run for it waits, for an input, a worker or the end of a pause.
    Waiting,
    /// Its last run failed.
    Failed,
    /// Not published, and it cannot be: something outside of this project is not there.
    MissingUpstream,
    /// Not published.
    Missing,
    /// Published by other code than that of now.
    StaleCode,
    /// Published from other inputs than those of now.
    StaleInput,
    /// An input is itself to be made again.
    StaleUpstream,
    /// Published, and as it would be made now.
    Fresh,
    /// Files of a source are there.
    Present,
}

impl Standing {
    /// Every one, in order.
    pub const ALL: [Self; 10] = [
        Self::Running,
        Self::Waiting,
        Self::Failed,
        Self::MissingUpstream,
        Self::Missing,
        Self::StaleCode,
        Self::StaleInput,
        Self::StaleUpstream,
        Self::Fresh,
        Self::Present,
    ];

    /// The word people read.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::MissingUpstream => "missing-upstream",
            Self::Missing => "missing",
            Self::StaleCode | Self::StaleInput | Self::StaleUpstream => "stale",
            Self::Fresh => "fresh",
            Self::Present => "present",
        }
    }

    /// What makes a stale partition stale.
    #[must_use]
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::StaleCode => Some("code"),
            Self::StaleInput => Some("input"),
            Self::StaleUpstream => Some("upstream"),
            _ => None,
        }
    }
}

/// Sorts the partitions of a dataset by where they stand; places where none stands are left out.
/// `running` are those a worker is at.
#[must_use]
pub fn standings(
    is_source: bool,
    status: &DatasetStatus,
    running: &PartitionSet,
) -> Vec<(Standing, PartitionSet)> {
    let mut rest = status.universe.clone();
    let mut found = Vec::new();
    for standing in Standing::ALL {
        let held = match standing {
            Standing::Running => status.live.intersection(running),
            Standing::Waiting => status.live.clone(),
            Standing::Failed => status.failed.clone(),
            // Nothing here makes the files of a source.
            Standing::MissingUpstream if is_source => status.missing.clone(),
            Standing::MissingUpstream => status.missing.intersection(&status.blocked),
            Standing::Missing => status.missing.clone(),
            Standing::StaleCode => status.stale_code.clone(),
            Standing::StaleInput => status.stale_input.clone(),
            Standing::StaleUpstream => status.stale_upstream.clone(),
            Standing::Fresh if is_source => PartitionSet::new(),
            Standing::Present if !is_source => PartitionSet::new(),
            Standing::Fresh | Standing::Present => status.fresh.clone(),
        };
        let held = held.intersection(&rest);
        if !held.is_empty() {
            rest = rest.difference(&held);
            found.push((standing, held));
        }
    }
    found
}
