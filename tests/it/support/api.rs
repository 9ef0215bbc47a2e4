//! The real server, asked as programs and browsers ask it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::{OnceCell, watch};

use super::Cluster;
use super::program::Program;
use crate::cli::{landing, shop};

/// The roles, each with a token of that name; all of one person, `admin`.
pub(crate) const ROLES: [&str; 4] = ["viewer", "operator", "editor", "admin"];
/// What is below this is what the OpenAPI document describes.
pub(crate) const BELOW: &str = "/api/v1";
/// Longer than a server ever takes to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// A home, a database and tokens, made once and copied for each test.
struct Template {
    home: PathBuf,
    database: PgConnectOptions,
    tokens: BTreeMap<String, String>,
}

static EMPTY: OnceCell<Template> = OnceCell::const_new();
static MADE: OnceCell<Template> = OnceCell::const_new();

/// A server of its own for one test, on the example project.
pub(crate) struct Api {
    /// Where it is: `http://127.0.0.1:12345`.
    pub(crate) base: String,
    /// What starts commands on the same database and lake.
    pub(crate) program: Program,
    client: reqwest::Client,
    tokens: BTreeMap<String, String>,
    said: Arc<Mutex<String>>,
    child: Child,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    asked: String,
}

impl Api {
    /// A server on a project of which nothing has landed and nothing was made.
    pub(crate) async fn empty() -> Self {
        Self::copy(EMPTY.get_or_init(|| Template::new("empty", false)).await, |it| it).await
    }

    /// A server on a project of which [`shop::MADE`] was made: seven weeks at most, one broken
    /// line. What a test changes, no other test sees.
    pub(crate) async fn made() -> Self {
        Self::copy(MADE.get_or_init(|| Template::new("made", true)).await, |it| it).await
    }

    /// The same as [`Api::empty`], with what `change` does to the program before it starts.
    pub(crate) async fn empty_with(change: impl FnOnce(Program) -> Program) -> Self {
        Self::copy(EMPTY.get_or_init(|| Template::new("empty", false)).await, change).await
    }

    async fn copy(template: &Template, change: impl FnOnce(Program) -> Program) -> Self {
        let cluster = Cluster::shared().await;
        let database = cluster.copy(&template.database).await;
        let name = database.get_database().unwrap().to_owned();
        let home = cluster.home.join("api").join(name);
        copy_folder(&template.home, &home).await;
        let program = change(Program::below(&home, database));
        Self::start(program, template.tokens.clone()).await
    }

    /// A server on a database in which there is nobody.
    pub(crate) async fn fresh(change: impl FnOnce(Program) -> Program) -> Self {
        let cluster = Cluster::shared().await;
        let database = cluster.database().await;
        let home = cluster.home.join("api").join(database.get_database().unwrap());
        tokio::fs::create_dir_all(&home).await.unwrap();
        Self::start(change(Program::below(&home, database)), BTreeMap::new()).await
    }

    /// Starts the server of a program.
    pub(crate) async fn start(program: Program, tokens: BTreeMap<String, String>) -> Self {
        Self::start_as(program, tokens, &["server", "--listen", "127.0.0.1:0"]).await
    }

    /// Starts a program that serves, such as `up`.
    pub(crate) async fn start_as(
        program: Program,
        tokens: BTreeMap<String, String>,
        typed: &[&str],
    ) -> Self {
        let mut command = program.command(typed);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (told, mut base) = watch::channel(None);
        hear(child.stdout.take().unwrap(), Arc::clone(&said), Some(told));
        hear(child.stderr.take().unwrap(), Arc::clone(&said), None);
        let waited = tokio::time::timeout(PATIENCE, base.wait_for(Option::is_some)).await;
        let base = match waited {
            Ok(Ok(base)) => base.clone().unwrap(),
            _ => panic!("the server does not say where it is: {}", said.lock().unwrap()),
        };
        Self { base, program, client: client(), tokens, said, child }
    }

    /// The token of a role.
    pub(crate) fn token(&self, role: &str) -> &str {
        self.tokens.get(role).unwrap_or_else(|| panic!("there is no token of a `{role}`"))
    }

    /// The tokens of all roles.
    pub(crate) fn tokens(&self) -> &BTreeMap<String, String> {
        &self.tokens
    }

    /// `GET /api/v1…` as a role; as nobody when it is empty.
    pub(crate) async fn get(&self, role: &str, path: &str) -> Reply {
        self.ask(Method::GET, role, path, None).await
    }

    /// `POST /api/v1…` with a body.
    pub(crate) async fn post(&self, role: &str, path: &str, body: Value) -> Reply {
        self.ask(Method::POST, role, path, Some(body)).await
    }

    /// `PATCH /api/v1…` with a body.
    pub(crate) async fn patch(&self, role: &str, path: &str, body: Value) -> Reply {
        self.ask(Method::PATCH, role, path, Some(body)).await
    }

