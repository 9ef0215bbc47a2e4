//! Cron cuts, against days and against a walk through every minute of a year.

use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{ZONES, axis};
use crate::model::{CronCuts, Grain, TimeAxis};

fn starts(axis: &TimeAxis, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let ordinals = axis.ordinal_at(from)..=axis.ordinal_at(to);
    let starts = ordinals.map(|ordinal| axis.window(ordinal)).filter(|w| w.start < w.end);
    starts.map(|window| window.start).filter(|start| from <= *start && *start <= to).collect()
}

#[test]
fn midnight_every_day_cuts_days() {
    let instant = |day: jiff::civil::Date| day.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let (from, to) = (instant(date(2004, 6, 1)), instant(date(2031, 6, 1)));
    for zone in ZONES {
        let cron = axis(Grain::Cron("0 0 * * *".to_owned()), zone);
        let days = axis(Grain::Days, zone);
        assert_eq!(starts(&cron, from, to), starts(&days, from, to), "{zone}");
    }
}

type Fires = fn(DateTime) -> bool;

/// Expressions, with what each means in other words.
const EXPRESSIONS: [(&str, Fires); 7] = [
    ("30 2 * * *", |at| (at.hour(), at.minute()) == (2, 30)),
    ("0 */6 * * *", |at| at.hour() % 6 == 0 && at.minute() == 0),
    ("59 23 * * 0", |at| {
        at.weekday().to_sunday_zero_offset() == 0 && at.hour() == 23 && at.minute() == 59
    }),
    ("15 0 1 * *", |at| (at.day(), at.hour(), at.minute()) == (1, 0, 15)),
    ("0,20,40 1 * * *", |at| at.hour() == 1 && at.minute() % 20 == 0),
    ("30 0 * * 1-5", |at| {
        (1..6).contains(&at.weekday().to_sunday_zero_offset())
            && (at.hour(), at.minute()) == (0, 30)
    }),
    ("0 12 29 2 *", |at| (at.month(), at.day(), at.hour(), at.minute()) == (2, 29, 12, 0)),
];

/// The instants of 2011 at which a clock in `zone` first shows, or passes, a minute that fires.
fn walked(zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Vec<Timestamp>> {
    let minute = |at: Timestamp| zone.to_datetime(at);
    let mut fired = vec![Vec::new(); EXPRESSIONS.len()];
    let mut shown = minute(from - SignedDuration::from_mins(1));
    let mut now = from;
    while now <= to {
        let clock = minute(now);
        let passed = |fires: Fires| {
            let mut at = shown;
            while at < clock {
                at = at.checked_add(1.minute()).unwrap();
                if fires(at) {
                    return true;
                }
            }
            false
        };
        for (cuts, (_, fires)) in fired.iter_mut().zip(EXPRESSIONS) {
            if passed(fires) {
                cuts.push(now);
            }
        }
        shown = shown.max(clock);
        now += SignedDuration::from_mins(1);
    }
    fired
}

#[test]
fn each_civil_firing_cuts_once_whatever_clocks_do() {
    // The year in which Apia left out a day and St. John's last changed at a minute past midnight.
    let instant = |day: jiff::civil::Date| day.to_zoned(TimeZone::UTC).unwrap().timestamp();
    let (from, to) = (instant(date(2011, 1, 1)), instant(date(2012, 3, 5)));
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        for (cuts, (expression, _)) in walked(&zone, from, to).iter().zip(EXPRESSIONS) {
            let axis = axis(Grain::Cron(expression.to_owned()), name);
            assert_eq!(&starts(&axis, from, to), cuts, "{expression} in {name}");
            for cut in cuts {
                let ordinal = axis.ordinal_at(*cut);
                assert_eq!(axis.window(ordinal).start, *cut);
                assert_eq!(axis.labelled(&axis.label(ordinal)), Ok(ordinal..ordinal + 1));
            }
        }
    }
}

#[test]
fn an_expression_that_cannot_cut_says_why() {
    let fault = |expression| CronCuts::new(expression, &TimeZone::UTC).unwrap_err();
    assert_eq!(fault("0 0 12 * * *"), "it has 6 fields; minute to day of week are five");
    assert_eq!(fault("* * * * *"), "it cuts time more than 300000 times until 2100");
    assert_eq!(fault("0 0 30 2 *"), "it fires less than twice until 2100");
    assert_eq!(fault("0 61 * * *"), "component error: number out of bounds");
    assert!(CronCuts::new("@daily", &TimeZone::UTC).is_ok());
}
