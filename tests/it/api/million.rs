//! Plans of a million partitions over the network: as small and as quick as those of a few.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tidemill::api::ServeOptions;
use tidemill::prelude::*;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::TestMill;
use crate::support::api::client;

/// Ten years of five minutes, twice.
fn declare(project: &mut Project) {
    let time = || TimePartitions::minutes(5, "2014-01-01").until("2024-01-01");
    let numbers = project.job(
        Transform::new("numbers")
            .partitions(time())
            .run(|_cx, []| Ok(df!("n" => [1_i64]).map(IntoLazy::lazy)?)),
    );
    project.job(
        Transform::new("sums")
            .reads(&numbers, Mapping::Same)
            .partitions(time())
            .run(|_cx, [numbers]| Ok(numbers.select([col("n").sum()]))),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_a_million_partitions_is_small_and_is_not_applied_at_once() {
    let test = TestMill::new(declare).await;
    let secret = "a".repeat(43);
    let id: i64 = sqlx::query_scalar(
        "with ana as (
             insert into tidemill.person (login, name, role) values ('ana', 'Ana', 'operator')
             returning id
         )
         insert into tidemill.token (person_id, name, hash, role, expires_at)
         select id, 'test', sha256(convert_to($1, 'UTF8')), 'operator', now() + interval '1 day'
         from ana
         returning id",
    )
    .bind(&secret)
    .fetch_one(&test.mill.pool)
    .await
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let mill = Arc::clone(&test.mill);
    let serving =
        tokio::spawn(tidemill::api::serve(mill, listener, ServeOptions::default(), stop.clone()));
    let post = async |path: &str, body: Value| {
        let request =
            client().post(format!("{base}{path}")).bearer_auth(format!("tdm_{id}_{secret}"));
        let request = request.header("content-type", "application/json").body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.text().await.unwrap())
    };
    let mut body = json!({
        "targets": [{ "dataset": "numbers", "ranges": null, "selection": null }],
        "select": { "missing": true, "failed": false, "stale": false, "all": false },
        "upstream": false, "downstream": true, "newest_first": false, "concurrency": null,
        "priority": 0, "class": "backfill",
    });
    let began = Instant::now();
    let (status, text) = post("/backfills/plan", body.clone()).await;
    eprintln!("planned two million partitions in {:?}: {} bytes", began.elapsed(), text.len());
    assert_eq!(status, 200, "{text}");
    assert!(text.len() < 4000, "{text}");
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&plan["runs"], &plan["waves"]), (&2_103_552.into(), &2.into()), "{plan}");
    assert_eq!(plan["steps"][0]["ranges"][0]["partitions"], 1_051_776);

    body["plan"] = plan["hash"].clone();
    let (status, text) = post("/backfills", body).await;
    let refused: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &refused["error"]["code"]), (422, &"TM0606".into()), "{refused}");
    let counts = json!({ "runs": 2_103_552, "runs_max": plan["runs_max"] });
    assert_eq!(refused["error"]["details"], counts);
    stop.cancel();
    serving.await.unwrap().unwrap();
    test.finish().await;
}
