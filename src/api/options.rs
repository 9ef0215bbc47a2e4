//! How the server is reached, and by whom.

use std::net::IpAddr;

use url::Url;

use crate::model::{Role, Scope};
use crate::plan::Keep;

/// What the server is told when it starts.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    /// Where people reach it, if not at a loopback address.
    pub url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub proxies: Vec<Network>,
    /// What this installation is called, so that people tell theirs apart.
    pub environment: String,
    /// Where else people may sign in.
    pub oidc: Option<OidcOptions>,
    /// What is kept for how long, by whoever keeps house with the same settings.
    pub keep: Keep,
    /// The host that is told of what was missed, if any.
    pub webhook: Option<String>,
}

impl ServeOptions {
    /// The path below which people see everything, without a slash at its end; empty for the root.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
    }
}

/// Where people may sign in by OpenID Connect.
#[derive(Clone)]
pub struct OidcOptions {
    /// The issuer; its description is found below it.
    pub issuer: Url,
    /// What we are called there.
    pub client_id: String,
    /// What proves there that it is us.
    pub client_secret: Option<String>,
    /// What people call it.
    pub name: String,
    /// What is asked for there, apart by spaces.
    pub scopes: String,
    /// The claim that says what somebody may do.
    pub role_claim: String,
    /// What values of that claim stand for.
    pub roles: Vec<OidcRole>,
}

/// What a value of the claim stands for that says what somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcRole {
    /// The value, such as a group.
    pub value: String,
    /// What whoever bears it may do.
    pub role: Role,
    /// With which datasets. None when the settings say so of no value: then it is every dataset,
    /// until an admin says otherwise here.
    pub scope: Option<Scope>,
}

impl std::fmt::Debug for OidcOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The secret is nobody's to read in a log.
        f.debug_struct("OidcOptions").field("issuer", &self.issuer.as_str()).finish_non_exhaustive()
    }
}

/// Addresses that begin alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads `10.0.0.7` or `10.0.0.0/8`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text.trim(), None),
        };
        let first = address.parse::<IpAddr>().ok()?.to_canonical();
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { first, bits })
    }

    /// Whether an address is one of them.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let differ = first.to_bits() ^ address.to_bits();
                differ.checked_shr(32 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let differ = first.to_bits() ^ address.to_bits();
                differ.checked_shr(128 - u32::from(self.bits)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let holds = |network: &str, address: &str| {
            Network::parse(network).unwrap().holds(address.parse().unwrap())
        };
        assert!(holds("10.0.0.7", "10.0.0.7") && !holds("10.0.0.7", "10.0.0.8"));
        assert!(holds("10.0.0.0/8", "10.9.9.9") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("127.0.0.1", "::ffff:127.0.0.1"), "the same address in another dress");
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
