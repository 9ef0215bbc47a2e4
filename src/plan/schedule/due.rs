//! Which ticks are due, and which of those that were missed are made up for.

use jiff::{SignedDuration, Timestamp};

use super::{Firing, Timetable};
use crate::spec::CatchUp;

/// A tick that is recorded this soon was not missed: a restart is no outage.
const ON_TIME: SignedDuration = SignedDuration::from_mins(5);

/// How far a schedule has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Ticks until then are recorded.
    pub cursor: Timestamp,
    /// Windows that closed until then have been asked for, or skipped.
    pub covered: Timestamp,
    /// The last time somebody paused it.
    pub pause: Option<Pause>,
}

/// A pause of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When it began.
    pub from: Timestamp,
    /// When it ended, if it did.
    pub until: Option<Timestamp>,
}

impl Pause {
    /// Whether a tick due at this instant falls into the pause.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// Why a tick is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// Somebody paused the schedule.
    Paused,
    /// It was missed, and missed ticks are not made up for.
    CatchUp,
    /// It was missed, and so many later ones were too that it is beyond the bound.
    Bound,
    /// Nothing closed, or what did was up to date.
    NothingToMake,
    /// Somebody cancelled what it asked for.
    Cancelled,
}

impl Skip {
    /// The word SQL and programs read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::CatchUp => "catch_up",
            Self::Bound => "bound",
            Self::NothingToMake => "nothing_to_make",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A tick to be recorded, or neighbouring ones that are skipped for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTick {
    /// When it was due; the last of several.
    pub at: Timestamp,
    /// When the first of several was due.
    pub first_at: Timestamp,
    /// How many it stands for.
    pub ticks: u64,
    /// It asks for windows that closed after this instant …
    pub closes_after: Timestamp,
    /// … and until this one.
    pub closes_until: Timestamp,
    /// Why it is not made, if so.
    pub skipped: Option<Skip>,
    /// Whether it was missed at first.
    pub is_late: bool,
}

/// What is to be recorded of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueTicks {
    /// The ticks, in order.
    pub ticks: Vec<NewTick>,
    /// How far the schedule has come with them.
    pub progress: Progress,
    /// When the next tick is due; none when there is none any more.
    pub next: Option<Timestamp>,
}

/// Where a schedule starts that is seen for the first time at `now`, whatever its catch-up policy.
///
/// What closed before its next tick's own turn is left to a person's backfill: a job that gets a
/// schedule is not a reason to make years of partitions.
#[must_use]
pub fn start(timetable: &Timetable<'_>, now: Timestamp) -> Progress {
    let covered = timetable.last_until(now).map_or(now, |firing| firing.closes_until);
    Progress { cursor: now, covered: covered.min(now), pause: None }
}

/// The ticks that are due at `now` and not recorded yet, and what becomes of those that were
/// missed.
#[must_use]
pub fn due(timetable: &Timetable<'_>, progress: &Progress, now: Timestamp) -> DueTicks {
    let is_paused = |at: Timestamp| progress.pause.is_some_and(|pause| pause.holds(at));
    let is_on_time = |at: Timestamp| now.duration_since(at) <= ON_TIME;
    let firings = || timetable.after(progress.cursor).take_while(|firing| firing.at <= now);
    let (mut missed, mut has_on_time) = (0_u64, false);
    for firing in firings().filter(|firing| !is_paused(firing.at)) {
        if is_on_time(firing.at) { has_on_time = true } else { missed += 1 }
    }
    let schedule = timetable.schedule();
    let made_up = match schedule.catch_up {
        CatchUp::All => missed.min(u64::from(schedule.ticks_max)),
        CatchUp::Latest => missed.min(u64::from(!has_on_time)),
        CatchUp::None => 0,
    };
    let too_many = if schedule.catch_up == CatchUp::All { Skip::Bound } else { Skip::CatchUp };
    let mut left_out = missed - made_up;
    let mut rows = Rows { ticks: Vec::new(), covered: progress.covered, cursor: progress.cursor };
    for firing in firings() {
        let is_late = !is_on_time(firing.at);
        let skipped = if is_paused(firing.at) {
            Some(Skip::Paused)
        } else if is_late && 0 < left_out {
            left_out -= 1;
            Some(too_many)
        } else {
            None
        };
        rows.push(firing, skipped, is_late);
    }
    let Rows { ticks, covered, cursor } = rows;
    let next = timetable.after(cursor).next().map(|firing| firing.at);
    DueTicks { ticks, progress: Progress { cursor, covered, pause: progress.pause }, next }
}

/// Ticks so far, neighbours that are skipped for one reason folded into one.
struct Rows {
    ticks: Vec<NewTick>,
    covered: Timestamp,
    cursor: Timestamp,
}

impl Rows {
    fn push(&mut self, firing: Firing, skipped: Option<Skip>, is_late: bool) {
        let closes_after = self.covered;
        self.covered = self.covered.max(firing.closes_until);
        self.cursor = firing.at;
        match self.ticks.last_mut() {
            Some(last) if skipped.is_some() && last.skipped == skipped => {
                last.at = firing.at;
                last.ticks += 1;
                last.closes_until = self.covered;
            }
            _ => self.ticks.push(NewTick {
                at: firing.at,
                first_at: firing.at,
                ticks: 1,
                closes_after,
                closes_until: self.covered,
                skipped,
                is_late,
            }),
        }
    }
}
