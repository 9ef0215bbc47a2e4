//! Secrets: made here, kept elsewhere as hashes only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// What every token begins with, so that one that lies around is recognized.
const PREFIX: &str = "tdm_";

/// 256 random bits as text.
///
/// # Errors
///
/// When this machine has no randomness.
pub(crate) fn random() -> std::io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is kept of a secret. It is random enough that a slow hash would hide nothing more.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A token as it is shown, once.
pub(crate) fn token_text(id: i64, secret: &str) -> String {
    format!("{PREFIX}{id}_{secret}")
}

/// How the text of a token begins, for lists.
pub(crate) fn token_prefix(id: i64) -> String {
    format!("{PREFIX}{id}_")
}

/// The number and the secret of a token.
pub(crate) fn parse_token(text: &str) -> Option<(i64, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && secret.len() == 43).then_some(())?;
    Some((id.parse().ok()?, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_shown() {
        let secret = random().unwrap();
        assert_eq!(secret.len(), 43, "256 bits");
        assert_ne!(secret, random().unwrap());
        assert_eq!(parse_token(&token_text(17, &secret)), Some((17, &*secret)));
        for wrong in ["", "tdm_", "tdm_17_", "tdm_+7_x", "xyz_17_", "tdm__"] {
            assert_eq!(parse_token(&format!("{wrong}{}", &secret[1..])), None, "{wrong}");
        }
    }
}
