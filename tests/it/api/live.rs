//! The stream of hints: who listens is told at once that something changed, and no more than that.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::json;

use crate::cli::{landing, shop};
use crate::support::api::Api;

/// Longer than a hint ever takes.
const SOON: Duration = Duration::from_secs(10);

/// An open stream.
struct Ears {
    response: Response,
    text: String,
}

/// One event, or a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heard {
    id: String,
    event: String,
    data: String,
}

impl Ears {
    async fn open(api: &Api, role: &str, topics: &str, last: Option<&str>) -> Self {
        let mut request = api.request(Method::GET, role, &format!("/live?topics={topics}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event or comment; none when the stream has ended.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let mut heard = Heard::default();
                for line in block.lines() {
                    match line.split_once(':') {
                        Some(("id", value)) => value.trim().clone_into(&mut heard.id),
                        Some(("event", value)) => value.trim().clone_into(&mut heard.event),
                        Some(("data", value)) => value.trim().clone_into(&mut heard.data),
                        _ => (),
                    }
                }
                return Some(heard);
            }
            let chunk = tokio::time::timeout(SOON, self.response.chunk()).await;
            let bytes = chunk.expect("nothing was said for long").ok().flatten()?;
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event that is not a comment.
    async fn event(&mut self) -> Heard {
        loop {
            let heard = self.next().await.expect("the stream has ended");
            if !heard.event.is_empty() {
                return heard;
            }
        }
    }

    /// Listens until there was a hint for each of these topics.
    async fn until(&mut self, topics: &[&str]) -> Vec<Heard> {
        let mut all = Vec::new();
        let told = |all: &[Heard], topic: &str| {
            all.iter().any(|heard| heard.data.contains(&format!("\"{topic}\"")))
        };
        while !topics.iter().all(|topic| told(&all, topic)) {
            all.push(self.event().await);
        }
        all
    }
}

/// Records a backfill of which nothing runs; its number.
async fn recorded(api: &Api) -> String {
    let made = api.run(&["--json", "backfill", "click_dau", "--all", "--yes", "--detach"]).await;
    serde_json::from_str::<serde_json::Value>(&made).unwrap()["backfill"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_listens_is_told_what_changed_and_nothing_else() {
    let api = Api::made().await;
    let id = recorded(&api).await;
    let own = format!("backfill:{id}");
    let topics = format!("backfills,{own},dataset:click_dau,workers");
    let mut ears = Ears::open(&api, "viewer", &topics, None).await;
    let first = ears.next().await.unwrap();
    assert!(first.event.is_empty() && !first.id.is_empty(), "{first:?}");

    let began = Instant::now();
    api.post("operator", &format!("/backfills/{id}/pause"), json!({})).await.ok();
    let heard = ears.until(&["backfills", &own, "dataset:click_dau"]).await;
    eprintln!("told within {:?}", began.elapsed());
    let known = ["backfills", own.as_str(), "dataset:click_dau", "workers"];
    for hint in &heard {
        assert_eq!(hint.event, "hint");
        let data: serde_json::Value = serde_json::from_str(&hint.data).unwrap();
        assert!(known.contains(&data["topic"].as_str().unwrap()), "{data}");
        assert!(data["version"].is_u64() && data.as_object().unwrap().len() == 2, "{data}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_is_told_of_what_changes_upstream_of_it() {
    let api = Api::made().await;
    let topics = "dataset:retail_revenue_daily,dataset:retail_lines,dataset:dev_dau";
    let mut ears = Ears::open(&api, "viewer", topics, None).await;
    ears.next().await.unwrap();
    let day = shop::broken_day();
    let line = format!("900001,22423,CAKESTAND,3,{day} 09:10:00,12.75,,Norway");
    landing::orders(&api.program.lake.with_file_name("landing"), day, &[line]);

    // Looks at the sources, and makes nothing.
    api.run(&["plan", "--stale"]).await;

    let heard = ears.until(&["dataset:retail_lines", "dataset:retail_revenue_daily"]).await;
    let is_other = |hint: &Heard| hint.data.contains("dev_dau");
    assert!(!heard.iter().any(is_other), "it reads none of these files: {heard:?}");
    // Who asks now is shown what was told.
    let path = format!("/datasets/retail_revenue_daily/partition?key={day}");
    assert_eq!(api.get("viewer", &path).await.ok()["standing"], "stale");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_was_or_says_that_it_cannot() {
    let api = Api::made().await;
    let id = recorded(&api).await;
    let mut ears = Ears::open(&api, "viewer", "backfills", None).await;
    let last = ears.next().await.unwrap().id;
    drop(ears);
    api.post("operator", &format!("/backfills/{id}/pause"), json!({})).await.ok();

    let mut again = Ears::open(&api, "viewer", "backfills", Some(&last)).await;
    assert_eq!(again.next().await.unwrap().event, "", "it goes on");
    let heard = again.until(&["backfills"]).await;
    assert_ne!(heard[0].id, last);
    for unknown in ["x-1", "nonsense", ""] {
        let mut lost = Ears::open(&api, "viewer", "backfills", Some(unknown)).await;
        assert_eq!(lost.next().await.unwrap().event, "reset", "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_soon_after_its_token_does() {
    let api = Api::empty().await;
    let mut ears = Ears::open(&api, "viewer", "runs", None).await;
    ears.next().await.unwrap();
    let id = api.token("viewer").split('_').nth(1).unwrap().to_owned();
    api.run(&["token", "revoke", &id]).await;
    let revoked_at = Instant::now();
    while ears.next().await.is_some() {}
    assert!(revoked_at.elapsed() < Duration::from_secs(5), "{:?}", revoked_at.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_to_what_they_may_not_see_or_too_often() {
    let api = Api::empty().await;
    let refused = async |topics: &str, status: u16, code: &str| {
        api.get("viewer", &format!("/live?topics={topics}")).await.problem(status, code)
    };
    refused("audit", 403, "TM0603").await;
    refused("dataset:nothing", 404, "TM0604").await;
    refused("backfill:1", 404, "TM0207").await;
    assert!(refused("runs,cake", 422, "TM0606").await.contains("`cake` is no topic"));
    refused("", 422, "TM0606").await;
    api.get("", "/live?topics=runs").await.problem(401, "TM0602");

    let mut all = Vec::new();
    for _ in 0..10 {
        all.push(Ears::open(&api, "viewer", "runs", None).await);
    }
    let reply = api.get("viewer", "/live?topics=runs").await;
    assert!(reply.problem(429, "TM0607").contains("10 times"));
    assert_eq!(reply.header("retry-after"), Some("30"));
    Ears::open(&api, "editor", "audit", None).await;
}
