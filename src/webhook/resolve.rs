//! From a name to addresses that a message may go to.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Allowed, is_own, is_public};

/// Asks for the addresses of a name.
pub(super) type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Asks the system.
pub(super) fn system() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// What a connection may be made to.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) allowed: Allowed,
    /// Only what is allowed by name, public or not: the port is none that strangers listen on.
    pub(super) only_allowed: bool,
    pub(super) lookup: Lookup,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// An address that messages may not go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its address is private, or not one of the internet")]
pub(super) struct Refused;

impl Gate {
    /// Whether a message may go to an address.
    pub(super) fn lets(&self, address: IpAddr) -> bool {
        self.allowed.holds(address) || !self.only_allowed && is_public(address) && !is_own(address)
    }
}

/// Each connection asks anew, and goes to what was looked at and nothing else: a name that says one
/// thing when it is looked at and another when it is used gains nothing.
impl Resolve for Gate {
    fn resolve(&self, name: Name) -> Resolving {
        let gate = self.clone();
        Box::pin(async move {
            let found = (gate.lookup)(name.as_str().to_owned()).await?;
            let good: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| gate.lets(*address))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if good.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}
