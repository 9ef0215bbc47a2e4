//! Where the raw files are, and the days they cover.
//!
//! With `TIDEMILL_DATA` the real data, whose days are known. Without it the generated feed, which
//! goes on for ever from a first day that it remembers in `feed.json`.

use std::fs;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use tidemill::prelude::*;

/// The feed's first day while it has none: a Monday, as every first day of a feed is.
const FEED_START: Date = date(2024, 1, 1);
/// How many days the one file of page views of the feed covers.
const FEED_CLICK_DAYS: i64 = 15;

/// Where the raw files are, and the days they cover.
#[derive(Debug)]
pub(crate) struct Landing {
    root: String,
    devstream: Days,
    retail: Days,
    clicks: Days,
}

/// The days a domain has data for: from a first day, perhaps up to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    /// The first day.
    pub(crate) start: Date,
    /// The day after the last one.
    pub(crate) end: Option<Date>,
}

impl Landing {
    /// The real data when the settings name it, the feed otherwise.
    pub(crate) fn of(project: &Project) -> Self {
        if let Some(data) = project.setting("data") {
            return Self {
                root: data.to_owned(),
                devstream: Days::between(date(2004, 11, 1), date(2026, 9, 1)),
                retail: Days::between(date(2010, 12, 1), date(2011, 12, 10)),
                clicks: Days::between(date(2014, 1, 7), date(2014, 1, 23)),
            };
        }
        let root = format!("{}/landing", project.setting("home").unwrap_or(".tidemill"));
        let start = feed_start(&root).unwrap_or(FEED_START);
        let without_end = Days { start, end: None };
        Self {
            root,
            devstream: without_end,
            retail: without_end,
            clicks: Days::between(start, start.saturating_add(FEED_CLICK_DAYS.days())),
        }
    }

    /// The folder the templates of the sources start from.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The days of the product events.
    pub(crate) const fn devstream(&self) -> Days {
        self.devstream
    }

    /// The days of the shop.
    pub(crate) const fn retail(&self) -> Days {
        self.retail
    }

    /// The days of the page views.
    pub(crate) const fn clicks(&self) -> Days {
        self.clicks
    }
}

impl Days {
    const fn between(start: Date, end: Date) -> Self {
        Self { start, end: Some(end) }
    }

    /// The days as partitions.
    pub(crate) fn partitions(self) -> TimePartitions {
        let daily = TimePartitions::daily(&self.start.to_string());
        match self.end {
            Some(end) => daily.until(&end.to_string()),
            None => daily,
        }
    }

    /// The same days without the first months.
    pub(crate) fn after_months(self, months: i64) -> Self {
        Self { start: self.start.first_of_month().saturating_add(months.months()), ..self }
    }

    /// The same days without the last months, where there is a last one.
    pub(crate) fn before_months(self, months: i64) -> Self {
        Self { end: self.end.map(|end| end.saturating_sub(months.months())), ..self }
    }
}

/// The first day of a feed that has landed.
fn feed_start(root: &str) -> Option<Date> {
    let text = fs::read_to_string(format!("{root}/feed.json")).ok()?;
    let feed: serde_json::Value = serde_json::from_str(&text).ok()?;
    feed.get("start")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn landing(settings: &[(&str, &str)]) -> Landing {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Landing::of(&Project::with_settings(settings.iter().map(owned).collect()))
    }

    #[test]
    fn the_feed_goes_on_from_the_day_it_remembers() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("landing");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("feed.json"), r#"{"seed": 7, "start": "2026-08-17"}"#).unwrap();

        let landing = landing(&[("home", home.path().to_str().unwrap())]);

        let start = date(2026, 8, 17);
        assert_eq!(landing.root(), root.to_str().unwrap());
        assert_eq!(landing.devstream(), Days { start, end: None });
        assert_eq!(landing.clicks(), Days::between(start, date(2026, 9, 1)));
    }

    #[test]
    fn the_real_data_wins_over_the_feed() {
        let landing = landing(&[("home", "elsewhere"), ("data", "raw")]);
        assert_eq!(landing.root(), "raw");
        assert_eq!(landing.retail(), Days::between(date(2010, 12, 1), date(2011, 12, 10)));
    }

    #[test]
    fn months_are_taken_off_at_either_end() {
        let days = Days::between(date(2010, 12, 5), date(2011, 12, 10));
        assert_eq!(days.after_months(3).start, date(2011, 3, 1));
        assert_eq!(days.before_months(2).end, Some(date(2011, 10, 10)));
    }
}
