//! One attempt, from a resolved run to how it ended.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::engine::Mill;
use crate::engine::execute::{Failure, Stop, execute};
use crate::engine::resolve::Resolved;
use crate::plan::{Outcome, Verdict, after_attempt};
use crate::store::{self, Claimed, Ended};

/// How long a query that was told to stop may take to notice.
const GRACE: Duration = Duration::from_secs(10);

/// Makes one partition, or finds that there is nothing to make.
///
/// None when it was told to stop: then its run belongs to somebody else already.
pub(super) async fn one_attempt(
    mill: &Arc<Mill>,
    resolved: Resolved,
    told: &CancellationToken,
) -> Option<Ended> {
    let run = resolved.run.clone();
    let current = &mill.registry.current_code[run.dataset];
    let is_same = run
        .published
        .is_some_and(|(inputs, code)| inputs == resolved.digest && current.contains(&code));
    if is_same && !run.is_forced {
        return Some(Ended::Unchanged);
    }
    let outcome = match &resolved.lacks {
        Some(lacks) => Err(Failure {
            code: "TM0404",
            message: format!("an input was gone when the attempt started: {lacks}"),
            is_final: false,
        }),
        None => execute_in_time(mill, resolved, told).await,
    };
    if told.is_cancelled() {
        return None;
    }
    Some(match outcome {
        Ok(published) => Ended::Published(Box::new(published)),
        Err(failure) => after_failure(mill, &run, failure),
    })
}

async fn execute_in_time(
    mill: &Arc<Mill>,
    resolved: Resolved,
    told: &CancellationToken,
) -> Result<store::Published, Failure> {
    let job = mill.catalog.dataset(resolved.run.dataset).job();
    let limit = job.map_or(Duration::MAX, |job| job.timeout);
    let stop = Stop::default();
    let (shared, halted, runtime) = (Arc::clone(mill), stop.clone(), Handle::current());
    let mut task =
        tokio::task::spawn_blocking(move || execute(&shared, &resolved, &runtime, &halted));
    let joined = tokio::select! {
        joined = &mut task => joined,
        () = tokio::time::sleep(limit) => {
            halt(&stop, &mut task).await;
            let message = format!("it took longer than its timeout of {limit:?}");
            return Err(Failure { code: "TM0403", message, is_final: false });
        }
        () = told.cancelled() => {
            halt(&stop, &mut task).await;
            let message = "it was told to stop".to_owned();
            return Err(Failure { code: "TM0403", message, is_final: false });
        }
    };
    joined.unwrap_or_else(|error| {
        let message = format!("the attempt panicked: {error}");
        Err(Failure { code: "TM0402", message, is_final: false })
    })
}

/// Tells an attempt to stop, and waits a while until it does.
async fn halt<T>(stop: &Stop, task: &mut JoinHandle<T>) {
    stop.flag.store(true, Ordering::Relaxed);
    stop.token.cancel();
    let _ = tokio::time::timeout(GRACE, task).await;
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
