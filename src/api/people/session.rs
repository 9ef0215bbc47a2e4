//! `/session` and `/sign-in`: who is signed in, and signing in and out.

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::access::password::{self, Verdict};
use super::super::access::{Contact, Entry, May, Open, Shared, Who, act, cookie_name};
use super::super::body::Body;
use super::super::problem::{Answer, Problem};
use super::sign_in::{self, Session};
use crate::store;

/// How people may sign in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct SignInMethods {
    /// Nobody may sign in yet: the console of the server shows a link that makes the first admin.
    needs_setup: bool,
    /// By a password.
    password: bool,
    /// Elsewhere.
    oidc: Option<Provider>,
}

/// Where people sign in elsewhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Provider {
    /// What people call it.
    name: String,
}

/// What somebody types to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Credentials {
    /// Their login.
    #[schema(max_length = 100)]
    login: String,
    /// Their password.
    #[schema(max_length = 128)]
    password: String,
}

/// How people may sign in.
#[utoipa::path(
    get,
    path = "/sign-in",
    tag = "access",
    security(()),
    responses((status = OK, body = SignInMethods))
)]
pub(super) async fn methods(open: Open) -> Answer<Json<SignInMethods>> {
    methods_of(open.shared(), open.pool()).await.map(Json)
}

async fn methods_of(shared: &Shared, pool: &sqlx::PgPool) -> Answer<SignInMethods> {
    let mut db = pool.acquire().await?;
    Ok(SignInMethods {
        needs_setup: !store::has_admin(&mut db).await?,
        password: true,
        oidc: shared.options().oidc.as_ref().map(|oidc| Provider { name: oidc.name.clone() }),
    })
}

/// Who is signed in. When nobody is, `details.methods` says how to.
#[utoipa::path(
    get,
    path = "/session",
    tag = "access",
    responses((status = OK, body = Session), (status = UNAUTHORIZED, body = Problem))
)]
pub(super) async fn current(open: Open, parts: Parts) -> Answer<Json<Session>> {
    let contact = open.contact();
    match open.shared().identify(&parts, contact).await {
        Ok(principal) => Ok(Json(sign_in::view(open.shared(), &principal))),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {
            let methods = methods_of(open.shared(), open.pool()).await?;
            Err(problem.details(json!({ "methods": methods })))
        }
        Err(problem) => Err(problem),
    }
}

/// Sign in with a password.
#[utoipa::path(
    post,
    path = "/session",
    request_body = Credentials,
    tag = "access",
    security(()),
    responses(
        (status = OK, body = Session),
        (status = UNAUTHORIZED, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem)
    )
)]
pub(super) async fn begin(
    open: Open,
    headers: HeaderMap,
    Body(typed): Body<Credentials>,
) -> Answer<Response> {
    let Credentials { login, password } = typed;
    sign_in::check_place(open.shared(), open.contact())?;
    if 100 < login.chars().count() || login.chars().any(char::is_control) {
        return Err(Problem::invalid("a login has 1 to 100 characters"));
    }
    let mut subjects = sign_in::begin_attempt(&open, &login).await?;
    let mut db = open.pool().acquire().await?;
    let person = store::person_by_login(&mut db, &login).await?;
    // Not held while the hash is made.
    drop(db);
    let person = person.filter(|person| person.disabled_at.is_none());
    let is_possible = password.chars().count() <= password::LONGEST;
    let kept = person.as_ref().filter(|_| is_possible);
    let verdict = password::verify(
        if is_possible { &password } else { "" },
        kept.and_then(|person| person.password.as_deref()),
    );
    let verdict = verdict.await;
    let Some(person) = person.filter(|_| verdict != Verdict::Wrong) else {
        // What was typed as a login may be a password, if nobody is called so.
        let known = kept_name(&open, &login).await?;
        sign_in::note_failure(&open, &known, "login and password do not fit").await?;
        return Err(Problem::unauthenticated("login and password do not fit"));
    };
    let mut tx = open.pool().begin().await?;
    if verdict == Verdict::RightAndOld {
        let hash = password::hash(&password).await.map_err(|error| Problem::internal(&error))?;
        store::set_password(&mut tx, person.id, &hash).await?;
    }
    let address = subjects.pop().unwrap_or_default();
    store::clear_attempts(&mut tx, &subjects, &address).await?;
    let (principal, cookie) = sign_in::enter(&open, &mut tx, &headers, &person, "password").await?;
    tx.commit().await?;
    sign_in::entered(open.shared(), &principal, &cookie)
}

async fn kept_name(open: &Open, login: &str) -> Answer<String> {
    let mut db = open.pool().acquire().await?;
    let person = store::person_by_login(&mut db, login).await?;
    Ok(person.map_or_else(|| "unknown".to_owned(), |person| person.login))
}

/// Sign out: every session of the person ends, on every machine.
#[utoipa::path(
    delete,
    path = "/session",
    tag = "access",
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Problem),
        (status = CONFLICT, body = Problem)
    )
)]
pub(super) async fn end(may: May<act::OwnAccount>) -> Answer<Response> {
    let Who::User { user, .. } = may.principal().who else {
        return Err(Problem::conflict("a token has no session to end")
            .hint("revoke it: `DELETE /api/v1/tokens/{id}`"));
    };
    let mut tx = may.begin().await?;
    store::end_sessions(&mut tx, user, None).await?;
    may.audit(&mut tx, Entry::new("session.end", "user", &may.principal().login)).await?;
    tx.commit().await?;
    may.shared().forget_known();
    Ok(signed_out(may.contact()))
}

/// The answer that has a browser forget its cookie.
pub(super) fn signed_out(contact: &Contact) -> Response {
    let cookie = sign_in::cookie(contact, cookie_name(contact), "", 0.0);
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
