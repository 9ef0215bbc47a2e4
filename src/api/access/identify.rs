//! Finds out who asks: by a token in a header, or by the cookie of a session.

use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use cookie::Cookie;

use super::super::problem::{Answer, Problem};
use super::contact::Contact;
use super::{Principal, Shared, Who, secret};
use crate::model::Scope;
use crate::store;

/// After how many seconds without a request a session ends.
pub(in super::super) const IDLE: f64 = 8.0 * 3600.0;
/// After how many seconds a session ends, whatever happens.
pub(in super::super) const LONGEST: f64 = 7.0 * 24.0 * 3600.0;

/// The cookie of a session over https. A browser takes this name from this host alone.
const COOKIE: &str = "__Host-tidemill";
/// The cookie at a loopback address, where there is no https.
const LOCAL_COOKIE: &str = "tidemill";

/// What the cookie of a session is called where this request came to.
pub(in super::super) const fn cookie_name(contact: &Contact) -> &'static str {
    if contact.is_https { COOKIE } else { LOCAL_COOKIE }
}

/// What the cookie of a session holds.
pub(in super::super) fn cookie_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let all = all.flat_map(|text| Cookie::split_parse(text).filter_map(Result::ok));
    let mut found = all.filter(|cookie| cookie.name() == name);
    let first = found.next()?;
    // Of two, one was put there by somebody else.
    if found.next().is_some() {
        return None;
    }
    first.value_raw()
}

impl Shared {
    /// Finds out who asks.
    ///
    /// # Errors
    ///
    /// When nothing says who it is, or what does is not valid, or a page elsewhere made the
    /// browser ask.
    pub(in super::super) async fn identify(
        &self,
        parts: &Parts,
        contact: &Contact,
    ) -> Answer<Principal> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let text = value.to_str().unwrap_or_default();
            let token =
                text.split_once(' ').filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
            return self.by_token(token.map_or("", |(_, token)| token.trim())).await;
        }
        let Some(secret) = cookie_value(&parts.headers, cookie_name(contact)) else {
            return Err(Problem::unauthenticated("sign in first"));
        };
        contact.check_own(&parts.headers, &parts.method, true)?;
        self.by_session(secret).await
    }

    async fn by_token(&self, text: &str) -> Answer<Principal> {
        let wrong = || Problem::unauthenticated("this token is not valid, or not any more");
        let (id, secret) = secret::parse_token(text).ok_or_else(wrong)?;
        let key = secret::hash(text);
        let turn = match self.known.find(&key) {
            Ok(principal) => return Ok(principal),
            Err(turn) => turn,
        };
        let mut db = self.mill.pool.acquire().await?;
        let found = store::find_token(&mut db, id).await?.ok_or_else(wrong)?;
        // Of hashes, how long this takes says nothing about the secret.
        if found.hash != secret::hash(secret) {
            return Err(wrong());
        }
        if found.is_due {
            store::touch_token(&mut db, id).await?;
        }
        let principal = Principal {
            who: Who::Token { user: found.person, token: id },
            name: format!("{} (token {})", found.login, found.name),
            login: found.login,
            full_name: found.owner,
            expires_at: found.expires_at.to_jiff(),
            role: found.role,
            only: found.actions,
            scope: found.scope,
            within: found.within,
        };
        self.known.keep(key, &principal, turn);
        Ok(principal)
    }

    async fn by_session(&self, secret: &str) -> Answer<Principal> {
        let key = secret::hash(secret);
        let turn = match self.known.find(&key) {
            Ok(principal) => return Ok(principal),
            Err(turn) => turn,
        };
        let mut db = self.mill.pool.acquire().await?;
        let found = store::find_session(&mut db, &key, IDLE).await?;
        let found = found.ok_or_else(|| Problem::unauthenticated("this session has ended"))?;
        if found.is_due {
            store::touch_session(&mut db, found.id).await?;
        }
        let principal = Principal {
            who: Who::User { user: found.person, session: found.id },
            name: found.login.clone(),
            login: found.login,
            full_name: found.name,
            expires_at: found.expires_at.to_jiff(),
            role: found.role,
            only: None,
            scope: found.scope,
            within: Scope::everything(),
        };
        self.known.keep(key, &principal, turn);
        Ok(principal)
    }
}
