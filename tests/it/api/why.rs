//! What is said of partitions and runs whose inputs failed or changed.

use serde_json::{Value, json};

use crate::cli::{landing, shop};
use crate::support::api::Api;

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_was_tried_and_failed_is_why_and_named_with_its_run() {
    let api = Api::made().await;
    let day = shop::broken_day();
    let file = format!("/datasets/retail_files/manifest?key={day}");
    let before = api.get("operator", &file).await.ok();
    let landed = api.program.lake.with_file_name("landing");
    let line = format!("900001,22423,CAKESTAND,3,{day} 09:10:00,12.75,,Norway");
    landing::orders(&landed, day, &[line]);
    api.run(&["plan", "retail_revenue_daily", &day.to_string()]).await;
    let failed = "insert into tidemill.partition_failure
            (dataset_id, slice_id, ordinal, run_id, error_code, error)
        select head.dataset_id, head.slice_id, head.ordinal, 4711, 'TM0502', 'line 7 is torn'
        from tidemill.head
        join tidemill.dataset on dataset.id = head.dataset_id
        join tidemill.materialization as version on version.id = head.materialization_id
        where dataset.name = 'retail_lines'
          and array_to_string(version.paths, ' ') like '%' || $1 || '%'";
    let db = api.database().await;
    let failed = sqlx::query(failed).bind(day.to_string()).execute(&db).await.unwrap();
    assert_eq!(failed.rows_affected(), 1);

    let path = format!("/datasets/retail_revenue_daily/partition?key={day}");
    // Has a new picture taken, which shows what failed.
    api.post("operator", "/datasets/dev_dau/pause", json!({})).await.ok();

    let stale = api.get("viewer", &path).await.ok();

    assert_eq!(stale["standing"], "stale", "{stale:#}");
    let sentence = stale["why"]["sentence"].as_str().unwrap();
    let told =
        format!("`retail_lines` {day} was tried by run 4711, which failed: TM0502: line 7 is torn");
    assert!(sentence.ends_with(&told), "{sentence}");
    let causes = stale["why"]["causes"].as_array().unwrap();
    let run = causes.iter().find(|cause| cause["run"] == 4711).expect("there is a link to it");
    assert_eq!((&run["dataset"], &run["depth"]), (&json!("retail_lines"), &json!(1)));
    let typed = api.run(&["why", "retail_revenue_daily", &day.to_string()]).await;
    assert!(typed.contains(&told), "{typed}");

    // The file lies where the one before lay.
    assert_eq!(before["is_source"], true);
    let old = before["commit"].as_i64().unwrap();
    let gone = api.get("operator", &format!("{file}&commit={old}")).await.problem(409, "TM0605");
    assert!(gone.contains("were superseded"), "{gone}");
    let now = api.get("operator", &file).await.ok();
    assert_ne!(now["files"][0]["materialization"], before["files"][0]["materialization"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_published_nothing_has_the_inputs_of_now() {
    let api = Api::made().await;
    let latest = "/datasets/retail_lines/materializations?limit=1";
    let latest = api.get("viewer", latest).await.ok();
    let key = &latest["items"][0]["partition"];
    let day = key.as_str().unwrap();
    let select = json!({ "missing": false, "failed": false, "stale": false, "all": true });
    let asked = json!({
        "targets": [{ "dataset": "retail_lines", "ranges": day, "selection": null }],
        "select": select, "upstream": false, "downstream": false, "newest_first": false,
        "concurrency": null, "priority": 0, "class": "backfill",
    });
    let plan = api.post("operator", "/backfills/plan", asked.clone()).await.ok();
    let mut apply = asked;
    apply["plan"] = plan["hash"].clone();
    let made = api.post("operator", "/backfills", apply).await.is(201);
    let cancel = format!("/backfills/{}/cancel", made["id"]);
    api.post("operator", &cancel, json!({})).await.ok();
    let runs = api.get("viewer", &format!("/runs?backfill={}", made["id"])).await.ok();

    let run = api.get("viewer", &format!("/runs/{}", runs["items"][0]["id"])).await.ok();

    assert_eq!((&run["state"], &run["inputs_of_now"]), (&json!("cancelled"), &json!(true)));
    let inputs = run["inputs"].as_array().unwrap();
    let names: Vec<&Value> = inputs.iter().map(|input| &input["dataset"]).collect();
    assert_eq!(names, ["retail_files"], "{run:#}");
    assert!(inputs[0]["paths"][0].as_str().unwrap().contains(day), "{run:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_into_a_broken_file_is_told_what_is_wrong_with_it() {
    let api = Api::made().await;
    let day = shop::broken_day();
    let landed = api.program.lake.with_file_name("landing");
    std::fs::write(landed.join(format!("retail/{day}.csv.gz")), "no gzip").unwrap();
    api.run(&["plan", "retail_revenue_daily", &day.to_string()]).await;
    let path = format!("/datasets/retail_files/preview?key={day}");
    let told = api.get("operator", &path).await.problem(409, "TM0502");
    assert!(told.contains(&format!("retail/{day}.csv.gz")), "{told}");
}
