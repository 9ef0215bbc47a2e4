//! Who asks the API for `bench api`: many at once, at the least cost.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Who asks.
pub(super) struct Client {
    /// Where the database is.
    pub(super) home: PathBuf,
    pub(super) host: String,
    pub(super) token: String,
    /// Grows with each request.
    pub(super) turn: AtomicU64,
}

impl Client {
    /// How many requests there were since one.
    pub(super) fn count_since(&self, first: u64) -> u64 {
        (self.turn.load(Ordering::Relaxed) - first).max(1)
    }
}

/// A connection that is kept. It costs less than a client would that does more.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(super) async fn open(client: &Client) -> Result<Self> {
        let stream = TcpStream::connect(&client.host).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// The status and the body of an answer.
    pub(super) async fn ask(&mut self, client: &Client, path: &str) -> Result<(u16, Vec<u8>)> {
        let Client { host, token, .. } = client;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");
        self.0.write_all(request.as_bytes()).await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).context("no status in the answer")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok((status, body))
    }
}
