//! The account of what was done, and of what was refused.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::add_user;
use crate::support::api::Api;

/// Somebody who may read the log, and know of the datasets that begin with `prefix` alone.
async fn narrow_editor(api: &Api, prefix: &str) -> String {
    let ana = add_user(api, "ana", "editor").await;
    let scope = json!({ "all": false, "prefixes": [prefix], "tags": [] });
    api.patch("admin", &format!("/users/{ana}"), json!({ "scope": scope })).await.ok();
    format!("Bearer {}", api.make_token("ana", "editor").await)
}

async fn ask(api: &Api, bearer: &str, path: &str) -> Value {
    let headers = [("authorization", bearer)];
    api.send(Method::GET, &format!("/api/v1{path}"), &headers, None).await.ok()
}

/// What entries say: action, kind, object, outcome.
fn said(page: &Value) -> Vec<String> {
    let word = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let names = ["action", "object_kind", "object", "outcome"];
    let entries = page["items"].as_array().unwrap().iter();
    entries.map(|entry| names.map(|name| word(entry, name)).join(" ")).collect()
}

/// A run of `dev_dau`, one of another dataset, and the backfill of the first.
async fn made(api: &Api) -> (i64, i64, i64) {
    let one = |query: &'static str| async move {
        sqlx::query_scalar::<_, i64>(query).fetch_one(&api.database().await).await.unwrap()
    };
    let dev = one("select max(run.id) from tidemill.run_history as run
                   join tidemill.dataset on dataset.id = run.dataset_id where name = 'dev_dau'");
    let other = one("select max(run.id) from tidemill.run_history as run
                     join tidemill.dataset on dataset.id = run.dataset_id
                     where name = 'retail_revenue_daily'");
    let backfill = one("select max(backfill_id) from tidemill.run_history as run
                        join tidemill.dataset on dataset.id = run.dataset_id
                        where name = 'dev_dau'");
    (dev.await, other.await, backfill.await)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_found_under_what_it_was_about() {
    let api = Api::made().await;
    let (run, other, backfill) = made(&api).await;
    let ben = add_user(&api, "ben", "viewer").await;
    let nothing = json!({});
    for _ in 0..2 {
        let refused = [
            api.post("viewer", "/datasets/dev_dau/pause", nothing.clone()).await,
            // Spelling it otherwise hides nothing.
            api.post("viewer", "/datasets/dev%5Fdau/pause", nothing.clone()).await,
            api.post("viewer", &format!("/runs/{run}/cancel"), nothing.clone()).await,
            api.post("viewer", &format!("/runs/%2B{other}/retry"), nothing.clone()).await,
            api.post("viewer", &format!("/backfills/{backfill}/pause"), nothing.clone()).await,
            api.post("viewer", "/backfills", nothing.clone()).await,
            api.post("viewer", "/schedules/dev_dau/resume", nothing.clone()).await,
            api.patch("viewer", "/pools/default", nothing.clone()).await,
            api.patch("viewer", &format!("/users/{ben}"), nothing.clone()).await,
            api.post("viewer", &format!("/users/{ben}/password"), json!({ "password": "p" })).await,
            api.get("viewer", "/datasets/dev_dau/preview?partition=2024-01-01").await,
            api.post("viewer", "/runs/999999999/cancel", nothing.clone()).await,
        ];
        for reply in refused {
            reply.problem(403, "TM0603");
        }
    }
    api.post("operator", "/datasets/dev_dau/pause", nothing.clone()).await.ok();

    let of = async |query: &str| said(&api.get("editor", &format!("/audit?{query}")).await.ok());
    assert_eq!(
        of("object_kind=dataset&object=dev_dau").await,
        [
            "job.pause dataset dev_dau done",
            "data.read dataset dev_dau refused",
            "job.pause dataset dev_dau refused"
        ]
    );
    for (query, entry) in [
        ("object_kind=run&object={run}", "run.cancel run {run} refused"),
        ("object_kind=run&object={other}", "run.retry run {other} refused"),
        ("object=999999999", "run.cancel run 999999999 refused"),
        ("object_kind=backfill&object={backfill}", "backfill.pause backfill {backfill} refused"),
        ("object_kind=schedule", "schedule.resume schedule dev_dau refused"),
        ("object_kind=pool", "pool.set pool default refused"),
        (
            "action=backfill.create&outcome=refused",
            "backfill.create action backfill.create refused",
        ),
        ("action=user.change", "user.change user ben refused"),
        ("action=user.password", "user.password user ben refused"),
    ] {
        let filled = |text: &str| {
            let numbers = [("{run}", run), ("{other}", other), ("{backfill}", backfill)];
            numbers
                .iter()
                .fold(text.to_owned(), |text, (name, id)| text.replace(name, &id.to_string()))
        };
        assert_eq!(of(&filled(query)).await, [filled(entry)], "{query}");
    }
    let page = api.get("editor", "/audit?object_kind=pool").await.ok();
    assert_eq!(page["items"][0]["reason"], "it takes `pool.set` and the role `editor`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_seen_by_who_may_know_of_what_it_was_about() {
    let api = Api::made().await;
    let (run, other, _) = made(&api).await;
    for id in [run, other] {
        let path = format!("/runs/{id}/cancel");
        api.post("viewer", &path, json!({})).await.problem(403, "TM0603");
    }
    api.get("viewer", "/users").await.problem(403, "TM0603");
    let ana = narrow_editor(&api, "dev_").await;

    let seen = said(&ask(&api, &ana, "/audit?outcome=refused").await);
    assert_eq!(seen, [format!("run.cancel run {run} refused")]);

    // What they were refused themselves they see, and no more than they typed.
    let ben = add_user(&api, "ben", "viewer").await;
    let headers = [("authorization", ana.as_str())];
    let path = format!("/api/v1/users/{ben}");
    api.send(Method::PATCH, &path, &headers, Some(json!({}))).await.problem(403, "TM0603");
    let own = ask(&api, &ana, "/audit?action=user.change&outcome=refused").await;
    assert_eq!(said(&own), ["user.change user another refused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_has_an_address_of_its_own_for_who_may_see_it() {
    let api = Api::made().await;
    for dataset in ["dev_dau", "retail_revenue_daily"] {
        api.post("operator", &format!("/datasets/{dataset}/pause"), json!({})).await.ok();
    }
    let listed = api.get("editor", "/audit?action=job.pause").await.ok();
    let [other, dev] = [0, 1].map(|at| listed["items"][at].clone());
    let path = |entry: &Value| format!("/audit/{}", entry["id"]);
    assert_eq!(api.get("editor", &path(&dev)).await.ok(), dev);
    api.get("viewer", &path(&dev)).await.problem(403, "TM0603");
    api.get("editor", "/audit/999999999").await.problem(404, "TM0604");

    let ana = narrow_editor(&api, "dev_").await;
    assert_eq!(ask(&api, &ana, &path(&dev)).await, dev);
    let headers = [("authorization", ana.as_str())];
    let path = format!("/api/v1{}", path(&other));
    api.send(Method::GET, &path, &headers, None).await.problem(404, "TM0604");
}
