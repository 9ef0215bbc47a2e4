//! Passing bytes on, as the link and the rule allow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinSet;

use super::rule::{Seen, Verdict, Way};
use super::{Link, Target, Wire};

/// Accepts connections until it is dropped, and they with it.
pub(super) async fn accept(listener: TcpListener, wire: Arc<Wire>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                connections.spawn(connection(client, Arc::clone(&wire)));
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

/// Why a connection is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// One of the sides closed it.
    Closed,
    /// It is cut, and the program is told so by a reset.
    Cut,
}

async fn connection(mut client: TcpStream, wire: Arc<Wire>) {
    let link = *wire.link.borrow();
    let end = match link {
        Link::Refusing => End::Cut,
        Link::Silent => std::future::pending().await,
        _ => match &wire.target {
            Target::Unix(path) => relay(&mut client, UnixStream::connect(path).await, &wire).await,
            Target::Tcp(address) => {
                relay(&mut client, TcpStream::connect(address).await, &wire).await
            }
        },
    };
    if end == End::Cut {
        // Without lingering, closing is a reset.
        let _ = client.set_zero_linger();
    }
}

async fn relay<S: AsyncRead + AsyncWrite>(
    client: &mut TcpStream,
    server: std::io::Result<S>,
    wire: &Wire,
) -> End {
    let Ok(server) = server else { return End::Cut };
    let _ = client.set_nodelay(true);
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = tokio::io::split(server);
    let loses_answer = AtomicBool::new(false);
    let mut resets = wire.resets.subscribe();
    tokio::select! {
        end = pump(from_client, to_server, Way::Up, wire, &loses_answer) => end,
        end = pump(from_server, to_client, Way::Down, wire, &loses_answer) => end,
        _ = resets.changed() => End::Cut,
    }
}

/// Passes on what comes from one side, as long as there is any.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: Way,
    wire: &Wire,
    loses_answer: &AtomicBool,
) -> End {
    let mut piece = vec![0; 16 * 1024];
    let mut seen = Seen::default();
    let born = *wire.silences.borrow();
    let is_silent = || *wire.link.borrow() == Link::Silent || *wire.silences.borrow() != born;
    loop {
        let count = match from.read(&mut piece).await {
            Ok(count) if 0 < count => count,
            // Who does not hear does not hear that it is over either.
            _ if is_silent() => std::future::pending().await,
            _ => return End::Closed,
        };
        if is_silent() {
            std::future::pending::<()>().await;
        }
        let piece = &piece[..count];
        if way == Way::Down && loses_answer.load(Ordering::Relaxed) {
            return End::Cut;
        }
        travel(wire, count).await;
        match judge(wire, &mut seen, way, piece) {
            Verdict::Pass => (),
            Verdict::Cut => return End::Cut,
            Verdict::LoseAnswer => loses_answer.store(true, Ordering::Relaxed),
        }
        if to.write_all(piece).await.is_err() {
            return End::Closed;
        }
    }
}

/// Returns when a piece may arrive: never, when it is lost.
async fn travel(wire: &Wire, count: usize) {
    let mut link = wire.link.subscribe();
    let now = *link.borrow_and_update();
    match now {
        Link::Open | Link::Refusing => (),
        Link::Slow(delay) => tokio::time::sleep(delay).await,
        Link::Narrow(per_second) => {
            let seconds = count as f64 / per_second as f64;
            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        }
        Link::Held => {
            let _ = link.wait_for(|link| *link != Link::Held).await;
            if *wire.link.borrow() == Link::Silent {
                std::future::pending::<()>().await;
            }
        }
        Link::Silent => std::future::pending().await,
    }
}

fn judge(wire: &Wire, seen: &mut Seen, way: Way, piece: &[u8]) -> Verdict {
    let number = wire.rule_number.load(Ordering::Relaxed);
    let mut rule = wire.rule.lock().unwrap();
    let Some(rule) = &mut *rule else { return Verdict::Pass };
    let verdict = seen.judge(number, rule, way, piece);
    if verdict != Verdict::Pass {
        wire.cuts.send_modify(|cuts| *cuts += 1);
    }
    verdict
}
