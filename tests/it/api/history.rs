//! Runs of a year: on days with a partition of their own and on days without, under every filter.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::api::Api;

/// How many days back copies of all finished runs are put.
const DAYS: [i32; 7] = [1, 2, 9, 15, 30, 100, 395];
/// By so much the numbers of each copy are greater than those of the one before.
const APART: i64 = 1_000_000;

/// Makes partitions of the history: of the weeks of 30 and 395 days ago, and of a day as an earlier
/// release made them. The rest is in the default partition.
async fn cut(db: &PgPool) {
    sqlx::raw_sql(
        "do $$
         declare
             part record;
         begin
             for part in
                 select 'run_history_week_' as prefix, date_trunc('week', today - days) as first,
                     interval '7 days' as length
                 from (select date_trunc('day', now() at time zone 'UTC') as today) as now,
                     unnest(array[interval '30 days', interval '395 days']) as days
                 union all
                 select 'run_history_', date_trunc('day', now() at time zone 'UTC' - interval '15 days'),
                     interval '1 day'
             loop
                 execute format(
                     'create table tidemill.%I partition of tidemill.run_history
                      for values from (%L) to (%L)',
                     part.prefix || to_char(part.first, 'YYYY_MM_DD'),
                     part.first::text || '+00', (part.first + part.length)::text || '+00'
                 );
             end loop;
         end $$",
    )
    .execute(db)
    .await
    .unwrap();
}

/// Puts copies of all that finished on other days. The attempts of one copy ended long before their
/// runs, as when a run is cancelled between attempts; those of another are gone.
async fn spread(db: &PgPool) {
    cut(db).await;
    for (copy, days) in (1..).zip(DAYS) {
        let more = APART * copy;
        let statements = [
            "insert into tidemill.backfill
                 (id, state, request, plan, plan_hash, runs, created_by, created_at, finished_at,
                  class, published, unchanged, failed, cancelled, dataset_ids)
             overriding system value
             select id + $1, state, request, plan, plan_hash, runs, created_by,
                 created_at - make_interval(days => $2), finished_at - make_interval(days => $2),
                 class, published, unchanged, failed, cancelled, dataset_ids
             from tidemill.backfill
             where id < 1000000",
            "insert into tidemill.run_history
                 (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome, reason,
                  attempt, error_code, error, created_at, finished_at)
             select id + $1, backfill_id + $1, dataset_id, slice_id, ordinal, left_state, state,
                 outcome, reason, attempt, error_code, error,
                 created_at - make_interval(days => $2), finished_at - make_interval(days => $2)
             from tidemill.run_history
             where id < 1000000",
            "insert into tidemill.attempt
                 (run_id, number, worker_id, state, started_at, ended_at, error_code, error)
             select run_id + $1, number, worker_id, state,
                 started_at - make_interval(days => case $2 when 9 then 12 else $2 end),
                 ended_at - make_interval(days => case $2 when 9 then 12 else $2 end), error_code, error
             from tidemill.attempt
             where run_id < 1000000 and $2 <> 100",
        ];
        for statement in statements {
            sqlx::query(statement).bind(more).bind(days).execute(db).await.unwrap();
        }
    }
}

