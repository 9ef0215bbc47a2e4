//! Sends a message.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::redirect::Policy;

use super::target::{InvalidTarget, Target};

/// How long a connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long all of it may take. Whoever leases a message for longer sends it alone.
pub const SEND_MAX: Duration = Duration::from_secs(10);
/// How much of an answer is taken in; what it says is told to nobody.
const ANSWER_MAX: usize = 64 * 1024;

/// Sends messages to one target.
#[derive(Clone, Debug)]
pub struct Webhook {
    target: Arc<Target>,
    client: reqwest::Client,
}

/// Why a message did not arrive. It names no address but the host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// An answer that is no agreement.
    #[error("answered with status {0}")]
    Status(u16),
    /// A redirect, which is not followed.
    #[error("answered with a redirect (status {0}), which is not followed")]
    Redirect(u16),
    /// An address that is not of the internet.
    #[error("refused: its address is private, or not one of the internet")]
    Refused,
    /// No connection.
    #[error("no connection could be made")]
    Connect,
    /// No answer.
    #[error("no answer within {} s", SEND_MAX.as_secs())]
    Timeout,
    /// Something else.
    #[error("the connection broke")]
    Broken,
}

impl Failure {
    /// The status it was answered with, if it was.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::Redirect(status) => Some(*status),
            _ => None,
        }
    }
}

impl Webhook {
    /// Sets up the way to a target.
    ///
    /// # Errors
    ///
    /// When the machine has no means to encrypt.
    pub fn new(target: Target) -> Result<Self, InvalidTarget> {
        // Another part of the program may have said so before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .dns_resolver(Arc::new(target.gate.clone()))
            .redirect(Policy::none())
            .no_proxy()
            .https_only(target.url.scheme() == "https")
            .connect_timeout(CONNECT_MAX)
            .timeout(SEND_MAX)
            // Each message asks anew where to go.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| InvalidTarget::Client(error.without_url().to_string()))?;
        Ok(Self { target: Arc::new(target), client })
    }

    /// The host that messages go to.
    #[must_use]
    pub fn host(&self) -> &str {
        self.target.host()
    }

    /// Sends a message once; the status it was answered with.
    ///
    /// # Errors
    ///
    /// When nobody took it, as far as can be told.
    pub async fn send(&self, id: &str, body: &str, now: Timestamp) -> Result<u16, Failure> {
        let timestamp = now.as_second();
        let request = self
            .client
            .post(self.target.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("tidemill/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", self.target.secrets.sign(id, timestamp, body))
            .body(body.to_owned());
        let mut answer = request.send().await.map_err(|error| failure(&error))?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(Failure::Redirect(status.as_u16()));
        }
        if !status.is_success() {
            return Err(Failure::Status(status.as_u16()));
        }
        // An answer that is heard to its end is a connection that is closed in peace; one without
        // end is left.
        let mut heard = 0;
        while let Ok(Some(part)) = answer.chunk().await {
            heard += part.len();
            if ANSWER_MAX < heard {
                break;
            }
        }
        Ok(status.as_u16())
    }
}

/// What went wrong, without what the client says of the address.
fn failure(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<super::resolve::Refused>() {
            return Failure::Refused;
        }
        cause = inner.source();
    }
    match () {
        () if error.is_timeout() => Failure::Timeout,
        () if error.is_connect() => Failure::Connect,
        () => Failure::Broken,
    }
}
