//! Where each partition stands, in one word: what `status`, `partitions` and the page count.

use serde::Serialize;
use utoipa::ToSchema;

use crate::model::PartitionSet;
use crate::plan::DatasetStatus;

/// Where a partition stands, in one word; the worst first.
///
/// A dataset's `worst` is the first of these in which any of its partitions stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Standing)]
pub(super) enum Word {
    /// Its last run failed.
    Failed,
    /// Published from other code or other inputs than those of now.
    Stale,
    /// Not published.
    Missing,
    /// Not published, and it cannot be: something outside of this project is not there.
    MissingUpstream,
    /// A worker is at it.
    Running,
    /// A run for it waits, for an input, a worker or the end of a pause.
    Waiting,
    /// Published, and as it would be made now.
    Fresh,
    /// Files of a source are there.
    Present,
}

/// How many partitions stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = StandingCounts)]
pub(super) struct Counts {
    /// Whose last run failed.
    pub(super) failed: u64,
    /// Published from other code or other inputs than those of now.
    pub(super) stale: u64,
    /// Not published.
    pub(super) missing: u64,
    /// Not published, and they cannot be.
    pub(super) missing_upstream: u64,
    /// With a worker at them.
    pub(super) running: u64,
    /// With a run that waits.
    pub(super) waiting: u64,
    /// As they would be made now.
    pub(super) fresh: u64,
    /// Of sources: whose files are there.
    pub(super) present: u64,
}

impl Counts {
    /// Each word with its count, the worst first.
    pub(super) const fn each(&self) -> [(Word, u64); 8] {
        [
            (Word::Failed, self.failed),
            (Word::Stale, self.stale),
            (Word::Missing, self.missing),
            (Word::MissingUpstream, self.missing_upstream),
            (Word::Running, self.running),
            (Word::Waiting, self.waiting),
            (Word::Fresh, self.fresh),
            (Word::Present, self.present),
        ]
    }

    /// Counts more of one word.
    pub(super) const fn add(&mut self, word: Word, more: u64) {
        *match word {
            Word::Failed => &mut self.failed,
            Word::Stale => &mut self.stale,
            Word::Missing => &mut self.missing,
            Word::MissingUpstream => &mut self.missing_upstream,
            Word::Running => &mut self.running,
            Word::Waiting => &mut self.waiting,
            Word::Fresh => &mut self.fresh,
            Word::Present => &mut self.present,
        } += more;
    }

    /// All of them.
    pub(super) fn all(&self) -> u64 {
        self.each().iter().map(|(_, count)| count).sum()
    }

    /// The worst word that counts any.
    pub(super) fn worst(&self) -> Option<Word> {
        self.each().into_iter().find(|(_, count)| 0 < *count).map(|(word, _)| word)
    }

    /// How many of a word.
    pub(super) fn of(&self, wanted: Word) -> u64 {
        self.each().into_iter().find(|(word, _)| *word == wanted).map_or(0, |(_, count)| count)
    }
}

impl Word {
    /// What [`Standing::status`] says.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Stale => "stale",
            Self::Missing => "missing",
            Self::MissingUpstream => "missing-upstream",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Fresh => "fresh",
            Self::Present => "present",
        }
    }
}

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
        self.word().as_str()
    }

    /// The word as a value.
    pub(super) const fn word(self) -> Word {
        match self {
            Self::Running => Word::Running,
            Self::Waiting => Word::Waiting,
            Self::Failed => Word::Failed,
            Self::MissingUpstream => Word::MissingUpstream,
            Self::Missing => Word::Missing,
            Self::StaleCode | Self::StaleInput | Self::StaleUpstream => Word::Stale,
            Self::Fresh => Word::Fresh,
            Self::Present => Word::Present,
        }
    }

    /// Its place in [`Standing::ALL`].
    pub(super) const fn number(self) -> u8 {
        self as u8
    }

    /// The worse of two.
    pub(super) fn worse(self, other: Self) -> Self {
        if (other.word(), other) < (self.word(), self) { other } else { self }
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
