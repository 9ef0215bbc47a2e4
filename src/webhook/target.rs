//! Where messages go, as an operator set it up.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::InvalidRange;
use super::guard::Allowed;
use super::resolve::{Gate, Lookup, system};
use super::sign::{InvalidSecret, Secrets};

/// Ports that strangers may be spoken to on.
const PORTS: [u16; 2] = [443, 8443];
/// The same without encryption.
const PORTS_HTTP: [u16; 2] = [80, 8080];

/// What an operator says about the webhook, as text.
#[derive(Clone, Copy, Default)]
pub struct TargetOptions<'a> {
    /// Where messages go.
    pub url: &'a str,
    /// What they are signed with.
    pub secret: &'a str,
    /// Whether they may go without encryption.
    pub allow_http: bool,
    /// Addresses that are not public and may be spoken to all the same.
    pub allow_private: &'a str,
}

impl fmt::Debug for TargetOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetOptions").finish_non_exhaustive()
    }
}

/// Why messages cannot go where an operator says. It does not say what address or secret it was:
/// either may be told to nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTarget {
    /// Not an address.
    #[error("TM0801: `TIDEMILL_WEBHOOK_URL` is not an address such as `https://example.com/hook`")]
    Url,
    /// Not encrypted.
    #[error(
        "TM0801: `TIDEMILL_WEBHOOK_URL` is not https; to send without encryption, set \
         `TIDEMILL_WEBHOOK_ALLOW_HTTP=1`"
    )]
    Http,
    /// A name and a password in the address.
    #[error("TM0801: `TIDEMILL_WEBHOOK_URL` has a user or a password in it, and must not")]
    Password,
    /// An address of this machine, or of its network.
    #[error(
        "TM0801: `TIDEMILL_WEBHOOK_URL` leads to an address that is not one of the internet, or to \
         another port than 443 and 8443; if it should, name it in `TIDEMILL_WEBHOOK_ALLOW_PRIVATE`"
    )]
    Private,
    /// No secret, or none that can be used.
    #[error("TM0801: `TIDEMILL_WEBHOOK_SECRET` cannot be used: {0}")]
    Secret(#[from] InvalidSecret),
    /// A list of addresses that is none.
    #[error("TM0801: `TIDEMILL_WEBHOOK_ALLOW_PRIVATE` cannot be used: {0}")]
    Allowed(#[from] InvalidRange),
    /// No client for it.
    #[error("TM0801: no connection to the webhook can be set up: {0}")]
    Client(String),
}

/// Where messages go, and how they are signed.
#[derive(Clone)]
pub struct Target {
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) secrets: Secrets,
    pub(super) gate: Gate,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest of the address may be a secret.
        f.debug_struct("Target").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Target {
    /// What an operator set up.
    ///
    /// # Errors
    ///
    /// When messages cannot or may not go there, or cannot be signed.
    pub fn new(options: TargetOptions<'_>) -> Result<Self, InvalidTarget> {
        Self::with_lookup(options, system())
    }

    pub(super) fn with_lookup(
        options: TargetOptions<'_>,
        lookup: Lookup,
    ) -> Result<Self, InvalidTarget> {
        let url = Url::parse(options.url.trim()).map_err(|_| InvalidTarget::Url)?;
        let ports = match url.scheme() {
            "https" => PORTS,
            "http" if options.allow_http => PORTS_HTTP,
            "http" => return Err(InvalidTarget::Http),
            _ => return Err(InvalidTarget::Url),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidTarget::Password);
        }
        let is_usual = url.port_or_known_default().is_some_and(|port| ports.contains(&port));
        let allowed: Allowed = options.allow_private.parse()?;
        let gate = Gate { allowed, only_allowed: !is_usual, lookup };
        // An address that is no name is never asked for, so it is looked at here.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(InvalidTarget::Url),
        };
        if literal.is_some_and(|address| !gate.lets(address)) {
            return Err(InvalidTarget::Private);
        }
        let host = url.host_str().ok_or(InvalidTarget::Url)?.to_owned();
        let secrets: Secrets = options.secret.parse()?;
        Ok(Self { url, host, secrets, gate })
    }

    /// The host that messages go to: all that is shown of the address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}
