//! Time, sets and names, against independent ones.

mod axis;
mod cron;
mod cron_times;
mod days;
mod keys;
mod labels;
mod ranges;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Grain, TimeAxis};

/// Zones that change at midnight, by half an hour, at a minute past midnight, or leave out a day.
const ZONES: [&str; 13] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Casablanca",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
];

fn axis(grain: Grain, zone: &str) -> TimeAxis {
    TimeAxis::new(grain, zone, "1990-01-01", None, false).unwrap()
}

fn any_zone() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&ZONES[..])
}

/// Every grain but cron cuts, which take long to make and have tests of their own.
fn any_grain() -> impl Strategy<Value = Grain> {
    prop_oneof![
        prop::sample::select(vec![1_u32, 5, 7, 15, 60, 90, 360, 1440]).prop_map(Grain::Minutes),
        Just(Grain::Days),
        Just(Grain::Weeks),
        prop::sample::select(vec![1_u32, 2, 3, 6, 12]).prop_map(Grain::Months),
    ]
}

/// An instant from 1990 to 2050, often within hours of a change of the clocks.
fn any_instant(zone: &'static str) -> impl Strategy<Value = Timestamp> {
    let seconds = 631_152_000_i64..2_524_608_000;
    let offset = prop_oneof![-5_000_i64..5_000, -100_000_i64..100_000];
    (seconds, any::<bool>(), offset).prop_map(move |(second, is_near, offset)| {
        let instant = Timestamp::from_second(second).unwrap();
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let change = zone.following(instant).next().filter(|_| is_near);
        change.map_or(instant, |change| change.timestamp() + SignedDuration::from_secs(offset))
    })
}

fn zone_and_instant() -> impl Strategy<Value = (&'static str, Timestamp)> {
    any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone)))
}
