//! One attempt, from a resolved run to how it ended.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::engine::resolve::Resolved;
use crate::engine::{Assignment, Attempted, Crew, Failure, LogSink, Logs, Mill};
use crate::plan::{Outcome, Verdict, after_attempt};
use crate::store::{self, Claimed, Ended};

/// What attempts are made with.
#[derive(Clone)]
pub(super) struct Hands {
    pub(super) worker: i64,
    pub(super) crew: Arc<Crew>,
    pub(super) logs: Arc<Logs>,
}

/// Makes one partition, or finds that there is nothing to make.
///
/// None when it was told to stop: then its run belongs to somebody else already.
pub(super) async fn one_attempt(
    mill: &Mill,
    hands: &Hands,
    resolved: Resolved,
    told: &CancellationToken,
    logs: &LogSink,
) -> Option<(Claimed, Ended)> {
    let mut run = resolved.run.clone();
    if !is_to_be_made(mill, &resolved) {
        return Some((run, Ended::Unchanged));
    }
    let outcome = match &resolved.lacks {
        Some(lacks) => Err(Failure {
            code: "TM0404",
            message: format!("an input was gone when the attempt started: {lacks}"),
            is_final: false,
        }),
        None => {
            let attempted = execute_in_time(mill, hands, [resolved], told, logs).await;
            run.usage = attempted.usage;
            attempted.outcomes.into_iter().next().expect("there is an outcome for each member")
        }
    };
    if told.is_cancelled() {
        note(mill, &run).await;
        return None;
    }
    let ended = match outcome {
        Ok(published) => Ended::Published(Box::new(published)),
        Err(failure) => after_failure(mill, &run, failure),
    };
    Some((run, ended))
}

/// Whether making a partition may come to anything else than what is published.
pub(super) fn is_to_be_made(mill: &Mill, resolved: &Resolved) -> bool {
    let run = &resolved.run;
    let current = &mill.registry.current_code[run.dataset];
    let is_same = run
        .published
        .is_some_and(|(inputs, code)| inputs == resolved.digest && current.contains(&code));
    run.is_forced || !is_same
}

/// Notes what an attempt took whose end somebody else has recorded.
async fn note(mill: &Mill, run: &Claimed) {
    let noted = async {
        let mut db = mill.pool.acquire().await?;
        store::note_usage(&mut db, run.id, run.attempt, &run.usage).await
    };
    if let Err(error) = store::in_time(noted).await {
        tracing::warn!(
            "could not note what attempt {} of run {} took: {error}",
            run.attempt,
            run.id
        );
    }
}

pub(super) async fn execute_in_time(
    mill: &Mill,
    hands: &Hands,
    members: impl IntoIterator<Item = Resolved>,
    told: &CancellationToken,
    logs: &LogSink,
) -> Attempted {
    let assignment = Assignment::new(mill, hands.worker, members);
    let assignment = assignment.expect("there is one partition to make");
    hands.crew.attempt(assignment, told, logs).await
}

fn after_failure(mill: &Mill, run: &Claimed, failure: Failure) -> Ended {
    let dataset = mill.catalog.dataset(run.dataset);
    let partition = dataset.scheme.describe(&run.key);
    tracing::warn!(
        job.name = %dataset.name,
        partition.key = %partition,
        run.id = run.id,
        attempt = run.attempt,
        error.code = failure.code,
        "attempt {} of {partition} of `{}` failed: {}",
        run.attempt,
        dataset.name,
        failure.message
    );
    let outcome = match failure.is_final {
        true => Outcome::FailedForGood,
        false => Outcome::FailedForNow,
    };
    let policy = dataset.job().map(|job| job.retry).unwrap_or_default();
    let (code, error) = (failure.code, failure.message);
    match after_attempt(&policy, run.failures as u32 + 1, outcome, run.id as u64) {
        Verdict::RetryAfter(pause) => Ended::Backoff { code, error, pause },
        Verdict::Succeed | Verdict::Fail => Ended::Failed { code, error },
    }
}
