//! Signing in elsewhere, against a real provider: `oidc-provider` from npm, run by Node.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::{Method, Url};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::api::{Api, client};

/// Where `.ci/need node-tools` puts what Node runs in tests.
fn tools() -> PathBuf {
    let named = std::env::var_os("TIDEMILL_TEST_NODE_TOOLS").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("there is a home");
        Path::new(&home).join(".cache/tidemill/node-tools")
    });
    let is_there = folder.join("node_modules/oidc-provider").exists();
    assert!(is_there, "no oidc-provider in {}: run `.ci/need node-tools`", folder.display());
    folder
}

/// The other side. It has new keys each time it starts.
async fn provider(port: u16, redirect: &str, alg: &str) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/api/provider.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .arg(tools())
        .args([&port.to_string(), redirect, alg])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("node runs");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line == "ready" {
            // Read on, so that it can go on writing.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return child;
        }
    }
    panic!("the provider did not start");
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A browser: it keeps cookies by host and port, and is told where to go.
struct Wanderer {
    client: reqwest::Client,
    cookies: BTreeMap<u16, BTreeMap<String, String>>,
    at: Url,
    text: String,
}

impl Wanderer {
    fn new(base: &str) -> Self {
        let at = base.parse().unwrap();
        Self { client: client(), cookies: BTreeMap::new(), at, text: String::new() }
    }

    async fn step(&mut self, method: Method, url: Url, form: Option<String>) -> Option<Url> {
        let jar = self.cookies.entry(url.port().unwrap()).or_default();
        let cookies: Vec<String> =
            jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(form) = form {
            request =
                request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            match value.is_empty() || text.contains("Max-Age=0") {
                true => jar.remove(name),
                false => jar.insert(name.to_owned(), value.to_owned()),
            };
        }
        let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let to = to.map(|to| url.join(&to).unwrap());
        self.at = url;
        self.text = response.text().await.unwrap();
        to
    }

    /// Goes there, and where one is sent from there, but not to addresses that begin so.
    async fn go(&mut self, url: Url, stop: &str) -> Option<Url> {
        let mut next = Some(url);
        while let Some(url) = next {
            if !stop.is_empty() && url.as_str().starts_with(stop) {
                return Some(url);
            }
            next = self.step(Method::GET, url, None).await;
        }
        None
    }

    /// Sends the form that is shown.
    async fn send(&mut self, fields: &str, stop: &str) -> Option<Url> {
        let action = self.text.split("action=\"").nth(1).unwrap_or_else(|| panic!("{}", self.text));
        let action = self.at.join(action.split('"').next().unwrap()).unwrap();
        match self.step(Method::POST, action, Some(fields.to_owned())).await {
            Some(next) => self.go(next, stop).await,
            None => None,
        }
    }

    /// Signs in there as somebody; where one is sent back to.
    async fn sign_in(&mut self, base: &str, login: &str) -> Url {
        let start = format!("{base}/api/v1/session/oidc/start?return=%2Fruns%3Fstate%3Dfailed");
        let back = format!("{base}/api/v1/session/oidc/callback");
        assert!(self.go(start.parse().unwrap(), &back).await.is_none(), "a form comes first");
        let typed = format!("prompt=login&login={login}&password=x");
        match self.send(&typed, &back).await {
            Some(url) => url,
            None => self.send("prompt=consent", &back).await.expect("it sends one back"),
        }
    }

    /// Comes back, and says where one is sent to.
    async fn come_back(&mut self, url: Url) -> String {
        let to = self.step(Method::GET, url, None).await.expect("it sends one on");
        to.as_str()[to.origin().ascii_serialization().len()..].to_owned()
    }

    async fn session(&mut self, base: &str) -> Value {
        let url = format!("{base}/api/v1/session").parse().unwrap();
        self.step(Method::GET, url, None).await;
        serde_json::from_str(&self.text).unwrap()
    }
}

/// Where one is sent back to, with what one is told.
fn failed(told: &str) -> String {
    format!("/sign-in?failed={told}")
}