async fn pages(api: &Api, token: &str, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let bearer = format!("Bearer {token}");
        let path = format!("/api/v1{path}{cursor}");
        let headers = [("authorization", bearer.as_str())];
        let page = api.send(reqwest::Method::GET, &path, &headers, None).await.ok();
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// What a filter asks for.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn ids(items: &[Value]) -> Vec<i64> {
    items.iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_a_year_are_listed_in_order_under_each_filter() {
    let api = Api::made().await;
    let db = api.database().await;
    spread(&db).await;
    let count: i64 = sqlx::query_scalar("select count(*) from tidemill.run_history")
        .fetch_one(&db)
        .await
        .unwrap();
    let viewer = api.token("viewer").to_owned();
    let all = async |path: &str| pages(&api, &viewer, path).await;

    let whole = all("/runs?limit=17").await;

    assert_eq!(whole.len() as i64, count);
    let place = |run: &Value| -> (jiff::Timestamp, i64) {
        (run["finished_at"].as_str().unwrap().parse().unwrap(), run["id"].as_i64().unwrap())
    };
    assert!(whole.windows(2).all(|pair| place(&pair[1]) < place(&pair[0])), "newest first");
    let mut oldest = ids(&all("/runs?limit=40&order=oldest").await);
    oldest.reverse();
    assert_eq!(oldest, ids(&whole));
    for field in ["state", "dataset", "class", "backfill", "error_code"] {
        let values: BTreeSet<String> = whole.iter().filter_map(|run| word(&run[field])).collect();
        for value in values {
            let is_it = |run: &&Value| word(&run[field]).as_ref() == Some(&value);
            let held: Vec<i64> =
                whole.iter().filter(is_it).map(|run| run["id"].as_i64().unwrap()).collect();
            let name = if field == "error_code" { "code" } else { field };
            for order in ["newest", "oldest"] {
                let path = format!("/runs?limit=9&order={order}&{name}={value}");
                let mut found = ids(&all(&path).await);
                if order == "oldest" {
                    found.reverse();
                }
                assert_eq!(found, held, "{path}");
            }
        }
    }
    // A week goes while the server knows of it.
    let gone = "select relname::text from pg_class where relname like 'run_history_week%'
                order by relname limit 1";
    let gone: String = sqlx::query_scalar(gone).fetch_one(&db).await.unwrap();
    let dropped = format!("drop table tidemill.{gone}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(dropped)).execute(&db).await.unwrap();
    let copied = |run: &&Value| run["id"].as_i64().unwrap() < 7 * APART;
    let whole: Vec<Value> = whole.iter().filter(copied).cloned().collect();
    assert_eq!(all("/runs?limit=17").await, whole);
    // One of each copy, whatever its attempts say of when they ended.
    for run in whole.iter().step_by(whole.len() / 40) {
        let told = api.get("viewer", &format!("/runs/{}", run["id"])).await.ok();
        for (field, value) in run.as_object().unwrap() {
            assert_eq!(told[field], *value, "{field} of run {}", run["id"]);
        }
    }
    the_partition_shows_its_runs(&api, &whole).await;
}

/// The latest runs of a partition, of all that there are.
async fn the_partition_shows_its_runs(api: &Api, whole: &[Value]) {
    let published = whole.iter().find(|run| run["outcome"] == "published").unwrap();
    let path = format!(
        "/datasets/{}/partition?key={}",
        published["dataset"].as_str().unwrap(),
        published["partition"].as_str().unwrap()
    );
    let partition = api.get("viewer", &path).await.ok();
    let same = |run: &&Value| {
        run["dataset"] == published["dataset"] && run["partition"] == published["partition"]
    };
    let mut held: Vec<i64> =
        whole.iter().filter(same).map(|run| run["id"].as_i64().unwrap()).collect();
    held.sort_unstable_by(|one, other| other.cmp(one));
    held.truncate(20);
    assert_eq!(ids(partition["runs"].as_array().unwrap()), held, "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_that_failed_are_told_with_their_datasets_and_to_nobody_else() {
    let api = Api::made().await;
    let db = api.database().await;
    sqlx::query(
        "update tidemill.attempt
         set state = 'failed', error_code = 'TM0401', error = 'the test says so'
         where state = 'committed'",
    )
    .execute(&db)
    .await
    .unwrap();
    spread(&db).await;
    let viewer = api.token("viewer").to_owned();

    let whole = pages(&api, &viewer, "/events?limit=500").await;

    let small = pages(&api, &viewer, "/events?limit=23").await;
    assert_eq!(small, whole, "the same in small pages");
    let failed: Vec<&Value> =
        whole.iter().filter(|event| event["kind"] == "attempt.failed").collect();
    let count: i64 = sqlx::query_scalar(
        "select count(*) from tidemill.attempt where state in ('failed', 'expired')",
    )
    .fetch_one(&db)
    .await
    .unwrap();
    assert_eq!(failed.len() as i64, count);
    assert!(failed.iter().all(|event| event["dataset"].is_string()), "{failed:?}");
    // Of the few that they may know of, they are told however many others come before.
    let dataset = failed.last().unwrap()["dataset"].as_str().unwrap().to_owned();
    let expires_at = api.get("admin", "/session").await.ok()["expires_at"].clone();
    let new = json!({
        "name": "few", "actions": null, "role": "viewer",
        "scope": { "all": false, "prefixes": [dataset], "tags": [] }, "expires_at": expires_at,
    });
    let few = api.post("admin", "/tokens", new).await.is(201);
    let few = few["secret"].as_str().unwrap();
    let told = pages(&api, few, "/events?limit=3").await;
    let told: Vec<&Value> = told.iter().filter(|event| event["kind"] == "attempt.failed").collect();
    let theirs: Vec<&Value> = failed
        .into_iter()
        .filter(|event| event["dataset"].as_str().unwrap().starts_with(&dataset))
        .collect();
    assert_eq!(told, theirs);
    assert!(!theirs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_of_sources_at_one_instant_is_told_whole_in_pages_of_any_size() {
    let api = Api::empty().await;
    let db = api.database().await;
    // Numbers of one and of two digits: names are told in the order of letters.
    let sources: Vec<i32> =
        sqlx::query_scalar("select id from tidemill.dataset order by id limit 12")
            .fetch_all(&db)
            .await
            .unwrap();
    sqlx::query(
        "insert into tidemill.materialization
             (dataset_id, slice_id, ordinal, generation, content, bytes, paths, sizes, hashes,
              committed_at)
         select source, (select min(id) from tidemill.slice), ordinal, 1, '0123456789abcdef', 1,
             '{}', '{}', '{}', now() - make_interval(hours => hour)
         from unnest($1::int[]) as source
         cross join generate_series(1, 300) as ordinal
         cross join generate_series(1, 2) as hour",
    )
    .bind(&sources)
    .execute(&db)
    .await
    .unwrap();
    let viewer = api.token("viewer").to_owned();
    let told = async |limit: u32| {
        let all = pages(&api, &viewer, &format!("/events?limit={limit}")).await;
        let of_sources = all.into_iter().filter(|event| event["kind"] == "source.changed");
        of_sources.collect::<Vec<_>>()
    };

    let whole = told(500).await;

    assert_eq!(whole.len(), 2 * sources.len());
    let is_whole =
        |event: &Value| event["text"].as_str().unwrap().starts_with("300 partitions of source");
    assert!(whole.iter().all(is_whole), "{whole:?}");
    for limit in [1, 2, 5, 13] {
        assert_eq!(told(limit).await, whole, "{limit} a page");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_what_was_done_is_the_same_under_each_filter() {
    let api = Api::empty().await;
    let db = api.database().await;
    // Several at one instant, and each mixture of who, what, to what and how.
    sqlx::query(
        "insert into tidemill.audit
             (at, actor, actor_kind, action, object_kind, object, outcome, request, address)
         select now() - make_interval(hours => n / 4), (array['ada', 'bob', 'etl'])[1 + n % 3],
             'user', (array['backfill.pause', 'run.cancel'])[1 + n % 2],
             (array['backfill', 'run'])[1 + n % 2], (n % 5)::text,
             (array['done', 'done', 'refused', 'failed', 'done'])[1 + n / 2 % 5], 'x', 'y'
         from generate_series(1, 90) as n",
    )
    .execute(&db)
    .await
    .unwrap();
    let admin = api.token("admin").to_owned();
    let all = async |path: &str| pages(&api, &admin, path).await;

    let whole = all("/audit?limit=500").await;

    assert!(90 <= whole.len());
    assert_eq!(all("/audit?limit=7").await, whole, "the same in small pages");
    for (field, values) in [
        ("actor", &["ada", "etl", "nobody"][..]),
        ("action", &["run.cancel"]),
        ("outcome", &["done", "refused", "failed"]),
        ("object_kind", &["backfill"]),
        ("object", &["3"]),
    ] {
        for value in values {
            for (other, word) in [(field, *value), ("object_kind", "run"), ("outcome", "done")] {
                let is_it = |entry: &&Value| entry[field] == *value && entry[other] == word;
                let held: Vec<Value> = whole.iter().filter(is_it).cloned().collect();
                let more = match other == field {
                    true if word == *value => String::new(),
                    true => continue,
                    false => format!("&{other}={word}"),
                };
                let path = format!("/audit?limit=4&{field}={value}{more}");
                assert_eq!(all(&path).await, held, "{path}");
            }
        }
    }
    let middle = whole[40]["at"].as_str().unwrap();
    let before = all(&format!("/audit?limit=6&to={middle}")).await;
    let after = all(&format!("/audit?limit=6&from={middle}")).await;
    assert_eq!([after, before].concat(), whole, "an instant cuts the account in two");
}
