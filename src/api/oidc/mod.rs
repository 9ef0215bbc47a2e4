//! Signing in elsewhere, by OpenID Connect: authorization code with PKCE, state and nonce.

mod claims;
mod provider;

pub(super) use claims::Claims;
pub(super) use provider::{Going, Provider};
