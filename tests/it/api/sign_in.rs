//! Signing in and out: cookies, what pages elsewhere cannot do, and how often one may try.

use reqwest::Method;
use serde_json::json;

use super::browser::{Browser, PASSWORD, add_user, own};
use crate::support::api::Api;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_begins_with_a_password_and_ends_everywhere() {
    let api = Api::empty().await;
    add_user(&api, "ana", "operator").await;
    let nobody = api.get("", "/session").await;
    nobody.problem(401, "TM0602");
    let methods = &nobody.json()["error"]["details"]["methods"];
    assert_eq!(*methods, json!({ "needs_setup": false, "password": true, "oidc": null }));
    assert_eq!(api.get("", "/sign-in").await.ok(), *methods);

    let one = Browser::sign_in(&api, "ANA").await;
    let other = Browser::sign_in(&api, "ana").await;
    assert_ne!(one.cookie, other.cookie);
    for part in ["tidemill=", "; Path=/", "; HttpOnly", "; SameSite=Lax"] {
        assert!(one.told.contains(part), "{}", one.told);
    }
    assert!(!one.told.contains("Domain"), "{}", one.told);
    assert_eq!(one.cookie.split_once('=').unwrap().1.len(), 43, "256 bits");
    assert_eq!(
        (&one.session["role"], &one.session["user"]["login"]),
        (&json!("operator"), &json!("ana"))
    );
    let may = one.session["may"].as_array().unwrap();
    assert!(may.contains(&json!("backfill.create")) && !may.contains(&json!("user.manage")));
    assert_eq!(one.get(&api, "/session").await.ok(), one.session);
    let first = one.get(&api, "/users/me/sessions?limit=1").await.ok();
    let listed = &one.get(&api, "/users/me/sessions").await.ok()["items"];
    let next = format!("/users/me/sessions?cursor={}", first["next"].as_str().unwrap());
    assert_eq!(one.get(&api, &next).await.ok()["items"], json!([listed[1]]));
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    assert_eq!((&listed[0]["current"], &listed[1]["current"]), (&json!(false), &json!(true)));
    assert_eq!(listed[0]["address"], "127.0.0.1");

    let ended = one.ask(&api, Method::DELETE, "/session", None).await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").unwrap().contains("Max-Age=0"));
    for browser in [one, other] {
        browser.get(&api, "/session").await.problem(401, "TM0602");
        browser.get(&api, "/datasets").await.problem(401, "TM0602");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_there_before_does_not_become_somebodys() {
    let api = Api::empty().await;
    add_user(&api, "ana", "viewer").await;
    add_user(&api, "eve", "viewer").await;
    let planted = Browser::sign_in(&api, "eve").await;
    let typed = json!({ "login": "ana", "password": PASSWORD });
    let mut headers = own(&api);
    headers.push(("cookie", &planted.cookie));
    let reply = api.send(Method::POST, "/api/v1/session", &headers, Some(typed)).await;
    let ana = Browser::of(&reply);
    assert_ne!(ana.cookie, planted.cookie);
    let db = api.database().await;
    let ended = "select count(*) from tidemill.session where ended_at is not null";
    let ended: i64 = sqlx::query_scalar(ended).fetch_one(&db).await.unwrap();
    assert_eq!(ended, 1, "the planted one");
    let kept =
        "select count(*) from tidemill.session where position($1 in encode(hash, 'escape')) > 0";
    let secret = ana.cookie.split_once('=').unwrap().1;
    let kept: i64 = sqlx::query_scalar(kept).bind(secret).fetch_one(&db).await.unwrap();
    assert_eq!(kept, 0, "only its hash is kept");

    let twice = format!("{}; {}", ana.cookie, planted.cookie);
    let both = api.send(Method::GET, "/api/v1/datasets", &[("cookie", &twice)], None).await;
    both.problem(401, "TM0602");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_elsewhere_can_make_a_browser_do_nothing() {
    let api = Api::empty().await;
    add_user(&api, "ana", "admin").await;
    let ana = Browser::sign_in(&api, "ana").await;
    let cookie = ("cookie", ana.cookie.as_str());
    let ours = ("x-tidemill", "1");
    let new = || {
        Some(json!({ "login": "x", "name": "x", "role": "admin",
        "scope": { "all": true, "prefixes": [], "tags": [] } }))
    };
    let origin = ("origin", api.base.as_str());
    let foreign: [&[(&str, &str)]; 9] = [
        &[cookie],
        &[cookie, ours],
        &[cookie, origin],
        &[cookie, ("sec-fetch-site", "same-origin")],
        &[cookie, ours, ("sec-fetch-site", "cross-site")],
        &[cookie, ours, ("sec-fetch-site", "same-site")],
        &[cookie, ours, ("sec-fetch-site", "none")],
        &[cookie, ours, ("origin", "https://evil.example")],
        &[cookie, ours, ("sec-fetch-site", "same-origin"), ("origin", "null")],
    ];
    for headers in foreign {
        let reply = api.send(Method::POST, "/api/v1/users", headers, new()).await;
        reply.problem(403, "TM0608");
        let ended = api.send(Method::DELETE, "/api/v1/session", headers, None).await;
        ended.problem(403, "TM0608");
    }
    // A form can be sent by any page; it is neither JSON nor does it bear our header.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let form = [cookie, ("content-type", kind), ("origin", "https://evil.example")];
        api.send(Method::POST, "/api/v1/users", &form, new()).await.problem(403, "TM0608");
        let form = [cookie, ours, origin, ("content-type", kind)];
        api.send(Method::POST, "/api/v1/users", &form, new()).await.problem(422, "TM0606");
    }
    let read = [cookie, ("origin", "https://evil.example")];
    api.send(Method::GET, "/api/v1/datasets", &read, None).await.problem(403, "TM0608");
    let read = [cookie, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")];
    api.send(Method::GET, "/api/v1/datasets", &read, None).await.problem(403, "TM0608");
    // Nor can it sign somebody in as another.
    let typed = Some(json!({ "login": "ana", "password": PASSWORD }));
    let elsewhere = [("origin", "https://evil.example")];
    api.send(Method::POST, "/api/v1/session", &elsewhere, typed).await.problem(403, "TM0608");
    assert_eq!(ana.get(&api, "/users").await.ok()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_learns_nothing() {
    let api = Api::empty_with(|it| it.with("TIDEMILL_PROXIES", "10.0.0.1")).await;
    add_user(&api, "ana", "viewer").await;
    let sign_in = async |login: &str, password: &str, address: &str| {
        let typed = Some(json!({ "login": login, "password": password }));
        let headers = [("x-forwarded-for", address)];
        api.send(Method::POST, "/api/v1/session", &headers, typed).await
    };
    let wrong = sign_in("ana", "wrong wrong wrong", "1.1.1.1").await;
    let unknown = sign_in("nobody", "wrong wrong wrong", "1.1.1.1").await;
    assert_eq!(wrong.problem(401, "TM0602"), unknown.problem(401, "TM0602"));
    let too_long = sign_in("ana", &"x".repeat(5000), "1.1.1.1").await;
    assert_eq!(too_long.problem(401, "TM0602"), wrong.problem(401, "TM0602"));

    let mut refused = 0;
    for turn in 0..20 {
        // What anybody can write into a header does not make them another.
        let reply = sign_in("ana", "wrong wrong wrong", &format!("9.9.9.{turn}")).await;
        match reply.status {
            401 => (),
            429 => {
                reply.problem(429, "TM0607");
                let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=900).contains(&wait));
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(15 <= refused, "{refused}");
    let db = api.database().await;
    let later = "update tidemill.sign_in_attempt set open_at = now() + interval '10 minutes'";
    sqlx::query(later).execute(&db).await.unwrap();
    sign_in("ana", PASSWORD, "1.1.1.1").await.problem(429, "TM0607");
    let noted = "select count(*) from tidemill.audit where outcome = 'failed' and object = 'ana'
         and address = '127.0.0.1' and actor_kind = 'anonymous'";
    let noted: i64 = sqlx::query_scalar(noted).fetch_one(&db).await.unwrap();
    assert!((3..=8).contains(&noted), "those that were looked at: {noted}");
    let told = "select count(*) from tidemill.audit where object = 'nobody'";
    let told: i64 = sqlx::query_scalar(told).fetch_one(&db).await.unwrap();
    assert_eq!(told, 0, "what is typed as a login may be a password");

    sqlx::query("update tidemill.sign_in_attempt set open_at = now()").execute(&db).await.unwrap();
    assert_eq!(sign_in("ana", PASSWORD, "1.1.1.1").await.status, 200);
    let left = "select count(*) from tidemill.sign_in_attempt where subject like 'account ana%'";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&db).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_nobody_uses_it_and_in_any_case() {
    let api = Api::empty().await;
    add_user(&api, "ana", "viewer").await;
    let db = api.database().await;
    for change in [
        "update tidemill.session set seen_at = now() - interval '9 hours'",
        "update tidemill.session set expires_at = now()",
        "update tidemill.person set disabled_at = now() where login = 'ana'",
    ] {
        let ana = Browser::sign_in(&api, "ana").await;
        sqlx::query(change).execute(&db).await.unwrap();
        let begun = std::time::Instant::now();
        while ana.get(&api, "/session").await.status != 401 {
            assert!(begun.elapsed().as_secs() < 5, "{change}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_is_made_once_by_the_link_on_the_console() {
    let api = Api::fresh(|it| it).await;
    for path in ["/datasets", "/users", "/audit", "/tokens"] {
        api.get("", path).await.problem(401, "TM0602");
    }
    assert_eq!(api.get("", "/sign-in").await.ok()["needs_setup"], true);
    let token = link_of(&api, "/setup?token=").await;
    let setup = |token: &str, password: &str| {
        Some(json!({ "token": token, "login": "ana", "name": "Ana", "password": password }))
    };
    let send = async |body| api.send(Method::POST, "/api/v1/setup", &own(&api), body).await;
    send(setup("x", PASSWORD)).await.problem(401, "TM0602");
    for weak in ["short", "password1234", "aaaaaaaaaaaa"] {
        send(setup(&token, weak)).await.problem(422, "TM0606");
    }
    let ana = Browser::of(&send(setup(&token, PASSWORD)).await);
    assert_eq!(ana.session["role"], "admin");
    assert_eq!(ana.get(&api, "/users").await.ok()["items"][0]["login"], "ana");
    send(setup(&token, PASSWORD)).await.problem(401, "TM0602");
    assert_eq!(api.get("", "/sign-in").await.ok()["needs_setup"], false);
    let db = api.database().await;
    let links: i64 = sqlx::query_scalar("select count(*) from tidemill.sign_in_link")
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(links, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn up_signs_in_the_person_at_this_machine_once() {
    let program = Api::empty().await.program.clone();
    let typed = ["up", "--listen", "127.0.0.1:0"];
    let api = Api::start_as(program, std::collections::BTreeMap::new(), &typed).await;
    let token = link_of(&api, "/sign-in?link=").await;
    let body = || Some(json!({ "token": token }));
    let send = async |body| api.send(Method::POST, "/api/v1/session/link", &own(&api), body).await;
    send(Some(json!({ "token": "x" }))).await.problem(401, "TM0602");
    let local = Browser::of(&send(body()).await);
    assert_eq!(
        (&local.session["user"]["login"], &local.session["role"]),
        (&json!("local"), &json!("admin"))
    );
    local.get(&api, "/datasets").await.ok();
    send(body()).await.problem(401, "TM0602");
}

/// What is in the link that the server prints.
async fn link_of(api: &Api, mark: &str) -> String {
    let begun = std::time::Instant::now();
    loop {
        let said = api.said();
        if let Some((_, rest)) = said.split_once(mark) {
            return rest.split_whitespace().next().unwrap().to_owned();
        }
        assert!(begun.elapsed().as_secs() < 30, "{said}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
