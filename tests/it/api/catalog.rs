//! Datasets over the network: lists, health, partitions and why, versions, rows, files, lineage.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Weekday;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cli::{landing, shop};
use crate::support::api::{Api, Reply};

const LINES: &str = "/datasets/retail_lines";

fn names(items: &Value) -> Vec<String> {
    let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(name).collect()
}

/// A token of a viewer who may know of datasets with these prefixes.
async fn scoped(api: &Api, prefixes: Value) -> String {
    let expires_at = api.get("admin", "/session").await.ok()["expires_at"].clone();
    let new = json!({
        "name": "catalog", "actions": null, "role": "operator",
        "scope": { "all": false, "prefixes": prefixes, "tags": [] }, "expires_at": expires_at,
    });
    api.post("admin", "/tokens", new).await.is(201)["secret"].as_str().unwrap().to_owned()
}

async fn get_by(api: &Api, token: &str, path: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    api.send(Method::GET, &format!("/api/v1{path}"), &[("authorization", &bearer)], None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn datasets_come_in_pages_and_are_found_by_what_they_are() {
    let api = Api::made().await;
    let whole = api.get("viewer", "/datasets?limit=500").await.ok();
    let all = names(&whole["items"]);
    assert!(10 < all.len() && all.is_sorted(), "{all:?}");
    assert_eq!(whole["total"], all.len());
    for sort in ["name", "state", "published"] {
        let whole = api.get("viewer", &format!("/datasets?limit=500&sort={sort}")).await.ok();
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/datasets?sort={sort}&limit=3{cursor}");
            let page = api.get("viewer", &path).await.ok();
            paged.extend(names(&page["items"]));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, names(&whole["items"]), "{sort}");
    }
    for row in whole["items"].as_array().unwrap() {
        let counted: u64 =
            row["counts"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        assert_eq!(row["partitions"], counted, "{row}");
        assert!(row["strip"].as_array().unwrap().len() <= 30, "{row}");
    }
    let kinds = &whole["facets"]["kinds"];
    for kind in ["source", "transform"] {
        let some = api.get("viewer", &format!("/datasets?limit=500&kind={kind}")).await.ok();
        assert_eq!(some["total"], kinds[kind], "a facet counts what its filter finds");
        assert_eq!(&some["facets"]["kinds"], kinds, "its own filter leaves a facet alone");
    }
    let found = api.get("viewer", "/datasets?q=RETAIL%20lines").await.ok();
    assert!(names(&found["items"]).contains(&"retail_lines".to_owned()), "{found}");
    api.get("viewer", "/datasets?kind=table").await.problem(422, "TM0606");
    api.get("viewer", "/datasets?sort=state&cursor=bm8").await.problem(422, "TM0606");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_where_each_partition_stands_and_nothing_while_nothing_changed() {
    let api = Api::made().await;
    let path = format!("{LINES}/health");
    let reply = api.get("viewer", &path).await;
    let health = reply.ok();
    let (axis, series) = (&health["axis"], &health["series"][0]);
    assert_eq!(
        (&axis["unit"], &health["width"], &health["more_series"]),
        (&json!("day"), &json!(1), &json!(0))
    );
    let runs: Vec<i64> =
        series["runs"].as_array().unwrap().iter().filter_map(Value::as_i64).collect();
    let cells: i64 = runs.chunks(2).map(|pair| pair[1]).sum();
    assert_eq!(series["first"].as_i64().unwrap() + cells, axis["end"].as_i64().unwrap());
    let states = health["states"].as_array().unwrap();
    for (word, count) in series["counts"].as_object().unwrap() {
        let told: i64 = runs
            .chunks(2)
            .filter(|pair| 0 <= pair[0] && states[pair[0] as usize] == *word.as_str())
            .map(|pair| pair[1])
            .sum();
        assert_eq!(*count, told, "{word}");
    }
    let dataset = api.get("viewer", LINES).await.ok();
    assert_eq!(dataset["counts"], series["counts"]);
    let tag = reply.header("etag").unwrap().to_owned();
    let bearer = format!("Bearer {}", api.token("viewer"));
    let headers = [("authorization", bearer.as_str()), ("if-none-match", tag.as_str())];
    let again = api.send(Method::GET, &format!("/api/v1{path}"), &headers, None).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(tag.as_str()));
    api.get("viewer", &format!("{path}?slice=x")).await.problem(422, "TM0606");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_says_why_and_leads_to_its_versions_and_back_to_files() {
    let api = Api::made().await;
    let day = shop::broken_day();
    let fresh = api.get("viewer", &format!("{LINES}/partition?key={day}")).await.ok();
    assert_eq!((&fresh["standing"], &fresh["key"]), (&json!("fresh"), &json!(day.to_string())));
    assert!(fresh["why"]["sentence"].as_str().unwrap().contains("is fresh"), "{fresh}");
    assert_eq!(fresh["head"], fresh["versions"][0]);
    assert_eq!(fresh["runs"][0]["id"], fresh["head"]["run"], "{fresh}");
    assert_eq!(fresh["live_run"], Value::Null);
    let id = fresh["head"]["id"].as_i64().unwrap();
    let detail = api.get("viewer", &format!("/materializations/{id}")).await.ok();
    assert_eq!(detail["inputs"][0]["dataset"], "retail_files");
    assert_eq!(detail["inputs"][0]["is_source"], true);
    let up = api.get("viewer", &format!("/materializations/{id}/lineage")).await.ok();
    assert_eq!(up["nodes"].as_array().unwrap().len(), 2, "{up}");
    assert_eq!(up["edges"], json!([{ "from": detail["inputs"][0]["id"], "to": id }]));
    assert!(up["nodes"][1]["paths"][0].as_str().unwrap().contains(&day.to_string()), "{up}");
    let down = format!("/materializations/{id}/lineage?direction=down");
    let down = api.get("viewer", &down).await.ok();
    let below: BTreeSet<&str> = down["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|node| node["dataset"].as_str())
        .collect();
    assert!(below.contains("retail_revenue_daily"), "{down}");
    let list = api.get("viewer", &format!("{LINES}/materializations?limit=1")).await.ok();
    let next = list["next"].as_str();
    if let Some(next) = next {
        let path = format!("{LINES}/materializations?limit=1&cursor={next}");
        assert_ne!(api.get("viewer", &path).await.ok()["items"], list["items"]);
    }
    let early = api.get("viewer", &format!("{LINES}/partition?key=1970-01-01")).await;
    early.problem(404, "TM0604");
    api.get("viewer", &format!("{LINES}/partition?key=1970")).await.problem(422, "TM0606");
    api.get("viewer", &format!("{LINES}/partition")).await.problem(422, "TM0606");
    api.get("viewer", "/materializations/999999").await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_paused_job_names_the_file_that_changed() {
    let api = Api::made().await;
    let day = shop::broken_day();
    // No file comes on Saturdays.
    let other = day.saturating_sub(1.day());
    let is_closed = other.weekday() == Weekday::Saturday;
    let other = if is_closed { other.saturating_sub(1.day()) } else { other };
    let landed = api.program.lake.with_file_name("landing");
    let line = format!("900001,22423,CAKESTAND,3,{day} 09:10:00,12.75,,Norway");
    landing::orders(&landed, day, &[line]);
    // As if neither was ever made.
    let forget = "delete from tidemill.head
        using tidemill.materialization as version, tidemill.dataset
        where version.id = head.materialization_id
          and dataset.id = head.dataset_id
          and dataset.name in ('retail_lines', 'retail_revenue_daily')
          and array_to_string(version.paths, ' ') like '%' || $1 || '%'";
    let db = api.database().await;
    let gone = sqlx::query(forget).bind(other.to_string()).execute(&db).await.unwrap();
    assert_eq!(gone.rows_affected(), 2);
    api.post("operator", "/datasets/retail_lines/pause", json!({})).await.ok();
    let days = format!("{other}..{day}");
    let asked = ["backfill", "retail_revenue_daily", &days, "--upstream", "--yes", "--detach"];
    api.run(&asked).await;

    for (day, text, files) in [(day, "became", "changed"), (other, "was not there", "is new")] {
        let path = format!("/datasets/retail_revenue_daily/partition?key={day}");
        let waiting = api.get("viewer", &path).await.ok();
        assert_eq!(waiting["standing"], "waiting");
        let causes = waiting["why"]["causes"].as_array().unwrap();
        let about = |dataset: &str| -> Vec<&Value> {
            causes.iter().filter(|cause| cause["dataset"] == dataset).collect()
        };
        let [file] = about("retail_files")[..] else { panic!("{waiting:#}") };
        let told = file["text"].as_str().unwrap();
        assert!(told.contains(text), "{told}");
        assert!(told.contains(&format!("retail/{day}.csv.gz {files}")), "{told}");
        assert_eq!((&file["source"], &file["depth"]), (&json!(true), &json!(2)), "{file}");
        let lines = about("retail_lines")[0]["text"].as_str().unwrap();
        assert!(lines.contains("it is ready, and paused by admin (token operator)"), "{lines}");
        // Nobody knows when it is resumed.
        let wait = causes[0]["text"].as_str().unwrap();
        assert!(wait.ends_with("has not started: waits for its inputs"), "{wait}");
        let typed = api.run(&["why", "retail_revenue_daily", &day.to_string()]).await;
        assert!(typed.contains(&format!("retail/{day}.csv.gz {files}")), "{typed}");
        assert!(typed.contains(": ready, and paused by admin"), "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn masked_columns_stay_masked_for_everybody() {
    let api = Api::made().await;
    let day = shop::broken_day();
    for dataset in ["retail_lines", "retail_files"] {
        let path = format!("/datasets/{dataset}/preview?key={day}&limit=5");
        api.get("viewer", &path).await.problem(403, "TM0603");
        let rows = api.get("admin", &path).await.ok();
        let columns = rows["columns"].as_array().unwrap();
        let at = columns.iter().position(|it| it["name"] == "CustomerID").unwrap();
        let other = columns.iter().position(|it| it["name"] == "Quantity").unwrap();
        assert_eq!(
            (&columns[at]["masked"], &columns[other]["masked"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(rows["rows"].as_array().unwrap().len(), 5);
        for row in rows["rows"].as_array().unwrap() {
            assert_eq!(row[at], Value::Null);
            assert_ne!(row[other], Value::Null);
        }
    }
    let head = api.get("viewer", &format!("{LINES}/partition?key={day}")).await.ok();
    let path = format!("/materializations/{}", head["head"]["id"]);
    for (role, shows) in [("viewer", false), ("operator", true), ("admin", true)] {
        let detail = api.get(role, &path).await.ok();
        let profile = detail["profile"].as_array().unwrap();
        let of = |name: &str| profile.iter().find(|column| column["name"] == name).unwrap();
        assert_eq!(
            (&of("CustomerID")["min"], &of("CustomerID")["masked"]),
            (&Value::Null, &json!(true))
        );
        assert_eq!(of("Quantity")["min"] != Value::Null, shows, "{role}");
    }
    let terminal = api.run(&["preview", "retail_lines", &day.to_string(), "--json"]).await;
    let rows: Value = serde_json::from_str(&terminal).unwrap();
    assert_eq!(rows[0]["CustomerID"], Value::Null);
    api.get("admin", &format!("{LINES}/preview?limit=501")).await.problem(422, "TM0606");
    api.get("admin", &format!("{LINES}/preview?key=1999-01-01")).await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_names_exactly_the_files_of_a_commit() {
    let api = Api::made().await;
    let path = format!("{LINES}/manifest");
    api.get("viewer", &path).await.problem(403, "TM0603");
    let whole = api.get("operator", &format!("{path}?limit=500")).await.ok();
    let files = whole["files"].as_array().unwrap();
    for file in files {
        let on_disk =
            url::Url::parse(file["url"].as_str().unwrap()).unwrap().to_file_path().unwrap();
        let length = std::fs::metadata(&on_disk).unwrap().len();
        assert_eq!(file["bytes"], length, "{file}");
        assert!(whole["snippets"]["polars"].as_str().unwrap().contains(on_disk.to_str().unwrap()));
    }
    let first = files.iter().map(|file| file["materialization"].as_i64().unwrap()).min().unwrap();
    let early = api.get("operator", &format!("{path}?commit={first}")).await.ok();
    assert_eq!(early["files"].as_array().unwrap().len(), 1, "{early}");
    let page = api.get("operator", &format!("{path}?limit=1")).await.ok();
    assert_eq!(page["commit"], whole["commit"]);
    assert_eq!(page["files"][0], files[0]);
    let one = files[0]["partition"].as_str().unwrap();
    let one = api.get("operator", &format!("{path}?key={one}")).await.ok();
    assert_eq!(one["files"], json!([files[0]]));
    api.get("operator", &format!("{path}?commit=999999")).await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graph_shows_neighbours_and_counts_what_it_leaves_out() {
    let api = Api::made().await;
    let all = api.get("viewer", "/lineage").await.ok();
    let nodes = names(&all["nodes"]);
    let rows = api.get("viewer", "/datasets?limit=500").await.ok();
    assert_eq!(nodes.iter().collect::<BTreeSet<_>>(), names(&rows["items"]).iter().collect());
    assert!(all["nodes"].as_array().unwrap().iter().all(|node| node["hidden_up"] == 0));
    let near = api.get("viewer", "/lineage?focus=retail_lines&up=1&down=0").await.ok();
    assert_eq!(names(&near["nodes"]), ["retail_lines", "retail_files"]);
    let below =
        all["edges"].as_array().unwrap().iter().filter(|edge| edge["from"] == "retail_lines");
    let below: BTreeSet<&str> = below.filter_map(|edge| edge["to"].as_str()).collect();
    assert_eq!(near["nodes"][0]["hidden_down"], below.len());
    assert_eq!(near["nodes"][0]["hidden_up"], 0);
    api.get("viewer", "/lineage?focus=nothing").await.problem(404, "TM0604");
    api.get("viewer", "/lineage?up=101").await.problem(422, "TM0606");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_known_of_is_nowhere() {
    let api = Api::made().await;
    let token = scoped(&api, json!(["click"])).await;
    let rows = get_by(&api, &token, "/datasets?limit=500").await.ok();
    let seen = names(&rows["items"]);
    assert!(!seen.is_empty() && seen.iter().all(|name| name.starts_with("click")), "{seen:?}");
    assert_eq!(rows["total"], seen.len());
    for path in [LINES, "/lineage?focus=retail_lines"] {
        get_by(&api, &token, path).await.problem(404, "TM0604");
    }
    for below in ["health", "materializations", "preview", "manifest", "holds"] {
        get_by(&api, &token, &format!("{LINES}/{below}")).await.problem(404, "TM0604");
    }
    let day = shop::broken_day();
    let head = api.get("viewer", &format!("{LINES}/partition?key={day}")).await.ok();
    let id = &head["head"]["id"];
    for path in [format!("/materializations/{id}"), format!("/materializations/{id}/lineage")] {
        get_by(&api, &token, &path).await.problem(404, "TM0604");
    }
    for path in ["/lineage", "/overview", "/datasets?q=retail"] {
        let reply = get_by(&api, &token, path).await;
        reply.ok();
        assert!(!reply.text.contains("retail"), "{path}: {}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_shows_at_once_and_is_written_down() {
    let api = Api::made().await;
    let path = "/datasets/dev_dau";
    assert_eq!(api.get("viewer", path).await.ok()["paused"], false);
    let paused = api.post("operator", &format!("{path}/pause"), json!({})).await.ok();
    assert_eq!((&paused["paused"], &paused["changed"]), (&json!(true), &json!(true)));
    let shown = api.get("viewer", path).await.ok();
    assert_eq!((&shown["paused"], &shown["paused_by"]), (&json!(true), &paused["paused_by"]));
    let again = api.post("operator", &format!("{path}/pause"), json!({})).await.ok();
    assert_eq!(again["changed"], false);
    api.post("operator", &format!("{path}/resume"), json!({})).await.ok();
    assert_eq!(api.get("viewer", path).await.ok()["paused"], false);
    let audit = api.get("admin", "/audit?object=dev_dau").await.ok();
    let actions: Vec<&Value> =
        audit["items"].as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert_eq!(actions, ["job.resume", "job.pause"]);
    api.post("operator", "/datasets/retail_files/pause", json!({})).await.problem(409, "TM0605");
    let before = api.get("viewer", "/datasets/retail_files").await.ok()["watch"].clone();
    api.post("operator", "/datasets/retail_files/announce", json!({})).await.ok();
    let watch = api.get("viewer", "/datasets/retail_files").await.ok()["watch"].clone();
    assert_eq!((&watch["looking"], &watch["fault"]), (&json!(false), &Value::Null), "{watch}");
    assert!(watch["next_at"].as_str() <= before["next_at"].as_str(), "{watch} {before}");
    assert_eq!(api.get("viewer", path).await.ok()["watch"], Value::Null, "a job makes it");
    api.post("operator", "/datasets/dev_dau/announce", json!({})).await.problem(409, "TM0605");
    let none =
        api.post("operator", &format!("{path}/approve"), json!({ "ranges": null })).await.ok();
    assert_eq!(none["approved"], 0);
    assert_eq!(api.get("viewer", &format!("{path}/holds")).await.ok()["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_overview_counts_and_what_it_complains_about_are_of_one_moment() {
    let api = Api::made().await;
    let failed = async || {
        let overview = api.get("viewer", "/overview").await.ok();
        let problems = overview["problems"].as_array().unwrap().iter();
        let told = problems.filter(|problem| problem["kind"] == "failed").count();
        (overview["counts"]["failed"].as_u64().unwrap(), told)
    };
    assert_eq!(failed().await, (0, 0));
    let db = api.database().await;
    let fail = "insert into tidemill.partition_failure
                    (dataset_id, slice_id, ordinal, run_id, error_code, error)
                select head.dataset_id, head.slice_id, head.ordinal, version.run_id, 'TM0401', 'x'
                from tidemill.head
                join tidemill.materialization as version on version.id = head.materialization_id
                join tidemill.dataset on dataset.id = head.dataset_id
                where dataset.name = 'dev_dau'
                order by head.ordinal limit 1";
    sqlx::query(fail).execute(&db).await.unwrap();
    // Has a new picture taken, which shows what failed.
    api.post("operator", "/datasets/dev_dau/pause", json!({})).await.ok();
    assert_eq!(failed().await, (1, 1));
    sqlx::query("delete from tidemill.partition_failure").execute(&db).await.unwrap();
    api.post("operator", "/datasets/dev_dau/resume", json!({})).await.ok();
    assert_eq!(failed().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_adds_up() {
    let api = Api::made().await;
    let overview = api.get("viewer", "/overview").await.ok();
    let rows = api.get("viewer", "/datasets?limit=500").await.ok();
    for (word, count) in overview["counts"].as_object().unwrap() {
        let rows = rows["items"].as_array().unwrap();
        let all: u64 = rows.iter().filter_map(|row| row["counts"][word].as_u64()).sum();
        assert_eq!(*count, all, "{word}");
    }
    assert_eq!(overview["throughput"].as_array().unwrap().len(), 96);
    let published: i64 = overview["throughput"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|bucket| bucket["published"].as_i64())
        .sum();
    assert!(20 < published, "{published}");
    assert!(overview["sentence"].as_str().unwrap().ends_with('.'), "{overview}");
    assert_eq!((&overview["running"], &overview["waiting"]), (&json!(0), &json!(0)));
    for problem in overview["problems"].as_array().unwrap() {
        assert!(!problem["title"].as_str().unwrap().is_empty(), "{problem}");
        let is_lacking = problem["kind"] == "missing_upstream";
        assert!(!is_lacking || problem["since"].is_string(), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_explained_where_it_is_shown() {
    let api = Api::empty().await;
    let page = api.get("viewer", "/codes/tm0501").await.ok();
    assert_eq!(page["code"], "TM0501");
    assert_eq!(page["title"], "too many unreadable rows");
    assert!(page["text"].as_str().unwrap().starts_with("## What happened\n"), "{page}");
    api.get("viewer", "/codes/TM9999").await.problem(404, "TM0604");
}
