//! A gate before the database: each statement of a connection waits until it is let through.
//!
//! What a client sends up to the end of a statement is held back while the gate is shut. So a test
//! decides in which order the statements of several connections reach the database.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What ends a statement: a simple query, or the end of an extended one.
const ENDS: [u8; 2] = [b'Q', b'S'];

/// One connection to the database, behind a gate.
pub(super) struct Gate {
    pub(super) pool: PgPool,
    /// The process at the other end.
    pub(super) pid: i32,
    is_shut: Arc<AtomicBool>,
    /// Says that a statement stands at the gate.
    stands: UnboundedReceiver<()>,
    lets: UnboundedSender<()>,
}

impl Gate {
    /// Opens a connection; the gate is open.
    pub(super) async fn open(options: &PgConnectOptions) -> Self {
        let folder = TempDir::new().unwrap();
        let name = format!(".s.PGSQL.{}", options.get_port());
        let listener = UnixListener::bind(folder.path().join(&name)).unwrap();
        let is_shut = Arc::new(AtomicBool::new(false));
        let (stand, stands) = unbounded_channel();
        let (lets, let_through) = unbounded_channel();
        let (shut, target) = (Arc::clone(&is_shut), options.clone());
        tokio::spawn(async move {
            let (client, _) = listener.accept().await.unwrap();
            let host = target.get_host();
            let socket = target.get_socket().map(|folder| folder.join(&name));
            let socket =
                socket.or_else(|| host.starts_with('/').then(|| Path::new(host).join(&name)));
            if let Some(socket) = socket {
                let server = UnixStream::connect(socket).await.unwrap();
                pass(client, server, shut, stand, let_through).await;
            } else {
                let server = TcpStream::connect((host, target.get_port())).await.unwrap();
                pass(client, server, shut, stand, let_through).await;
            }
        });
        let through = options
            .clone()
            .socket(folder.path())
            .ssl_mode(PgSslMode::Disable)
            .application_name("gate");
        let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
        let pool = pool.connect_with(through).await.unwrap();
        let pid = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&pool).await.unwrap();
        Self { pool, pid, is_shut, stands, lets }
    }

    /// Shuts or opens the gate for what comes after.
    pub(super) fn shut(&self, is_shut: bool) {
        self.is_shut.store(is_shut, Ordering::SeqCst);
    }

    /// Returns once a statement stands at the gate.
    pub(super) async fn stands(&mut self) {
        self.stands.recv().await.unwrap();
    }

    /// Lets one statement through.
    pub(super) fn let_through(&self) {
        self.lets.send(()).unwrap();
    }
}

/// Passes on what a client sends, statement by statement, and what the server answers, at once.
async fn pass<S: AsyncRead + AsyncWrite + Send + 'static>(
    client: UnixStream,
    server: S,
    is_shut: Arc<AtomicBool>,
    stand: UnboundedSender<()>,
    mut let_through: UnboundedReceiver<()>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // The first message has no type.
    let mut held = Vec::new();
    let mut is_first = true;
    loop {
        let Ok(kind) = message(&mut from_client, is_first, &mut held).await else { return };
        is_first = false;
        // An end without a statement only asks whether the server is there.
        let is_question = kind == b'S' && held.len() == 5;
        if is_shut.load(Ordering::SeqCst) && !is_question {
            if !ENDS.contains(&kind) {
                continue;
            }
            if stand.send(()).is_err() || let_through.recv().await.is_none() {
                return;
            }
        }
        if to_server.write_all(&held).await.is_err() || to_server.flush().await.is_err() {
            return;
        }
        held.clear();
    }
}

/// Reads one message onto what is held; its type.
async fn message(
    from: &mut (impl AsyncRead + Unpin),
    is_first: bool,
    held: &mut Vec<u8>,
) -> std::io::Result<u8> {
    let kind = if is_first { 0 } else { from.read_u8().await? };
    if !is_first {
        held.push(kind);
    }
    let length = from.read_u32().await?;
    held.extend(length.to_be_bytes());
    let start = held.len();
    held.resize(start + length as usize - 4, 0);
    from.read_exact(&mut held[start..]).await?;
    Ok(kind)
}
