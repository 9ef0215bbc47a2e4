//! `/metrics`: what this process counts, and how the queue and the database stand.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sqlx::PgPool;

use super::access::{May, Shared, act};
use crate::store::{self, QueueRow};
use crate::telemetry::metrics as names;

/// For how long what the database said is shown again, however many ask.
const KEEP: Duration = Duration::from_secs(5);
/// How long the database may take to answer a scrape.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the database was last asked for metrics.
#[derive(Debug, Default)]
pub(super) struct Scrape {
    asked_at: Option<Instant>,
    /// Labels that were shown: those that no run has any more go to zero, and do not stay.
    shown: BTreeSet<[String; 3]>,
}

/// The address that Prometheus collects from.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/metrics", get(metrics))
}

/// Everything that is counted, in the text format of Prometheus.
async fn metrics(may: May<act::ReadMetrics>) -> Response {
    let Some(handle) = names::handle() else {
        let text = "the program that Tidemill is part of counts in a way of its own\n";
        return (StatusCode::NOT_IMPLEMENTED, text).into_response();
    };
    let mut scrape = may.scrape().lock().await;
    if scrape.asked_at.is_none_or(|asked_at| KEEP <= asked_at.elapsed()) {
        scrape.asked_at = Some(Instant::now());
        let asked = tokio::time::timeout(PATIENCE, ask(may.pool(), &mut scrape.shown));
        // Counters are told all the same: they say what happens while the database is away.
        if !matches!(asked.await, Ok(Ok(()))) {
            names::scrape_failed();
        }
    }
    drop(scrape);
    let connections = [
        ("in_use", (may.pool().size() as usize).saturating_sub(may.pool().num_idle())),
        ("idle", may.pool().num_idle()),
    ];
    for (state, count) in connections {
        names::set(names::CONNECTIONS, &[("state", state.to_owned())], count as f64);
    }
    let format = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (format, handle.render()).into_response()
}

/// Asks the database how everything stands, and sets the gauges.
async fn ask(pool: &PgPool, shown: &mut BTreeSet<[String; 3]>) -> store::Result<()> {
    let mut db = pool.acquire().await?;
    queue(&store::queue_depth(&mut db, None).await?, shown);
    for pool in store::pools(&mut db).await? {
        let labels = [("pool", pool.name)];
        if let Some(slots) = pool.standing.slots {
            names::set(names::POOL_SLOTS, &labels, f64::from(slots));
        }
        names::set(names::POOL_USED, &labels, f64::from(pool.standing.used));
    }
    names::set(names::WORKERS, &[], store::worker_count(&mut db).await? as f64);
    let oldest = store::oldest_transaction(&mut db).await?;
    names::set(names::OLDEST_XMIN, &[], oldest.xmin as f64);
    names::set(names::OLDEST_TRANSACTION, &[], oldest.seconds);
    names::set(names::STRAY_HISTORY, &[], store::stray_history(&mut db).await? as f64);
    let orphans = store::orphan_counts(&mut db).await?;
    names::set(names::ORPHAN_OBJECTS, &[], orphans.objects as f64);
    names::set(names::ORPHAN_BYTES, &[], orphans.bytes as f64);
    for duty in store::duties(&mut db).await? {
        let Some(last_ok_at) = duty.last_ok_at else { continue };
        names::set(names::HOUSEKEEPING, &[("duty", duty.name)], last_ok_at.as_second() as f64);
    }
    Ok(())
}

fn queue(rows: &[QueueRow], shown: &mut BTreeSet<[String; 3]>) {
    let labels = |[class, pool, state]: &[String; 3]| {
        [("class", class.clone()), ("pool", pool.clone()), ("state", state.clone())]
    };
    let mut gone = std::mem::take(shown);
    for row in rows {
        let key = [row.class.clone(), row.pool.clone(), row.state.clone()];
        names::set(names::QUEUE_RUNS, &labels(&key), row.runs as f64);
        gone.remove(&key);
        shown.insert(key);
    }
    for key in &gone {
        names::set(names::QUEUE_RUNS, &labels(key), 0.0);
    }
    let lanes: BTreeSet<[String; 2]> =
        shown.iter().chain(&gone).map(|[class, pool, _]| [class.clone(), pool.clone()]).collect();
    for [class, pool] in lanes {
        let of_lane = rows.iter().filter(|row| row.class == class && row.pool == pool);
        let waited = of_lane.map(|row| row.waited).fold(0.0, f64::max);
        names::set(names::QUEUE_OLDEST, &[("class", class), ("pool", pool)], waited);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_run_stands_in_any_more_goes_to_zero() {
        let handle = names::handle().expect("nothing else counts in this process");
        let row = |state: &str, runs, waited| QueueRow {
            class: "live".to_owned(),
            pool: "testing".to_owned(),
            state: state.to_owned(),
            runs,
            waited,
        };
        let mut shown = BTreeSet::new();
        let depth = |state: &str| {
            format!("tidemill_queue_runs{{class=\"live\",pool=\"testing\",state=\"{state}\"}}")
        };
        let oldest = "tidemill_queue_oldest_ready_seconds{class=\"live\",pool=\"testing\"}";
        queue(&[row("ready", 3, 7.5), row("running", 2, 0.0)], &mut shown);
        let text = handle.render();
        for line in [depth("ready") + " 3", depth("running") + " 2", format!("{oldest} 7.5")] {
            assert!(text.contains(&line), "{line}\n{text}");
        }
        queue(&[row("running", 1, 0.0)], &mut shown);
        let text = handle.render();
        for line in [depth("ready") + " 0", depth("running") + " 1", format!("{oldest} 0")] {
            assert!(text.contains(&line), "{line}\n{text}");
        }
    }
}
