//! How people say how a dataset is cut.

use std::sync::Arc;

use crate::model::{Axis, Dimension, DimensionValues, Grain, InvalidScheme, Scheme, TimeAxis};

/// Partitions by time.
///
/// ```
/// use tidemill::prelude::*;
///
/// let day = TimePartitions::daily("2020-01-01").time_zone("Europe/Berlin");
/// let week = day.weekly();
/// ```
#[derive(Clone, Debug)]
pub struct TimePartitions {
    grain: Grain,
    start: String,
    end: Option<String>,
    zone: String,
    open: bool,
}

impl TimePartitions {
    fn from_start(grain: Grain, start: &str) -> Self {
        Self { grain, start: start.to_owned(), end: None, zone: "UTC".to_owned(), open: false }
    }

    /// Windows of so many minutes from the one that holds `start` on.
    #[must_use]
    pub fn minutes(minutes: u32, start: &str) -> Self {
        Self::from_start(Grain::Minutes(minutes), start)
    }

    /// Hours from `start` on.
    #[must_use]
    pub fn hourly(start: &str) -> Self {
        Self::from_start(Grain::Minutes(60), start)
    }

    /// Civil days from `start` on.
    #[must_use]
    pub fn daily(start: &str) -> Self {
        Self::from_start(Grain::Days, start)
    }

    /// ISO weeks from the one that holds `start` on; to cut an existing choice, see
    /// [`weekly`](Self::weekly).
    #[must_use]
    pub fn weeks(start: &str) -> Self {
        Self::from_start(Grain::Weeks, start)
    }

    /// Civil months from the one that holds `start` on.
    #[must_use]
    pub fn months(start: &str) -> Self {
        Self::from_start(Grain::Months(1), start)
    }

    /// From one firing of a cron expression, read as civil time, to the next.
    #[must_use]
    pub fn cron(expression: &str, start: &str) -> Self {
        Self::from_start(Grain::Cron(expression.to_owned()), start)
    }

    /// Cuts in this IANA time zone rather than in UTC.
    #[must_use]
    pub fn time_zone(mut self, name: &str) -> Self {
        name.clone_into(&mut self.zone);
        self
    }

    /// Ends with the window before the one `end` starts.
    #[must_use]
    pub fn until(mut self, end: &str) -> Self {
        self.end = Some(end.to_owned());
        self
    }

    /// Counts the window in progress as a partition, so that it is there before it closes and is
    /// made again as its inputs grow.
    #[must_use]
    pub const fn in_progress(mut self) -> Self {
        self.open = true;
        self
    }

    fn recut(&self, grain: Grain) -> Self {
        Self { grain, ..self.clone() }
    }

    /// The same time cut into days.
    #[must_use]
    pub fn by_day(&self) -> Self {
        self.recut(Grain::Days)
    }

    /// The same time cut into ISO weeks.
    #[must_use]
    pub fn weekly(&self) -> Self {
        self.recut(Grain::Weeks)
    }

    /// The same time cut into months.
    #[must_use]
    pub fn monthly(&self) -> Self {
        self.recut(Grain::Months(1))
    }

    /// The same time cut into quarters.
    #[must_use]
    pub fn quarterly(&self) -> Self {
        self.recut(Grain::Months(3))
    }

    /// The same time cut into years.
    #[must_use]
    pub fn yearly(&self) -> Self {
        self.recut(Grain::Months(12))
    }

    /// Adds a dimension with these values.
    #[must_use]
    pub fn listed<V: Into<Arc<str>>>(
        self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Partitions {
        Partitions::from(self).listed(name, values)
    }

    /// Adds a dimension whose values are registered while running.
    #[must_use]
    pub fn dynamic(self, name: &str) -> Partitions {
        Partitions::from(self).dynamic(name)
    }
}

/// How a dataset is cut: by time, by other dimensions, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Partitions {
    time: Option<TimePartitions>,
    dimensions: Vec<Dimension>,
}

/// The most dimensions a key may have, time among them.
pub(super) const DIMENSIONS_MAX: usize = 8;

impl Partitions {
    /// One piece.
    #[must_use]
    pub fn single() -> Self {
        Self::default()
    }

    /// Adds a dimension with these values.
    #[must_use]
    pub fn listed<V: Into<Arc<str>>>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = DimensionValues::Listed(values.into_iter().map(Into::into).collect());
        self.dimensions.push(Dimension { name: name.to_owned(), values });
        self
    }

    /// Adds a dimension whose values are registered while running.
    #[must_use]
    pub fn dynamic(mut self, name: &str) -> Self {
        let values = DimensionValues::Dynamic;
        self.dimensions.push(Dimension { name: name.to_owned(), values });
        self
    }

    /// The scheme this describes.
    ///
    /// # Errors
    ///
    /// When a zone, label or cron expression is wrong, or no partition could ever be.
    pub fn scheme(&self) -> Result<Scheme, InvalidScheme> {
        let axis = match &self.time {
            None => Axis::Single,
            Some(time) => Axis::Time(TimeAxis::new(
                time.grain.clone(),
                &time.zone,
                &time.start,
                time.end.as_deref(),
                time.open,
            )?),
        };
        Ok(Scheme { axis, dimensions: self.dimensions.clone() })
    }
}

impl From<TimePartitions> for Partitions {
    fn from(time: TimePartitions) -> Self {
        Self { time: Some(time), dimensions: Vec::new() }
    }
}

impl From<&TimePartitions> for Partitions {
    fn from(time: &TimePartitions) -> Self {
        time.clone().into()
    }
}
