//! Misses are told: signed, again and again, and each by one sender at a time.

use std::process::Stdio;
use std::time::Duration;

use tidemill::engine::{self, Delivered};
use tidemill::webhook::{Target, TargetOptions, Webhook};

use super::sink::{Reply, Sink};
use super::{days, look, messages, promised};
use crate::support::program::{Landed, Program};
use crate::support::{Cluster, TestMill};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ==";
const LEASE: Duration = Duration::from_secs(30);

fn webhook(sink: &Sink, secret: &str) -> Webhook {
    let url = sink.url();
    let options =
        TargetOptions { url: &url, secret, allow_http: true, allow_private: "127.0.0.0/8" };
    Webhook::new(Target::new(options).unwrap()).unwrap()
}

async fn deliver(test: &TestMill, webhook: &Webhook) -> (u32, u32, u32) {
    let Delivered { sent, again, given_up } =
        engine::deliver_due(&test.mill, webhook, LEASE, 10).await.unwrap();
    (sent, again, given_up)
}

async fn run_sql(test: &TestMill, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&test.mill.pool).await.unwrap();
}

/// As if the pause before the next try was over.
const DUE: &str = "update tidemill.outbox set next_at = now() where state = 'waiting'";

async fn text(test: &TestMill, query: &'static str) -> String {
    sqlx::query_scalar(query).fetch_one(&test.mill.pool).await.unwrap()
}

