//! What Prometheus is told.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tidemill::api::{self, ServeOptions};
use tidemill::engine;
use tidemill::plan::Keep;
use tidemill::prelude::*;
use tidemill::telemetry::metrics;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{NEEDED, TestMill};

/// Two days of one job without inputs.
fn declare(project: &mut Project) {
    project.job(
        Transform::new("numbers")
            .partitions(TimePartitions::daily("2024-01-01").until("2024-01-03"))
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))),
    );
}

/// A new token of somebody new who may look.
async fn token(test: &TestMill) -> String {
    let secret = "s".repeat(43);
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let token = "with scraper as (
             insert into tidemill.person (login, name, role)
             values ('scraper-' || gen_random_uuid(), 'Scraper', 'viewer')
             returning id
         )
         insert into tidemill.token (person_id, name, hash, role, expires_at)
         select id, 'scrape', $1, 'viewer', now() + interval '1 hour' from scraper
         returning id";
    let pool = &test.mill.pool;
    let id: i64 = sqlx::query_scalar(token).bind(&hash[..]).fetch_one(pool).await.unwrap();
    format!("tdm_{id}_{secret}")
}

/// What a server says when it is scraped for the first time.
async fn scrape(test: &TestMill) -> String {
    let stop = CancellationToken::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mill = Arc::clone(&test.mill);
    let server = tokio::spawn(api::serve(mill, listener, ServeOptions::default(), stop.clone()));
    let token = token(test).await;
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    stop.cancel();
    server.await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4"), "{answer}");
    answer
}

/// The value of a metric, labels included.
fn value(answer: &str, metric: &str) -> f64 {
    let line = answer.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no `{metric}` in {answer}")).trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scrape_says_how_the_queue_the_workers_and_the_database_stand() {
    // Counting begins before the work, as it does where work is served.
    assert!(metrics::handle().is_some());
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let ready = "tidemill_queue_runs{class=\"backfill\",pool=\"default\",state=\"ready\"}";
    let before = scrape(&test).await;
    assert!((value(&before, ready) - 2.0).abs() < f64::EPSILON, "{before}");
    let waited = "tidemill_queue_oldest_ready_seconds{class=\"backfill\",pool=\"default\"}";
    assert!(0.0 < value(&before, waited));

    let worker = test.stranger().await;
    let held = test.claim(worker, 1).await;
    let during = scrape(&test).await;
    let running = "tidemill_queue_runs{class=\"backfill\",pool=\"default\",state=\"running\"}";
    assert!((value(&during, running) - 1.0).abs() < f64::EPSILON);
    assert!((value(&during, ready) - 1.0).abs() < f64::EPSILON);
    assert!((value(&during, "tidemill_pool_slots_used{pool=\"default\"}") - 1.0).abs() < 1e-9);
    assert!(1.0 <= value(&during, "tidemill_workers"));
    let mut db = test.mill.pool.acquire().await.unwrap();
    tidemill::store::release(&mut db, worker, &[held[0].id]).await.unwrap();
    drop(db);

    test.work(backfill).await;
    engine::keep_history(&test.mill, &Keep::default()).await.unwrap();
    let after = scrape(&test).await;
    // Other tests of this process count along.
    for (metric, least) in [
        ("tidemill_claims_total", 1.0),
        ("tidemill_claimed_runs_total", 2.0),
        ("tidemill_commits_total", 1.0),
        ("tidemill_attempts_total{outcome=\"published\"}", 2.0),
        ("tidemill_attempt_duration_seconds_count{outcome=\"published\"}", 2.0),
        ("tidemill_commit_attempts_count", 1.0),
        ("tidemill_fenced_commits_total", 0.0),
        ("tidemill_database_oldest_xmin_transactions", 0.0),
        ("tidemill_history_stray_runs", 0.0),
        ("tidemill_orphan_objects", 0.0),
        ("tidemill_database_connections{state=\"idle\"}", 0.0),
    ] {
        assert!(least <= value(&after, metric), "{metric}\n{after}");
    }
    test.finish().await;
}
