//! Promises over the network: the board, the windows of one, what others were told.

use serde_json::Value;
use sqlx::PgPool;

use crate::support::api::Api;

/// As if a promise of the example had been kept for forty days: of every ten windows one was missed,
/// one of them never made; and one of another dataset.
const KEPT: &str = "
    insert into tidemill.sla_rule
        (dataset_id, kind, promise, objective, since_at, next_ordinal, next_due)
    select id, 'complete_by', promise, objective, now() - interval '41 days',
        current_date - '1970-01-01'::date + 1, now() + interval '1 day'
    from (values
        ('retail_revenue_daily', 'complete by 07:00 Europe/London', 0.95),
        ('dev_dau', 'complete by 06:00 UTC', 0.99)
    ) as promised (name, promise, objective)
    join tidemill.dataset using (name);
    insert into tidemill.sla_window
        (rule_id, ordinal, slice_id, due_at, due_month, is_met, completed_at, blocking)
    select rule.id, current_date - '1970-01-01'::date - back, slice.id, due_at,
        date_trunc('month', due_at), back % 10 <> 3,
        case when back <> 13
            then due_at + case back % 10 when 3 then interval '1 h' else interval '-1 h' end
        end,
        case back when 13 then jsonb_build_object('dataset', 'dev_events', 'partition',
            '2024-01-01', 'text', 'its last run failed', 'run', 7) end
    from tidemill.sla_rule as rule
    join tidemill.dataset on dataset.id = rule.dataset_id,
        generate_series(1, 40) as back, tidemill.slice,
        lateral (select date_trunc('day', now()) - back * interval '1 day' as due_at) as due
    where name = 'retail_revenue_daily' and dimension_values = '{}';
    insert into tidemill.sla_month (rule_id, month, met, missed)
    select rule_id, due_month, count(*) filter (where is_met), count(*) filter (where not is_met)
    from tidemill.sla_window group by rule_id, due_month;
    insert into tidemill.outbox (kind, object, dataset_id, body)
    select 'sla.missed', name || ' 2024-01-01', id, '{}' from tidemill.dataset
    where name in ('retail_revenue_daily', 'dev_dau') order by name;
    update tidemill.outbox set state = 'sent', next_at = null, sent_at = now(), tries = 1,
        last_status = 204, url_host = 'example.com' where id = 1;
";

async fn kept() -> (Api, PgPool) {
    let api = Api::empty().await;
    let pool = api.database().await;
    sqlx::raw_sql(KEPT).execute(&pool).await.unwrap();
    (api, pool)
}

fn states(windows: &Value, state: &str) -> usize {
    windows.as_array().unwrap().iter().filter(|window| window["state"] == state).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_says_how_each_promise_stands_and_how_well_it_was_kept() {
    let (api, pool) = kept().await;
    let board = api.get("viewer", "/slas").await.ok();
    let rules = board["rules"].as_array().unwrap();
    let of = |dataset: &str| {
        rules
            .iter()
            .find(|it| it["rule"]["dataset"] == dataset)
            .unwrap_or_else(|| panic!("{board}"))
    };
    let revenue = of("retail_revenue_daily");
    assert_eq!(revenue["rule"]["id"], "retail_revenue_daily:complete_by");
    assert_eq!(revenue["rule"]["objective"], 0.95);
    let recent = &revenue["recent"];
    assert_eq!(recent.as_array().unwrap().len(), 30);
    assert_eq!((states(recent, "missed"), states(recent, "late")), (2, 1));
    let late = recent.as_array().unwrap().iter().find(|it| it["state"] == "late").unwrap();
    assert_eq!(late["blocking"]["dataset"], "dev_events");
    assert_eq!(late["completed_at"], Value::Null);
    assert!(10 * 86_400 < late["late_seconds"].as_i64().unwrap(), "{late}");
    let missed = recent.as_array().unwrap().iter().find(|it| it["state"] == "missed").unwrap();
    assert_eq!(missed["late_seconds"], 3600);
    let months = revenue["months"].as_array().unwrap();
    let sum = |field: &str| months.iter().map(|it| it[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("met"), sum("missed")), (36, 4), "{months:?}");
    assert!(months.iter().all(|month| month["budget_left"].is_number()), "{months:?}");
    // The feed begins today, so that its first day is due tomorrow.
    assert_eq!(revenue["state"], "on_track");
    assert_eq!(revenue["current"]["state"], "on_track");
    assert_eq!(revenue["current"]["late_seconds"], Value::Null);
    assert_eq!(of("dev_dau")["recent"], serde_json::json!([]));
    assert!(!board.to_string().contains("dev_events:complete_by"), "no scheduler has seen it");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_windows_of_a_promise_come_in_pages_each_once_and_newest_first() {
    let (api, pool) = kept().await;
    let path = "/slas/retail_revenue_daily:complete_by/windows";
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get("viewer", &format!("{path}?limit=7{cursor}")).await.ok();
        let items = page["items"].as_array().unwrap();
        all.extend(items.iter().map(|it| it["due_at"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(all.len(), 40);
    assert!(all.is_sorted_by(|newer, older| older < newer), "{all:?}");
    for unknown in ["nothing:complete_by", "retail_revenue_daily:within", "retail_revenue_daily"] {
        let reply = api.get("viewer", &format!("/slas/{unknown}/windows")).await;
        assert!(reply.problem(404, "TM0604").contains(unknown));
    }
    // Promised, and no scheduler has seen it.
    let empty = api.get("viewer", "/slas/dev_events:complete_by/windows").await.ok();
    assert_eq!(empty["items"], serde_json::json!([]));
    let wrong = api.get("viewer", &format!("{path}?cursor=x")).await;
    wrong.problem(422, "TM0606");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_say_where_they_went_and_no_more() {
    let (api, pool) = kept().await;
    let page = api.get("viewer", "/slas/deliveries?limit=1").await.ok();
    assert_eq!(page["items"][0]["object"], "retail_revenue_daily 2024-01-01");
    assert_eq!(page["items"][0]["state"], "waiting");
    let next = page["next"].as_str().unwrap();
    let page = api.get("viewer", &format!("/slas/deliveries?limit=1&cursor={next}")).await.ok();
    let sent = &page["items"][0];
    assert_eq!((&sent["state"], &sent["url_host"]), (&"sent".into(), &"example.com".into()));
    assert_eq!(page["next"], Value::Null);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_see_some_datasets_sees_their_promises_and_no_others() {
    let (api, pool) = kept().await;
    let scope = "update tidemill.token
        set scope_all = false, scope_prefixes = '{retail_}' where name = 'viewer'";
    sqlx::raw_sql(scope).execute(&pool).await.unwrap();
    // The server has not asked who this is before.
    let board = api.get("viewer", "/slas").await.ok();
    let text = board.to_string();
    assert!(text.contains("retail_revenue_daily") && !text.contains("dev_"), "{text}");
    assert!(text.contains("something that it needs is not there"), "{text}");
    let deliveries = api.get("viewer", "/slas/deliveries").await.ok();
    assert_eq!(deliveries["items"].as_array().unwrap().len(), 1);
    let hidden = api.get("viewer", "/slas/dev_dau:complete_by/windows").await;
    assert!(hidden.problem(404, "TM0604").contains("there is no promise"));
    assert_eq!(api.get("", "/slas").await.status, 401);
    pool.close().await;
}