#[tokio::test(flavor = "multi_thread")]
async fn people_sign_in_elsewhere_and_nobody_comes_back_as_another() {
    let (port, elsewhere) = (free_port(), free_port());
    let base = format!("http://127.0.0.1:{port}");
    let redirect = format!("{base}/api/v1/session/oidc/callback");
    let before = Api::empty().await;
    let program = before
        .program
        .clone()
        .with("TIDEMILL_URL", &base)
        .with("TIDEMILL_OIDC_ISSUER", format!("http://127.0.0.1:{elsewhere}"))
        .with("TIDEMILL_OIDC_CLIENT_ID", "tidemill")
        .with("TIDEMILL_OIDC_CLIENT_SECRET", "a secret of the test")
        .with("TIDEMILL_OIDC_NAME", "The other side")
        .with("TIDEMILL_OIDC_ROLES", "ops=operator,everyone=viewer");
    let tokens = before.tokens().clone();
    drop(before);
    let listen = format!("127.0.0.1:{port}");
    let api = Api::start_as(program, tokens, &["server", "--listen", &listen]).await;
    let methods = api.get("", "/sign-in").await.ok();
    assert_eq!(methods["oidc"]["name"], "The other side");

    // While the other side is away, nobody gets in, and nothing breaks.
    let mut early = Wanderer::new(&base);
    let start: Url = format!("{base}/api/v1/session/oidc/start").parse().unwrap();
    let sent = early.step(Method::GET, start, None).await.unwrap();
    assert!(sent.as_str().ends_with(&failed("provider")), "{sent}");

    let child = provider(elsewhere, &redirect, "RS256").await;
    let mut ana = Wanderer::new(&base);
    let back = ana.sign_in(&base, "ana-everyone-ops").await;
    // Somebody else comes back with what was hers, or comes back in her place.
    let mut eve = Wanderer::new(&base);
    assert_eq!(eve.come_back(back.clone()).await, failed("browser"));
    assert_eq!(ana.come_back(back.clone()).await, "/runs?state=failed");
    let session = ana.session(&base).await;
    assert_eq!((&session["role"], &session["user"]["login"]), (&"operator".into(), &"ana".into()));
    assert_eq!(ana.come_back(back).await, failed("browser"), "each comes back once");
    assert_eq!(ana.session(&base).await["role"], "operator", "and stays signed in");

    let mut nobody = Wanderer::new(&base);
    let back = nobody.sign_in(&base, "bob-strangers").await;
    assert_eq!(nobody.come_back(back).await, failed("role"), "no group of theirs is a role");
    let mut tampered = Wanderer::new(&base);
    let mut back = tampered.sign_in(&base, "cid-ops").await;
    let forged = back.query().unwrap().replacen("code=", "code=x", 1);
    back.set_query(Some(&forged));
    assert_eq!(tampered.come_back(back).await, failed("provider"));

    // The other side has new keys, and of another kind.
    drop(child);
    let _child = again(elsewhere, &redirect).await;
    let mut admin = Wanderer::new(&base);
    let back = admin.sign_in(&base, "admin-everyone").await;
    assert_eq!(admin.come_back(back).await, "/runs?state=failed");
    let session = admin.session(&base).await;
    assert_eq!(session["role"], "viewer");
    assert_ne!(session["user"]["login"], "admin", "who is here already is somebody else");
    let users = api.get("admin", "/users").await.ok();
    let via: Vec<&Value> =
        users["items"].as_array().unwrap().iter().map(|user| &user["via"]).collect();
    assert_eq!(via, ["password", "oidc", "oidc"], "{users}");
    let id = &users["items"][1]["id"];
    api.patch("admin", &format!("/users/{id}"), serde_json::json!({ "disabled": true })).await.ok();
    let mut ana = Wanderer::new(&base);
    let back = ana.sign_in(&base, "ana-everyone-ops").await;
    assert_eq!(
        ana.come_back(back).await,
        failed("disabled"),
        "who is disabled is so elsewhere too"
    );
    let failures = api.get("admin", "/audit?outcome=failed&action=session.create").await.ok();
    assert!(5 <= failures["items"].as_array().unwrap().len(), "{failures}");
    assert!(!api.said().contains("a secret of the test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_is_elsewhere_says_with_which_datasets_too() {
    let (port, elsewhere) = (free_port(), free_port());
    let base = format!("http://127.0.0.1:{port}");
    let redirect = format!("{base}/api/v1/session/oidc/callback");
    let before = Api::empty().await;
    let roles = "ops=admin@all,shop=operator@prefix:retail_,everyone=viewer@tag:kpi";
    let program = before
        .program
        .clone()
        .with("TIDEMILL_URL", &base)
        .with("TIDEMILL_OIDC_ISSUER", format!("http://127.0.0.1:{elsewhere}"))
        .with("TIDEMILL_OIDC_CLIENT_ID", "tidemill")
        .with("TIDEMILL_OIDC_CLIENT_SECRET", "a secret of the test")
        .with("TIDEMILL_OIDC_ROLES", roles);
    let tokens = before.tokens().clone();
    drop(before);
    let listen = format!("127.0.0.1:{port}");
    let api = Api::start_as(program, tokens, &["server", "--listen", &listen]).await;
    let _child = provider(elsewhere, &redirect, "RS256").await;

    let all = api.get("admin", "/datasets?limit=500").await.ok()["total"].clone();
    let sees = async |login: &str| {
        let mut browser = Wanderer::new(&base);
        let back = browser.sign_in(&base, login).await;
        assert_eq!(browser.come_back(back).await, "/runs?state=failed");
        let session = browser.session(&base).await;
        let list = format!("{base}/api/v1/datasets?limit=500").parse().unwrap();
        browser.step(Method::GET, list, None).await;
        let list: Value = serde_json::from_str(&browser.text).unwrap();
        let names = list["items"].as_array().unwrap().iter();
        let names: Vec<String> =
            names.map(|item| item["name"].as_str().unwrap().to_owned()).collect();
        (session["role"].clone(), list["total"].clone(), names)
    };
    let (role, total, names) = sees("ana-everyone-shop").await;
    assert_eq!((role, total.as_u64()), ("operator".into(), Some(names.len() as u64)));
    assert!(!names.is_empty() && names.iter().all(|it| it.starts_with("retail_")), "{names:?}");
    let (role, _, names) = sees("bob-everyone").await;
    assert_eq!(role, "viewer");
    assert!(names.iter().any(|it| !it.starts_with("retail_")), "what bears the tag: {names:?}");
    let (role, total, _) = sees("cid-everyone-ops").await;
    assert_eq!((role, total), ("admin".into(), all.clone()));
    // An admin widens what ana may see; elsewhere nobody did, and it says so the next time.
    let users = api.get("admin", "/users").await.ok();
    let ana = users["items"].as_array().unwrap().iter().find(|user| user["login"] == "ana");
    let path = format!("/users/{}", ana.unwrap()["id"]);
    let scope = serde_json::json!({ "all": true, "prefixes": [], "tags": [] });
    api.patch("admin", &path, serde_json::json!({ "scope": scope })).await.ok();
    let (_, total, _) = sees("ana-everyone-shop").await;
    assert_ne!(total, all);
}

/// The other side once more at the same port, as soon as that is free.
async fn again(port: u16, redirect: &str) -> Child {
    let begun = std::time::Instant::now();
    while std::net::TcpListener::bind(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed().as_secs() < 20, "the port is not free");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    provider(port, redirect, "ES256").await
}
