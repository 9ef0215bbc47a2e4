//! Passwords: which are good enough, and how they are kept.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// How much work a hash is: 19 MiB, twice over, as OWASP advises. Hashes made with less are made
/// again when their person signs in.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// How many are worked on at once, however many try to sign in.
static DESKS: Semaphore = Semaphore::const_new(2);

pub(crate) const SHORTEST: usize = 12;
pub(crate) const LONGEST: usize = 128;

/// The first that anybody tries, of those that are long enough.
const COMMON: &str = include_str!("common_passwords.txt");

/// What stands in for the hash of somebody who is not there, so that it takes as long to say no.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash_now("nobody has this one").unwrap_or_default());

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.expect("the numbers above are within the bounds of Argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Says what is wrong with a password, if anything.
///
/// # Errors
///
/// When it is too short, too long, or among the first that anybody tries.
pub(crate) fn check(password: &str, login: &str) -> Result<(), String> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(format!("a password has {SHORTEST} to {LONGEST} characters"));
    }
    let plain = password.to_lowercase();
    let first = plain.chars().next();
    let is_one_letter = plain.chars().all(|c| Some(c) == first);
    let is_login = plain.trim_matches(|c: char| !c.is_alphabetic()) == login.to_lowercase();
    if is_one_letter || is_login || COMMON.lines().any(|common| common == plain) {
        return Err("this password is among the first that anybody tries".to_owned());
    }
    Ok(())
}

fn hash_now(password: &str) -> Result<String, String> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|error| error.to_string())?;
    let hash = hasher().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// The hash of a password.
///
/// # Errors
///
/// When this machine has no randomness.
pub(crate) async fn hash(password: &str) -> Result<String, String> {
    let password = password.to_owned();
    at_a_desk(move || hash_now(&password)).await.unwrap_or_else(|| Err("stopped".to_owned()))
}

/// What came of comparing a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is another, or there is none.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one, and its hash is to be made again.
    RightAndOld,
}

/// Compares a password with the hash of it. Without one it takes as long.
pub(crate) async fn verify(password: &str, hash: Option<&str>) -> Verdict {
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    let verdict = at_a_desk(move || {
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let Ok(kept) = PasswordHash::new(&hash) else { return Verdict::Wrong };
        let is_right = hasher().verify_password(password.as_bytes(), &kept).is_ok();
        match is_right && is_somebody {
            true if is_old(&kept) => Verdict::RightAndOld,
            true => Verdict::Right,
            false => Verdict::Wrong,
        }
    });
    verdict.await.unwrap_or(Verdict::Wrong)
}

fn is_old(kept: &PasswordHash) -> bool {
    let held = |name| kept.params.get_decimal(name).unwrap_or(0);
    kept.algorithm.as_str() != "argon2id" || held("m") < MEMORY_KIB || held("t") < PASSES
}

/// Does what takes a while and much memory beside the requests of others.
async fn at_a_desk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _desk = DESKS.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_first_that_anybody_tries() {
        assert!(check("twelve chars", "ana").is_ok());
        assert!(check("no rules about letters and digits", "ana").is_ok());
        assert!(check(&"ä ö ü ".repeat(21), "ana").is_ok(), "characters, not bytes");
        for wrong in ["eleven char", "", "aaaaaaaaaaaaaaaa", "123456789012", "Password1234"] {
            assert!(check(wrong, "ana").is_err(), "{wrong}");
        }
        assert!(check(&"ab".repeat(65), "ana").is_err());
        assert!(check("Anastasia-Berg-99", "anastasia-berg").is_err(), "the login again");
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_an_old_hash_is_made_again() {
        let kept = hash("correct horse battery").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").await.unwrap(), "salted");
        assert_eq!(verify("correct horse battery", Some(&kept)).await, Verdict::Right);
        assert_eq!(verify("correct horse batterx", Some(&kept)).await, Verdict::Wrong);
        assert_eq!(verify("nobody has this one", None).await, Verdict::Wrong);
        assert_eq!(verify("correct horse battery", Some("not a hash")).await, Verdict::Wrong);

        let weak = Params::new(8 * 1024, 1, 1, None).unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, weak);
        let weak = weak.hash_password_with_salt(b"correct horse battery", &[7; 16]).unwrap();
        let verdict = verify("correct horse battery", Some(&weak.to_string())).await;
        assert_eq!(verdict, Verdict::RightAndOld);
    }
}
