//! `retail`: the order lines of a shop, one file a day, cut short and untidy as exports are.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::{Date, Weekday, date};

use super::dice::Dice;
use super::place;
use super::time::{day_of, days, midnight, plus_days, text};
use super::{Feed, Landed};

/// At which second of the next day the file of a day lands.
const LANDS_AT: i64 = 2 * 3_600;

/// No day has more invoices than this, so that their numbers grow from day to day.
const INVOICES_MAX: i64 = 60;

const HEADER: &str =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

/// Code, description as CSV, price in pence.
const ITEMS: [(&str, &str, i64); 14] = [
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 255),
    ("22423", "REGENCY CAKESTAND 3 TIER", 1275),
    ("47566", "PARTY BUNTING", 495),
    ("20725", "LUNCH BAG RED RETROSPOT", 165),
    ("84879", "ASSORTED COLOUR BIRD ORNAMENT", 169),
    ("22720", "SET OF 3 CAKE TINS PANTRY DESIGN ", 495),
    ("22197", "SMALL POPCORN HOLDER", 85),
    ("23203", "JUMBO BAG DOILEY PATTERNS", 208),
    ("20727", "LUNCH BAG  BLACK SKULL.", 165),
    ("22960", "JAM MAKING SET WITH JARS", 425),
    ("82567", "\"AIRLINE LOUNGE,METAL SIGN\"", 210),
    ("22041", "\"RECORD FRAME 7\"\" SINGLE SIZE \"", 255),
    ("21558", "SKULL LUNCH BOX WITH CUTLERY ", 255),
    ("POST", "POSTAGE", 1800),
];

const COUNTRIES: [&str; 6] = ["Germany", "France", "EIRE", "Spain", "Netherlands", "Unspecified"];

/// Lands the files of all days of the span that are due at `now`, in seconds.
pub(super) fn land(feed: &Feed, now: i64, landed: &mut Landed) -> io::Result<()> {
    for day in days(feed.start, day_of(now)) {
        let path = path(&feed.root, day);
        if now < due(day) || is_closed(feed.seed, day) || path.exists() {
            continue;
        }
        let lines = lines(feed.seed, day);
        let bytes = as_file(feed.seed, day, &lines)?;
        place::create(&path, |file| file.write_all(&bytes))?;
        landed.add(lines.len());
    }
    Ok(())
}

/// When, after `now`, the next file is due, in seconds.
pub(super) fn next_due(feed: &Feed, now: i64) -> Option<i64> {
    days(plus_days(day_of(now), -1), plus_days(day_of(now), 7))
        .filter(|day| !is_closed(feed.seed, *day))
        .map(due)
        .find(|due| now < *due)
}

/// Whether there is no file for `day`, because the shop was closed.
pub(super) fn is_closed(seed: u64, day: Date) -> bool {
    match day.weekday() {
        Weekday::Saturday => true,
        Weekday::Sunday => false,
        _ => Dice::new(seed, "closed", day).chance(1, 30),
    }
}

fn due(day: Date) -> i64 {
    midnight(plus_days(day, 1)) + LANDS_AT
}

fn path(root: &Path, day: Date) -> PathBuf {
    root.join("retail").join(format!("{day}.csv.gz"))
}

/// The lines of a day, without the header and without line endings.
fn lines(seed: u64, day: Date) -> Vec<String> {
    let mut dice = Dice::new(seed, "retail", day);
    let age = i64::from((day - date(2010, 12, 1)).get_days());
    let first = 536_365 + age * INVOICES_MAX;
    let mut times: Vec<i64> =
        (0..dice.between(15, 27)).map(|_| dice.between(8 * 60, 18 * 60)).collect();
    times.sort_unstable();
    let mut lines = Vec::new();
    for (number, minute) in (first..).zip(times) {
        let at = text(midnight(day) + minute * 60);
        invoice(number, &at, &mut dice, &mut lines);
    }
    let last = first + INVOICES_MAX - 1;
    if dice.chance(1, 25) {
        let sign = if dice.chance(2, 3) { "-" } else { "" };
        let at = text(midnight(day) + 15 * 3_600);
        lines.push(format!("A{last},B,Adjust bad debt,1,{at},{sign}11062.06,,United Kingdom"));
    }
    lines
}

/// An order with its lines, or a cancellation, which has one.
fn invoice(number: i64, at: &str, dice: &mut Dice, lines: &mut Vec<String>) {
    let cancelled = dice.chance(1, 7);
    let count = if cancelled { 1 } else { dice.between(1, 22) };
    let customer = if dice.chance(3, 4) {
        // A column with gaps was once read as numbers: ids carry a decimal point.
        format!("{}.0", 12_346 + dice.skewed(1_400))
    } else {
        String::new()
    };
    let country = if dice.chance(9, 10) { "United Kingdom" } else { *dice.favor(&COUNTRIES) };
    let prefix = if cancelled { "C" } else { "" };
    for _ in 0..count {
        let (code, described, pence) = *dice.favor(&ITEMS);
        let quantity = if cancelled { -dice.between(1, 6) } else { 1 + dice.skewed(48) as i64 };
        let line = if dice.chance(1, 370) {
            format!("{prefix}{number},{code},,{quantity},{at},0.0,,{country}")
        } else {
            let price = price(pence);
            format!(
                "{prefix}{number},{code},{described},{quantity},{at},{price},{customer},{country}"
            )
        };
        if dice.chance(1, 100) {
            lines.push(line.clone());
        }
        lines.push(if dice.chance(1, 2_000) { broken(&line, dice) } else { line });
    }
}

/// A price with as few decimals as say it, and at least one.
fn price(pence: i64) -> String {
    let (pounds, rest) = (pence / 100, pence % 100);
    if rest % 10 == 0 { format!("{pounds}.{}", rest / 10) } else { format!("{pounds}.{rest:02}") }
}

/// A line as it looks after somebody edited the export by hand.
fn broken(line: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => line.rsplit_once(',').map_or(line, |(kept, _)| kept).to_owned(),
        1 => format!("{line},see note"),
        _ => {
            let mut fields: Vec<&str> = line.split(',').collect();
            let price = fields.len() - 3;
            fields[price] = "n/a";
            fields.join(",")
        }
    }
}

/// The compressed file. One in ten was put together from two systems: its line endings differ.
fn as_file(seed: u64, day: Date, lines: &[String]) -> io::Result<Vec<u8>> {
    let mut dice = Dice::new(seed, "line endings", day);
    let mixed = dice.chance(1, 10);
    let mut content = format!("{HEADER}\n");
    for line in lines {
        let ending = if mixed && dice.chance(1, 2) { "\r\n" } else { "\n" };
        write!(content, "{line}{ending}").map_err(io::Error::other)?;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes())?;
    encoder.finish()
}
