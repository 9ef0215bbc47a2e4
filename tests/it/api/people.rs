//! People, tokens and the account of what they did.

use reqwest::Method;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, add_user};
use crate::support::api::Api;

fn everything() -> Value {
    json!({ "all": true, "prefixes": [], "tags": [] })
}

fn in_days(days: i64) -> String {
    (tidemill::clock::now() + jiff::SignedDuration::from_hours(24 * days)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_is_always_left_and_who_is_disabled_is_out() {
    let api = Api::empty().await;
    let users = api.get("admin", "/users").await.ok();
    let admin = users["items"][0]["id"].as_i64().unwrap();
    for change in [json!({ "role": "viewer" }), json!({ "disabled": true })] {
        api.patch("admin", &format!("/users/{admin}"), change).await.problem(409, "TM0605");
    }
    let ana = add_user(&api, "ana", "admin").await;
    let browser = Browser::sign_in(&api, "ana").await;
    let token = api.make_token("ana", "admin").await;
    let bearer = format!("Bearer {token}");
    let by_token = async || {
        let headers = [("authorization", bearer.as_str())];
        api.send(Method::GET, "/api/v1/users", &headers, None).await.status
    };
    assert_eq!(by_token().await, 200);
    let path = format!("/users/{ana}");
    api.patch("admin", &path, json!({ "role": "viewer" })).await.ok();
    assert_eq!(by_token().await, 403, "a token does at most what its owner may");
    let changed = api.patch("admin", &path, json!({ "disabled": true })).await.ok();
    assert_eq!((&changed["disabled"], &changed["role"]), (&json!(true), &json!("viewer")));
    assert_eq!(by_token().await, 401);
    browser.get(&api, "/session").await.problem(401, "TM0602");
    api.patch("admin", &path, json!({ "disabled": false })).await.ok();
    browser.get(&api, "/session").await.problem(401, "TM0602");
    api.patch("admin", "/users/999", json!({ "name": "x" })).await.problem(404, "TM0604");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_oneself_may_somebody_else_changes() {
    let api = Api::empty().await;
    let ana = add_user(&api, "ana", "admin").await;
    let browser = Browser::sign_in(&api, "ana").await;
    let path = format!("/users/{ana}");
    let change = async |body: Value| browser.ask(&api, Method::PATCH, &path, Some(body)).await;
    let narrow = json!({ "all": false, "prefixes": ["click_"], "tags": [] });
    for body in [json!({ "role": "viewer" }), json!({ "scope": narrow, "name": "Ana" })] {
        let told = change(body).await.problem(409, "TM0605");
        assert_eq!(told, "nobody changes what they may themselves");
    }
    let same = json!({ "name": "Ana", "role": "admin", "scope": everything() });
    assert_eq!(change(same).await.ok()["name"], "Ana", "what stays may be sent along");
    api.patch("admin", &path, json!({ "scope": narrow })).await.ok();
    browser.get(&api, "/session").await.ok();
    // Who sees some datasets says no more who sees which, themselves least of all.
    browser.get(&api, "/users").await.problem(403, "TM0603");
    change(json!({ "scope": everything() })).await.problem(403, "TM0603");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sends_more_than_is_asked_for() {
    let api = Api::empty().await;
    let new = |more: Value| {
        let mut body =
            json!({ "login": "x", "name": "x", "role": "viewer", "scope": everything() });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for more in [
        json!({ "id": 1 }),
        json!({ "created_at": "2020-01-01T00:00:00Z" }),
        json!({ "role": "owner" }),
        json!({ "login": "" }),
        json!({ "login": "a b" }),
        json!({ "login": "x".repeat(101) }),
        json!({ "login": "x\u{1b}[31m" }),
        json!({ "name": "x\r\nadmin did it" }),
        json!({ "name": "x".repeat(101) }),
        json!({ "password": "x".repeat(129) }),
        json!({ "scope": { "all": true, "prefixes": vec!["x"; 1], "tags": [], "more": 1 } }),
        json!({ "scope": { "all": false, "prefixes": (0..101).map(|n| n.to_string()).collect::<Vec<_>>(), "tags": [] } }),
    ] {
        api.post("admin", "/users", new(more)).await.problem(422, "TM0606");
    }
    api.post("admin", "/users", new(json!({}))).await.is(201);
    api.post("admin", "/users", new(json!({ "login": "X" }))).await.problem(409, "TM0605");
    let me = api.get("admin", "/session").await.ok()["user"]["id"].clone();
    api.patch("admin", &format!("/users/{me}"), json!({ "login": "y" }))
        .await
        .problem(422, "TM0606");
    let unknown = api.get("admin", "/audit?actr=x").await.problem(422, "TM0606");
    assert!(unknown.contains("`actr`"), "{unknown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changes_ones_own_password_with_the_one_of_now() {
    let api = Api::empty().await;
    let ana = add_user(&api, "ana", "viewer").await;
    let eve = add_user(&api, "eve", "viewer").await;
    let (here, there) = (Browser::sign_in(&api, "ana").await, Browser::sign_in(&api, "ana").await);
    let change = async |id: i64, body: Value| {
        let path = format!("/users/{id}/password");
        here.ask(&api, Method::POST, &path, Some(body)).await
    };
    let other = "another river, another mill";
    change(ana, json!({ "password": other })).await.problem(422, "TM0606");
    change(ana, json!({ "password": other, "current": "wrong" })).await.problem(403, "TM0603");
    change(ana, json!({ "password": "short", "current": PASSWORD })).await.problem(422, "TM0606");
    change(eve, json!({ "password": other })).await.problem(403, "TM0603");
    change(999, json!({ "password": other })).await.problem(403, "TM0603");
    assert_eq!(change(ana, json!({ "password": other, "current": PASSWORD })).await.status, 204);
    here.get(&api, "/session").await.ok();
    there.get(&api, "/session").await.problem(401, "TM0602");
    let path = format!("/users/{ana}/password");
    assert_eq!(api.post("admin", &path, json!({ "password": PASSWORD })).await.status, 204);
    here.get(&api, "/session").await.problem(401, "TM0602");
    Browser::sign_in(&api, "ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_do_less_than_who_makes_it_and_never_more() {
    let api = Api::empty().await;
    let new = |role: &str, days: i64, actions: Value| {
        json!({ "name": "etl", "actions": actions, "role": role, "scope": everything(),
            "expires_at": in_days(days) })
    };
    add_user(&api, "ana", "operator").await;
    let ana = Browser::sign_in(&api, "ana").await;
    let make = async |body: Value| ana.ask(&api, Method::POST, "/tokens", Some(body)).await;
    make(new("editor", 7, json!(null))).await.problem(403, "TM0603");
    for wrong in [
        new("viewer", 0, json!(null)),
        new("viewer", 367, json!(null)),
        new("viewer", 7, json!(["catalog.rea"])),
        new("owner", 7, json!(null)),
    ] {
        make(wrong).await.problem(422, "TM0606");
    }
    let made = make(new("operator", 7, json!(["catalog.read", "account.own"]))).await.is(201);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with(made["token"]["prefix"].as_str().unwrap()), "{made}");
    let bearer = format!("Bearer {secret}");
    let by_token = async |method: Method, path: &str, body: Option<Value>| {
        let headers = [("authorization", bearer.as_str())];
        api.send(method, &format!("/api/v1{path}"), &headers, body).await
    };
    by_token(Method::GET, "/datasets", None).await.ok();
    by_token(Method::GET, "/slas", None).await.problem(403, "TM0603");
    // A token makes only tokens that may less.
    for more in [
        new("operator", 1, json!(null)),
        new("operator", 1, json!(["run.read"])),
        new("operator", 8, json!(["catalog.read"])),
    ] {
        by_token(Method::POST, "/tokens", Some(more)).await.problem(403, "TM0603");
    }
    by_token(Method::POST, "/tokens", Some(new("viewer", 1, json!(["catalog.read"]))))
        .await
        .is(201);

    let id = &made["token"]["id"];
    let listed = ana.get(&api, "/tokens?limit=1").await.ok();
    assert!(listed["next"].is_string(), "{listed}");
    assert!(!listed.to_string().contains(&secret[secret.len() - 20..]), "shown once");
    let next = format!("/tokens?limit=1&cursor={}", listed["next"].as_str().unwrap());
    assert_eq!(ana.get(&api, &next).await.ok()["items"][0]["id"], *id);
    ana.get(&api, "/tokens?all=true").await.problem(403, "TM0603");
    let foreign = api.get("admin", "/tokens").await.ok()["items"][0]["id"].clone();
    let revoke =
        async |id: &Value| ana.ask(&api, Method::DELETE, &format!("/tokens/{id}"), None).await;
    revoke(&foreign).await.problem(404, "TM0604");
    revoke(&json!(99_999)).await.problem(404, "TM0604");
    assert_eq!(revoke(id).await.status, 204);
    by_token(Method::GET, "/datasets", None).await.problem(401, "TM0602");
    api.delete("viewer", "/tokens/99999").await.problem(404, "TM0604");
    let all = api.get("admin", "/tokens?all=true").await.ok();
    assert!(all["items"].as_array().unwrap().iter().any(|token| token["id"] == *id));
    let db = api.database().await;
    let used = "select last_used_at is not null from tidemill.token where id = $1";
    let used: bool = sqlx::query_scalar(used).bind(id.as_i64()).fetch_one(&db).await.unwrap();
    assert!(used);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_written_down_for_ever() {
    let api = Api::empty().await;
    let ana = add_user(&api, "ana", "viewer").await;
    api.patch("admin", &format!("/users/{ana}"), json!({ "role": "editor" })).await.ok();
    api.get("viewer", "/users").await.problem(403, "TM0603");
    api.get("viewer", "/audit").await.problem(403, "TM0603");

    let of = async |query: &str| api.get("editor", &format!("/audit?{query}")).await.ok();
    let changes = of("action=user.change&object_kind=user&object=ana").await;
    let entry = &changes["items"][0];
    assert_eq!(entry["actor"], "admin (token admin)");
    assert_eq!(
        (&entry["before"]["role"], &entry["after"]["role"]),
        (&json!("viewer"), &json!("editor"))
    );
    assert_eq!((&entry["outcome"], &entry["actor_kind"]), (&json!("done"), &json!("token")));
    assert_eq!(entry["request"].as_str().unwrap().len(), 20, "{entry}");
    let refused = of("outcome=refused").await;
    let actions: Vec<&Value> =
        refused["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["audit.read", "user.manage"]);
    assert!(!of("limit=500").await.to_string().contains("argon2"));

    let mut seen = Vec::new();
    let mut page = of("limit=1").await;
    loop {
        seen.push(page["items"][0]["id"].as_i64().unwrap());
        let Some(next) = page["next"].as_str() else { break };
        page = of(&format!("limit=1&cursor={next}")).await;
    }
    assert!(seen.windows(2).all(|pair| pair[1] < pair[0]), "{seen:?}");
    let all = of("limit=500").await["items"].as_array().unwrap().len();
    assert_eq!(seen.len(), all);
    let future = in_days(1);
    assert_eq!(of(&format!("from={future}")).await["items"], json!([]));
    assert_eq!(of(&format!("to={future}&limit=500")).await["items"].as_array().unwrap().len(), all);

    let db = api.database().await;
    for change in [
        "update tidemill.audit set actor = 'nobody'",
        "delete from tidemill.audit",
        "truncate tidemill.audit",
    ] {
        let refused = sqlx::query(change).execute(&db).await;
        assert!(refused.is_err(), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_sent_again_is_done_once() {
    let api = Api::empty().await;
    let bearer = format!("Bearer {}", api.token("admin"));
    let send = async |path: &str, key: &str, body: Value| {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        api.send(Method::POST, path, &headers, Some(body)).await
    };
    let new = |login: &str| {
        json!({ "login": login, "name": "x", "role": "viewer", "scope": everything(),
            "password": PASSWORD })
    };
    let users = "/api/v1/users";
    let (one, two) = tokio::join!(send(users, "k1", new("ana")), send(users, "k1", new("ana")));
    assert_eq!(one.is(201), two.is(201), "at once");
    assert_eq!(send(users, "k1", new("ana")).await.is(201), one.is(201), "and later");
    send(users, "k1", new("eve")).await.problem(409, "TM0605");
    send(users, "k2", new("ana")).await.problem(409, "TM0605");
    send(users, "", new("eve")).await.problem(422, "TM0606");
    send(users, &"k".repeat(201), new("eve")).await.problem(422, "TM0606");
    let token = json!({ "name": "etl", "actions": null, "role": "viewer", "scope": everything(),
        "expires_at": in_days(1) });
    // The token that asks ends within a day, to the second.
    send("/api/v1/tokens", "k3", token).await.problem(403, "TM0603");
    let session = api.get("admin", "/session").await.ok();
    let token = json!({ "name": "etl", "actions": null, "role": "viewer", "scope": everything(),
        "expires_at": session["expires_at"] });
    send("/api/v1/tokens", "k4", token.clone()).await.is(201);
    send("/api/v1/tokens", "k4", token).await.problem(409, "TM0605");
    let db = api.database().await;
    let kept = "select string_agg(body::text, ' ') from tidemill.answered";
    let kept: String = sqlx::query_scalar(kept).fetch_one(&db).await.unwrap();
    assert!(!kept.contains("tdm_") && !kept.contains(PASSWORD), "{kept}");
    // What is old is as if it were not there.
    sqlx::query("update tidemill.answered set created_at = now() - interval '25 hours'")
        .execute(&db)
        .await
        .unwrap();
    send(users, "k1", new("eve")).await.is(201);
}
