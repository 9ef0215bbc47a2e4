//! Which input partitions one output partition needs, as declared.

use std::fmt;
use std::sync::Arc;

use jiff::Span;

use super::{Policy, Restate, Threshold};
use crate::model::Window;

/// A user's own mapping: from an output window to the stretch of input time it needs.
pub type WindowFn = Arc<dyn Fn(Window) -> Window + Send + Sync>;

/// Which input partitions one output partition needs.
#[derive(Clone)]
#[non_exhaustive]
pub enum Mapping {
    /// The partition with the same window; both must be cut alike.
    Same,
    /// The partitions that share time with the output's window, made longer by civil spans at both
    /// ends. Works from any grain to any grain.
    Overlapping {
        /// Further back than the window's start.
        back: Span,
        /// Further ahead than its end.
        ahead: Span,
    },
    /// The partition so many windows later (negative: earlier); both must be cut alike.
    Offset(i64),
    /// Every partition there is.
    All,
    /// The last partition there is.
    Last,
    /// These windows, whatever the output.
    Fixed(Vec<String>),
    /// The partitions that hold rows for the output's window, as read from a time column of the
    /// input. For inputs cut by arrival and outputs cut by event time.
    Routed(String),
    /// What a function of the window says; a later window must never need earlier time.
    Custom(WindowFn),
}

impl Mapping {
    /// The partitions that share time with the window.
    #[must_use]
    pub fn overlapping() -> Self {
        Self::around(Span::new(), Span::new())
    }

    /// The partitions of the window and of `span` before it.
    #[must_use]
    pub fn lookback(span: Span) -> Self {
        Self::around(span, Span::new())
    }

    /// The partitions of the window and of `span` after it.
    #[must_use]
    pub fn lookahead(span: Span) -> Self {
        Self::around(Span::new(), span)
    }

    /// The partitions from `back` before the window to `ahead` after it.
    #[must_use]
    pub fn around(back: Span, ahead: Span) -> Self {
        Self::Overlapping { back, ahead }
    }

    /// The partition before, as running state needs.
    #[must_use]
    pub const fn previous() -> Self {
        Self::Offset(-1)
    }

    /// These windows by label, whatever the output.
    #[must_use]
    pub fn fixed<L: Into<String>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self::Fixed(labels.into_iter().map(Into::into).collect())
    }

    /// The partitions that hold rows whose time in `column` lies in the window.
    #[must_use]
    pub fn routed(column: &str) -> Self {
        Self::Routed(column.to_owned())
    }

    /// The partitions that share time with what `function` makes of the window.
    #[must_use]
    pub fn custom(function: impl Fn(Window) -> Window + Send + Sync + 'static) -> Self {
        Self::Custom(Arc::new(function))
    }

    /// The read as it is, to say which changes are acted upon.
    ///
    /// ```
    /// use tidemill::prelude::*;
    ///
    /// let reads = Mapping::Same.reads().debounce(5.minutes()).ignore_below_percent(0.1);
    /// ```
    #[must_use]
    pub fn reads(self) -> Reads {
        self.into()
    }

    /// Goes on without input partitions that are missing.
    #[must_use]
    pub fn or_skip(self) -> Reads {
        Reads { missing: Missing::Skip, ..self.into() }
    }

    /// Goes on once this many input partitions are there.
    #[must_use]
    pub fn at_least(self, partitions: u32) -> Reads {
        Reads { missing: Missing::AtLeast(partitions), ..self.into() }
    }

    /// Says how one dimension of the input follows from the output's.
    #[must_use]
    pub fn dimension(self, name: &str, mapping: DimensionMapping) -> Reads {
        Reads::from(self).dimension(name, mapping)
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Overlapping { back, ahead } if back.is_zero() && ahead.is_zero() => {
                f.write_str("overlapping")
            }
            Self::Overlapping { back, ahead } => {
                write!(f, "overlapping, {back:#} back, {ahead:#} ahead")
            }
            Self::Offset(windows) => write!(f, "offset {windows:+}"),
            Self::All => f.write_str("all"),
            Self::Last => f.write_str("last"),
            Self::Fixed(labels) => write!(f, "fixed {}", labels.join(", ")),
            Self::Routed(column) => write!(f, "routed by `{column}`"),
            Self::Custom(_) => f.write_str("custom"),
        }
    }
}

/// What a missing input partition means to its reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// The output waits for it.
    #[default]
    Wait,
    /// The output is made without it, and is stale once it arrives.
    Skip,
    /// The output is made once this many are there.
    AtLeast(u32),
}

/// How one dimension of the input follows from the output's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DimensionMapping {
    /// Every value.
    All,
    /// These values.
    Fixed(Vec<String>),
    /// The value of this dimension of the output.
    Of(String),
}

/// A declared read: the mapping, and what missing partitions mean.
#[derive(Clone, Debug)]
pub struct Reads {
    /// Which partitions.
    pub mapping: Mapping,
    /// What missing ones mean.
    pub missing: Missing,
    /// How dimensions follow, where not by equal names.
    pub dimensions: Vec<(String, DimensionMapping)>,
    /// Which changes are acted upon, and when.
    pub policy: Policy,
}

impl Reads {
    /// Says how one dimension of the input follows from the output's; without it, a dimension of
    /// the same name has the same value, and any other is read whole.
    #[must_use]
    pub fn dimension(mut self, name: &str, mapping: DimensionMapping) -> Self {
        self.dimensions.push((name.to_owned(), mapping));
        self
    }

    /// Goes on without input partitions that are missing.
    #[must_use]
    pub const fn or_skip(mut self) -> Self {
        self.missing = Missing::Skip;
        self
    }

    /// Acts upon a change once the input has been quiet for so long, and on all of them at once;
    /// at the latest twelve times as long after the first, or what
    /// [`debounce_at_most`](Self::debounce_at_most) says.
    #[must_use]
    pub fn debounce(mut self, quiet: Span) -> Self {
        self.policy.debounced(quiet);
        self
    }

    /// Acts upon a change at the latest so long after the first; comes after `debounce`.
    #[must_use]
    pub fn debounce_at_most(mut self, length: Span) -> Self {
        self.policy.debounced_at_most(length);
        self
    }

    /// Does not act upon changes of fewer rows than this, until together they are as many.
    ///
    /// Rows that came or went are counted. A rewrite that leaves the number of rows as it was
    /// counts in full, and a change whose size nobody knows is always acted upon.
    #[must_use]
    pub const fn ignore_below_rows(mut self, rows: u64) -> Self {
        self.policy.ignore_below = Some(Threshold::Rows(rows));
        self
    }

    /// Does not act upon changes of a smaller share of the rows that were read, until together
    /// they are as many; counted as in [`ignore_below_rows`](Self::ignore_below_rows).
    #[must_use]
    pub const fn ignore_below_percent(mut self, percent: f64) -> Self {
        self.policy.ignore_below = Some(Threshold::Percent(percent));
        self
    }

    /// Whether published partitions are made again unasked when this input changes.
    #[must_use]
    pub const fn restate(mut self, restate: Restate) -> Self {
        self.policy.restate = restate;
        self
    }
}

impl From<Mapping> for Reads {
    fn from(mapping: Mapping) -> Self {
        Self {
            mapping,
            missing: Missing::default(),
            dimensions: Vec::new(),
            policy: Policy::default(),
        }
    }
}
