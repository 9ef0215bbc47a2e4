//! What a worker counts is told where somebody said, and nowhere else.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::home::Home;
use super::shop;

/// Longer than a worker ever takes to make a few partitions.
const PATIENCE: Duration = Duration::from_mins(2);

fn get(address: &str, path: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_worker_tells_what_it_claimed_and_committed() {
    let home = Home::new().with("TIDEMILL_METRICS", "127.0.0.1:0");
    shop::land(&home);
    let mut worker = home.command(&["worker"]).spawn().unwrap();
    let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, rest) = line.split_once("what is counted is at http://")?;
        Some(rest.strip_suffix("/metrics")?.to_owned())
    });
    let address = address.expect("it says where");
    assert!(get(&address, "/healthz").ends_with("ok"));
    let others = get(&address, "/api/v1/datasets");
    assert!(others.starts_with("HTTP/1.1 404"), "nothing else is there: {others}");

    home.ok(&["backfill", "click_dau", "--upstream", "--yes", "--detach"]);
    let began = Instant::now();
    let is_counted = |text: &str, name: &str| {
        let mut lines = text.lines().filter(|line| line.starts_with(name));
        lines.any(|line| !line.ends_with(" 0"))
    };
    loop {
        let text = get(&address, "/metrics");
        let wanted = ["tidemill_claimed_runs_total", "tidemill_commits_total"];
        if wanted.iter().all(|name| is_counted(&text, name)) {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{text}");
        home.ok(&["backfills"]);
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
}