    /// `DELETE /api/v1…`.
    pub(crate) async fn delete(&self, role: &str, path: &str) -> Reply {
        self.ask(Method::DELETE, role, path, None).await
    }

    async fn ask(&self, method: Method, role: &str, path: &str, body: Option<Value>) -> Reply {
        let mut headers = Vec::new();
        if !role.is_empty() {
            headers.push(("authorization", format!("Bearer {}", self.token(role))));
        }
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send(method, &format!("{BELOW}{path}"), &headers, body).await
    }

    /// Any request, with these headers and no others that say who asks; the path is whole.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            all.append(name, HeaderValue::from_str(value).unwrap());
        }
        let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
        if let Some(body) = &body {
            if !all.contains_key("content-type") {
                all.insert("content-type", HeaderValue::from_static("application/json"));
            }
            request = request.body(body.to_string());
        }
        let response = request.headers(all).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Reply { status, headers, text, asked: format!("{method} {path}") }
    }

    /// A request whose answer does not end, such as a stream.
    pub(crate) fn request(
        &self,
        method: Method,
        role: &str,
        path: &str,
    ) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{BELOW}{path}", self.base));
        if role.is_empty() { request } else { request.bearer_auth(self.token(role)) }
    }

    /// Runs a command on the same database and lake, to its end, and hands over what it wrote.
    pub(crate) async fn run(&self, typed: &[&str]) -> String {
        run(&self.program, typed).await
    }

    /// Makes a token that is a command line away: of a role, for a person.
    pub(crate) async fn make_token(&self, user: &str, role: &str) -> String {
        let typed = ["token", "create", "--user", user, "--role", role, "--days", "1"];
        self.run(&typed).await.trim().to_owned()
    }

    /// The database behind it.
    pub(crate) async fn database(&self) -> PgPool {
        PgPool::connect_with(self.program.database.clone()).await.unwrap()
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The process number of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("it runs as long as it was not waited for")
    }
}

impl Reply {
    /// The one JSON value of the body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} {}", self.asked, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The body of a good answer.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.asked, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The message of a problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> String {
        let body = self.is(status);
        assert_eq!(body["error"]["code"], code, "{} {body}", self.asked);
        body["error"]["message"].as_str().unwrap().to_owned()
    }

    /// A header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Template {
    async fn new(name: &str, is_made: bool) -> Self {
        let cluster = Cluster::shared().await;
        let database = cluster.database().await;
        let home = cluster.home.join("api").join(name);
        let landed = home.join("landing");
        tokio::fs::create_dir_all(&landed).await.unwrap();
        let program = Program::below(&home, database.clone());
        run(&program, &["user", "add", "admin", "--role", "admin"]).await;
        let mut tokens = BTreeMap::new();
        for role in ROLES {
            let typed =
                ["token", "create", "--user", "admin", "--role", role, "--days", "1", "--name"];
            let secret = run(&program, &[&typed[..], &[role]].concat()).await;
            tokens.insert(role.to_owned(), secret.trim().to_owned());
        }
        if is_made {
            shop::land_at(&landed);
            for dataset in shop::MADE {
                run(&program, &["backfill", dataset, "--upstream", "--yes"]).await;
            }
        } else {
            landing::begin(&landed, landing::today());
        }
        Self { home, database, tokens }
    }
}

/// A client that follows nothing and remembers nothing.
pub(crate) fn client() -> reqwest::Client {
    // Whoever comes second is refused, and finds the same provider there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().no_proxy().redirect(none).timeout(PATIENCE).build().unwrap()
}

/// Runs a command to its end; what it wrote to standard output.
async fn run(program: &Program, typed: &[&str]) -> String {
    let mut command = program.command(typed);
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`tidemill {}`: {said}", typed.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Collects lines as long as there are any; `told` is told where the server is.
fn hear(
    from: impl AsyncRead + Unpin + Send + 'static,
    said: Arc<Mutex<String>>,
    told: Option<watch::Sender<Option<String>>>,
) {
    tokio::spawn(async move {
        let mut lines = BufReader::new(from).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            {
                let mut said = said.lock().unwrap();
                said.push_str(&line);
                said.push('\n');
            }
            let base = line.strip_prefix("tidemill is at ");
            if let (Some(told), Some(base)) = (&told, base) {
                told.send_replace(Some(base.to_owned()));
            }
        }
    });
}

/// Copies a folder by names alone: files of a lake are never changed, only put in place.
async fn copy_folder(from: &Path, to: &Path) {
    let mut command = tokio::process::Command::new("cp");
    let copied = command.arg("-al").arg(from).arg(to).status().await.unwrap();
    assert!(copied.success(), "{} could not be copied", from.display());
}
