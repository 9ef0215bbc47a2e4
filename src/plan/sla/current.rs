//! The window of a promise that matters now.

use std::ops::Range;

use jiff::Timestamp;

use super::{Rule, SlaState, judge};
use crate::model::{PartitionKey, Slice};

/// Not more windows than these are looked at of those that closed and are not due yet.
const AHEAD_MAX: i64 = 50;

/// Which windows of a promise are looked at to say how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The last one that was due, if one was since it was promised.
    pub due: Option<i64>,
    /// Those that closed and are not due yet, the newest if there are many.
    pub closed: Range<i64>,
    /// The first one that is not due yet, closed or not; none when there is none any more.
    pub next: Option<i64>,
}

impl Span {
    /// Every one of them, ascending.
    pub fn ordinals(&self) -> impl Iterator<Item = i64> + '_ {
        let next = self.next.filter(|next| self.closed.is_empty() || !self.closed.contains(next));
        self.due.into_iter().chain(self.closed.clone()).chain(next)
    }
}

/// The windows that say how a promise stands at `now` that was made at `since`.
#[must_use]
pub fn span(rule: &Rule<'_>, since: Timestamp, now: Timestamp) -> Span {
    let first = rule.first_after(since);
    let next = rule.first_after(now).max(first);
    let closed = rule.last_closed(now).map_or(next..next, |last| next..(last + 1).max(next));
    let closed = closed.start.max(closed.end - AHEAD_MAX)..closed.end;
    let due = (first < next).then(|| next - 1);
    Span { due, closed, next: rule.next_due(next).map(|_| next) }
}

/// A window, and when its partition was first published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The partition.
    pub key: PartitionKey,
    /// When it was first published.
    pub completed_at: Option<Timestamp>,
}

/// How a promise stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    /// In one word.
    pub state: SlaState,
    /// The window that this is said of.
    pub key: PartitionKey,
    /// When it is due.
    pub due_at: Timestamp,
    /// When its partition was first published.
    pub completed_at: Option<Timestamp>,
}

/// How a promise stands, given the windows of its span. What is past its time and not there comes
/// first; then what closed and is due next; then the last that was due.
#[must_use]
pub fn current(
    rule: &Rule<'_>,
    span: &Span,
    seen: &[Seen],
    slices: &[Slice],
    now: Timestamp,
) -> Option<Current> {
    let of = |wanted: &dyn Fn(i64) -> bool| {
        let windows = seen.iter().filter(|seen| wanted(seen.key.ordinal)).map(|seen| {
            let due_at = rule.due_at(seen.key.ordinal);
            let state = judge(due_at, seen.completed_at, now);
            let (key, completed_at) = (seen.key.clone(), seen.completed_at);
            Current { state, key, due_at, completed_at }
        });
        // The worst; of several, the one that is due first.
        windows.min_by(|one, other| {
            (one.state, one.due_at, &one.key.slice).cmp(&(
                other.state,
                other.due_at,
                &other.key.slice,
            ))
        })
    };
    let last = of(&|ordinal| Some(ordinal) == span.due);
    if let Some(late) = last.as_ref().filter(|last| last.state == SlaState::Late) {
        return Some(late.clone());
    }
    let closed = of(&|ordinal| span.closed.contains(&ordinal));
    let next = || {
        let (ordinal, slice) = (span.next?, slices.first()?);
        let key = PartitionKey { slice: slice.clone(), ordinal };
        let due_at = rule.due_at(ordinal);
        let held = seen.iter().find(|seen| seen.key == key);
        let completed_at = held.and_then(|held| held.completed_at);
        let state = judge(due_at, completed_at, now);
        Some(Current { state, key, due_at, completed_at })
    };
    closed.or(last).or_else(next)
}
