//! Product events: what people did on a day, and when word of it arrived.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::dice::Dice;
use super::time::{midnight, plus_days};
use super::words::{IMPOSSIBLE_OFFSET, OFFSETS, Product, section};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The longest a word may be on its way, in days.
pub(super) const LAG_DAYS_MAX: i64 = 60;

/// One row of the stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) batch: String,
    pub(super) index: usize,
    pub(super) happened: i64,
    pub(super) received: i64,
    pub(super) offset: i16,
    pub(super) user: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) kind: &'static str,
    pub(super) product: &'static str,
    pub(super) page: Option<String>,
    pub(super) pr: Option<i32>,
}

impl Event {
    /// The name of the row, unique in the stream.
    pub(super) fn id(&self) -> String {
        format!("{}-{}", self.batch, self.index)
    }

    /// The part of the product the page belongs to.
    pub(super) fn section(&self) -> Option<&str> {
        self.page.as_deref().map(section)
    }
}

/// Someone who makes events, always in the same zone and mostly on the same product.
struct Person {
    id: String,
    offset: i16,
    home: &'static Product,
}

impl Person {
    /// The `number`-th person who came on `day`.
    fn who_came(seed: u64, day: Date, number: u64) -> Self {
        let mut dice = Dice::new(seed, &format!("person {number}"), day);
        let id = format!("u{}", dice.hex(14));
        Self { id, offset: *dice.favor(&OFFSETS), home: Product::any(&mut dice) }
    }

    /// Someone who is active on `day`: one of the regulars, or a guest who came lately.
    fn active_on(seed: u64, day: Date, dice: &mut Dice) -> Self {
        if dice.chance(6, 10) {
            return Self::regular(seed, dice.skewed(60));
        }
        // The longer ago somebody came, the fewer of that day are still there.
        let came_on = plus_days(day, -(dice.skewed(90) as i64));
        Self::who_came(seed, came_on, dice.below(4))
    }

    fn regular(seed: u64, number: u64) -> Self {
        Self::who_came(seed, Date::ZERO, number)
    }
}

/// All events that happen in sessions begun on `day`, duplicates and bursts included.
pub(super) fn begun_on(seed: u64, day: Date) -> Vec<Event> {
    let mut dice = Dice::new(seed, "sessions", day);
    let weekend = matches!(day.weekday().to_monday_one_offset(), 6 | 7);
    let sessions = if weekend { dice.between(38, 54) } else { dice.between(58, 76) };
    let mut events = Vec::new();
    for _ in 0..sessions {
        let person = Person::active_on(seed, day, &mut dice);
        session(seed, &person, day, &mut dice, &mut events);
    }
    if dice.chance(1, 9) {
        burst(seed, day, &mut dice, &mut events);
    }
    repeat_some(&mut dice, &mut events);
    events
}

/// One sitting of one person: a few batches, less than half an hour apart.
fn session(seed: u64, person: &Person, day: Date, dice: &mut Dice, events: &mut Vec<Event>) {
    // People work from nine in the morning to midnight of their own clock, so that somewhere
    // on earth a session is under way when the day of UTC ends.
    let local = 9 * HOUR + dice.between(0, 15 * HOUR - 1);
    let utc = (local - i64::from(person.offset) * MINUTE).rem_euclid(DAY);
    let mut happened = midnight(day) + utc;
    for _ in 0..=dice.skewed(7) {
        batch(seed, person, happened, dice, events);
        happened += dice.between(20, 29 * MINUTE);
    }
}

/// What one person sends at once.
fn batch(seed: u64, person: &Person, happened: i64, dice: &mut Dice, events: &mut Vec<Event>) {
    let product = if dice.chance(9, 10) { person.home } else { Product::any(dice) };
    let actor = match dice.below(5) {
        // Somebody else put in what the person wrote.
        0 => Person::regular(seed, dice.skewed(8)).id,
        _ => person.id.clone(),
    };
    let nobody = dice.chance(1, 900);
    let offset = if dice.chance(1, 2_500) { IMPOSSIBLE_OFFSET } else { person.offset };
    let pr = dice.chance(2, 5).then(|| dice.between(1_000, 58_000) as i32);
    let (name, received) = (dice.hex(20), happened + lag(dice));
    let mut contents = BTreeSet::new();
    for index in 0..=dice.skewed(6) as usize {
        let kind = match dice.below(100) {
            0..64 => "file_modified",
            64..82 => "file_added",
            82..88 => "file_deleted",
            88..96 => "merge",
            96..99 => "coauthored",
            _ => "empty_commit",
        };
        let page = kind.starts_with("file_").then(|| product.page(dice));
        if !contents.insert((kind, page.clone())) {
            continue;
        }
        events.push(Event {
            batch: name.clone(),
            index,
            happened,
            received,
            offset,
            user: (!nobody).then(|| person.id.clone()),
            actor: (!nobody || dice.chance(2, 3)).then(|| actor.clone()),
            kind,
            product: product.name,
            page,
            pr,
        });
    }
}

/// How many seconds word of a batch is on its way.
fn lag(dice: &mut Dice) -> i64 {
    match dice.below(1_000) {
        // The client's clock is ahead of ours.
        0..2 => -dice.between(1, 2 * HOUR),
        // Laptops that were closed, branches that were merged late.
        2..12 => dice.between(30 * DAY + 1, LAG_DAYS_MAX * DAY),
        12..84 => DAY + 1 + dice.skewed((29 * DAY) as u64) as i64,
        84..300 => dice.between(10 * MINUTE, 10 * HOUR),
        _ => dice.between(0, 5 * MINUTE),
    }
}

/// A bot that touches many pages of a product in one go.
fn burst(seed: u64, day: Date, dice: &mut Dice, events: &mut Vec<Event>) {
    let bot = Person::who_came(seed, Date::MIN, 0);
    let product = Product::any(dice);
    let happened = midnight(day) + dice.between(0, DAY - HOUR);
    let name = dice.hex(20);
    for index in 0..dice.between(80, 240) as usize {
        events.push(Event {
            batch: name.clone(),
            index,
            happened,
            received: happened + 2,
            offset: 0,
            user: Some(bot.id.clone()),
            actor: Some(bot.id.clone()),
            kind: "file_modified",
            product: product.name,
            page: Some(product.nth_page(index)),
            pr: None,
        });
    }
}

/// Sends one row in two hundred a second time, under another name and later.
fn repeat_some(dice: &mut Dice, events: &mut Vec<Event>) {
    for original in 0..events.len() {
        if !dice.chance(1, 200) {
            continue;
        }
        let mut again = events[original].clone();
        again.batch = dice.hex(20);
        again.index = 0;
        let latest = again.happened + LAG_DAYS_MAX * DAY;
        again.received = (again.received + dice.between(1, 2 * DAY)).min(latest);
        events.push(again);
    }
}
