//! How a dataset is cut.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::{InvalidLabel, PartitionKey, PartitionSet, Ranges, Slice, TimeAxis, Window};

/// The time dimension of a scheme, or none.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Cut by time.
    Time(TimeAxis),
    /// One piece.
    Single,
}

/// The values a dimension may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DimensionValues {
    /// Known when declared.
    Listed(Vec<Arc<str>>),
    /// Registered while running.
    Dynamic,
}

/// A dimension other than time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name, which is a column's or a path segment's.
    pub name: String,
    /// Its values.
    pub values: DimensionValues,
}

/// The values registered for dynamic dimensions, by dimension name.
pub type Registered = BTreeMap<String, Vec<Arc<str>>>;

/// How a dataset is cut into partitions: at most one time dimension, and at most 8 in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheme {
    /// The time dimension.
    pub axis: Axis,
    /// The others, in order.
    pub dimensions: Vec<Dimension>,
}

/// Why a scheme or a key cannot be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScheme {
    /// No such zone.
    #[error("`{0}` is not an IANA time zone, such as `Europe/Berlin` or `UTC`")]
    UnknownZone(String),
    /// A cron expression that cannot cut time.
    #[error("`{expression}` cannot cut time into windows: {why}")]
    Cron {
        /// The expression.
        expression: String,
        /// What is wrong with it.
        why: String,
    },
    /// Windows of no length.
    #[error("a window needs a length; use at least one minute or month")]
    EmptyGrain,
    /// No window at all.
    #[error("the end is not after the start, so there is no partition")]
    EndsBeforeStart,
    /// A label that names no time.
    #[error(transparent)]
    Label(#[from] InvalidLabel),
}

impl Scheme {
    /// One piece, without any dimension.
    pub const SINGLE: Self = Self { axis: Axis::Single, dimensions: Vec::new() };

    /// The time axis, when there is one.
    #[must_use]
    pub const fn time(&self) -> Option<&TimeAxis> {
        match &self.axis {
            Axis::Time(axis) => Some(axis),
            Axis::Single => None,
        }
    }

    /// The window of an ordinal.
    #[must_use]
    pub fn window(&self, ordinal: i64) -> Window {
        self.time().map_or(Window::ALWAYS, |axis| axis.window(ordinal))
    }

    /// The ordinals that can be made at `now`.
    #[must_use]
    pub fn existing(&self, now: Timestamp) -> Ranges {
        Ranges::from_range(self.time().map_or(0..1, |axis| axis.existing(now)))
    }

    /// The ordinals of the calendar, whether or not their time has come.
    #[must_use]
    pub fn calendar(&self) -> Ranges {
        Ranges::from_range(self.time().map_or(0..1, TimeAxis::calendar))
    }

    /// Every slice: the product of the dimensions' values.
    #[must_use]
    pub fn all_slices(&self, registered: &Registered) -> Vec<Slice> {
        let mut slices: Vec<Vec<Arc<str>>> = vec![Vec::new()];
        for dimension in &self.dimensions {
            let values = match &dimension.values {
                DimensionValues::Listed(values) => values.as_slice(),
                DimensionValues::Dynamic => {
                    registered.get(&dimension.name).map_or(&[][..], Vec::as_slice)
                }
            };
            slices = slices
                .iter()
                .flat_map(|held| {
                    values
                        .iter()
                        .map(|value| [held.as_slice(), std::slice::from_ref(value)].concat())
                })
                .collect();
        }
        slices.into_iter().map(Slice::new).collect()
    }

    /// Every partition that can be made at `now`.
    #[must_use]
    pub fn universe(&self, now: Timestamp, registered: &Registered) -> PartitionSet {
        let ordinals = self.existing(now);
        let mut all = PartitionSet::new();
        for slice in self.all_slices(registered) {
            all.insert(slice, &ordinals);
        }
        all
    }

