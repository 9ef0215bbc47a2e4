//! Every address of the OpenAPI document, asked by everybody: nobody, each role, somebody who may
//! know of nothing. The document is the list, so an address that is added is asked too.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{Api, ROLES, Reply};

/// What answers without a name, and nothing else does.
const OPEN: [&str; 6] = [
    "get /api/v1/session/oidc/callback",
    "get /api/v1/session/oidc/start",
    "get /api/v1/sign-in",
    "post /api/v1/session",
    "post /api/v1/session/link",
    "post /api/v1/setup",
];
/// What says itself whether somebody is signed in.
const CURRENT: &str = "get /api/v1/session";

/// An address with its method, and where its parameters stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    method: String,
    path: String,
    /// What must stand behind the question mark.
    needs: Vec<String>,
}

impl Route {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The address with these in place of its parameters.
    fn fill(&self, values: &BTreeMap<&str, &str>) -> String {
        let mut parts = Vec::new();
        for part in self.path.split('/') {
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(name) => parts.push(*values.get(name).unwrap_or(&"1")),
                None => parts.push(part),
            }
        }
        let asked: Vec<String> =
            self.needs.iter().map(|name| format!("{name}={}", sample(name))).collect();
        let mark = if asked.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", parts.join("/"), asked.join("&"))
    }

    async fn ask(&self, api: &Api, path: &str, token: Option<&str>) -> Reply {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> =
            bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes()).unwrap();
        let body = ["post", "patch", "put"].contains(&self.method.as_str()).then(|| json!({}));
        api.send(method, path, &headers, body).await
    }

    fn is_stream(&self) -> bool {
        self.path.ends_with("/live") || self.path.ends_with("/follow")
    }
}

/// A value that can be read, for a parameter that must be there.
fn sample(name: &str) -> &'static str {
    match name {
        "from" => "2024-01-01T00:00:00Z",
        "to" => "2024-01-02T00:00:00Z",
        "zone" => "UTC",
        "direction" => "up",
        _ => "2024-01-01",
    }
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(&tidemill::api::openapi()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            let all = about["parameters"].as_array().cloned().unwrap_or_default();
            let needed = all.iter().filter(|it| it["in"] == "query" && it["required"] == true);
            let needs = needed.map(|it| it["name"].as_str().unwrap().to_owned()).collect();
            routes.push(Route { method: method.clone(), path: path.clone(), needs });
        }
    }
    assert!(20 < routes.len(), "{routes:?}");
    routes
}

/// A token of the admin with this role, these actions and this scope.
async fn token(api: &Api, role: &str, actions: Value, scope: Value) -> String {
    let expires_at = api.get("admin", "/session").await.ok()["expires_at"].clone();
    let new = json!({
        "name": "matrix", "actions": actions, "role": role, "scope": scope,
        "expires_at": expires_at,
    });
    api.post("admin", "/tokens", new).await.is(201)["secret"].as_str().unwrap().to_owned()
}

