//! Neighbouring partitions of one slice, made in one query where their job allows it.

use std::collections::VecDeque;

use futures::future::select_all;
use tokio_util::sync::CancellationToken;

use super::attempt::{Hands, execute_in_time, is_to_be_made, one_attempt};
use crate::engine::resolve::Resolved;
use crate::engine::{Attempted, LogSink, Mill, Stopped};
use crate::model::words;
use crate::store::{Claimed, Ended};

/// What is next: one run, with its neighbours of the queue that may be made along with it.
///
/// A run that failed before is made alone: what failed together may still succeed alone.
pub(super) fn take_next(mill: &Mill, ready: &mut VecDeque<Resolved>) -> Option<Vec<Resolved>> {
    let first = ready.pop_front()?;
    let fuse = mill.catalog.dataset(first.run.dataset).job().and_then(|job| job.fuse.as_deref());
    let mut batch = vec![first];
    let Some(fuse) = fuse.filter(|_| is_fit(mill, &batch[0])) else { return Some(batch) };
    let bytes =
        |one: &Resolved| -> i64 { one.inputs.iter().flatten().flat_map(|pin| &pin.sizes).sum() };
    // Both ways from the first: the newest may come first.
    for step in [1, -1] {
        let (dataset, slice) = (batch[0].run.dataset, batch[0].run.slice_id);
        let mut ordinal = batch[0].run.key.ordinal + step;
        while let Some(at) = ready.iter().position(|one| {
            let run = &one.run;
            (run.dataset, run.slice_id, run.key.ordinal) == (dataset, slice, ordinal)
                && is_fit(mill, one)
        }) {
            let sizes = batch
                .iter()
                .chain([&ready[at]])
                .map(|one| (one.run.key.ordinal, bytes(one).unsigned_abs()));
            let mut sizes: Vec<(i64, u64)> = sizes.collect();
            sizes.sort_unstable();
            if fuse.take(&sizes) < sizes.len() {
                return Some(batch);
            }
            batch.extend(ready.remove(at));
            ordinal += step;
        }
    }
    Some(batch)
}

fn is_fit(mill: &Mill, one: &Resolved) -> bool {
    one.run.failures == 0 && one.lacks.is_none() && is_to_be_made(mill, one)
}

/// Makes a batch: in one query where it has several, and each alone that this fails for. None for
/// each that was told to stop.
pub(super) async fn attempt_batch(
    mill: &Mill,
    hands: &Hands,
    batch: Vec<(Resolved, CancellationToken)>,
) -> Vec<Option<(Claimed, Ended)>> {
    let sink = |one: &Resolved| hands.logs.sink(one.run.id, one.run.attempt);
    // Held to the end: what is said together and then alone is one log with one numbering.
    let sinks: Vec<LogSink> = batch.iter().map(|(one, _)| sink(one)).collect();
    let made = match batch.len() {
        0 | 1 => Vec::new(),
        _ => make_together(mill, hands, &batch, &sinks).await,
    };
    let mut made = made.into_iter();
    let mut ended = Vec::with_capacity(batch.len());
    for ((resolved, told), logs) in batch.into_iter().zip(&sinks) {
        ended.push(match made.next().flatten() {
            _ if told.is_cancelled() => None,
            Some(together) => Some(together),
            None => one_attempt(mill, hands, resolved, &told, logs).await,
        });
    }
    ended
}

/// What was made together, in the order of the batch; none where it failed. The logs say so then.
async fn make_together(
    mill: &Mill,
    hands: &Hands,
    batch: &[(Resolved, CancellationToken)],
    sinks: &[LogSink],
) -> Vec<Option<(Claimed, Ended)>> {
    let any = CancellationToken::new();
    let members = batch.iter().map(|(resolved, _)| resolved.clone());
    let stopped = select_all(batch.iter().map(|(_, told)| Box::pin(told.cancelled())));
    // What the query says is kept with the first.
    let attempt = execute_in_time(mill, hands, members, &any, &sinks[0]);
    tokio::pin!(attempt);
    let attempted = tokio::select! {
        attempted = &mut attempt => attempted,
        // The others are made alone then.
        _ = stopped => {
            any.cancel();
            attempt.await
        }
    };
    if let Some(undone) = undone(mill, batch, &attempted) {
        note(batch, sinks, &undone);
    }
    let share = attempted.usage.share(batch.len());
    let outcomes = batch.iter().zip(attempted.outcomes);
    outcomes
        .map(|((resolved, _), outcome)| {
            let run = Claimed { usage: share.clone(), ..resolved.run.clone() };
            Some((run, Ended::Published(Box::new(outcome.ok()?))))
        })
        .collect()
}

