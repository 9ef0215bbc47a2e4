//! `clicks`: the page views of half a month in one file that never changes.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::Date;

use super::dice::Dice;
use super::place;
use super::time::{midnight, plus_days, text};
use super::{Feed, Landed};

/// How many days of the span the file covers.
const DAYS: i64 = 15;

/// How many readers there are.
const READERS: usize = 2_000;

const URLS: [&str; 12] = [
    "https://www.nasa.gov/images/NASA-logosmall.gif",
    "https://www.nasa.gov/images/KSC-logosmall.gif",
    "https://www.nasa.gov",
    "https://www.nasa.gov/shuttle/countdown/",
    "https://www.nasa.gov/ksc.html",
    "https://www.nasa.gov/images/launch-logo.gif",
    "https://www.nasa.gov/",
    "https://www.nasa.gov/history/apollo/apollo.html",
    "https://www.nasa.gov/shuttle/missions/missions.html",
    "https://www.nasa.gov/htbin/cdt_main.pl",
    "https://www.nasa.gov/facts/faq04.html",
    "https://www.nasa.gov/elv/hot.gif",
];

/// Lands the file once the days it covers are over at `now`, in seconds.
pub(super) fn land(feed: &Feed, now: i64, landed: &mut Landed) -> io::Result<()> {
    let path = feed.root.join("clicks/session_dataset.csv.gz");
    if now < midnight(plus_days(feed.start, DAYS)) || path.exists() {
        return Ok(());
    }
    let views = views(feed.seed, feed.start);
    let mut content = String::from("uuid,timestamp,url\n");
    for (at, reader, url) in &views {
        writeln!(content, "{reader},{},{url}", text(*at)).map_err(io::Error::other)?;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes())?;
    let bytes = encoder.finish()?;
    place::create(&path, |file| file.write_all(&bytes))?;
    landed.add(views.len());
    Ok(())
}

/// All views in order of time: instant, reader, page.
fn views(seed: u64, start: Date) -> Vec<(i64, String, &'static str)> {
    let mut dice = Dice::new(seed, "clicks", start);
    let end = midnight(plus_days(start, DAYS));
    let readers: Vec<String> = (0..READERS).map(|_| dice.hex(32)).collect();
    let mut views = Vec::new();
    for reader in &readers {
        // Most readers come once; a few come back for days.
        for _ in 0..=dice.skewed(6) {
            let mut at = dice.between(midnight(start), end - 1);
            for _ in 0..=dice.skewed(16) {
                views.push((at, reader.clone(), *dice.favor(&URLS)));
                at += dice.between(1, 600);
            }
        }
    }
    for _ in 0..7 {
        let again = dice.pick(&views).clone();
        views.push(again);
    }
    views.retain(|(at, ..)| *at < end);
    views.sort_unstable();
    views
}