fn everything() -> Value {
    json!({ "all": true, "prefixes": [], "tags": [] })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_asks_who_it_is_and_what_they_may() {
    let api = Api::empty().await;
    let nothing = token(&api, "admin", json!([]), everything()).await;
    let listed = api.get("viewer", "/permissions").await.ok();
    let rank = |role: &str| ROLES.iter().position(|it| *it == role).unwrap();
    let least: BTreeMap<&str, usize> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["action"].as_str().unwrap(), rank(it["role"].as_str().unwrap())))
        .collect();
    let values = BTreeMap::from([("name", "dev_dau"), ("dataset", "dev_dau")]);
    let mut found = String::new();
    for route in routes() {
        let (name, path) = (route.name(), route.fill(&values));
        if OPEN.contains(&name.as_str()) {
            continue;
        }
        route.ask(&api, &path, None).await.problem(401, "TM0602");
        route.ask(&api, &path, Some("tdm_1_x")).await.problem(401, "TM0602");
        if name == CURRENT {
            continue;
        }
        // Whoever may do nothing is told what it takes, before anything else is looked at.
        let told = route.ask(&api, &path, Some(&nothing)).await.problem(403, "TM0603");
        let action = told.split('`').nth(1).unwrap_or_else(|| panic!("{name}: {told}")).to_owned();
        found.push_str(&format!("{name} {action}\n"));
        let least = least[action.as_str()];
        for role in &ROLES[..least] {
            route.ask(&api, &path, Some(api.token(role))).await.problem(403, "TM0603");
        }
        // Who may is never refused for the role; a stream would not end, and nothing is ended that
        // the test still needs.
        if !route.is_stream() && route.method == "get" {
            for role in &ROLES[least..] {
                let reply = route.ask(&api, &path, Some(api.token(role))).await;
                assert!(
                    ![401, 403].contains(&reply.status) && reply.status < 500,
                    "{name} {reply:?}"
                );
            }
        }
    }
    let held = include_str!("routes.txt");
    let (found, held): (BTreeSet<&str>, BTreeSet<&str>) =
        (found.lines().collect(), held.lines().collect());
    let differ: Vec<&&str> = found.symmetric_difference(&held).collect();
    assert!(differ.is_empty(), "tests/it/api/routes.txt says what each address takes: {differ:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_an_address_goes_around_the_question() {
    let api = Api::empty().await;
    let values = BTreeMap::from([("name", "health"), ("dataset", "ready"), ("id", "1")]);
    let endings = [
        "/",
        "/health",
        "/ready",
        "/configs",
        "/healthz",
        ";x=1",
        "%2f",
        "%2fhealth",
        "/.",
        "/..;/",
    ];
    for route in routes().iter().filter(|route| !OPEN.contains(&route.name().as_str())) {
        let path = route.fill(&values).split('?').next().unwrap_or_default().to_owned();
        let mut spellings: Vec<String> =
            endings.iter().map(|ending| format!("{path}{ending}")).collect();
        spellings.push(path.replacen("/api", "//api", 1));
        spellings.push(path.replacen("/v1/", "/v1//", 1));
        spellings.push(path.replacen("/v1/", "/v1/./", 1));
        spellings.push(path.replacen("/v1/", "/v1%2f", 1));
        spellings.push(path.replacen("/api/", "/API/", 1));
        spellings.push(path.replacen("/api/", "/healthz/../api/", 1));
        spellings.push(path.to_uppercase());
        for spelling in spellings {
            let status = route.ask(&api, &spelling, None).await.status;
            assert!([401, 404, 405].contains(&status), "{} {spelling}: {status}", route.method);
        }
        for method in [Method::HEAD, Method::PUT, Method::OPTIONS] {
            let reply = api.send(method, &path, &[("x-http-method-override", "GET")], None).await;
            assert!([401, 404, 405].contains(&reply.status), "{path}: {reply:?}");
        }
    }
    for path in ["/metrics", "/metrics/", "/metrics/health", "/api/v1/openapi.json"] {
        let status = api.send(Method::GET, path, &[], None).await.status;
        assert!([401, 404].contains(&status), "{path}: {status}");
    }
    assert_eq!(api.send(Method::GET, "/healthz", &[], None).await.text, "ok\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_know_of_is_not_there() {
    let api = Api::made().await;
    let names: Vec<String> = api.get("admin", "/datasets?limit=500").await.ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dataset| dataset["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"dev_dau".to_owned()), "{names:?}");
    let scope = json!({ "all": false, "prefixes": ["no_such_"], "tags": ["no_such_tag"] });
    let stranger = token(&api, "admin", json!(null), scope).await;
    let numbers = numbers(&api).await;
    let foreign: BTreeMap<&str, &str> = [("name", "dev_dau"), ("dataset", "dev_dau")]
        .into_iter()
        .chain(numbers.iter().map(|(name, id)| (*name, id.as_str())))
        .collect();
    // These are about people and not about datasets.
    let about_people =
        ["/users", "/tokens", "/session", "/sign-in", "/setup", "/permissions", "/openapi"];
    for route in routes() {
        let below = route.path.trim_start_matches("/api/v1");
        let is_other = about_people.iter().any(|start| below.starts_with(start));
        if is_other || route.is_stream() {
            continue;
        }
        let mut values = foreign.clone();
        let kind = below.trim_start_matches('/').split('/').next().unwrap_or_default();
        if let Some(id) = numbers.get(kind) {
            values.insert("id", id);
        }
        let path = route.fill(&values);
        let reply = route.ask(&api, &path, Some(&stranger)).await;
        assert!(reply.status < 500, "{} {reply:?}", route.name());
        let names_one = below.contains("{name}")
            || below.contains("{dataset}")
            || (below.contains("{id}") && numbers.contains_key(kind));
        // A body that cannot be read is said to be so before anything is looked for.
        if names_one && !(reply.status == 422 && route.method != "get") && kind != "pools" {
            let mut absent = values.clone();
            for (name, value) in [("name", ABSENT), ("dataset", ABSENT), ("id", NUMBER)] {
                absent.insert(name, value);
            }
            let other = route.ask(&api, &route.fill(&absent), Some(&stranger)).await;
            assert_eq!(said(&reply, &values), said(&other, &absent), "{}", route.name());
        }
        if route.method == "get" && !names_one {
            for name in &names {
                let quoted = format!("\"{name}\"");
                assert!(!reply.text.contains(&quoted), "{}: {name}: {}", route.name(), reply.text);
            }
        }
    }
    let page = route_list(&api, &stranger, "/datasets").await;
    assert_eq!(page["items"], json!([]));
    assert!(page["total"].is_null() || page["total"] == 0, "{page}");
}

/// What is not there, for anybody.
const ABSENT: &str = "no_such_dataset";
const NUMBER: &str = "999999999";

/// What a 404 says, without the name of what is not there and without what is of one request only.
fn said(reply: &Reply, values: &BTreeMap<&str, &str>) -> (String, String) {
    let error = &reply.is(404)["error"];
    let mut text = format!("{} {} {}", error["message"], error["hint"], error["details"]);
    for value in ["name", "dataset", "id"].iter().filter_map(|name| values.get(name)) {
        text = text.replace(*value, "…");
    }
    (error["code"].to_string(), text)
}

async fn route_list(api: &Api, token: &str, path: &str) -> Value {
    let route =
        Route { method: "get".to_owned(), path: format!("/api/v1{path}"), needs: Vec::new() };
    route.ask(api, &route.path, Some(token)).await.ok()
}

/// The number of one thing of each kind, by the first word of its address.
async fn numbers(api: &Api) -> BTreeMap<&'static str, String> {
    let db = api.database().await;
    let mut all = BTreeMap::new();
    for (kind, query) in [
        ("runs", "select min(id) from tidemill.run_history"),
        ("backfills", "select min(id) from tidemill.backfill"),
        ("materializations", "select min(id) from tidemill.materialization"),
    ] {
        let id: i64 = sqlx::query_scalar(query).fetch_one(&db).await.unwrap();
        all.insert(kind, id.to_string());
    }
    all
}