    /// Reads ranges of time: labels and inclusive ranges `A..B`, `A..`, `..B`, joined by commas;
    /// `all` is everything.
    ///
    /// # Errors
    ///
    /// When a label names no time, or the scheme has no time dimension to be named.
    pub fn parse_ranges(&self, text: &str) -> Result<Ranges, InvalidLabel> {
        if text == "all" {
            return Ok(Ranges::from_range(i64::MIN..i64::MAX));
        }
        let axis = self.time().ok_or_else(|| InvalidLabel::NoTime(text.to_owned()))?;
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let Some((from, to)) = part.split_once("..") else {
                ranges.push(axis.labelled(part)?);
                continue;
            };
            let start = match from.trim() {
                "" => i64::MIN,
                label => axis.labelled(label)?.start,
            };
            let end = match to.trim().trim_start_matches('=') {
                "" => i64::MAX,
                label => axis.labelled(label)?.end,
            };
            if end <= start {
                return Err(InvalidLabel::Reversed(part.to_owned()));
            }
            ranges.push(start..end);
        }
        Ok(Ranges::from_ranges(ranges))
    }

    /// The text that names the time of a partition: `all` without a time dimension.
    #[must_use]
    pub fn label(&self, ordinal: i64) -> String {
        self.time().map_or_else(|| "all".to_owned(), |axis| axis.label(ordinal))
    }

    /// A few words for a set: its first range, and how many partitions there are besides.
    #[must_use]
    pub fn summary(&self, set: &PartitionSet) -> String {
        let first = set.slices().find_map(|(slice, ranges)| Some((slice, ranges.ranges().next()?)));
        let Some((slice, range)) = first else { return "nothing".to_owned() };
        let key = |ordinal| PartitionKey { slice: slice.clone(), ordinal };
        let mut text = self.describe(&key(range.start));
        if range.start + 1 < range.end {
            text.extend(["..", &self.label(range.end - 1)]);
        }
        match set.len().saturating_sub(range.end.abs_diff(range.start)) {
            0 => text,
            more => format!("{text} and {more} more"),
        }
    }

    /// The text that names a partition for programs and addresses: `2024-03-31/eu`, the label of its
    /// time and the values of its dimensions in order; `all` where there is neither. In values, `/`
    /// is written `%2F` and `%` is written `%25`.
    #[must_use]
    pub fn key(&self, key: &PartitionKey) -> String {
        let time = self.time().map(|axis| axis.label(key.ordinal));
        let values = key.slice.values().iter();
        let values = values.map(|value| value.replace('%', "%25").replace('/', "%2F"));
        let parts: Vec<String> = time.into_iter().chain(values).collect();
        if parts.is_empty() { "all".to_owned() } else { parts.join("/") }
    }

    /// Reads what [`key`](Self::key) writes. Whether there is such a slice is not known here.
    ///
    /// # Errors
    ///
    /// When the text has too few or too many parts, or its first names no window, or several.
    pub fn parse_key(&self, text: &str) -> Result<PartitionKey, InvalidLabel> {
        let wrong = || InvalidLabel::NoTime(text.to_owned());
        let mut parts = text.split('/');
        let ordinal = match self.time() {
            None => 0,
            Some(axis) => {
                let named = axis.labelled(parts.next().unwrap_or_default())?;
                if named.start + 1 != named.end {
                    return Err(wrong());
                }
                named.start
            }
        };
        if self.time().is_none() && self.dimensions.is_empty() {
            return if text == "all" { Ok(PartitionKey::time(0)) } else { Err(wrong()) };
        }
        let values: Vec<String> =
            parts.map(|value| value.replace("%2F", "/").replace("%25", "%")).collect();
        if values.len() != self.dimensions.len() {
            return Err(wrong());
        }
        Ok(PartitionKey { slice: Slice::new(values), ordinal })
    }

    /// The text that names a partition: `2024-03-31 region=eu`.
    #[must_use]
    pub fn describe(&self, key: &PartitionKey) -> String {
        let mut text = self.label(key.ordinal);
        for (dimension, value) in self.dimensions.iter().zip(key.slice.values()) {
            let plain = !value.is_empty()
                && value.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
            let shown = if plain { value.to_string() } else { format!("{value:?}") };
            text.extend([" ", &dimension.name, "=", &shown]);
        }
        text
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.axis {
            Axis::Single => f.write_str("single")?,
            Axis::Time(axis) => write!(f, "{} in {}", axis.grain(), axis.zone_name())?,
        }
        for dimension in &self.dimensions {
            write!(f, ", by {}", dimension.name)?;
        }
        Ok(())
    }
}
