//! The life of the process: served, stopped, shared, and beside somebody else's database.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::home::Home;
use super::{landing, shop};

/// How long a process that is told to stop may take. It has work in hand, and a server to stop.
const STOP_MAX: Duration = Duration::from_secs(10);

/// A program that serves, and is killed with the test.
struct Served {
    child: Child,
    address: String,
    /// What it says on standard error, once it has ended.
    err: Option<JoinHandle<String>>,
}

impl Served {
    /// Starts `up` and waits until it says where it is, and that all is made.
    fn start(home: &Home) -> Self {
        let mut child = home.command(&["up", "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let mut pipe = child.stderr.take().unwrap();
        // Read as it comes, so that the program is not held up.
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            pipe.read_to_string(&mut text).unwrap();
            text
        });
        let mut address = None;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.by_ref() {
            let line = line.unwrap();
            if let Some((_, found)) = line.split_once("tidemill is at http://") {
                address = Some(found.to_owned());
            }
            if line == "everything that can be made is up to date" {
                let address = address.expect("the address is said first");
                std::thread::spawn(move || lines.map_while(Result::ok).count());
                return Self { child, address, err: Some(err) };
            }
        }
        panic!("it ended before it served: {:?}: {:?}", child.wait(), err.join());
    }

    /// The head and the body of the answer to a request.
    fn get(&self, path: &str, host: &str) -> (String, String) {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }

    fn tell(&self, signal: &str) {
        let told = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(told.unwrap().success(), "the process is there");
    }

    /// Tells it to stop, and waits until it has.
    fn stop(mut self, home: &Home, signal: &str) {
        let began = Instant::now();
        self.tell(signal);
        let status = self.child.wait().unwrap();
        let err = self.err.take().expect("it is stopped once").join().unwrap();
        assert!(status.success(), "{status}: {err}");
        assert!(began.elapsed() < STOP_MAX, "it took {:?}: {err}", began.elapsed());
        assert!(!err.contains("ERROR") && !err.contains("panicked"), "{err}");
        assert_eq!(home.server(), None, "the private server is stopped: {err}");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // After a test that failed; a process that ended already is no matter.
        let _ = self.child.kill();
    }
}

fn landed_home() -> Home {
    let home = Home::new();
    shop::land(&home);
    home
}

/// Nothing is left to make but what waits for the tick of its schedule.
fn only_schedules_are_left(home: &Home) {
    let plan = home.json(&["plan"]);
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["dataset"] == "dev_top_pages_yearly"), "{plan}");
}

#[test]
fn up_once_brings_everything_up_to_date_and_ends() {
    let home = landed_home();
    let said = home.fails(0, &["up", "--once", "--listen", "127.0.0.1:0"]);
    assert!(said.out.contains("everything that can be made is up to date"), "{said:#?}");
    assert_eq!(home.server(), None, "the private server is stopped");
    only_schedules_are_left(&home);
}

#[test]
fn what_is_served_is_guarded_and_stops_when_told() {
    let home = landed_home();
    let served = Served::start(&home);
    let postgres = home.server().expect("the private server runs");

    let (head, body) = served.get("/healthz", &served.address);
    assert!(head.starts_with("http/1.1 200") && body == "ok\n", "{head} {body}");
    let (head, page) = served.get("/", "localhost");
    assert!(head.starts_with("http/1.1 200") && page.contains("Tidemill"), "{head}");
    assert!(!page.contains("retail_lines"), "nobody is signed in");
    for header in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: no-referrer",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
    for path in ["/api/v1/datasets", "/metrics"] {
        let (head, body) = served.get(path, &served.address);
        assert!(
            head.starts_with("http/1.1 401") && !body.contains("retail_lines"),
            "{head} {body}"
        );
    }
    let (head, body) = served.get("/api/v1/datasets", "tidemill.example");
    assert!(head.starts_with("http/1.1 421") && !body.contains("retail_lines"), "{head} {body}");
    let (head, _) = served.get("/api/v1/nothing", &served.address);
    assert!(head.starts_with("http/1.1 404"), "{head}");

    served.stop(&home, "-TERM");
    // One that ended and that nobody has waited for yet is only a line in a table.
    let state = std::fs::read_to_string(format!("/proc/{postgres}/stat")).unwrap_or_default();
    let is_alive = !state.is_empty() && !state.contains(") Z ");
    assert!(!is_alive, "the process of the private server is gone");
}

#[test]
fn an_interrupt_stops_it_as_well() {
    let home = landed_home();
    Served::start(&home).stop(&home, "-INT");
}

#[test]
fn commands_beside_a_served_one_share_its_database() {
    let home = landed_home();
    let served = Served::start(&home);
    let postgres = home.server();
    assert!(postgres.is_some(), "the private server runs");

    only_schedules_are_left(&home);
    let run = home.json(&["run", "click_dau", &landing::start(1).to_string()]);
    assert_eq!(run["published"], 1, "{run}");

    assert_eq!(home.server(), postgres, "a command that ends leaves it to who still uses it");
    served.stop(&home, "-TERM");
}

#[test]
fn commands_at_once_share_one_private_database() {
    let home = landed_home();
    let children: Vec<Child> = (0..3)
        .map(|_| home.command(&["backfill", "click_dau", "--upstream", "--yes"]).spawn().unwrap())
        .chain((0..3).map(|_| home.command(&["status", "--json"]).spawn().unwrap()))
        .collect();
    for child in children {
        let said = home.judge(&["one of several"], child.wait_with_output().unwrap());
        // Who plans while another records finds that its plan no longer holds.
        let is_late = said.status.code() == Some(3) && said.err.contains("TM0203");
        assert!(said.status.success() || is_late, "{said:#?}");
    }
    assert_eq!(home.server(), None, "the last one stops the server");
    assert_eq!(home.json(&["plan", "click_dau", "--upstream"])["runs"], 0, "all of it is made");
    let runs = home.json(&["runs", "click_dau", "--limit", "1000"]);
    let published = |run: &&Value| run["outcome"] == "published";
    let count = runs.as_array().unwrap().iter().filter(published).count();
    assert_eq!(count, 15, "each partition was made once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_database_is_used_and_no_other_is_started() {
    let owner = Home::new();
    let server = owner.keep_server().await;
    let mut db = server.options().connect().await.unwrap();
    let create = AssertSqlSafe("create database elsewhere".to_owned());
    sqlx::raw_sql(create).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    let url = server.options().database("elsewhere").to_url_lossy();
    let password = url.password().expect("a private server has one").to_owned();
    let home = Home::new().never_says(&password).with("DATABASE_URL", url.as_str());
    shop::land(&home);

    let said = home.fails(0, &["backfill", "click_dau", "--upstream", "--yes", "-vv"]);

    assert!(said.err.contains("`DATABASE_URL` is set"), "{said:#?}");
    assert!(!home.path().join("postgres").exists(), "no private server was made");
    let mut db = server.options().database("elsewhere").connect().await.unwrap();
    let (rows,): (i64,) =
        sqlx::query_as("select count(*) from tidemill.backfill").fetch_one(&mut db).await.unwrap();
    assert_eq!(rows, 1, "it is recorded there");
    db.close().await.unwrap();
    server.give_back().await;
}
