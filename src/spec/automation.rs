//! What happens by itself: when a job makes partitions unasked, and which changes it acts upon.

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// When a job makes partitions unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automation {
    /// As soon as all required inputs of a partition are there, and again when one changes.
    Eager,
    /// When a tick of its schedule asks for them.
    OnSchedule,
    /// Never: a person asks.
    Manual,
}

impl Automation {
    /// As soon as all required inputs of a partition are there, and again when one changes: what
    /// a job without a schedule does when nothing is said.
    #[must_use]
    pub const fn eager() -> Self {
        Self::Eager
    }

    /// When a tick of its schedule asks: what a job with a schedule does when nothing is said.
    #[must_use]
    pub const fn on_schedule() -> Self {
        Self::OnSchedule
    }

    /// Never: a person asks.
    #[must_use]
    pub const fn manual() -> Self {
        Self::Manual
    }
}

/// What becomes of published partitions when the code of their job changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rebuild {
    /// The new code makes what is made from now on; a person backfills the past.
    #[default]
    FromNowOn,
    /// Every partition is made again.
    All,
}

/// What becomes of a published partition when one of its inputs changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restate {
    /// It is made again.
    #[default]
    Automatically,
    /// It waits until a person approves.
    AfterApproval,
}

/// How large a change of an input must be to be acted upon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// So many rows.
    Rows(u64),
    /// So many percent of the rows that were read.
    Percent(f64),
}

impl Threshold {
    /// Whether a change of `changed` rows, of `of` that were read, is too small to be acted upon. A
    /// change whose size nobody knows is not.
    #[must_use]
    pub fn ignores(self, changed: Option<u64>, of: Option<u64>) -> bool {
        match (self, changed, of) {
            (Self::Rows(least), Some(changed), _) => changed < least,
            (Self::Percent(least), Some(changed), Some(of)) if 0 < of => {
                changed as f64 * 100.0 < least * of as f64
            }
            _ => false,
        }
    }
}

/// How long an input must have been quiet before its changes are acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debounce {
    /// So long without a further change.
    pub quiet: SignedDuration,
    /// But no longer than this after the first change.
    pub at_most: SignedDuration,
}

/// How many quiet times a change waits when nothing is said.
const QUIET_TIMES_MAX: i32 = 12;

/// Which changes of one input a job acts upon, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Policy {
    /// Changes below this are not acted upon, until together they are not.
    pub ignore_below: Option<Threshold>,
    /// How long the input must have been quiet.
    pub debounce: Option<Debounce>,
    /// Whether a change waits for a person.
    pub restate: Restate,
}

impl Policy {
    /// Whether every change is acted upon at once.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it must be known which partitions of the input changed, and by how much.
    #[must_use]
    pub fn weighs_changes(&self) -> bool {
        self.ignore_below.is_some() || self.restate == Restate::AfterApproval
    }

    pub(super) fn debounced(&mut self, quiet: Span) {
        let quiet = length(quiet);
        let at_most = quiet.checked_mul(QUIET_TIMES_MAX).unwrap_or(SignedDuration::MAX);
        self.debounce = Some(Debounce { quiet, at_most });
    }

    pub(super) fn debounced_at_most(&mut self, at_most: Span) {
        let at_most = length(at_most);
        let quiet = self.debounce.map_or(SignedDuration::ZERO, |debounce| debounce.quiet);
        self.debounce = Some(Debounce { quiet, at_most });
    }

    pub(super) fn fault(&self) -> Option<&'static str> {
        if let Some(Debounce { quiet, at_most }) = self.debounce {
            if quiet <= SignedDuration::ZERO {
                return Some("`debounce` takes a length above zero, in weeks or smaller units");
            }
            if at_most < quiet {
                return Some("`debounce_at_most` is shorter than `debounce`");
            }
        }
        match self.ignore_below {
            Some(Threshold::Percent(percent)) if !(0.0..=100.0).contains(&percent) => {
                Some("`ignore_below_percent` takes a number from 0 to 100")
            }
            _ => None,
        }
    }
}

/// What a job does unasked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Automated {
    /// When it makes partitions; none when nothing is said.
    pub mode: Option<Automation>,
    /// What becomes of the past when its code changes.
    pub on_code_change: Rebuild,
    /// How many published partitions are made again unasked a day, at most.
    pub restatements_a_day: Option<u32>,
}

/// A length of time; zero for what is none, such as months, which are of many lengths.
pub(super) fn length(span: Span) -> SignedDuration {
    span.to_duration(SpanRelativeTo::days_are_24_hours()).unwrap_or_default()
}
