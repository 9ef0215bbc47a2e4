//! Links that can be used once: to make the first admin, and to sign in on this machine.

use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::access::{Entry, Open, secret};
use super::super::accounts::{self, NewUser};
use super::super::body::Body;
use super::super::problem::{Answer, Problem};
use super::sign_in::{self, Session};
use crate::model::{Role, Scope};
use crate::store::{self, LinkKind};

/// The first admin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Setup {
    /// What the link on the console of the server holds.
    #[schema(max_length = 200)]
    token: String,
    /// What they will type to sign in.
    #[schema(max_length = 100)]
    login: String,
    /// What they are called.
    #[schema(max_length = 100)]
    name: String,
    /// Their password.
    #[schema(min_length = 12, max_length = 128)]
    password: String,
}

/// A link that signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Link {
    /// What the link holds.
    #[schema(max_length = 200)]
    token: String,
}

/// Make the first admin, and sign in.
#[utoipa::path(
    post,
    path = "/setup",
    request_body = Setup,
    tag = "access",
    security(()),
    responses(
        (status = OK, body = Session),
        (status = UNAUTHORIZED, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem)
    )
)]
pub(super) async fn first(
    open: Open,
    headers: HeaderMap,
    Body(setup): Body<Setup>,
) -> Answer<Response> {
    sign_in::check_place(open.shared(), open.contact())?;
    let subjects = sign_in::begin_attempt(&open, "").await?;
    let scope = Scope::everything();
    let new = NewUser {
        login: &setup.login,
        name: &setup.name,
        role: Role::Admin,
        scope: &scope,
        password: Some(&setup.password),
    };
    let mut tx = open.pool().begin().await?;
    // Of two who come at once with a link each, one finds an admin.
    store::lock_people(&mut tx).await?;
    let taken = store::take_link(&mut tx, &secret::hash(&setup.token)).await?;
    if taken != Some(LinkKind::Setup) || store::has_admin(&mut tx).await? {
        drop(tx);
        sign_in::note_failure(&open, "setup", "the link is of no use").await?;
        return Err(Problem::unauthenticated("this link is of no use any more")
            .hint("the server prints a new one at each start, as long as there is no admin"));
    }
    // A refusal from here on leaves the link as it was.
    let hash = accounts::check_new(new).await?;
    let id = accounts::insert_user(&mut tx, new, hash.as_deref()).await?;
    store::drop_setup_links(&mut tx).await?;
    store::clear_attempts(&mut tx, &[], &subjects[0]).await?;
    let person = store::person(&mut tx, id).await?;
    let person = person.ok_or_else(|| Problem::not_found("there is no such user"))?;
    let (principal, cookie) =
        sign_in::enter(&open, &mut tx, &headers, &person, "first setup").await?;
    let entry = Entry::new("user.create", "user", &person.login).reason("first setup");
    entry.write(&mut tx, Some(&principal), open.contact()).await?;
    tx.commit().await?;
    sign_in::entered(open.shared(), &principal, &cookie)
}

/// Sign in by a link that can be used once, as `tidemill up` prints it.
#[utoipa::path(
    post,
    path = "/session/link",
    request_body = Link,
    tag = "access",
    security(()),
    responses(
        (status = OK, body = Session),
        (status = UNAUTHORIZED, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem)
    )
)]
pub(super) async fn link(
    open: Open,
    headers: HeaderMap,
    Body(link): Body<Link>,
) -> Answer<Response> {
    sign_in::check_place(open.shared(), open.contact())?;
    let subjects = sign_in::begin_attempt(&open, "").await?;
    let mut tx = open.pool().begin().await?;
    let taken = store::take_link(&mut tx, &secret::hash(&link.token)).await?;
    let person = match taken {
        Some(LinkKind::SignIn(person)) => store::person(&mut tx, person).await?,
        _ => None,
    };
    let Some(person) = person.filter(|person| person.disabled_at.is_none()) else {
        drop(tx);
        sign_in::note_failure(&open, "link", "the link is of no use").await?;
        return Err(Problem::unauthenticated("this link is of no use any more")
            .hint("each works once; `tidemill up` prints a new one at each start"));
    };
    store::clear_attempts(&mut tx, &[], &subjects[0]).await?;
    let (principal, cookie) = sign_in::enter(&open, &mut tx, &headers, &person, "link").await?;
    tx.commit().await?;
    sign_in::entered(open.shared(), &principal, &cookie)
}
