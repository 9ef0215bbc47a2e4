//! Requests as a browser on one of our pages sends them: with a cookie, and where they come from.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{Api, Reply};

/// Long enough, and not the first that anybody tries.
pub(super) const PASSWORD: &str = "a river of small mills";

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    /// `name=value`.
    pub(super) cookie: String,
    /// What it was told to keep, with all that is said about it.
    pub(super) told: String,
    /// The session as the server described it.
    pub(super) session: Value,
}

impl Browser {
    /// Signs in with a password.
    pub(super) async fn sign_in(api: &Api, login: &str) -> Self {
        let typed = json!({ "login": login, "password": PASSWORD });
        let reply = api.send(Method::POST, "/api/v1/session", &own(api), Some(typed)).await;
        Self::of(&reply)
    }

    /// The browser that got this answer.
    pub(super) fn of(reply: &Reply) -> Self {
        let session = reply.ok();
        let told = reply.header("set-cookie").expect("a session has a cookie").to_owned();
        let cookie = told.split(';').next().unwrap().to_owned();
        Self { cookie, told, session }
    }

    /// A request of one of our pages.
    pub(super) async fn ask(
        &self,
        api: &Api,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let mut headers = own(api);
        headers.push(("x-tidemill", "1"));
        headers.push(("cookie", &self.cookie));
        api.send(method, &format!("/api/v1{path}"), &headers, body).await
    }

    pub(super) async fn get(&self, api: &Api, path: &str) -> Reply {
        self.ask(api, Method::GET, path, None).await
    }
}

/// What a browser says of a request that one of our pages makes.
pub(super) fn own(api: &Api) -> Vec<(&'static str, &str)> {
    vec![("sec-fetch-site", "same-origin"), ("origin", &api.base)]
}

/// Adds somebody with [`PASSWORD`], as an admin does; their number.
pub(super) async fn add_user(api: &Api, login: &str, role: &str) -> i64 {
    let scope = json!({ "all": true, "prefixes": [], "tags": [] });
    let new = json!({
        "login": login, "name": login, "role": role, "scope": scope, "password": PASSWORD,
    });
    api.post("admin", "/users", new).await.is(201)["id"].as_i64().unwrap()
}
