//! Files that come late, change, or are only touched: what is stale, why, and how it is made good.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::time::SystemTime;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

use super::affected::Change;
use super::home::Home;
use super::landing::{self, Event};
use super::outputs::{month_of, planned, standing};
use super::reference::Reference;

/// A home whose feed stands still, with all made that can be.
fn made_home() -> Home {
    let home = Home::new();
    landing::begin(&home.landing(), landing::start(3));
    landing::freeze(&home.landing());
    let made = home.json(&["backfill", "--yes"]);
    assert_eq!(made["failed"], 0, "{made}");
    home
}

/// The first day of the month so many months ago.
fn month(ago: i64) -> Date {
    landing::today().first_of_month().saturating_sub(ago.months())
}

/// Two users who change a file on each of these days; it arrives at `received`.
fn late_events(days: &[Date], received: DateTime) -> Vec<Event> {
    let of_day = |day: &Date| {
        ["late-one", "late-two"].map(|user| {
            let at = day.at(12, 0, 0, 0);
            Event { at, received, user, kind: "file_modified" }
        })
    };
    days.iter().flat_map(of_day).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_file_makes_stale_exactly_what_it_touches() {
    let home = made_home();
    let server = home.keep_server().await;
    let landing = home.landing();
    let user_events = landing::user_events(&landing);
    // It arrives in the month before this one, with events of that month, of the one before, and
    // of a day before there is any partition.
    let (arrived, older) = (month(1), month(2));
    let days = [arrived.saturating_add(2.days()), older.saturating_add(19.days())];
    let received = arrived.saturating_add(26.days());
    let mut rows = late_events(&days, received.at(9, 30, 0, 0));
    rows.extend(late_events(&[month(6)], received.at(9, 30, 0, 0)));
    landing::events(&landing::month_folder(&landing, arrived).join("late.parquet"), &rows);

    let plan = home.json(&["plan", "--stale"]);

    let change = Change {
        events: BTreeSet::from(days),
        arrivals: BTreeSet::from([received]),
        orders: BTreeSet::new(),
        user_events,
    };
    assert_eq!(planned(&plan), change.reaches(&home));
    why_leads_to_the_file(&home, days[1], arrived);
    made_good(&home);
    let mut reference = Reference::load(&server.options(), "oracle", &landing).await;
    reference.assert_published(&home).await;
    server.give_back().await;
}

/// The event's day, its reader, and the reader's reader name the arrivals that changed.
fn why_leads_to_the_file(home: &Home, day: Date, arrived: Date) {
    let (day, arrived) = (day.to_string(), month_of(arrived));
    for dataset in ["dev_rows", "dev_dau"] {
        let said = home.ok(&["why", dataset, &day]);
        assert!(said.contains(&format!("`{dataset}` {day} is stale")), "{said}");
        assert!(said.contains(&format!("changed since `dev_rows` {day} was made")), "{said}");
        assert!(said.contains(&format!("`dev_arrivals` {arrived} version")), "{said}");
    }
    let month = &day[..7];
    let why = home.json(&["why", "dev_retention_monthly", month]);
    let trail = why["trail"].as_array().unwrap();
    assert_eq!(trail.first().unwrap()["dataset"], "dev_retention_monthly", "{why}");
    assert_eq!(trail.last().unwrap()["dataset"], "dev_rows", "{why}");
    let change = &why["cause"]["changes"][0];
    assert_eq!(change["dataset"], "dev_arrivals", "{why}");
    assert_eq!(change["partition"].as_str(), Some(&*arrived), "{why}");
    let shown = home.ok(&["show", "dev_arrivals", &arrived]);
    assert!(shown.contains("late.parquet"), "the file is named: {shown}");
}

/// Makes again what is stale; then nothing is, and nothing is left to do.
fn made_good(home: &Home) -> serde_json::Value {
    let made = home.json(&["backfill", "--stale", "--upstream", "--yes"]);
    assert_eq!((&made["failed"], &made["cancelled"]), (&0.into(), &0.into()), "{made}");
    let status = home.json(&["status"]);
    assert_eq!((standing(&status, "stale"), standing(&status, "failed")), (0, 0), "{status}");
    let again = home.json(&["backfill", "--yes"]);
    assert_eq!(again["runs"], 0, "{again}");
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_day_changes_its_readers_and_a_touched_one_none() {
    let home = made_home();
    let server = home.keep_server().await;
    let landing = home.landing();
    let landed = landing::retail_days(&landing);
    let first_in = |month: Date| *landed.range(month..).next().expect("the shop opens each month");
    let (rewritten, touched) = (first_in(month(1)), first_in(month(2)));
    let lines = [
        format!("900001,22423,REGENCY CAKESTAND,3,{rewritten} 09:00:00,12.75,99001.0,Norway"),
        format!("C900002,22423,REGENCY CAKESTAND,-1,{rewritten} 10:00:00,12.75,99001.0,Norway"),
    ];
    let before = contents(&home, [rewritten, touched]);
    landing::orders(&landing, rewritten, &lines);
    touch(&landing.join(format!("retail/{touched}.csv.gz")));
    touch(&first_file(&landing::month_folder(&landing, month(2))));

    let plan = home.json(&["plan", "--stale"]);

    // What a touched file holds is only known once it is read, so its readers are looked at
    // again; where rows are routed by their content, nothing is stale.
    let change = Change {
        events: BTreeSet::new(),
        arrivals: BTreeSet::new(),
        orders: BTreeSet::from([rewritten, touched]),
        user_events: Vec::new(),
    };
    assert_eq!(planned(&plan), change.reaches(&home));
    let made = made_good(&home);
    assert!(made["unchanged"].as_u64() > Some(0), "{made}");
    for (partition, content) in contents(&home, [rewritten, touched]) {
        let is_same = before[&partition] == content;
        assert_eq!(is_same, partition.1 == touched, "{partition:?}");
    }
    let mut reference = Reference::load(&server.options(), "oracle", &landing).await;
    reference.assert_published(&home).await;
    server.give_back().await;
}

/// What is made of one day's order lines alone.
const DAILY: [&str; 4] =
    ["retail_lines", "retail_orders", "retail_quality_daily", "retail_revenue_daily"];

/// What the daily datasets of the shop hold, by dataset and day.
fn contents(home: &Home, days: [Date; 2]) -> BTreeMap<(&'static str, Date), String> {
    let mut all = BTreeMap::new();
    for dataset in DAILY {
        for day in days {
            let why = home.json(&["why", dataset, &day.to_string()]);
            let content = why["version"]["content"].as_str().unwrap().to_owned();
            all.insert((dataset, day), content);
        }
    }
    all
}

fn first_file(folder: &std::path::Path) -> std::path::PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.min().expect("events arrive every month")
}

/// Gives a file a new time and leaves its bytes alone.
fn touch(path: &std::path::Path) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now()).unwrap();
}
