//! Runs over the network: lists, details, logs, cancelling, having one again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::Api;

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect()
}

/// Every page of a list, one after the other.
async fn all_pages(api: &Api, path: &str) -> Vec<i64> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get("viewer", &format!("{path}{cursor}")).await.ok();
        all.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_holds_each_run_once_in_both_orders_and_under_each_filter() {
    let api = Api::made().await;

    let newest = all_pages(&api, "/runs?limit=7").await;
    let mut oldest = all_pages(&api, "/runs?limit=3&order=oldest").await;
    oldest.reverse();
    assert!(20 < newest.len(), "{newest:?}");
    assert_eq!(newest, oldest);
    let mut once = newest.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), newest.len(), "none is there twice");
    let whole = api.get("viewer", "/runs?limit=500").await.ok();
    assert_eq!(ids(&whole), newest);
    // Whatever index serves a filter, it finds what the list itself has.
    let runs = whole["items"].as_array().unwrap();
    for field in ["state", "dataset", "backfill", "class", "worker"] {
        let mut values: Vec<String> = runs.iter().map(|run| plain(&run[field])).collect();
        values.sort_unstable();
        values.dedup();
        for value in values {
            let held = runs.iter().filter(|run| plain(&run[field]) == value);
            let held: Vec<i64> = held.map(|run| run["id"].as_i64().unwrap()).collect();
            let path = format!("/runs?limit=5&{field}={value}");
            assert_eq!(all_pages(&api, &path).await, held, "{path}");
        }
    }
    let states = all_pages(&api, "/runs?state=failed,cancelled&limit=2").await;
    assert!(states.iter().all(|id| newest.contains(id)) && states.len() < newest.len());
    let middle = runs[runs.len() / 2]["finished_at"].as_str().unwrap();
    let before = all_pages(&api, &format!("/runs?limit=4&to={middle}")).await;
    let after = all_pages(&api, &format!("/runs?limit=4&from={middle}")).await;
    assert_eq!([after, before].concat(), newest, "an instant cuts the list in two");
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_makes_no_sense_is_refused() {
    let api = Api::empty().await;

    for wrong in [
        "state=done",
        "class=x",
        "order=up",
        "limit=0",
        "limit=501",
        "cursor=x",
        "from=yesterday",
        "from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z",
        "colour=red",
        "code=xxxxxxxxxxxxxxxxxxxxxxxxx",
    ] {
        api.get("viewer", &format!("/runs?{wrong}")).await.problem(422, "TM0606");
    }
    api.get("viewer", "/runs?dataset=nothing").await.problem(404, "TM0604");
    api.get("viewer", "/runs/999999").await.problem(404, "TM0604");
    api.get("viewer", "/runs/x").await.problem(404, "TM0604");
    api.get("viewer", "/runs/999999/logs").await.problem(404, "TM0604");
    api.get("viewer", "/runs/999999/logs/follow").await.problem(404, "TM0604");
    api.get("", "/runs").await.problem(401, "TM0602");
    assert_eq!(api.get("viewer", "/runs").await.ok(), json!({ "items": [], "next": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_what_it_tried_read_and_made() {
    let api = Api::made().await;
    let page = api.get("viewer", "/runs?state=succeeded&limit=500").await.ok();
    let runs = page["items"].as_array().unwrap();
    let row = runs.iter().find(|run| run["outcome"] == "published").unwrap();

    let run = api.get("viewer", &format!("/runs/{}", row["id"])).await.ok();

    for (field, value) in row.as_object().unwrap() {
        assert_eq!(run[field], *value, "{field}");
    }
    assert!(run["sentence"].as_str().unwrap().starts_with("Published "), "{run}");
    assert_eq!(run["attempts"][0]["state"], "committed");
    assert_eq!(run["output"]["run"], row["id"]);
    assert_eq!(run["output"]["partition"], row["partition"]);
    assert!(!run["inputs"].as_array().unwrap().is_empty(), "{run}");
    assert_eq!(run["waits"], Value::Null);
    let events = run["events"].as_array().unwrap();
    assert!(4 <= events.len(), "{events:?}");
    assert!(events.windows(2).all(|pair| instant(&pair[0]) <= instant(&pair[1])));
    let counted = api.get("viewer", "/runs/histogram").await.ok();
    let sum = |state: &str| -> i64 {
        let buckets = counted["buckets"].as_array().unwrap();
        buckets.iter().map(|bucket| bucket[state].as_i64().unwrap()).sum()
    };
    assert_eq!(sum("succeeded"), runs.len() as i64);
}

fn instant(event: &Value) -> jiff::Timestamp {
    event["at"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_says_why_and_can_be_cancelled_and_had_again() {
    let api = Api::made().await;
    // No worker is there, so all that is asked for waits.
    api.run(&["backfill", "dev_dau", "--all", "--yes", "--detach"]).await;
    let page = api.get("viewer", "/runs?state=waiting,ready&limit=500").await.ok();
    let runs = page["items"].as_array().unwrap();
    assert!(!runs.is_empty());
    let path = format!("/runs/{}", runs[0]["id"]);

    let run = api.get("viewer", &path).await.ok();

    let why = run["waits"]["why"].as_str().unwrap();
    assert!(["job_paused", "inputs", "no_worker"].contains(&why), "{run}");
    assert!(run["sentence"].as_str().unwrap().starts_with("Has not started for "), "{run}");
    assert!(run["deadline"].is_string(), "{run}");
    let queue = api.get("viewer", "/queue").await.ok();
    assert!(
        !queue["lanes"].as_array().unwrap().is_empty()
            && !queue["waits"].as_array().unwrap().is_empty(),
        "{queue}"
    );
    let pools = api.get("viewer", "/pools").await.ok();
    assert!(0 < pools["items"][0]["waiting"].as_i64().unwrap(), "{pools}");

    api.post("operator", &format!("{path}/retry"), json!({})).await.problem(409, "TM0605");
    api.post("viewer", &format!("{path}/cancel"), json!({})).await.problem(403, "TM0603");
    let cancelled = api.post("operator", &format!("{path}/cancel"), json!({})).await.ok();
    assert_eq!(cancelled["state"], "cancelled");
    api.post("operator", &format!("{path}/cancel"), json!({})).await.problem(409, "TM0605");
    let logs = api.get("viewer", &format!("{path}/logs")).await.ok();
    assert_eq!(logs, json!({ "lines": [], "next": null, "ended": true }));
    let cancelled = api.get("viewer", &path).await.ok();
    assert!(cancelled["sentence"].as_str().unwrap().starts_with("Was stopped: cancelled by"));

    let again = api.post("operator", &format!("{path}/retry"), json!({})).await;
    let answer = again.is(201);
    assert_eq!(answer["runs"], 1, "{answer}");
    let made = all_pages(&api, &format!("/runs?limit=5&backfill={}", answer["id"])).await;
    let row = api.get("viewer", &format!("/runs/{}", made[0])).await.ok();
    assert_eq!([&row["dataset"], &row["partition"]], [&run["dataset"], &run["partition"]]);
    assert_eq!([&row["mended_by"], &row["made_again_by"]], [&Value::Null; 2], "it is live itself");

    let lost = api.get("viewer", &path).await.ok();
    assert_eq!(lost["mended_by"], Value::Null);
    assert_eq!(lost["made_again_by"]["run"], row["id"]);
    assert_eq!(lost["made_again_by"]["state"], row["state"]);
    // A worker comes, and makes what waits; what follows the log ends with the run.
    let worker = api.program.command(&["worker"]).spawn().unwrap();
    let log = format!("/runs/{}/logs/follow", row["id"]);
    let told = api.request(Method::GET, "viewer", &log).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("event: end"), "{told}");
    drop(worker);
    let lost = api.get("viewer", &path).await.ok();
    let made = api.get("viewer", &format!("/runs/{}", row["id"])).await.ok();
    assert_eq!(made["state"], "succeeded", "{made}");
    assert_eq!(lost["mended_by"], json!({ "run": row["id"], "at": made["finished_at"] }));
    assert_eq!(lost["made_again_by"], Value::Null);
    assert_eq!([&made["mended_by"], &made["made_again_by"]], [&Value::Null; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_come_in_pages_are_searched_and_followed_to_their_end() {
    let api = Api::made().await;
    let page = api.get("viewer", "/runs?state=succeeded&limit=1").await.ok();
    let id = page["items"][0]["id"].as_i64().unwrap();
    let db = api.database().await;
    let long = "é".repeat(5000);
    sqlx::query(
        "insert into tidemill.attempt_log (run_id, attempt, first_line, first_byte, said_at, sources, lines)
         values ($1, 1, 900, 90000, array_fill(now(), array[3]), '{stdout,stderr,warn}', $2)",
    )
    .bind(id)
    .bind(vec!["a \u{1b}[31mred\u{1b}[0m <b>line</b>".to_owned(), long, "Needle".to_owned()])
    .execute(&db)
    .await
    .unwrap();
    let path = format!("/runs/{id}/logs");

    let first = api.get("viewer", &format!("{path}?after=1:899&limit=2")).await.ok();

    assert_eq!(first["lines"][0]["text"], "a \u{1b}[31mred\u{1b}[0m <b>line</b>", "as it was said");
    let cut = first["lines"][1]["text"].as_str().unwrap();
    assert!(cut.len() < 4200 && cut.ends_with("[…cut: the line has 10000 bytes]"), "{cut}");
    assert_eq!([&first["next"], &first["ended"]], [&json!("1:901"), &json!(false)]);
    let rest = api.get("viewer", &format!("{path}?after=1:901")).await.ok();
    assert_eq!(rest["lines"][0]["text"], "WARN Needle");
    assert_eq!(rest["lines"][0]["source"], "event");
    assert_eq!(rest["lines"][1]["number"], 903, "the last line says how it ended: {rest}");
    assert!(rest["lines"][1]["text"].as_str().unwrap().contains("was committed after"), "{rest}");
    assert_eq!([&rest["next"], &rest["ended"]], [&Value::Null, &json!(true)]);
    let found = api.get("viewer", &format!("{path}?q=needle")).await.ok();
    assert_eq!(found["lines"].as_array().unwrap().len(), 1);
    let whole = api.get("viewer", &path).await.ok();
    let line =
        whole["lines"].as_array().unwrap().iter().find(|line| line["number"] == 900).unwrap();
    assert_eq!(line["gap"], true, "lines before it were left out");
    for wrong in ["limit=0", "limit=5001", "after=x", "after=1", "attempt=x"] {
        api.get("viewer", &format!("{path}?{wrong}")).await.problem(422, "TM0606");
    }
    let followed = api.get("viewer", &format!("{path}/follow?after=1:900")).await;
    assert_eq!(followed.status, 200);
    assert_eq!(followed.header("content-type"), Some("text/event-stream"));
    let events: Vec<&str> =
        followed.text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(events, ["lines", "end"], "{}", followed.text);
    assert!(followed.text.contains("id: 1:903"), "{}", followed.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_failed_without_a_word_has_a_log() {
    let api = Api::made().await;
    let page = api.get("viewer", "/runs?state=succeeded&dataset=dev_dau&limit=1").await.ok();
    let id = page["items"][0]["id"].as_i64().unwrap();
    let db = api.database().await;
    for change in [
        "delete from tidemill.attempt_log where run_id = $1",
        "update tidemill.attempt
         set state = 'failed', error_code = 'TM0401', error = 'the disk is full'
         where run_id = $1",
    ] {
        sqlx::query(change).bind(id).execute(&db).await.unwrap();
    }

    let log = api.get("viewer", &format!("/runs/{id}/logs")).await.ok();

    let [line] = &log["lines"].as_array().unwrap()[..] else { panic!("{log}") };
    assert_eq!(
        [&line["attempt"], &line["number"], &line["gap"]],
        [&json!(1), &json!(1), &json!(false)]
    );
    assert_eq!(line["source"], "event");
    let text = line["text"].as_str().unwrap();
    assert!(text.starts_with("ERROR attempt 1 on worker "), "{text}");
    assert!(text.contains(", begun at ") && text.ends_with(": TM0401: the disk is full"), "{text}");
    assert_eq!([&log["next"], &log["ended"]], [&Value::Null, &json!(true)]);
    let found = api.get("viewer", &format!("/runs/{id}/logs?q=DISK")).await.ok();
    assert_eq!(found["lines"], log["lines"]);
    let typed = api.run(&["logs", &id.to_string()]).await;
    assert!(typed.contains("failed after ") && typed.contains("the disk is full"), "{typed}");
    let run = api.get("viewer", &format!("/runs/{id}")).await.ok();
    assert_eq!(run["attempts"][0]["log_lines"], Value::Null, "it wrote none itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_revoked_follows_no_longer() {
    let api = Api::made().await;
    api.run(&["backfill", "dev_dau", "--all", "--yes", "--detach"]).await;
    let page = api.get("viewer", "/runs?limit=1").await.ok();
    let id = page["items"][0]["id"].as_i64().unwrap();
    let token = api.make_token("admin", "viewer").await;
    let bearer = format!("Bearer {token}");
    let path = format!("/api/v1/runs/{id}/logs/follow");
    let headers = [("authorization", bearer.as_str())];
    let following = api.send(reqwest::Method::GET, &path, &headers, None);
    let revoking = async {
        let number = token.split('_').nth(1).unwrap();
        api.run(&["token", "revoke", number]).await;
        std::time::Instant::now()
    };

    let (followed, revoked_at) = tokio::join!(following, revoking);

    assert!(revoked_at.elapsed().as_secs() <= 5, "it ended late");
    let event = followed.text.trim_end();
    assert!(followed.status == 401 || event.contains("event: end"), "{followed:?}");
}
