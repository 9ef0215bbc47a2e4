//! What is counted, under which names, and how it is counted.

use std::sync::OnceLock;
use std::time::Duration;

use ::metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Live runs, by class, pool and state.
pub const QUEUE_RUNS: &str = "tidemill_queue_runs";
/// For how long the oldest run that could start has waited, by class and pool.
pub const QUEUE_OLDEST: &str = "tidemill_queue_oldest_ready_seconds";
/// Slots of a pool.
pub const POOL_SLOTS: &str = "tidemill_pool_slots";
/// Slots that running runs hold, by pool.
pub const POOL_USED: &str = "tidemill_pool_slots_used";
/// Workers that have not ended.
pub const WORKERS: &str = "tidemill_workers";
/// Claims, those that found nothing too.
pub const CLAIMS: &str = "tidemill_claims_total";
/// Runs that claims brought.
pub const CLAIMED_RUNS: &str = "tidemill_claimed_runs_total";
/// How long a claim took.
pub const CLAIM_SECONDS: &str = "tidemill_claim_duration_seconds";
/// Attempts, by outcome.
pub const ATTEMPTS: &str = "tidemill_attempts_total";
/// How long attempts took, by outcome.
pub const ATTEMPT_SECONDS: &str = "tidemill_attempt_duration_seconds";
/// Group commits.
pub const COMMITS: &str = "tidemill_commits_total";
/// How many attempts a group had.
pub const COMMIT_ATTEMPTS: &str = "tidemill_commit_attempts";
/// How long a group commit took.
pub const COMMIT_SECONDS: &str = "tidemill_commit_duration_seconds";
/// Attempts whose run belonged to somebody else by then.
pub const FENCED_COMMITS: &str = "tidemill_fenced_commits_total";
/// How much later than meant a turn of a loop began, by loop.
pub const LOOP_LAG_SECONDS: &str = "tidemill_loop_lag_seconds";
/// How long a turn of a loop took, by loop.
pub const LOOP_SECONDS: &str = "tidemill_loop_duration_seconds";
/// Times that no tick was recorded because clocks disagreed.
pub const SCHEDULE_HOLDS: &str = "tidemill_schedule_holds_total";
/// Windows of promises that were recorded, by what became of them.
pub const SLA_WINDOWS: &str = "tidemill_sla_windows_total";
/// Tries to tell others of something, by outcome.
pub const DELIVERIES: &str = "tidemill_deliveries_total";
/// Connections of this process to the database, by state.
pub const CONNECTIONS: &str = "tidemill_database_connections";
/// Transactions since the oldest that is still looked back to.
pub const OLDEST_XMIN: &str = "tidemill_database_oldest_xmin_transactions";
/// For how long the oldest transaction has been open.
pub const OLDEST_TRANSACTION: &str = "tidemill_database_oldest_transaction_seconds";
/// Finished runs in no day's partition.
pub const STRAY_HISTORY: &str = "tidemill_history_stray_runs";
/// Objects that are marked and wait to be deleted.
pub const ORPHAN_OBJECTS: &str = "tidemill_orphan_objects";
/// Their bytes.
pub const ORPHAN_BYTES: &str = "tidemill_orphan_bytes";
/// When a duty of housekeeping last went well, by duty.
pub const HOUSEKEEPING: &str = "tidemill_housekeeping_last_success_timestamp_seconds";
/// Scrapes that the database did not answer.
pub const SCRAPE_FAILURES: &str = "tidemill_scrape_failures_total";

/// From a millisecond to a day: attempts, commits and turns of loops.
const SECONDS: [f64; 17] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1_800.0,
    7_200.0, 86_400.0,
];
const GROUP_SIZES: [f64; 7] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// How often samples of histograms are folded together.
const UPKEEP: Duration = Duration::from_secs(5);

/// What renders the metrics of this process; none when somebody who embeds the library counts in a
/// way of their own. The first call begins to count: before it, counting costs nothing.
pub fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| {
            let groups = Matcher::Full(COMMIT_ATTEMPTS.to_owned());
            builder.set_buckets_for_metric(groups, &GROUP_SIZES)
        })
        .expect("neither list of buckets is empty");
    let handle = builder.install_recorder().ok()?;
    let folded = handle.clone();
    let fold = move || {
        loop {
            std::thread::sleep(UPKEEP);
            folded.run_upkeep();
        }
    };
    // Without it, samples would pile up where nobody asks for them.
    std::thread::Builder::new().name("tidemill-metrics".to_owned()).spawn(fold).ok()?;
    Some(handle)
}

