//! Signs messages, so that who receives them sees whose they are.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A key has at least so many bytes …
const BYTES_MIN: usize = 24;
/// … and at most so many.
const BYTES_MAX: usize = 64;
/// How many keys may be in use at once: the old one and the new one.
const KEYS_MAX: usize = 2;

/// The keys messages are signed with: one, or two while the one takes the place of the other. They
/// are never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<Vec<u8>>);

/// Why a text is not a secret. It does not say what the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSecret {
    /// None, or too many.
    #[error(
        "there are {0} secrets; give one, or two apart by a space while one replaces the other"
    )]
    Count(usize),
    /// Not written as it should be.
    #[error("a secret is not `whsec_` and then Base64")]
    Form,
    /// Easy to guess, or pointlessly long.
    #[error(
        "a secret has {0} bytes; it must have 24 to 64, such as `openssl rand -base64 32` makes"
    )]
    Length(usize),
}

impl FromStr for Secrets {
    type Err = InvalidSecret;

    fn from_str(text: &str) -> Result<Self, InvalidSecret> {
        let key = |text: &str| {
            let text = text.strip_prefix("whsec_").ok_or(InvalidSecret::Form)?;
            let key = STANDARD.decode(text).map_err(|_| InvalidSecret::Form)?;
            if !(BYTES_MIN..=BYTES_MAX).contains(&key.len()) {
                return Err(InvalidSecret::Length(key.len()));
            }
            Ok(key)
        };
        let keys = text.split_whitespace().map(key).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() || KEYS_MAX < keys.len() {
            return Err(InvalidSecret::Count(keys.len()));
        }
        Ok(Self(keys))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} hidden)", self.0.len())
    }
}

impl Secrets {
    /// The signatures of a message, one for each key, as the header `webhook-signature` has them.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "keys have any length for this")]
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signature = |key: &Vec<u8>| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
            mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.0.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}
