//! Keeping the house from the terminal, and traces of what was made.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::home::Home;
use super::shop;

#[test]
fn a_sound_home_has_nothing_wrong_and_nothing_to_delete() {
    let home = shop::open();
    let report = home.json(&["doctor"]);
    assert_eq!(report["ok"], true, "{report}");
    let text = home.ok(&["doctor"]);
    assert!(text.contains("nothing is wrong"), "{text}");
    let dry = home.json(&["clean", "--dry-run"]);
    assert_eq!((&dry["orphans"]["count"], &dry["superseded"]["count"]), (&0.into(), &0.into()));
    let text = home.ok(&["clean"]);
    assert!(text.starts_with("deleted 0 objects (0 B)"), "{text}");

    let wrong = Home::new().with("TIDEMILL_KEEP_VERSIONS", "a month").say(&["clean", "--json"]);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:#?}");
    assert_eq!(wrong.json()["error"]["code"], "TM0703");
    let wrong = Home::new().with("TIDEMILL_SLOTS", "9999").fails(1, &["worker"]);
    let told = "TM0703: `TIDEMILL_SLOTS` is `9999`, which is not a whole number from 1 to 256";
    assert!(wrong.err.contains(told), "{wrong:#?}");
}

#[test]
fn a_file_that_is_gone_is_named_and_the_exit_code_says_so() {
    let home = shop::open();
    let lake = home.path().join("lake/click_dau");
    std::fs::remove_dir_all(&lake).unwrap();
    let said = home.fails(1, &["doctor", "--deep"]);
    assert!(said.out.contains("wrong (files): published files are gone or changed"), "{said:#?}");
    assert!(said.out.contains("it is not there") && said.out.contains("what to do: "), "{said:#?}");
}

/// What came by OTLP: the bodies of all messages.
type Bodies = Arc<Mutex<Vec<Vec<u8>>>>;

/// A receiver of traces, which lives as long as the test's process.
fn receiver() -> (String, Bodies) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let bodies = Bodies::default();
    let kept = Arc::clone(&bodies);
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || receive(connection, &kept));
        }
    });
    (address, bodies)
}

/// Takes messages of one connection until it ends.
fn receive(mut connection: TcpStream, kept: &Bodies) -> Option<()> {
    let mut reader = BufReader::new(connection.try_clone().ok()?);
    loop {
        let (mut length, mut path) = (0, String::new());
        reader.read_line(&mut path).ok()?;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':')?;
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok()?;
            }
        }
        assert!(path.starts_with("POST /v1/traces "), "{path}");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        kept.lock().unwrap().push(body);
        connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").ok()?;
    }
}

/// A span, as far as this test cares.
#[derive(Debug)]
struct Told {
    id: Vec<u8>,
    parent: Vec<u8>,
    name: String,
}

/// The fields of a protobuf message that have a length: number and bytes.
fn fields(mut message: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = number(&mut message);
        let length = match key & 7 {
            0 => {
                number(&mut message);
                continue;
            }
            1 => 8,
            2 => number(&mut message) as usize,
            5 => 4,
            kind => panic!("no kind {kind} is in use"),
        };
        let (bytes, rest) = message.split_at(length);
        if key & 7 == 2 {
            found.push((key >> 3, bytes));
        }
        message = rest;
    }
    found
}

/// A number, seven bits a byte.
fn number(message: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = message.split_first().unwrap();
        *message = rest;
        value |= u64::from(first & 127) << shift;
        if first & 128 == 0 {
            return value;
        }
        shift += 7;
    }
}

/// The fields of one number.
fn parts(message: &[u8], wanted: u64) -> Vec<&[u8]> {
    let all = fields(message).into_iter();
    all.filter(|(field, _)| *field == wanted).map(|(_, bytes)| bytes).collect()
}

/// All spans, by trace: resource spans hold scope spans, those hold spans.
fn spans(bodies: &[Vec<u8>]) -> BTreeMap<Vec<u8>, Vec<Told>> {
    let mut traces: BTreeMap<Vec<u8>, Vec<Told>> = BTreeMap::new();
    let resources = bodies.iter().flat_map(|body| parts(body, 1));
    let scopes = resources.flat_map(|resource| parts(resource, 2));
    for span in scopes.flat_map(|scope| parts(scope, 2)) {
        let one = |field| parts(span, field).first().map(|bytes| bytes.to_vec());
        let told = Told {
            id: one(2).unwrap(),
            parent: one(4).unwrap_or_default(),
            name: String::from_utf8(one(5).unwrap()).unwrap(),
        };
        traces.entry(one(1).unwrap()).or_default().push(told);
    }
    traces
}

#[test]
fn each_run_is_one_trace_from_demand_to_commit() {
    let (address, bodies) = receiver();
    let home = Home::new().with("TIDEMILL_OTLP_ENDPOINT", address);
    shop::land(&home);
    let made = home.json(&["backfill", "click_dau", "--upstream", "--yes"]);
    assert_eq!(made["failed"], 0, "{made}");
    let runs = home.json(&["runs", "--limit", "1000"]);
    let runs = runs["runs"].as_array().or(runs.as_array()).map_or(0, Vec::len);

    let traces = spans(&bodies.lock().unwrap());
    assert!(0 < runs);
    assert_eq!(traces.len(), runs, "one trace for each run");
    for spans in traces.values() {
        let roots: Vec<&Told> = spans.iter().filter(|span| span.parent.is_empty()).collect();
        let [root] = roots[..] else { panic!("not one root: {spans:#?}") };
        assert_eq!(root.name, "run");
        let below = spans.iter().filter(|span| !span.parent.is_empty());
        let names: BTreeSet<&str> = below
            .inspect(|span| assert_eq!(span.parent, root.id, "{spans:#?}"))
            .map(|span| span.name.as_str())
            .collect();
        assert_eq!(names, BTreeSet::from(["attempt", "claim", "commit", "wait"]), "{spans:#?}");
    }
}

#[test]
fn an_endpoint_that_is_down_or_silent_stops_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [closed, silent.local_addr().unwrap()] {
        let home = Home::new().with("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
        shop::land(&home);
        let said = home.say(&["backfill", "click_dau", "--upstream", "--yes", "--json"]);
        assert!(said.status.success(), "{said:#?}");
        assert_eq!(said.json()["failed"], 0);
        assert!(said.err.matches("traces do not arrive").count() <= 1, "{said:#?}");
    }
}
