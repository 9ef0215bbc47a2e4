//! Schedules, workers, pools, what happened, and settings over the network.

use serde_json::{Value, json};

use crate::support::api::Api;

/// The job of the example that is made on schedule.
const ON_SCHEDULE: &str = "dev_top_pages_yearly";

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_says_when_it_ticks_and_can_be_paused() {
    let api = Api::empty().await;

    let page = api.get("viewer", "/schedules").await.ok();

    let schedule = &page["items"][0];
    let name = schedule["dataset"].as_str().unwrap();
    assert_eq!(schedule["next"].as_array().unwrap().len(), 5, "{schedule}");
    assert_eq!(schedule["next"][0], schedule["next_at"]);
    assert!(!schedule["in_words"].as_str().unwrap().is_empty());
    let path = format!("/schedules/{name}");
    api.post("viewer", &format!("{path}/pause"), json!({})).await.problem(403, "TM0603");
    let paused = api.post("operator", &format!("{path}/pause"), json!({})).await.ok();
    assert!(paused["paused_at"].is_string() && paused["next_at"].is_null(), "{paused}");
    let again = api.post("operator", &format!("{path}/pause"), json!({})).await.ok();
    assert_eq!(again["paused_at"], paused["paused_at"], "paused once");
    let events = api.get("viewer", "/events").await.ok();
    let kinds: Vec<&Value> =
        events["items"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert!(kinds.contains(&&json!("schedule.paused")), "{kinds:?}");
    let resumed = api.post("operator", &format!("{path}/resume"), json!({})).await.ok();
    assert!(resumed["paused_at"].is_null() && resumed["next_at"].is_string(), "{resumed}");
    assert_eq!(api.get("viewer", &format!("{path}/ticks")).await.ok()["items"], json!([]));
    api.get("viewer", &format!("{path}/ticks?state=late")).await.problem(422, "TM0606");
    api.get("viewer", "/schedules/nothing/ticks").await.problem(404, "TM0604");
    api.post("operator", "/schedules/dev_dau/pause", json!({})).await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_has_the_days_of_the_zone_that_is_asked_for() {
    let api = Api::empty().await;
    // A daily schedule at 03:30 UTC ticks once a day, wherever somebody looks from.
    let asked = async |zone: &str| {
        let path = format!("/calendar?from=2099-03-28&to=2099-03-31&zone={zone}");
        api.get("viewer", &path).await.ok()
    };

    for zone in ["UTC", "Europe/Berlin", "Pacific/Apia"] {
        let days = asked(zone).await;
        assert_eq!(days.as_array().unwrap().len(), 3);
        for (day, date) in days.as_array().unwrap().iter().zip(["28", "29", "30"]) {
            assert_eq!(day["day"], format!("2099-03-{date}"));
            let of_job = day["datasets"].as_array().unwrap();
            let of_job = of_job.iter().find(|it| it["dataset"] == ON_SCHEDULE).unwrap();
            assert_eq!(of_job["planned"], 1, "{zone} {day}");
            assert_eq!(day["done"], 0);
        }
    }
    // The night in which clocks go on: the hour that they leave out is not there.
    let path = "/calendar?from=2099-03-29&to=2099-03-30&zone=Europe/Berlin&by=hour";
    let hours = api.get("viewer", path).await.ok();
    let hours = hours.as_array().unwrap();
    assert_eq!((hours.len(), &hours[2]["day"]), (23, &json!("2099-03-29T03:00+02:00")));
    let planned = |hour: &&Value| {
        let mut all = hour["datasets"].as_array().unwrap().iter();
        all.any(|it| it["dataset"] == ON_SCHEDULE && it["planned"] == 1)
    };
    let planned: Vec<&Value> = hours.iter().filter(planned).map(|hour| &hour["day"]).collect();
    assert_eq!(planned, ["2099-03-29T05:00+02:00"]);
    let path = path.replace("03-29&to=2099-03-30", "10-25&to=2099-10-26");
    assert_eq!(api.get("viewer", &path).await.ok().as_array().unwrap().len(), 25);
    let path = path.replace("10-25&to=2099-10-26", "03-01&to=2099-03-09");
    assert_eq!(api.get("viewer", &path).await.ok().as_array().unwrap().len(), 8 * 24);
    for wrong in [
        "from=2024-03-01&to=2024-03-10&by=hour",
        "from=2024-03-01&to=2024-03-02&by=week",
        "from=-009999-01-01&to=-009999-01-02",
        "from=2024-03-01&to=2024-03-01",
        "from=2024-03-01&to=2024-05-01",
        "from=2024-03-01&to=2024-02-01",
        "from=x&to=2024-03-01",
        "from=2024-03-01&to=2024-03-02&zone=Mars/Olympus",
        "from=2024-03-01",
    ] {
        api.get("viewer", &format!("/calendar?{wrong}")).await.problem(422, "TM0606");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slots_of_a_pool_are_changed_by_an_editor_and_written_down() {
    let api = Api::empty().await;
    let path = "/pools/default";

    api.patch("operator", path, json!({ "slots": 3 })).await.problem(403, "TM0603");
    let pool = api.patch("editor", path, json!({ "slots": 3 })).await.ok();

    assert_eq!([&pool["slots"], &pool["overridden"]], [&json!(3), &json!(true)]);
    let pools = api.get("viewer", "/pools").await.ok();
    assert_eq!(pools["items"][0], pool, "the change shows at once");
    let pool = api.patch("editor", path, json!({ "slots": null })).await.ok();
    assert_eq!([&pool["slots"], &pool["overridden"]], [&Value::Null, &json!(true)]);
    let pool = api.patch("editor", path, json!({ "slots": "declared" })).await.ok();
    assert_eq!(pool["overridden"], false);
    for wrong in [json!({ "slots": 0 }), json!({ "slots": 1e9 }), json!({}), json!({ "x": 1 })] {
        api.patch("editor", path, wrong).await.problem(422, "TM0606");
    }
    api.patch("editor", "/pools/none", json!({ "slots": 1 })).await.problem(404, "TM0209");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_datasets_share_is_changed_by_those_who_see_all_of_them() {
    let api = Api::empty().await;
    let narrow = "update tidemill.token set scope_all = false, scope_prefixes = '{click_}'
        where name in ('editor', 'admin')";
    sqlx::raw_sql(narrow).execute(&api.database().await).await.unwrap();

    let told = api.patch("editor", "/pools/default", json!({ "slots": 3 })).await;
    let told = told.problem(403, "TM0603");

    assert!(told.contains("`pool.set` for every dataset"), "{told}");
    let pools = api.get("editor", "/pools").await.ok();
    assert_eq!(
        (&pools["items"][0]["name"], &pools["items"][0]["overridden"]),
        (&json!("default"), &json!(false))
    );
    let may = api.get("admin", "/session").await.ok()["may"].to_string();
    assert!(may.contains("audit.read") && !may.contains("pool.set"), "{may}");
    for path in ["/users", "/tokens?all=true"] {
        api.get("admin", path).await.problem(403, "TM0603");
    }
    api.patch("admin", "/users/1", json!({ "name": "x" })).await.problem(403, "TM0603");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_and_what_happened_are_listed_in_pages() {
    let api = Api::made().await;

    let mut workers = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get("viewer", &format!("/workers?limit=1{cursor}")).await.ok();
        workers.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(workers.len(), 3, "each backfill of the template had one");
    assert!(workers.iter().all(|worker| worker["alive"] == false), "{workers:?}");
    assert!(workers[0]["beat_at"].is_string() && workers[0]["codes_current"] == true);

    let whole = api.get("viewer", "/events?limit=500").await.ok();
    let whole = whole["items"].as_array().unwrap();
    assert!(whole.iter().any(|event| event["kind"] == "source.changed"), "{whole:?}");
    assert!(whole.iter().any(|event| event["kind"] == "backfill.completed"), "{whole:?}");
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get("viewer", &format!("/events?limit=2{cursor}")).await.ok();
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let names = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&all), names(whole), "the same in small pages");
    let since = whole[0]["at"].as_str().unwrap();
    let latest = api.get("viewer", &format!("/events?since={since}")).await.ok();
    assert!(latest["items"].as_array().unwrap().iter().all(|event| event["at"] == since));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_say_how_it_is_set_up_and_hold_no_secret() {
    let api = Api::empty_with(|program| program.with("TIDEMILL_ENVIRONMENT", "staging")).await;

    api.get("operator", "/settings").await.problem(403, "TM0603");
    let settings = api.get("editor", "/settings").await;

    let body = settings.ok();
    assert_eq!(body["environment"], "staging");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert!(body["database"]["version"].as_str().unwrap().starts_with(char::is_numeric));
    assert_eq!(body["housekeeping"].as_array().unwrap().len(), 3);
    assert_eq!(body["webhook"], json!({ "configured": false, "host": null }));
    assert!(!body["retention"].as_object().unwrap().is_empty());
    assert!(body["lake"].as_str().unwrap().ends_with("lake"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_looked_at_while_a_decision_takes_its_time() {
    let api = Api::made().await;
    let db = api.database().await;
    let until = async |query: &'static str, wanted: bool| {
        let began = std::time::Instant::now();
        while sqlx::query_scalar::<_, bool>(query).fetch_one(&db).await.unwrap() != wanted {
            assert!(began.elapsed().as_secs() < 60, "it did not come to be: {query}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    // What a decision reads is held, so that the first one does not come to an end.
    let mut held = db.begin().await.unwrap();
    let lock = "lock table tidemill.held_change in access exclusive mode";
    sqlx::query(lock).execute(&mut *held).await.unwrap();
    let scheduler = api.program.command(&["scheduler"]).spawn().unwrap();
    let is_deciding = "select exists (select from pg_locks
        where relation = 'tidemill.held_change'::regclass and not granted)";
    until(is_deciding, true).await;

    let change = "update tidemill.source_watch
        set observed_at = '2000-01-01', next_at = now() + interval '1 hour'";
    sqlx::query(change).execute(&db).await.unwrap();
    api.post("operator", "/datasets/retail_files/announce", json!({})).await.ok();

    let is_observed = "select observed_at > '2000-01-01'
        from tidemill.source_watch
        join tidemill.dataset on dataset.id = source_watch.dataset_id
        where dataset.name = 'retail_files'";
    until(is_observed, true).await;
    until(is_deciding, true).await;
    held.rollback().await.unwrap();
    until(is_deciding, false).await;
    drop(scheduler);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_shows_that_it_lives_however_seldom_it_looks_at_sources() {
    let api = Api::empty().await;
    let db = api.database().await;
    assert_eq!(api.get("viewer", "/overview").await.ok()["scheduler_seen_at"], Value::Null);
    let mut scheduler = api.program.command(&["scheduler"]).spawn().unwrap();
    // What else it leaves behind is of a day ago, as where sources are looked at once a day.
    let begun = std::time::Instant::now();
    loop {
        let seen: bool = sqlx::query_scalar(
            "with other as (
                 update tidemill.housekeeping set started_at = now() - interval '1 day'
                 where name <> 'scheduler'
             ), source as (
                 update tidemill.source_watch
                 set observed_at = now() - interval '1 day', next_at = now() + interval '1 day'
             )
             select exists (select from tidemill.housekeeping where name = 'scheduler')",
        )
        .fetch_one(&db)
        .await
        .unwrap();
        let overview = api.get("viewer", "/overview").await.ok();
        let seen_at = overview["scheduler_seen_at"].as_str();
        let seen_at: Option<jiff::Timestamp> = seen_at.map(|at| at.parse().unwrap());
        let ago = seen_at.map(|at| tidemill::clock::now().duration_since(at).as_secs());
        if seen && ago.is_some_and(|seconds| seconds < 60) {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "{overview}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    scheduler.kill().await.unwrap();
}
