//! A plan, and how far a backfill is, in one sentence each.

use jiff::{SignedDuration, Timestamp};

use super::{Explanation, Obstacle, Wait};
use crate::model::words::number as count;

/// What a plan makes and how long that takes. `alive` is how many slots living workers have.
#[must_use]
pub fn plan_sentence(plan: &Explanation, now: Timestamp, alive: u32) -> String {
    let blocked: u64 = plan.blocked.iter().map(|held| held.partitions).sum();
    let held = match blocked {
        0 => String::new(),
        1 => " 1 partition cannot be made.".to_owned(),
        many => format!(" {} partitions cannot be made.", count(many)),
    };
    if plan.runs == 0 {
        let why = if blocked == 0 { ": everything asked for is up to date" } else { "" };
        return format!("Nothing to make{why}.{held}");
    }
    let mut names: Vec<&str> = plan.steps.iter().map(|step| step.dataset.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let datasets = match names.as_slice() {
        [one] => format!("`{one}`"),
        many => format!("{} datasets", many.len()),
    };
    let waves = plan.steps.iter().map(|step| step.wave).max().unwrap_or_default();
    let waves = if waves < 2 { String::new() } else { format!(" in {waves} waves") };
    let made = format!("Makes {} of {datasets}{waves}", things(plan.runs, "partition"));
    let estimate = &plan.estimate;
    let takes = match estimate.seconds {
        _ if alive == 0 => "; no worker is alive, so it waits until one is".to_owned(),
        None => "; how long that takes nobody knows yet".to_owned(),
        Some(seconds) => {
            let end = SignedDuration::try_from_secs_f64(seconds).ok();
            let end = end.and_then(|span| now.checked_add(span).ok());
            let end = end.map_or_else(String::new, |end| format!(", done about {}", at(end)));
            let slots = things(estimate.slots.into(), "slot");
            format!(": about {} on {slots}{end}", duration(seconds))
        }
    };
    format!("{made}{takes}.{held}")
}

/// How far a backfill is.
#[derive(Clone, Debug, PartialEq)]
pub struct Course<'a> {
    /// Where it stands, in the word of the database.
    pub state: &'a str,
    /// How many runs it has.
    pub runs: u64,
    /// How many published.
    pub published: u64,
    /// How many found what is published up to date.
    pub unchanged: u64,
    /// How many failed.
    pub failed: u64,
    /// How many were cancelled.
    pub cancelled: u64,
    /// How many workers are at.
    pub running: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Who paused it, and when.
    pub paused: Option<(&'a str, Timestamp)>,
    /// How many seconds are left, where that can be said.
    pub seconds_left: Option<f64>,
    /// Why runs have not started: how many, and one of them in detail.
    pub waits: &'a [(u64, &'a Wait)],
}

/// How far a backfill is: `1,402 of 2,184 done · 8 running · 12 failed · finishes about
/// 2024-03-31 09:20 UTC · limited by pool gcs (8/8)`.
#[must_use]
pub fn course_sentence(course: &Course<'_>, now: Timestamp) -> String {
    let made = course.published + course.unchanged;
    let done = made + course.failed + course.cancelled;
    let mut parts = Vec::new();
    let some = |number: u64, word: &str| (0 < number).then(|| format!("{} {word}", count(number)));
    match course.state {
        "active" => {
            parts.push(format!("{} of {} done", count(done), count(course.runs)));
            parts.extend(some(course.running, "running"));
        }
        "completed" => parts.push(format!("all of {} done", count(course.runs))),
        _ => parts.push(format!("{} of {} made", count(made), count(course.runs))),
    }
    parts.extend(some(course.failed, "failed"));
    parts.extend(some(course.cancelled, "cancelled"));
    if course.state != "active" {
        parts.extend(some(course.unchanged, "were up to date"));
        if let Some(end) = course.finished_at {
            let took = end.duration_since(course.created_at).as_secs_f64();
            parts.push(format!("took {}", duration(took)));
        }
        return parts.join(" · ");
    }
    if let Some((by, since)) = course.paused {
        parts.push(format!("paused by {by} since {}", at(since)));
        return parts.join(" · ");
    }
    let limit = limit(course.waits);
    // Nobody knows how long people take.
    let goes_on = limit.as_ref().is_none_or(|(why, _)| !why.needs_a_person());
    let left = course.seconds_left.filter(|_| goes_on);
    let left = left.and_then(|left| SignedDuration::try_from_secs_f64(left).ok());
    if let Some(end) = left.and_then(|left| now.checked_add(left).ok()) {
        parts.push(format!("finishes about {}", at(end)));
    }
    parts.extend(limit.map(|(_, text)| text));
    parts.join(" · ")
}

/// What keeps most of the rest from starting: what needs a person comes first. Waiting for inputs
/// or for a turn is no limit.
fn limit<'a>(waits: &[(u64, &'a Wait)]) -> Option<(&'a Obstacle, String)> {
    let limits = waits.iter().filter_map(|(runs, wait)| {
        let text = limit_text(&wait.why)?;
        Some((*runs, &wait.why, text))
    });
    let most = limits.max_by_key(|(runs, why, _)| (why.needs_a_person(), *runs));
    most.map(|(_, why, text)| (why, text))
}

fn limit_text(why: &Obstacle) -> Option<String> {
    Some(match why {
        Obstacle::Inputs | Obstacle::Turn | Obstacle::BackfillPaused { .. } => return None,
        Obstacle::JobPaused { job, by, .. } => format!("job {job} is paused by {by}"),
        Obstacle::NoWorker => "no worker is alive".to_owned(),
        Obstacle::NoCode { .. } => "no living worker has its code".to_owned(),
        Obstacle::NoPool { pool } => format!("no living worker serves pool {pool}"),
        Obstacle::Backoff { .. } => "the rest is tried again later".to_owned(),
        Obstacle::JobFull { job, limit } => format!("limited by job {job} ({limit} at once)"),
        Obstacle::BackfillFull { limit, .. } => format!("limited to {limit} at once"),
        Obstacle::PoolFull { pool, used, slots, .. } => {
            format!("limited by pool {pool} ({used}/{slots})")
        }
    })
}

