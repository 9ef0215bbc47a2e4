//! Backfills over the network: planned, applied as planned, followed, held in hand.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{Api, Reply};

/// A request for one dataset, changed by what is given.
fn asked(dataset: &str, change: &Value) -> Value {
    let mut body = json!({
        "targets": [{ "dataset": dataset, "ranges": null, "selection": null }],
        "select": { "missing": false, "failed": false, "stale": false, "all": false },
        "upstream": false,
        "downstream": false,
        "newest_first": false,
        "concurrency": null,
        "priority": 0,
        "class": "backfill",
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn all() -> Value {
    json!({ "select": { "missing": false, "failed": false, "stale": false, "all": true } })
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text `{name}` in {value}"))
}

async fn create(api: &Api, key: &str, body: &Value) -> Reply {
    let bearer = format!("Bearer {}", api.token("operator"));
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
    api.send(Method::POST, "/api/v1/backfills", &headers, Some(body.clone())).await
}

/// A request that bears no body.
async fn act(api: &Api, role: &str, path: &str) -> Reply {
    let bearer = format!("Bearer {}", api.token(role));
    let headers = [("authorization", bearer.as_str())];
    api.send(Method::POST, &format!("/api/v1{path}"), &headers, None).await
}

/// Plans as an operator and applies what was planned; the plan and the backfill.
async fn recorded(api: &Api, body: Value) -> (Value, Value) {
    let plan = api.post("operator", "/backfills/plan", body.clone()).await.ok();
    let mut apply = body;
    apply["plan"] = plan["hash"].clone();
    let made = api.post("operator", "/backfills", apply).await.is(201);
    (plan, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_is_what_the_terminal_plans_and_what_is_recorded_once() {
    let api = Api::made().await;
    let body = asked("click_dau", &all());
    let plan = api.post("viewer", "/backfills/plan", body.clone()).await.ok();
    let runs = plan["runs"].as_u64().unwrap();
    assert!(0 < runs && plan["steps"][0]["reason"] == "forced", "{plan}");
    assert!(
        text(&plan, "sentence").starts_with(&format!("Makes {runs} partitions of `click_dau`"))
    );
    assert_eq!(text(&plan, "cli"), "tidemill backfill click_dau --all");
    let typed: Value = serde_json::from_str(
        &api.run(&["--json", "backfill", "click_dau", "--all", "--dry-run"]).await,
    )
    .unwrap();
    assert_eq!((&typed["plan"], &typed["runs"]), (&plan["hash"], &plan["runs"]));

    let mut apply = body.clone();
    apply["plan"] = plan["hash"].clone();
    apply["note"] = "for the audit".into();
    let refused = api.post("viewer", "/backfills", apply.clone()).await;
    assert!(refused.problem(403, "TM0603").contains("backfill.create"));
    let first = create(&api, "key", &apply).await.is(201);
    assert_eq!(create(&api, "key", &apply).await.is(201), first, "it is done once");
    assert_eq!((&first["runs"], text(&first, "note")), (&runs.into(), "for the audit"));
    let mut other = apply.clone();
    other["priority"] = 1.into();
    create(&api, "key", &other).await.problem(409, "TM0605");

    let moved = api.post("operator", "/backfills", apply).await.is(409);
    assert_eq!(moved["error"]["code"], "TM0203", "its partitions are being made: {moved}");
    let details = &moved["error"]["details"];
    assert!(details["moved"][0].as_str().unwrap().contains("was forced, is not in the plan"));
    assert_eq!(details["plan"]["runs"], 0);
    let page = api.get("viewer", "/backfills?state=active").await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_told_by_cause_with_what_it_kept_from_being_made() {
    let api = Api::made().await;
    let (plan, made) = recorded(&api, asked("click_dau", &all())).await;
    let (id, runs) = (made["id"].as_i64().unwrap(), plan["runs"].as_i64().unwrap());
    assert!(6 < runs, "{plan}");
    act(&api, "operator", &format!("/backfills/{id}/cancel")).await.ok();
    let ended = "with run as (
             select id, row_number() over (order by id) as place
             from tidemill.run_history where backfill_id = $1
         )
         update tidemill.run_history
         set state = case when run.place < 3 then 'failed' else 'cancelled' end::tidemill.run_state,
             left_state =
                 case when run.place < 3 then 'running' else 'waiting' end::tidemill.run_state,
             outcome = case when run.place < 3 then 'failed' else 'upstream_failed' end,
             error_code = case when run.place < 3 then 'TM0502' else 'TM0406' end,
             error = case when run.place < 3 then '' else 'an input failed: ' end
                 || '2024-03-0' || run.place || '.ndjson: line ' || run.place || ' is no JSON'
         from run where run_history.id = run.id and run.place < 7";
    sqlx::query(ended).bind(id).execute(&api.database().await).await.unwrap();

    let detail = api.get("viewer", &format!("/backfills/{id}")).await.ok();

    let causes = detail["causes"].as_array().unwrap();
    assert_eq!(causes.len(), 1, "{detail}");
    assert_eq!(
        (&causes[0]["code"], &causes[0]["runs"], &causes[0]["blocked"]),
        (&json!("TM0502"), &json!(2), &json!(4))
    );
    assert_eq!(causes[0]["datasets"], json!([{ "dataset": "click_dau", "runs": 2 }]));
    assert_eq!(text(&causes[0], "error"), "2024-03-01.ndjson: line 1 is no JSON");
    assert_eq!(detail["cancellations"][0]["runs"], json!(runs - 6));
    let shown = api.run(&["backfills", "show", &id.to_string()]).await;
    assert!(shown.contains("  2 runs of `click_dau`, such as "), "{shown}");
    assert!(shown.contains("    which kept 4 runs of `click_dau` from being made"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_is_followed_changed_held_and_made_again() {
    let api = Api::made().await;
    let (plan, made) = recorded(&api, asked("click_dau", &all())).await;
    let (id, runs) = (made["id"].as_i64().unwrap(), plan["runs"].clone());
    let at = format!("/backfills/{id}");
    let detail = api.get("viewer", &at).await.ok();
    let said = text(&detail, "sentence");
    assert_eq!(said, format!("0 of {runs} made · no worker is alive"));
    assert_eq!((&detail["id"], &detail["plan_hash"]), (&id.into(), &plan["hash"]));
    assert_eq!(detail["plan"]["steps"], plan["steps"]);
    assert_eq!(detail["steps"][0]["ready"], runs, "{detail}");
    assert_eq!(detail["waits"][0]["why"], "no_worker", "{detail}");
    assert_eq!((&detail["rate"], &detail["seconds_left"]), (&Value::Null, &Value::Null));

    let changed = json!({ "priority": -3, "concurrency": 2 });
    let changed = api.patch("operator", &at, changed).await.ok();
    assert_eq!((&changed["priority"], &changed["concurrency"]), (&(-3).into(), &2.into()));
    let freed = api.patch("operator", &at, json!({ "concurrency": null })).await.ok();
    assert_eq!((&freed["priority"], &freed["concurrency"]), (&(-3).into(), &Value::Null));
    api.patch("operator", &at, json!({})).await.problem(422, "TM0606");
    api.patch("operator", &at, json!({ "concurrency": 0 })).await.problem(422, "TM0606");
    api.patch("viewer", &at, json!({ "priority": 1 })).await.problem(403, "TM0603");

    let by = |action: &str| format!("{at}/{action}");
    let paused = api.post("operator", &by("pause"), json!({ "finish_running": true })).await.ok();
    assert!(paused["paused_by"].as_str().unwrap().starts_with("admin"), "{paused}");
    let detail = api.get("viewer", &at).await.ok();
    assert!(text(&detail, "sentence").contains("paused by admin"), "{detail}");
    assert_eq!(detail["events"].as_array().unwrap().len(), 4, "{detail}");
    let resumed = act(&api, "operator", &by("resume")).await.ok();
    assert_eq!(resumed["paused_at"], Value::Null);
    let cancelled = act(&api, "operator", &by("cancel")).await.ok();
    assert_eq!((text(&cancelled, "state"), &cancelled["cancelled"]), ("cancelled", &runs));
    for _ in 0..2 {
        // What is added up over its runs is kept from now on, and is what came of them.
        let detail = api.get("viewer", &at).await.ok();
        let (step, cause) = (&detail["steps"][0], &detail["cancellations"][0]);
        assert_eq!((&step["ready"], &step["cancelled"]), (&0.into(), &runs), "{detail}");
        let reason = text(cause, "reason");
        assert!(reason.starts_with("cancelled by admin"), "{detail}");
        assert_eq!((&cause["runs"], &detail["causes"]), (&runs, &json!([])), "{detail}");
    }
    let over = act(&api, "operator", &by("resume")).await;
    assert!(over.problem(409, "TM0208").contains("is cancelled"));

    let again = act(&api, "viewer", &by("retry/plan")).await.ok();
    assert_eq!(again["runs"], runs, "{again}");
    assert_eq!(text(&again, "cli"), format!("tidemill backfills retry {id}"));
    let wrong = api.post("operator", &by("retry"), json!({ "plan": "0123456789abcdef" })).await;
    wrong.problem(409, "TM0203");
    let retried =
        api.post("operator", &by("retry"), json!({ "plan": again["hash"] })).await.is(201);
    assert_eq!((&retried["retry_of"], &retried["priority"]), (&id.into(), &(-3).into()));
    let done = json!({ "plan": again["hash"] });
    api.post("operator", &by("retry"), done).await.problem(409, "TM0203");

    let audit: Vec<(String, String, bool)> = sqlx::query_as(
        "select action, object, before is null and after is null
         from tidemill.audit where object_kind = 'backfill' and outcome = 'done' order by id",
    )
    .fetch_all(&api.database().await)
    .await
    .unwrap();
    let actions: Vec<&str> = audit.iter().map(|(action, _, _)| action.as_str()).collect();
    assert_eq!(
        actions.join(" "),
        "backfill.create backfill.change backfill.change backfill.pause backfill.resume \
         backfill.cancel backfill.create"
    );
    assert!(audit.iter().all(|(_, _, is_empty)| !is_empty), "{audit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backfills_are_listed_in_pages_by_state_and_origin() {
    let api = Api::made().await;
    let (_, made) = recorded(&api, asked("click_dau", &all())).await;
    let first = api.get("viewer", "/backfills?limit=1&origin=person").await.ok();
    assert_eq!(first["items"][0]["id"], made["id"]);
    let mut seen = vec![first["items"][0]["id"].as_i64().unwrap()];
    let mut next = first["next"].clone();
    while let Some(cursor) = next.as_str() {
        let path = format!("/backfills?limit=1&origin=person&cursor={cursor}");
        let page = api.get("viewer", &path).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()));
        next = page["next"].clone();
    }
    let whole = api.get("viewer", "/backfills").await.ok();
    let ids: Vec<i64> =
        whole["items"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!(seen, ids);
    assert!(ids.is_sorted_by(|a, b| a > b) && 1 < ids.len(), "newest first: {ids:?}");
    let none = api.get("viewer", "/backfills?origin=automation").await.ok();
    assert_eq!(none, json!({ "items": [], "next": null }));
    api.get("viewer", "/backfills?state=done").await.problem(422, "TM0606");
    api.get("viewer", "/backfills?cursor=x").await.problem(422, "TM0606");
    api.get("viewer", "/backfills/999999").await.problem(404, "TM0207");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_means_the_partitions_that_were_drawn() {
    let api = Api::made().await;
    let typed = api.post("viewer", "/backfills/plan", asked("click_dau", &all())).await.ok();
    let range = typed["steps"][0]["ranges"][0].clone();
    let first: jiff::civil::Date = text(&range, "from").parse().unwrap();
    let epoch = jiff::civil::date(1970, 1, 1);
    let ordinal = i64::from(first.since((jiff::Unit::Day, epoch)).unwrap().get_days());
    let drawn = |slice: Value, from: i64, to: i64| {
        let selection = json!({ "slices": [{ "slice": slice, "ranges": [[from, to]] }] });
        let mut body = asked("click_dau", &all());
        body["targets"][0]["selection"] = selection;
        body
    };
    let plan = api.post("viewer", "/backfills/plan", drawn(json!([]), ordinal, ordinal + 2)).await;
    let plan = plan.ok();
    assert_eq!(
        (&plan["runs"], &plan["steps"][0]["ranges"][0]["from"]),
        (&2.into(), &range["from"])
    );
    let after = first.tomorrow().unwrap();
    assert_eq!(text(&plan, "cli"), format!("tidemill backfill click_dau {first}..{after} --all"));

    let refused = async |body: Value| {
        api.post("viewer", "/backfills/plan", body).await.problem(422, "TM0606")
    };
    let outside = refused(drawn(json!([]), 0, 1)).await;
    assert!(outside.contains("outside of the calendar of `click_dau`, which begins"), "{outside}");
    let slice = refused(drawn(json!(["de"]), ordinal, ordinal + 1)).await;
    assert!(slice.contains("has no slices"), "{slice}");
    assert!(refused(drawn(json!([]), ordinal, ordinal)).await.contains("holds nothing"));
    let mut both = drawn(json!([]), ordinal, ordinal + 1);
    both["targets"][0]["ranges"] = "2024".into();
    assert!(refused(both).await.contains("at once"));
    let mut text = asked("click_dau", &json!({}));
    text["targets"][0]["ranges"] = "soon".into();
    assert!(refused(text).await.contains("names no time"));
    assert!(refused(asked("click_dau", &json!({ "owner": "me" }))).await.contains("owner"));
    let many = vec![json!({ "dataset": "click_dau", "ranges": null, "selection": null }); 101];
    assert!(refused(asked("click_dau", &json!({ "targets": many }))).await.contains("at most 100"));
    let foreign = asked("nothing", &json!({}));
    api.post("viewer", "/backfills/plan", foreign).await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_a_part_plans_and_sees_backfills_of_that_part_alone() {
    let api = Api::made().await;
    let before = api.get("admin", "/backfills").await.ok();
    let foreign = before["items"][0]["id"].clone();
    let narrow = "update tidemill.token set scope_all = false, scope_prefixes = '{click_}'
                  where name = 'operator'";
    sqlx::query(narrow).execute(&api.database().await).await.unwrap();

    let hidden = asked("dev_dau", &all());
    api.post("operator", "/backfills/plan", hidden.clone()).await.problem(404, "TM0604");
    let beyond = asked("click_dau", &json!({ "upstream": true, "select": all()["select"] }));
    let known = api.post("admin", "/backfills/plan", beyond.clone()).await.ok();
    let is_own = |step: &Value| text(step, "dataset").starts_with("click_");
    assert!(known["steps"].as_array().unwrap().iter().all(is_own), "{known}");
    let down = asked("click_dau", &all());
    let (_, own) = recorded(&api, down).await;
    let page = api.get("operator", "/backfills").await.ok();
    let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert!(ids.contains(&&own["id"]), "{page}");
    let names = page.to_string();
    assert!(!names.contains("dev_dau") && !names.contains("retail"), "{names}");
    let all: Value = api.get("admin", "/backfills").await.ok();
    let dev =
        all["items"].as_array().unwrap().iter().find(|it| text(it, "request").contains("dev_"));
    let dev = dev.expect("it was made before")["id"].clone();
    assert_ne!(foreign, own["id"]);
    for path in [format!("/backfills/{dev}"), format!("/live?topics=backfill:{dev}")] {
        api.get("operator", &path).await.problem(404, "TM0207");
    }
    for action in ["pause", "cancel", "resume", "retry/plan"] {
        let body = if action == "pause" { json!({}) } else { Value::Null };
        let reply = api.post("operator", &format!("/backfills/{dev}/{action}"), body).await;
        reply.problem(404, "TM0207");
    }
    let everything = asked("click_dau", &json!({ "targets": [], "select": all_of() }));
    let plan = api.post("operator", "/backfills/plan", everything).await.ok();
    assert!(plan["steps"].as_array().unwrap().iter().all(is_own), "{plan}");
}

fn all_of() -> Value {
    all()["select"].clone()
}
