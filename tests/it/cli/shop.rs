//! A small home for tests of commands: seven weeks at most, a few datasets, one broken line.

use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::home::Home;
use super::landing;

/// What is made in it; what these read is made too.
pub(crate) const MADE: [&str; 3] = ["dev_dau", "retail_revenue_daily", "click_dau"];

/// The day whose file has a line that cannot be read.
pub(crate) fn broken_day() -> Date {
    landing::today().saturating_sub(1.day())
}

/// Lands files and makes what can be made of [`MADE`].
pub(crate) fn open() -> Home {
    let home = Home::new();
    land(&home);
    for dataset in MADE {
        let made = home.json(&["backfill", dataset, "--upstream", "--yes"]);
        assert_eq!(made["failed"], 0, "{made}");
    }
    home
}

/// Lands the files alone.
pub(crate) fn land(home: &Home) {
    land_at(&home.landing());
}

/// Lands the files alone, in this folder.
pub(crate) fn land_at(landed: &Path) {
    let day = broken_day();
    let line = |quantity: &str, at: u32| {
        format!(
            "900{at},22423,\"CAKESTAND, \"\"BIG\"\"\",{quantity},{day} 09:{at}:00,12.75,,Norway"
        )
    };
    let mut lines: Vec<String> = (10..50).map(|at| line("3", at)).collect();
    lines.insert(7, line("a few", 55));
    landing::begin(landed, landing::start(1));
    landing::freeze(landed);
    landing::orders(landed, day, &lines);
}
