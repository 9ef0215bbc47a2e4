//! What every way to sign in ends with: a session, its cookie, and a line in the audit log.

use std::net::IpAddr;

use axum::Json;
use axum::http::header::{self, HeaderMap};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use utoipa::ToSchema;

use super::super::access::{
    Action, Contact, Entry, IDLE, LONGEST, May, Open, PERMISSIONS, Principal, Shared, Who,
    cookie_name, cookie_value, secret,
};
use super::super::instant::Instant;
use super::super::problem::{Answer, Problem};
use super::dto::{RoleName, ScopeBody, UserBrief};
use crate::model::Scope;
use crate::store::{self, NewSession, PersonRow};

/// So many attempts are free: for one account from one address, for one account, for one address.
/// Then each waits twice as long as the one before.
const FREE: [i32; 3] = [5, 50, 30];
/// The longest wait, in seconds.
const WAIT_MAX: f64 = 900.0;

/// Who is signed in, and what they may.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Session {
    /// Who.
    user: UserBrief,
    /// What they may do.
    role: RoleName,
    /// The actions that come with it.
    may: Vec<&'static str>,
    /// Which datasets they may know of.
    scope: ScopeBody,
    /// When it ends at the latest.
    expires_at: Instant,
    /// After how many seconds without a request it ends.
    idle_seconds: u64,
    /// What this installation is called.
    environment: String,
    /// The version of the server.
    version: &'static str,
}

/// What a page may show of who is signed in.
pub(super) fn view(shared: &Shared, principal: &Principal) -> Session {
    let may = PERMISSIONS.iter().filter(|it| principal.may(it)).map(|it| it.name);
    let scope = if principal.scope.all { &principal.within } else { &principal.scope };
    Session {
        user: principal.into(),
        role: principal.role.into(),
        may: may.collect(),
        scope: scope.clone().into(),
        expires_at: principal.expires_at.into(),
        idle_seconds: IDLE as u64,
        environment: shared.options().environment.clone(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// Refuses to sign somebody in where a browser would not keep the cookie, or others could read it.
///
/// # Errors
///
/// When the request came neither over https nor from this machine.
pub(super) fn check_place(shared: &Shared, contact: &Contact) -> Answer<()> {
    if contact.is_https || (shared.listen().ip().is_loopback() && contact.is_local()) {
        return Ok(());
    }
    Err(Problem::forbidden("nobody signs in here without https").hint(
        "put a proxy with a certificate before the server, and set TIDEMILL_URL to its address",
    ))
}

/// Counts an attempt to sign in before it is looked at. `account` is empty where none is named.
///
/// # Errors
///
/// When there were too many.
pub(super) async fn begin_attempt(open: &Open, account: &str) -> Answer<Vec<String>> {
    count_attempt(open.pool(), open.contact(), account).await
}

/// The same for somebody who is signed in and must show their password again.
///
/// # Errors
///
/// When there were too many.
pub(super) async fn begin_own_attempt<A: Action>(
    may: &May<A>,
    account: &str,
) -> Answer<Vec<String>> {
    count_attempt(may.pool(), may.contact(), account).await
}

async fn count_attempt(pool: &PgPool, contact: &Contact, account: &str) -> Answer<Vec<String>> {
    let subjects = subjects(contact.address, account);
    let free = if account.is_empty() { &FREE[2..] } else { &FREE[..] };
    let mut tx = pool.begin().await?;
    let wait = store::begin_attempt(&mut tx, &subjects, free, WAIT_MAX).await?;
    tx.commit().await?;
    let Some(wait) = wait else { return Ok(subjects) };
    let seconds = wait.ceil().max(1.0) as u64;
    let message = format!("too many attempts to sign in; try again in {seconds} s");
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "TM0607", message).retry_after(seconds))
}

/// What attempts are counted by; the address is the last.
fn subjects(address: IpAddr, account: &str) -> Vec<String> {
    let address = match address {
        IpAddr::V4(address) => address.to_string(),
        // Whoever has one of these has all that begin alike.
        IpAddr::V6(address) => format!("{:x}", address.to_bits() >> 64),
    };
    let by_address = format!("address {address}");
    if account.is_empty() {
        return vec![by_address];
    }
    let account = account.to_lowercase();
    vec![format!("account {account} {by_address}"), format!("account {account}"), by_address]
}

/// Writes down that somebody did not get in.
pub(super) async fn note_failure(open: &Open, object: &str, reason: &str) -> Answer<()> {
    let mut db = open.pool().acquire().await?;
    let entry = Entry::new("session.create", "user", object).failed(reason);
    open.audit(&mut db, entry).await
}

/// Begins a session: the answer with its cookie. Whatever session the browser had ends, so that
/// nobody is signed in by a cookie that was put there before.
///
/// # Errors
///
/// When the database fails.
pub(super) async fn enter(
    open: &Open,
    db: &mut PgConnection,
    headers: &HeaderMap,
    person: &PersonRow,
    how: &str,
) -> Answer<(Principal, String)> {
    let contact = open.contact();
    let name = cookie_name(contact);
    if let Some(before) = cookie_value(headers, name)
        && let Some(found) = store::find_session(db, &secret::hash(before), IDLE).await?
    {
        store::end_session(db, found.id).await?;
    }
    let secret = secret::random().map_err(|error| Problem::internal(&error))?;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let agent: String = agent.unwrap_or_default().chars().take(300).collect();
    let new = NewSession {
        person: person.id,
        hash: &secret::hash(&secret),
        seconds: LONGEST,
        address: &contact.address.to_string(),
        agent: &agent,
    };
    let (session, expires_at) = store::new_session(db, new).await?;
    store::touch_person(db, person.id).await?;
    store::forget_sessions(db).await?;
    store::forget_attempts(db).await?;
    store::forget_links(db).await?;
    let principal = principal(person, session, expires_at.to_jiff());
    let entry = Entry::new("session.create", "user", &person.login).reason(how);
    entry.write(db, Some(&principal), contact).await?;
    Ok((principal, cookie(contact, name, &secret, LONGEST)))
}

fn principal(person: &PersonRow, session: i64, expires_at: Timestamp) -> Principal {
    Principal {
        who: Who::User { user: person.id, session },
        name: person.login.clone(),
        login: person.login.clone(),
        full_name: person.name.clone(),
        expires_at,
        role: person.role,
        only: None,
        scope: person.scope.clone(),
        within: Scope::everything(),
    }
}

/// What a browser is told to keep: this host gets it back, no script reads it, and no other site
/// sends it along with more than a link.
pub(super) fn cookie(contact: &Contact, name: &str, value: &str, seconds: f64) -> String {
    let secure = if contact.is_https { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds:.0}{secure}")
}

/// The answer to whoever has signed in.
pub(super) fn entered(shared: &Shared, principal: &Principal, cookie: &str) -> Answer<Response> {
    let mut response = Json(view(shared, principal)).into_response();
    let cookie = HeaderValue::from_str(cookie).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
