//! Neighbouring partitions of one slice, made in one query where their job allows it.

use std::collections::VecDeque;

use futures::future::select_all;
use tokio_util::sync::CancellationToken;

use super::attempt::{Hands, execute_in_time, is_to_be_made, one_attempt};
use crate::engine::Mill;
use crate::engine::resolve::Resolved;
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
    let made = match batch.len() {
        0 | 1 => Vec::new(),
        _ => make_together(mill, hands, &batch).await,
    };
    let mut made = made.into_iter();
    let mut ended = Vec::with_capacity(batch.len());
    for (resolved, told) in batch {
        ended.push(match made.next().flatten() {
            _ if told.is_cancelled() => None,
            Some(together) => Some(together),
            None => one_attempt(mill, hands, resolved, &told).await,
        });
    }
    ended
}

/// What was made together, in the order of the batch; none where it failed.
async fn make_together(
    mill: &Mill,
    hands: &Hands,
    batch: &[(Resolved, CancellationToken)],
) -> Vec<Option<(Claimed, Ended)>> {
    let any = CancellationToken::new();
    let members = batch.iter().map(|(resolved, _)| resolved.clone());
    let stopped = select_all(batch.iter().map(|(_, told)| Box::pin(told.cancelled())));
    let attempt = execute_in_time(mill, hands, members, &any);
    tokio::pin!(attempt);
    let attempted = tokio::select! {
        attempted = &mut attempt => attempted,
        // The others are made alone then.
        _ = stopped => {
            any.cancel();
            attempt.await
        }
    };
    let share = attempted.usage.share(batch.len());
    if let Some(failure) = attempted.outcomes.iter().find_map(|outcome| outcome.as_ref().err()) {
        tracing::warn!(
            "{} partitions that were made at once failed, each is tried alone: {}",
            batch.len(),
            failure.message
        );
    }
    let outcomes = batch.iter().zip(attempted.outcomes);
    outcomes
        .map(|((resolved, _), outcome)| {
            let run = Claimed { usage: share.clone(), ..resolved.run.clone() };
            Some((run, Ended::Published(Box::new(outcome.ok()?))))
        })
        .collect()
}
