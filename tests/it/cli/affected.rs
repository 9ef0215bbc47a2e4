//! Which partitions a change of raw files makes stale, worked out from the raw rows and the
//! definitions of the metrics, without a line of the library's own code.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use super::home::Home;
use super::outputs::{Labels, days_of, month_of, partitions};

/// A pause of so many seconds ends a session.
const PAUSE_SECONDS: i64 = 1_800;

/// What changed among the raw files.
pub(crate) struct Change {
    /// The days of the events whose rows are others than before.
    pub(crate) events: BTreeSet<Date>,
    /// The days on which rows arrived that were not there before.
    pub(crate) arrivals: BTreeSet<Date>,
    /// The days with another file of order lines.
    pub(crate) orders: BTreeSet<Date>,
    /// Who did what when, before the change.
    pub(crate) user_events: Vec<(String, DateTime)>,
}

/// Notes the partitions of a dataset whose label fits.
type Add<'a> = dyn FnMut(&str, &dyn Fn(&str) -> bool) + 'a;

/// A period that ends some days after its window does.
type Ahead = fn(Date) -> Date;

impl Change {
    /// The published partitions of every dataset that the change reaches.
    pub(crate) fn reaches(&self, home: &Home) -> Labels {
        let mut all = Labels::new();
        let mut add = |dataset: &str, is_reached: &dyn Fn(&str) -> bool| {
            let mut labels = partitions(home, dataset, "fresh");
            labels.extend(partitions(home, dataset, "stale"));
            labels.retain(|label| is_reached(label));
            if !labels.is_empty() {
                all.insert(dataset.to_owned(), labels);
            }
        };
        self.events_reach(&mut add);
        self.orders_reach(&mut add);
        all
    }

    fn events_reach(&self, add: &mut Add<'_>) {
        let own = |label: &str| holds(&self.events, label, |end| end);
        for daily in [
            "dev_rows",
            "dev_events",
            "dev_dedup_daily",
            "dev_dau",
            "dev_dau_product",
            "dev_arrival_lag_daily",
            "dev_user_months",
            "dev_funnel_steps",
            "dev_top_pages_yearly",
        ] {
            add(daily, &own);
        }
        add("dev_quality_daily", &|label| holds(&self.arrivals, label, |end| end));
        // A day of New York begins and ends some hours after that of UTC: it has a part of both.
        add("dev_dau_new_york", &|label| {
            holds(&self.events, label, |end| end.saturating_add(1.day()))
        });
        add("dev_active", &|label| holds(&self.events, label, |end| end.saturating_add(6.days())));
        add("dev_churn_monthly", &|label| {
            holds(&self.events, label, |end| end.saturating_add(3.months()))
        });
        add("dev_funnel_product", &|_| !self.events.is_empty());
        // Running state hands a change on to all later months, and to what reads them.
        let later = |label: &str| is_from(label, &self.events);
        for state in ["dev_users", "dev_retention_monthly", "dev_session_state"] {
            add(state, &later);
        }
        let days = self.session_days();
        add("dev_sessions_daily", &|label| days.contains(&days_of(label).0));
    }

    fn orders_reach(&self, add: &mut Add<'_>) {
        let own = |label: &str| holds(&self.orders, label, |end| end);
        for dataset in [
            "retail_lines",
            "retail_quality_daily",
            "retail_revenue_daily",
            "retail_orders",
            "retail_missing_days",
            "retail_top_products_monthly",
        ] {
            add(dataset, &own);
        }
        let later = |label: &str| is_from(label, &self.orders);
        add("retail_customers", &later);
        add("retail_retention_monthly", &later);
        // It looks 90 days ahead, and at the customers known by the end of the month.
        add("retail_repeat_monthly", &|label| {
            later(label) || holds(&self.orders, label, |end| end.saturating_add(90.days()))
        });
        // On the first of a month it knows the customers of the month before.
        add("retail_churn_90d", &|label| {
            let (first, _) = days_of(label);
            is_from(&month_of(first.saturating_sub(1.day())), &self.orders)
        });
    }

    /// The days on which a session begins that has a row in a month of state that changed.
    fn session_days(&self) -> BTreeSet<Date> {
        let Some(first) = self.events.first() else { return BTreeSet::new() };
        let changed = first.first_of_month().to_datetime(jiff::civil::Time::midnight());
        let mut of_user: BTreeMap<&str, Vec<DateTime>> = BTreeMap::new();
        for (user, at) in &self.user_events {
            of_user.entry(user).or_default().push(*at);
        }
        let mut days = BTreeSet::new();
        for times in of_user.values_mut() {
            times.sort_unstable();
            let mut begun = times[0];
            let mut last = times[0];
            for at in times.iter().copied() {
                if PAUSE_SECONDS <= at.duration_since(last).as_secs() {
                    begun = at;
                }
                last = at;
                if changed <= last {
                    days.insert(begun.date());
                }
            }
        }
        days
    }
}

/// Whether one of the days lies between the start of a partition and what `ahead` makes of its end.
fn holds(days: &BTreeSet<Date>, label: &str, ahead: Ahead) -> bool {
    let (first, end) = days_of(label);
    days.range(first..ahead(end)).next().is_some()
}

/// Whether a partition ends after the first of the days.
fn is_from(label: &str, days: &BTreeSet<Date>) -> bool {
    days.first().is_some_and(|first| *first < days_of(label).1)
}