/// A promise of which so many windows were missed.
async fn missed(windows: u32) -> TestMill {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    let now = format!("2024-04-{:02}T12:00:00Z", 2 + windows);
    assert_eq!(look(&test, &now).await.recorded.missed, u64::from(windows));
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_signed_and_sent_until_it_is_taken() {
    let test = missed(1).await;
    let sink = Sink::start(&[Reply::Status(500), Reply::Status(429)]).await;
    let hook = webhook(&sink, &format!("{OLD} {NEW}"));
    assert_eq!(deliver(&test, &hook).await, (0, 1, 0));
    let pause = "select round(extract(epoch from next_at - now()))::text from tidemill.outbox";
    assert!((3..=6).contains(&text(&test, pause).await.parse::<i32>().unwrap()));
    assert_eq!(deliver(&test, &hook).await, (0, 0, 0), "its time has not come");
    run_sql(&test, DUE).await;
    assert_eq!(deliver(&test, &hook).await, (0, 1, 0));
    let state = "select concat_ws(' ', state, tries, last_status, last_error, url_host)
        from tidemill.outbox";
    assert_eq!(text(&test, state).await, "waiting 2 429 answered with status 429 127.0.0.1");
    run_sql(&test, DUE).await;
    assert_eq!(deliver(&test, &hook).await, (1, 0, 0));
    assert_eq!(text(&test, state).await, "sent 3 204 127.0.0.1");
    run_sql(&test, DUE).await;
    assert_eq!(deliver(&test, &hook).await, (0, 0, 0));

    let got = sink.got();
    assert_eq!(got.len(), 3);
    for message in &got {
        assert!(message.is_signed_with(OLD) && message.is_signed_with(NEW), "{message:?}");
        assert!(!message.is_signed_with("whsec_QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC"));
        assert_eq!((&message.id, &message.body), (&got[0].id, &got[0].body), "the same each time");
        assert!(tidemill::clock::now().as_second() - message.timestamp < 120);
    }
    let body: serde_json::Value = serde_json::from_str(&got[0].body).unwrap();
    assert_eq!(body["type"], "sla.missed");
    assert_eq!(body["data"]["partition"], "2024-04-02");
    let all = "select string_agg(outbox::text, ' ') from tidemill.outbox";
    let all = text(&test, all).await;
    assert!(!all.contains("geheim") && !all.contains("whsec"), "{all}");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let test = missed(1).await;
    let sink = Sink::start(&[Reply::Redirect]).await;
    assert_eq!(deliver(&test, &webhook(&sink, OLD)).await, (0, 1, 0));
    let paths: Vec<String> = sink.got().into_iter().map(|got| got.path).collect();
    assert_eq!(paths, ["/hook"]);
    let why = text(&test, "select last_error from tidemill.outbox").await;
    assert_eq!(why, "answered with a redirect (status 307), which is not followed");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_is_given_up_and_what_is_old_is_not_begun_with() {
    let test = missed(2).await;
    let sink = Sink::start(&[Reply::Status(500)]).await;
    run_sql(
        &test,
        "update tidemill.outbox set tries = 11 where id = 1;
         update tidemill.outbox set created_at = now() - interval '25 hours' where id = 2",
    )
    .await;
    assert_eq!(deliver(&test, &webhook(&sink, OLD)).await, (0, 0, 2));
    assert_eq!(sink.got().len(), 1, "the other is no news any more");
    assert_eq!(
        messages(&test).await,
        ["sla.missed daily 2024-04-02 failed", "sla.missed daily 2024-04-03 failed"]
    );

    let told = given_up(&test).await;
    assert!(told.starts_with("wrong 2 messages to `127.0.0.1"), "{told}");
    assert!(!told.contains("http") && !told.contains(OLD), "{told}");
    assert_eq!(look(&test, "2024-04-05T12:00:00Z").await.recorded.missed, 1);
    assert_eq!(deliver(&test, &webhook(&Sink::start(&[]).await, OLD)).await, (1, 0, 0));
    let told = given_up(&test).await;
    assert!(told.starts_with("watch 2 messages to"), "{told}");
    run_sql(&test, "update tidemill.outbox set created_at = now() - interval '3 days'").await;
    assert_eq!(given_up(&test).await, "", "it is no news any more");
    test.finish().await;
}

/// What the doctor says about messages that were given up.
async fn given_up(test: &TestMill) -> String {
    let found = engine::examine_quickly(&test.mill).await.unwrap();
    let of_webhooks = found.iter().filter(|finding| finding.rule == "webhooks");
    let told = of_webhooks.flat_map(|finding| {
        finding.examples.iter().map(|place| format!("{} {place}", finding.severity.as_str()))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_senders_one_has_each_message() {
    let test = missed(9).await;
    let sink = Sink::start(&[]).await;
    let hook = webhook(&sink, OLD);
    let sends = (0..4).map(|_| deliver(&test, &hook));
    let sent: u32 = futures::future::join_all(sends).await.iter().map(|sent| sent.0).sum();
    assert_eq!((sent, sink.got().len()), (9, 9));
    let mut ids: Vec<String> = sink.got().into_iter().map(|got| got.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 9);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sender_had_in_hand_when_it_was_killed_is_sent_again() {
    let options = Cluster::shared().await.database().await;
    let sink = Sink::start(&[Reply::Silence]).await;
    let landed = Landed::new();
    let program = Program::new(&landed, "killed", options.clone())
        .with("TIDEMILL_WEBHOOK_URL", sink.url())
        .with("TIDEMILL_WEBHOOK_SECRET", OLD)
        .with("TIDEMILL_WEBHOOK_ALLOW_HTTP", "1")
        .with("TIDEMILL_WEBHOOK_ALLOW_PRIVATE", "127.0.0.1");
    let test = TestMill::with(days, |folder| crate::support::Places {
        options,
        lake: format!("{folder}/lake"),
        landing: format!("{folder}/landing"),
        store_options: std::collections::BTreeMap::new(),
    })
    .await;
    engine::declare_promises(&test.mill, "2024-04-02T12:00:00Z".parse().unwrap()).await.unwrap();
    look(&test, "2024-04-03T12:00:00Z").await;

    let mut command = program.command(&["scheduler"]);
    let mut scheduler = command.stderr(Stdio::piped()).spawn().unwrap();
    let first = sink.until(1).await[0].clone();
    scheduler.kill().await.unwrap();
    let said = scheduler.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.contains("whsec") && !said.contains("geheim") && !said.contains(OLD), "{said}");
    let hook = webhook(&sink, OLD);
    assert_eq!(deliver(&test, &hook).await, (0, 0, 0), "it is the other's until its claim lapses");
    run_sql(&test, "update tidemill.outbox set claimed_until = now()").await;
    assert_eq!(deliver(&test, &hook).await, (1, 0, 0));
    let again = sink.until(2).await[1].clone();
    assert_eq!((again.id, again.body), (first.id, first.body));
    assert!(first.signature.starts_with("v1,"));
    test.mill.pool.close().await;
}
