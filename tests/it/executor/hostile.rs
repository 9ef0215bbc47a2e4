//! A project whose jobs do the worst they can.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Command;

use nix::sys::signal::{Signal, raise};
use tidemill::engine::Workshop;
use tidemill::job::{Job, verify};
use tidemill::prelude::*;

/// The project in a workshop of its own.
pub(super) fn workshop(lake: &str) -> Workshop {
    let mut project = Project::new();
    declare(&mut project);
    let catalog = project.catalog().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let verified = verify(&project, &catalog);
    assert!(verified.faults.is_empty(), "{:#?}", verified.faults);
    Workshop::open(project, catalog, verified, lake, &BTreeMap::new()).unwrap()
}

/// A job that is not looked into before it runs.
fn load(name: &str) -> Job<Load> {
    Load::new(name).version("1").contract(Contract::new([("one", Type::Int64)]))
}

fn three() -> JobResult<LazyFrame> {
    Ok(df!("one" => [1_i64, 2, 3])?.lazy())
}

pub(super) fn declare(project: &mut Project) {
    project.job(load("fine").run(async |_| three()));
    project.job(load("loops").run(async |_| -> JobResult<LazyFrame> {
        loop {
            std::hint::black_box(());
        }
    }));
    project.job(load("waits").run(async |_| {
        println!("it waits");
        std::future::pending::<()>().await;
        three()
    }));
    project.job(load("panics").run(async |_| -> JobResult<LazyFrame> { panic!("on purpose") }));
    project.job(load("aborts").run(async |_| -> JobResult<LazyFrame> {
        eprintln!("no way out");
        std::process::abort()
    }));
    project.job(load("exits").run(async |_| -> JobResult<LazyFrame> { std::process::exit(3) }));
    project.job(load("crashes").run(async |_| {
        // The first one may be caught by the guard of the stack.
        raise(Signal::SIGSEGV)?;
        raise(Signal::SIGSEGV)?;
        three()
    }));
    project.job(load("freezes").run(async |_| {
        raise(Signal::SIGSTOP)?;
        three()
    }));
    memory(project);
    output(project);
    family(project);
}

fn memory(project: &mut Project) {
    project.job(load("hoards").memory(256 << 20).run(async |_| -> JobResult<LazyFrame> {
        let mut hoard = Vec::new();
        loop {
            hoard.push(std::hint::black_box(vec![1_u8; 4 << 20]));
        }
    }));
    project.job(load("asks_too_much").memory(256 << 20).run(async |_| {
        let much = std::hint::black_box(vec![1_u8; 64 << 30]);
        println!("{}", much.len());
        three()
    }));
    project.job(load("is_modest").memory(256 << 20).run(async |_| {
        println!("{}", std::hint::black_box(vec![1_u8; 128 << 20]).len());
        three()
    }));
}

fn output(project: &mut Project) {
    project.job(load("shouts").run(async |_| {
        let line = format!("{}\n", "x".repeat(99));
        let mut out = std::io::stdout().lock();
        for _ in 0..1_000_000 {
            out.write_all(line.as_bytes())?;
        }
        three()
    }));
    project.job(load("shouts_forever").run(async |_| -> JobResult<LazyFrame> {
        loop {
            std::io::stdout().write_all(&[b'x'; 4096])?;
        }
    }));
    project.job(load("tells").run(async |_| {
        println!("on standard output");
        eprintln!("on standard error \u{1b}[31m\0");
        tracing::warn!(rows = 3, "as an event");
        print!("without an end");
        three()
    }));
    project.job(load("reads_input").run(async |_| {
        let mut text = String::new();
        let count = std::io::stdin().read_line(&mut text)?;
        println!("read {count} bytes");
        three()
    }));
    project.job(load("shows_environment").run(async |_| {
        for (name, _) in std::env::vars_os() {
            println!("{}", name.to_string_lossy());
        }
        three()
    }));
}

fn family(project: &mut Project) {
    project.job(load("breeds").run(async |_| -> JobResult<LazyFrame> {
        println!("{}", sleeper()?);
        loop {
            std::hint::black_box(());
        }
    }));
    project.job(load("leaves_a_child").run(async |_| {
        println!("{}", sleeper()?);
        three()
    }));
}

/// Starts a process that outlives everybody, and says its number.
fn sleeper() -> std::io::Result<u32> {
    Command::new("sleep").arg("1000").spawn().map(|child| child.id())
}
