//! A network between a program and its database or object store that fails as it is told to.

mod faults;
mod relay;
mod rule;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use rule::{Rule, Way};

use relay::accept;

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// All passes.
    Open,
    /// Each piece takes this much longer.
    Slow(Duration),
    /// At most so many bytes pass in a second, each way of each connection.
    Narrow(u64),
    /// Nothing passes until the link changes; then all of it does, in order.
    Held,
    /// What is sent is lost, and so is all that comes later on the same connection.
    Silent,
    /// New connections are reset; those there are go on.
    Refusing,
}

/// Where the other side is.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Unix(PathBuf),
    Tcp(String),
}

/// A listener that passes bytes on. Its connections end with it.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    wire: Arc<Wire>,
    _stop: DropGuard,
}

/// What all connections share.
pub(super) struct Wire {
    target: Target,
    link: watch::Sender<Link>,
    rule: Mutex<Option<Rule>>,
    /// Which rule it is that holds.
    rule_number: AtomicU64,
    /// How often a rule took effect.
    cuts: watch::Sender<u64>,
    /// Told to reset every connection there is.
    resets: watch::Sender<u64>,
    /// How often every connection there was fell silent.
    silences: watch::Sender<u64>,
}

impl Proxy {
    /// Listens on a free port.
    pub(crate) async fn start(target: Target) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let wire = Arc::new(Wire {
            target,
            link: watch::Sender::new(Link::Open),
            rule: Mutex::new(None),
            rule_number: AtomicU64::new(0),
            cuts: watch::Sender::new(0),
            resets: watch::Sender::new(0),
            silences: watch::Sender::new(0),
        });
        let stop = CancellationToken::new();
        let accepting = accept(listener, Arc::clone(&wire));
        tokio::spawn(stop.clone().run_until_cancelled_owned(accepting));
        Self { port, wire, _stop: stop.drop_guard() }
    }

    /// Stands in front of a database, and says how to reach it from now on.
    pub(crate) async fn before(options: &PgConnectOptions) -> (Self, PgConnectOptions) {
        let target = match options.get_socket() {
            Some(folder) => Target::Unix(folder.join(format!(".s.PGSQL.{}", options.get_port()))),
            None => Target::Tcp(format!("{}:{}", options.get_host(), options.get_port())),
        };
        let proxy = Self::start(target).await;
        let mut url = options.to_url_lossy();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.port)).unwrap();
        let options = PgConnectOptions::from_url(&url).unwrap();
        assert!(options.get_socket().is_none(), "it is reached through the proxy only");
        (proxy, options)
    }

    /// Changes how the network is.
    pub(crate) fn set(&self, link: Link) {
        self.wire.link.send_replace(link);
    }

    /// Cuts connections by a rule, in place of the rule before.
    pub(crate) fn cut(&self, rule: Rule) {
        *self.wire.rule.lock().unwrap() = Some(rule);
        self.wire.rule_number.fetch_add(1, Ordering::Relaxed);
    }

    /// Cuts nothing any more.
    pub(crate) fn forgive(&self) {
        *self.wire.rule.lock().unwrap() = None;
    }

    /// Resets every connection there is.
    pub(crate) fn reset_all(&self) {
        self.wire.resets.send_modify(|count| *count += 1);
    }

    /// Makes every connection there is half open, for ever and for either side; new ones work.
    pub(crate) fn silence_all(&self) {
        self.wire.silences.send_modify(|count| *count += 1);
    }

    /// How often a rule has taken effect so far.
    pub(crate) fn cuts(&self) -> u64 {
        *self.wire.cuts.borrow()
    }

    /// Waits until rules have taken effect so often.
    pub(crate) async fn cut_often(&self, count: u64) {
        let mut cuts = self.wire.cuts.subscribe();
        cuts.wait_for(|cuts| count <= *cuts).await.expect("the sender lives in `self`");
    }
}
