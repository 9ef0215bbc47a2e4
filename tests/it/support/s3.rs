//! A throw-away S3 server.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// An S3 server that ends with the test, with one bucket named `bucket`.
pub(crate) struct Moto {
    address: String,
    /// Dropped last of all: it kills the server.
    _server: Child,
}

impl Moto {
    /// Starts a server on a free port.
    pub(crate) async fn start() -> Self {
        let program = std::env::var_os("TIDEMILL_TEST_MOTO").expect(
            "TIDEMILL_TEST_MOTO is not set: run `make test`, which installs moto, or set it to \
             the path of a `moto_server`",
        );
        let mut server = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("TIDEMILL_TEST_MOTO names a program that starts");
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next_line().await.unwrap().expect("moto says where it listens");
            if let Some((_, address)) = line.split_once("Running on http://") {
                break address.trim().to_owned();
            }
        };
        // A full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let moto = Self { address, _server: server };
        moto.make_bucket().await;
        moto
    }

    async fn make_bucket(&self) {
        let mut connection = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "PUT /bucket HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            self.address
        );
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = connection.read_to_string(&mut answer);
        tokio::time::timeout(Duration::from_secs(10), read).await.unwrap().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// How object stores reach it.
    pub(crate) fn options(&self) -> BTreeMap<String, String> {
        let options = [
            ("aws_endpoint", format!("http://{}", self.address)),
            ("aws_region", "us-east-1".to_owned()),
            ("aws_access_key_id", "test".to_owned()),
            ("aws_secret_access_key", "test".to_owned()),
            ("aws_allow_http", "true".to_owned()),
        ];
        options.map(|(name, value)| (name.to_owned(), value)).into()
    }
}