/// Why a query for several partitions came to nothing.
#[derive(Debug)]
enum Undone {
    /// It failed, with this code and message.
    Failed(&'static str, String),
    /// The worker had to let go of these, by their labels.
    Stopped(Vec<String>),
}

impl Undone {
    /// What the log of one says that was made along with `others`.
    fn text(&self, others: usize, is_let_go: bool) -> String {
        let neighbours = words::count(others as u64, "neighbour");
        let together = format!("made together with {neighbours} as one query");
        match self {
            _ if is_let_go => format!(
                "{together} until the worker had to let go of this one (cancelled, paused or given \
                 to another worker); the query was stopped"
            ),
            Self::Failed(code, message) => {
                format!("first {together}, which failed with {code}: {message}; now made alone")
            }
            Self::Stopped(labels) => format!(
                "first {together}, which was stopped, not because of this one: the worker had to \
                 let go of {} (cancelled, paused or given to another worker); now made alone",
                labels.join(", ")
            ),
        }
    }
}

fn undone(
    mill: &Mill,
    batch: &[(Resolved, CancellationToken)],
    attempted: &Attempted,
) -> Option<Undone> {
    let failure = attempted.outcomes.iter().find_map(|outcome| outcome.as_ref().err())?;
    if attempted.stopped == Some(Stopped::Cancelled) {
        let let_go = batch.iter().filter(|(_, told)| told.is_cancelled());
        let label = |run: &Claimed| mill.catalog.dataset(run.dataset).scheme.describe(&run.key);
        return Some(Undone::Stopped(let_go.map(|(one, _)| label(&one.run)).collect()));
    }
    Some(Undone::Failed(failure.code, failure.message.clone()))
}

/// Says in the log of each why it was not made together with its neighbours.
fn note(batch: &[(Resolved, CancellationToken)], sinks: &[LogSink], undone: &Undone) {
    let count = batch.len();
    match undone {
        Undone::Failed(code, why) => tracing::warn!(
            "one query for {count} partitions failed, each is made alone now: {code}: {why}"
        ),
        Undone::Stopped(labels) => tracing::info!(
            "one query for {count} partitions was stopped, since {} of them had to be let go of; \
             the others are made alone now",
            labels.len()
        ),
    }
    for ((_, told), logs) in batch.iter().zip(sinks) {
        logs.event("warn", undone.text(count - 1, told.is_cancelled()));
    }
}

#[cfg(test)]
mod tests {
    use super::Undone;

    #[test]
    fn the_log_of_each_says_why_it_was_not_made_with_its_neighbours() {
        let failed = Undone::Failed("TM0505", "2 rows have no `amount`".to_owned());
        insta::assert_snapshot!(
            failed.text(9, false),
            @"first made together with 9 neighbours as one query, which failed with TM0505: 2 rows have no `amount`; now made alone"
        );
        let stopped = Undone::Stopped(vec!["2024-03-31".to_owned()]);
        insta::assert_snapshot!(
            stopped.text(1, false),
            @"first made together with 1 neighbour as one query, which was stopped, not because of this one: the worker had to let go of 2024-03-31 (cancelled, paused or given to another worker); now made alone"
        );
        insta::assert_snapshot!(
            stopped.text(1, true),
            @"made together with 1 neighbour as one query until the worker had to let go of this one (cancelled, paused or given to another worker); the query was stopped"
        );
    }
}
