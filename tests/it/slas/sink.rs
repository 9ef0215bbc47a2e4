//! A server that takes messages, or does not.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use tokio::sync::watch;

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reply {
    Status(u16),
    /// Elsewhere, on this server.
    Redirect,
    /// Never.
    Silence,
}

/// What came.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) signature: String,
    pub(super) body: String,
}

impl Got {
    /// Whether one of its signatures is that of a key, by the rules of the specification.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        self.signature.split(' ').any(|signature| {
            let (version, signature) = signature.split_once(',').unwrap();
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
            mac.update(signed.as_bytes());
            version == "v1" && mac.verify_slice(&STANDARD.decode(signature).unwrap()).is_ok()
        })
    }
}

#[derive(Debug)]
struct Held {
    replies: VecDeque<Reply>,
    got: Vec<Got>,
}

/// A server on a port of this machine.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) address: SocketAddr,
    held: Arc<Mutex<Held>>,
    count: watch::Receiver<usize>,
}

type Shared = (Arc<Mutex<Held>>, Arc<watch::Sender<usize>>);

impl Sink {
    /// Answers with each of these in turn, and then takes everything.
    pub(super) async fn start(replies: &[Reply]) -> Self {
        let replies = replies.iter().copied().collect();
        let held = Arc::new(Mutex::new(Held { replies, got: Vec::new() }));
        let (told, count) = watch::channel(0);
        let shared: Shared = (Arc::clone(&held), Arc::new(told));
        let router = Router::new().fallback(take).with_state(shared);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, held, count }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook?token=geheim", self.address)
    }

    /// Everything that came so far.
    pub(super) fn got(&self) -> Vec<Got> {
        self.held.lock().unwrap().got.clone()
    }

    /// Waits until so many messages came.
    pub(super) async fn until(&self, count: usize) -> Vec<Got> {
        let mut ear = self.count.clone();
        let waited = ear.wait_for(|came| count <= *came);
        let waited = tokio::time::timeout(std::time::Duration::from_mins(2), waited).await;
        waited.expect("nothing more came").unwrap();
        self.got()
    }
}

async fn take(
    State((held, told)): State<Shared>,
    uri: axum::http::Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let got = Got {
        path: uri.path().to_owned(),
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp").parse().unwrap(),
        signature: text("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let reply = {
        let mut held = held.lock().unwrap();
        held.got.push(got);
        told.send_replace(held.got.len());
        held.replies.pop_front().unwrap_or(Reply::Status(204))
    };
    match reply {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Reply::Silence => std::future::pending().await,
    }
}