fn things(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", count(number))
}

/// An instant with all that is needed to read it in another zone, as the pages do.
fn at(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A duration in its two greatest units.
fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |great: u64, unit: &str, small: u64, rest: &str| match small {
        0 => format!("{great} {unit}"),
        small => format!("{great} {unit} {small} {rest}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..600 => two(minutes, "min", seconds % 60, "s"),
        600..3600 => format!("{minutes} min"),
        3600..86_400 => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Class;
    use crate::plan::{BlockedView, EstimateView, StepView};

    const NOW: &str = "2024-03-31T09:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn wait(why: Obstacle) -> Wait {
        Wait { run: 1, why, waiting_on: 0, class: Class::Backfill, ahead: None, expected_at: None }
    }

    fn course<'a>(state: &'a str, waits: &'a [(u64, &'a Wait)]) -> Course<'a> {
        Course {
            state,
            runs: 2184,
            published: 1300,
            unchanged: 90,
            failed: 12,
            cancelled: 0,
            running: 8,
            created_at: "2024-03-31T08:00:00Z".parse().unwrap(),
            finished_at: None,
            paused: None,
            seconds_left: Some(1200.0),
            waits,
        }
    }

    #[test]
    fn a_backfill_says_how_far_it_is_and_what_limits_it() {
        let (used, slots, weight) = (8, 8, 1);
        let pool = "gcs".to_owned();
        let full = wait(Obstacle::PoolFull { pool, used, slots, weight, holders: Vec::new() });
        let inputs = wait(Obstacle::Inputs);
        let nobody = wait(Obstacle::NoWorker);
        let limited = [(700, &inputs), (74, &full)];
        let dead = [(700, &full), (1, &nobody)];
        let ended = Some("2024-03-31T09:20:00Z".parse().unwrap());
        let lines = [
            course_sentence(&course("active", &limited), now()),
            course_sentence(&course("active", &dead), now()),
            course_sentence(&Course { seconds_left: None, ..course("active", &[]) }, now()),
            course_sentence(&Course { seconds_left: Some(80e3), ..course("active", &[]) }, now()),
            course_sentence(
                &Course { paused: Some(("ada", now())), ..course("active", &limited) },
                now(),
            ),
            course_sentence(&Course { finished_at: ended, ..course("failed", &[]) }, now()),
            course_sentence(
                &Course { failed: 0, runs: 1390, finished_at: ended, ..course("completed", &[]) },
                now(),
            ),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        1,402 of 2,184 done · 8 running · 12 failed · finishes about 2024-03-31 09:20 UTC · limited by pool gcs (8/8)
        1,402 of 2,184 done · 8 running · 12 failed · no worker is alive
        1,402 of 2,184 done · 8 running · 12 failed
        1,402 of 2,184 done · 8 running · 12 failed · finishes about 2024-04-01 07:13 UTC
        1,402 of 2,184 done · 8 running · 12 failed · paused by ada since 2024-03-31 09:00 UTC
        1,390 of 2,184 made · 12 failed · 90 were up to date · took 1 h 20 min
        all of 1,390 done · 90 were up to date · took 1 h 20 min
        ");
    }

    fn plan(runs: u64, seconds: Option<f64>, blocked: u64) -> Explanation {
        let step = |dataset: &str, wave| StepView {
            dataset: dataset.to_owned(),
            wave,
            in_order: false,
            reason: "missing".to_owned(),
            partitions: runs,
            ranges: Vec::new(),
            seconds: None,
            bytes: None,
            cost: None,
        };
        let held = BlockedView {
            dataset: "a".to_owned(),
            partitions: blocked,
            ranges: Vec::new(),
            needs: "b".to_owned(),
            lacks: Vec::new(),
            could_be_made: false,
            is_source: true,
        };
        let estimate = EstimateView {
            seconds,
            seconds_p90: None,
            finish_at: None,
            finish_at_p90: None,
            work_seconds: 0.0,
            bytes: 0.0,
            cost: None,
            slots: 8,
            unknown: Vec::new(),
        };
        let steps = if runs == 0 { Vec::new() } else { vec![step("a", 1), step("b", 2)] };
        let blocked = if blocked == 0 { Vec::new() } else { vec![held] };
        Explanation { plan: "hash".to_owned(), runs, steps, blocked, estimate }
    }

    #[test]
    fn a_plan_says_what_it_makes_and_how_long_that_takes() {
        let lines = [
            plan_sentence(&plan(0, None, 0), now(), 8),
            plan_sentence(&plan(0, None, 1), now(), 8),
            plan_sentence(&plan(1_000_000, Some(4000.0), 1200), now(), 8),
            plan_sentence(&plan(1, Some(30.0), 0), now(), 0),
            plan_sentence(&plan(1, None, 0), now(), 8),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        Nothing to make: everything asked for is up to date.
        Nothing to make. 1 partition cannot be made.
        Makes 1,000,000 partitions of 2 datasets in 2 waves: about 1 h 6 min on 8 slots, done about 2024-03-31 10:06 UTC. 1,200 partitions cannot be made.
        Makes 1 partition of 2 datasets in 2 waves; no worker is alive, so it waits until one is.
        Makes 1 partition of 2 datasets in 2 waves; how long that takes nobody knows yet.
        ");
    }
}