/// A claim that brought `runs` runs.
pub fn claimed(runs: usize, took: Duration) {
    counter!(CLAIMS).increment(1);
    counter!(CLAIMED_RUNS).increment(runs as u64);
    histogram!(CLAIM_SECONDS).record(took);
}

/// An attempt that ended: `published`, `unchanged`, `backoff`, `failed` or `stopped`.
pub fn attempted(outcome: &'static str, took: Duration) {
    counter!(ATTEMPTS, "outcome" => outcome).increment(1);
    histogram!(ATTEMPT_SECONDS, "outcome" => outcome).record(took);
}

/// A group of attempts that was committed, of which some were fenced off.
pub fn committed(attempts: usize, fenced: usize, took: Duration) {
    counter!(COMMITS).increment(1);
    counter!(FENCED_COMMITS).increment(fenced as u64);
    histogram!(COMMIT_ATTEMPTS).record(attempts as f64);
    histogram!(COMMIT_SECONDS).record(took);
}

/// A turn of a loop that began `lag` later than meant.
pub fn turned(name: &'static str, lag: Duration, took: Duration) {
    histogram!(LOOP_LAG_SECONDS, "loop" => name).record(lag);
    histogram!(LOOP_SECONDS, "loop" => name).record(took);
}

/// A look at the schedules that recorded nothing because clocks disagreed.
pub fn held() {
    counter!(SCHEDULE_HOLDS).increment(1);
}

/// Windows of promises that this process recorded.
pub fn promised(met: u64, missed: u64) {
    counter!(SLA_WINDOWS, "state" => "met").increment(met);
    counter!(SLA_WINDOWS, "state" => "missed").increment(missed);
}

/// A try to tell others of something: `sent`, `again` or `given_up`.
pub fn delivered(outcome: &'static str) {
    counter!(DELIVERIES, "outcome" => outcome).increment(1);
}

/// Sets a gauge of this name.
pub fn set(name: &'static str, labels: &[(&'static str, String)], value: f64) {
    let labels: Vec<::metrics::Label> =
        labels.iter().map(|(name, value)| ::metrics::Label::new(*name, value.clone())).collect();
    gauge!(name, labels).set(value);
}

/// A scrape that the database did not answer.
pub fn scrape_failed() {
    counter!(SCRAPE_FAILURES).increment(1);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{attempted, claimed, committed, handle, turned};

    #[test]
    fn every_name_is_in_the_list_and_every_line_of_it_is_a_name() {
        let named = |text: &str| -> std::collections::BTreeSet<String> {
            let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '_');
            words.filter(|word| word.starts_with("tidemill_")).map(str::to_owned).collect()
        };
        let (names, _) = include_str!("metrics.rs").split_once("#[cfg(test)]").unwrap();
        let list = include_str!("mod.rs").lines().filter(|line| line.starts_with("//! - `"));
        assert_eq!(named(names), named(&list.collect::<Vec<_>>().join("\n")));
    }

    #[test]
    fn what_is_counted_is_rendered_with_units_and_buckets() {
        let handle = handle().expect("nothing else counts in this process");
        claimed(3, Duration::from_millis(2));
        attempted("published", Duration::from_millis(30));
        committed(7, 1, Duration::from_millis(4));
        turned("testing", Duration::ZERO, Duration::from_secs(2));
        let text = handle.render();
        for line in [
            "tidemill_claimed_runs_total ",
            "tidemill_attempts_total{outcome=\"published\"} ",
            "tidemill_attempt_duration_seconds_bucket{outcome=\"published\",le=\"0.05\"} ",
            "tidemill_commit_attempts_bucket{le=\"10\"} ",
            "tidemill_loop_duration_seconds_bucket{loop=\"testing\",le=\"1\"} 0",
            "tidemill_loop_duration_seconds_bucket{loop=\"testing\",le=\"5\"} 1",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
