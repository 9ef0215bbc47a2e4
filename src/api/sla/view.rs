//! Promises and their windows as people and programs read them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::instant::Instant;
use crate::engine::{Mill, Promised};
use crate::model::PartitionKey;
use crate::plan::sla::{self, Rule, SlaState as State};
use crate::spec::DatasetSpec;
use crate::store::{SlaWindowRow, Slices};

/// Where a promise or a window of it stands: `late` is past its time and not there, `missed` came
/// after its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaState {
    /// There in time.
    Met,
    /// Not there, and not due yet.
    OnTrack,
    /// Past its time, and not there yet.
    Late,
    /// There, and too late.
    Missed,
}

impl From<State> for SlaState {
    fn from(state: State) -> Self {
        match state {
            State::Met => Self::Met,
            State::OnTrack => Self::OnTrack,
            State::Late => Self::Late,
            State::Missed => Self::Missed,
        }
    }
}

impl SlaState {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Met => State::Met.as_str(),
            Self::OnTrack => State::OnTrack.as_str(),
            Self::Late => State::Late.as_str(),
            Self::Missed => State::Missed.as_str(),
        }
    }
}

/// A promise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaRule {
    /// What it is known by: the dataset, a colon, and the kind of promise.
    pub id: String,
    /// The dataset.
    pub dataset: String,
    /// The promise, in words.
    pub rule: String,
    /// The share of windows a month for which it must hold.
    pub objective: Option<f64>,
}

impl SlaRule {
    /// The promises of a dataset that are judged: none or one.
    #[must_use]
    pub fn of(spec: &DatasetSpec) -> Option<Self> {
        Rule::of(spec).map(|rule| Self::new(spec, &rule))
    }

    pub(super) fn new(spec: &DatasetSpec, rule: &Rule<'_>) -> Self {
        Self {
            id: format!("{}:{}", spec.name, rule.kind()),
            dataset: spec.name.to_string(),
            rule: rule.in_words(),
            objective: Some(rule.objective()),
        }
    }
}

/// What stands in the way of a window.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SlaBlocking {
    /// The dataset that is not there: the input farthest up, or that of the promise itself.
    pub dataset: String,
    /// Which partition of it.
    pub partition: Option<String>,
    /// What is wrong with that, in words.
    pub text: String,
    /// The run that failed, or that is to make it.
    pub run: Option<i64>,
}

impl SlaBlocking {
    /// What who may not know of the dataset is told instead.
    fn hidden(of: &DatasetSpec) -> Self {
        let text = "something that it needs is not there".to_owned();
        Self { dataset: of.name.to_string(), partition: None, text, run: None }
    }
}

/// A window of a promise.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaWindow {
    /// The dataset.
    pub dataset: String,
    /// The promise, in words.
    pub rule: String,
    /// The partition.
    pub partition: String,
    /// When it is due.
    pub due_at: Instant,
    /// When the partition was first published.
    pub completed_at: Option<Instant>,
    /// Where it stands.
    pub state: SlaState,
    /// By how much it was missed, or has been so far.
    pub late_seconds: Option<i64>,
    /// What stands in its way, or did when it was missed.
    pub blocking: Option<SlaBlocking>,
}

/// Whether somebody may know of a dataset, by its place in the catalog.
pub type Sees<'a> = &'a (dyn Fn(usize) -> bool + Sync);

impl SlaWindow {
    pub(super) fn new(
        (spec, rule): (&DatasetSpec, &Rule<'_>),
        key: &PartitionKey,
        (due, completed): (Timestamp, Option<Timestamp>),
        now: Timestamp,
    ) -> Self {
        Self {
            dataset: spec.name.to_string(),
            rule: rule.in_words(),
            partition: spec.scheme.key(key),
            due_at: due.into(),
            completed_at: completed.map(Instant::from),
            state: sla::judge(due, completed, now).into(),
            late_seconds: sla::late_by(due, completed, now).map(|late| late.as_secs()),
            blocking: None,
        }
    }

    /// The window of a promise that matters now.
    pub(in super::super) fn current(
        mill: &Mill,
        promised: &Promised,
        sees: Sees<'_>,
        now: Timestamp,
    ) -> Option<Self> {
        let spec = mill.catalog.dataset(promised.dataset);
        let (rule, current) = (Rule::of(spec)?, promised.current.as_ref()?);
        let instants = (current.due_at, current.completed_at);
        let mut window = Self::new((spec, &rule), &current.key, instants, now);
        window.blocking = promised.blocking.as_ref().map(|(found, text)| {
            let input = mill.catalog.dataset(found.dataset);
            let blocking = SlaBlocking {
                dataset: input.name.to_string(),
                partition: Some(input.scheme.key(&found.key)),
                text: text.clone(),
                run: found.run,
            };
            if sees(found.dataset) { blocking } else { SlaBlocking::hidden(spec) }
        });
        Some(window)
    }
}

/// A window as it is recorded.
#[must_use]
pub fn window_of_row(
    mill: &Mill,
    (spec, rule): (&DatasetSpec, &Rule<'_>),
    row: &SlaWindowRow,
    (slices, sees): (&Slices, Sees<'_>),
    now: Timestamp,
) -> SlaWindow {
    let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
    let completed = row.completed_at.map(jiff_sqlx::Timestamp::to_jiff);
    let due = row.due_at.to_jiff();
    let mut window = SlaWindow::new((spec, rule), &key, (due, completed), now);
    // A clock that is behind that of the database changes nothing about what is recorded.
    if completed.is_none() {
        window.state = SlaState::Late;
    }
    let held = row.blocking.clone().and_then(|held| serde_json::from_value(held).ok());
    window.blocking = held.map(|held: SlaBlocking| {
        let is_seen = mill.catalog.index_of(&held.dataset).is_some_and(sees);
        if is_seen { held } else { SlaBlocking::hidden(spec) }
    });
    window
}
