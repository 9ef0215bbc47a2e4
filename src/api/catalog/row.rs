//! A dataset as a line of a list.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::instant::Instant;
use super::super::picture::Picture;
use super::super::problem::Answer;
use super::super::sla::SlaState;
use super::super::standing::{Counts, Word};
use crate::engine::{Mill, Promises};
use crate::model::TimeAxis;
use crate::spec::{Automation, DatasetSpec, JobKind};

/// What makes a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = DatasetKind)]
pub(in super::super) enum Kind {
    /// Something outside of this project.
    Source,
    /// A function of other datasets.
    Transform,
    /// A job that brings rows from outside.
    Load,
    /// A job that takes rows out; its partitions hold receipts.
    Export,
}

impl Kind {
    /// Of a dataset.
    pub(in super::super) const fn of(spec: &DatasetSpec) -> Self {
        match spec.job() {
            None => Self::Source,
            Some(job) => match job.kind {
                JobKind::Transform => Self::Transform,
                JobKind::Load => Self::Load,
                JobKind::Export => Self::Export,
            },
        }
    }

    /// The word.
    pub(in super::super) const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Transform => "transform",
            Self::Load => "load",
            Self::Export => "export",
        }
    }
}

/// When a job makes partitions unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AutomationMode)]
pub(super) enum Mode {
    /// As soon as their inputs are there, and again when these change.
    Eager,
    /// When its schedule ticks.
    Scheduled,
    /// Never.
    Manual,
}

impl Mode {
    /// Of a dataset; a source has none.
    pub(super) fn of(spec: &DatasetSpec) -> Option<Self> {
        spec.job().map(|job| match job.automation() {
            Automation::Eager => Self::Eager,
            Automation::OnSchedule => Self::Scheduled,
            Automation::Manual => Self::Manual,
        })
    }
}

/// A dataset as a line of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct DatasetRow {
    /// Its name, and that of the job that makes it.
    pub(super) name: String,
    /// What makes it.
    pub(super) kind: Kind,
    /// Who answers for it.
    pub(super) owner: Option<String>,
    /// Words to find it by.
    pub(super) tags: Vec<String>,
    /// What it is.
    pub(super) description: Option<String>,
    /// How it is cut, in words.
    pub(super) cut: String,
    /// The IANA time zone its windows are cut in; `UTC` without a time dimension.
    pub(super) zone: String,
    /// How many partitions' time has come.
    pub(super) partitions: u64,
    /// How many of them stand where.
    pub(super) counts: Counts,
    /// The worst place any of them stands in; `fresh` where there is none.
    pub(super) worst: Word,
    /// When a version was last published, or seen.
    pub(super) published_at: Option<Instant>,
    /// Whether a person paused its job.
    pub(super) paused: bool,
    /// When its job makes partitions unasked; nothing for a source.
    pub(super) automation: Option<Mode>,
    /// How its promise stands; nothing without one.
    pub(super) sla: Option<SlaState>,
    /// The 30 newest windows, oldest first: the worst place of each, by its number in the `states`
    /// of its health.
    pub(super) strip: Vec<u8>,
}

/// How promises stand, by catalog index.
pub(in super::super) struct Promised(Arc<Promises>);

impl Promised {
    /// How they stand now.
    pub(in super::super) async fn of<A: Action>(may: &May<A>, picture: &Picture) -> Answer<Self> {
        Ok(Self(may.promises(picture).await?))
    }

    /// How that of a dataset stands; none without one.
    pub(in super::super) fn state(&self, dataset: usize) -> Option<SlaState> {
        self.0.of(dataset).map(|promised| promised.state().into())
    }
}

impl DatasetRow {
    /// The line of a dataset.
    pub(super) fn new(mill: &Mill, picture: &Picture, promises: &Promised, dataset: usize) -> Self {
        let spec = mill.catalog.dataset(dataset);
        let card = picture.card(&mill.catalog, dataset);
        let published = picture.published.get(&mill.registry.datasets[dataset]);
        Self {
            name: spec.name.to_string(),
            kind: Kind::of(spec),
            owner: spec.about.owner.clone(),
            tags: spec.about.tags.clone(),
            description: spec.about.description.clone(),
            cut: spec.scheme.to_string(),
            zone: spec.scheme.time().map_or("UTC", TimeAxis::zone_name).to_owned(),
            partitions: card.partitions,
            counts: card.counts,
            worst: card.worst,
            published_at: published.copied().map(Instant),
            paused: picture.paused.contains_key(&dataset),
            automation: Mode::of(spec),
            sla: promises.state(dataset),
            strip: card.strip.clone(),
        }
    }
}
