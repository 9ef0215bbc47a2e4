//! `/tokens`: what programs show.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::access::{Action as _, Entry, May, PERMISSIONS, Principal, Who, act, secret};
use super::super::accounts;
use super::super::body::Body;
use super::super::instant::Instant;
use super::super::once::{Claim, Once};
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Paged};
use super::dto::{RoleName, ScopeBody, UserBrief};
use crate::model::{Role, Scope};
use crate::store::{self, TokenRow};

/// The longest that a token lasts.
const DAYS_MAX: i64 = 366;
/// How many tokens somebody has at a time.
const TOKENS_MAX: i64 = 100;

/// What a program shows, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Token {
    /// Its number.
    id: i64,
    /// What it is for.
    name: String,
    /// How it begins.
    prefix: String,
    /// The most it may do.
    role: RoleName,
    /// Which datasets it may know of.
    scope: ScopeBody,
    /// Only these actions of what the role may.
    actions: Option<Vec<String>>,
    /// Who made it.
    owner: UserBrief,
    /// When it was made.
    created_at: Instant,
    /// When it ends.
    expires_at: Instant,
    /// When it was last used, to a minute.
    last_used_at: Option<Instant>,
    /// When it was revoked.
    revoked_at: Option<Instant>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: secret::token_prefix(row.id),
            role: row.role.into(),
            scope: row.scope.into(),
            actions: row.actions,
            owner: UserBrief { id: row.person, login: row.login, name: row.owner },
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
            last_used_at: row.last_used_at.map(Into::into),
            revoked_at: row.revoked_at.map(Into::into),
        }
    }
}

/// A token to be.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenRequest)]
pub(in super::super) struct TokenRequest {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Only these actions of what the role may; all of them without it.
    #[schema(max_items = 100)]
    actions: Option<Vec<String>>,
    /// The most it may do.
    role: RoleName,
    /// Which datasets it may know of.
    scope: ScopeBody,
    /// When it ends: within a year.
    expires_at: Instant,
}

/// A token that was just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct NewToken {
    /// The token.
    token: Token,
    /// What programs send; it is shown this once.
    secret: String,
}

/// Which tokens.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct TokenFilter {
    /// Those of everybody, not one's own alone.
    all: Option<bool>,
}

/// Tokens, newest first.
#[utoipa::path(
    get,
    path = "/tokens",
    tag = "access",
    params(TokenFilter, Paging),
    responses(
        (status = OK, body = Page<Token>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn list(
    may: May<act::OwnAccount>,
    Paged(filter, paging): Paged<TokenFilter>,
) -> Answer<Json<Page<Token>>> {
    let limit = paging.limit()?;
    let person = if filter.all == Some(true) {
        may.also::<act::ManageTokens>().await?;
        None
    } else {
        Some(may.principal().user())
    };
    let rows = store::tokens(&mut *may.db().await?, person, paging.after()?, limit + 1).await?;
    let tokens: Vec<Token> = rows.into_iter().map(Into::into).collect();
    Ok(Json(Page::cut(tokens, limit, |last| last.id)))
}

/// Make a token; its secret is shown once.
#[utoipa::path(
    post,
    path = "/tokens",
    request_body = TokenRequest,
    tag = "access",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again, it is refused: the secret is shown once.")),
    responses(
        (status = CREATED, body = NewToken),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn create(
    may: May<act::OwnAccount>,
    once: Once,
    Body(new): Body<TokenRequest>,
) -> Answer<Response> {
    let (role, scope): (Role, Scope) = (new.role.into(), new.scope.clone().into());
    check(may.principal(), &new, role, &scope)?;
    let mut tx = may.begin().await?;
    let keep = match once.claim(&mut tx, &may, &new).await? {
        Claim::New(keep) => keep,
        Claim::Again(response) => return Ok(response),
    };
    let person = may.principal().user();
    if TOKENS_MAX <= store::live_tokens(&mut tx, person).await? {
        return Err(Problem::conflict(format!("you have {TOKENS_MAX} tokens already"))
            .hint("revoke those that nothing uses"));
    }
    let secret = secret::random().map_err(|error| Problem::internal(&error))?;
    let row = store::NewToken {
        person,
        name: &new.name,
        hash: &secret::hash(&secret),
        role,
        actions: new.actions.as_deref(),
        scope: &scope,
        expires_at: new.expires_at.0,
    };
    let (id, text) = accounts::insert_token(&mut tx, row, &secret).await?;
    let row = store::token(&mut tx, id).await?;
    let token: Token =
        row.ok_or_else(|| Problem::not_found(format!("there is no token {id}")))?.into();
    may.audit(&mut tx, Entry::new("token.create", "token", id).after(&token)).await?;
    let made = NewToken { token, secret: text };
    let response = keep.keep_secret(&mut tx, StatusCode::CREATED, &made).await?;
    tx.commit().await?;
    Ok(response)
}

/// A token may never do more than who makes it, nor last longer than the token that makes it.
fn check(by: &Principal, new: &TokenRequest, role: Role, scope: &Scope) -> Answer<()> {
    let expires_at = new.expires_at.0;
    let now = crate::clock::now();
    if expires_at <= now || now + SignedDuration::from_hours(24 * DAYS_MAX) < expires_at {
        let message = format!("a token ends within {DAYS_MAX} days from now");
        return Err(Problem::invalid(message));
    }
    let actions = new.actions.as_deref().unwrap_or_default();
    let is_action = |name: &String| PERMISSIONS.iter().any(|it| it.name == *name);
    if let Some(name) = actions.iter().find(|name| !is_action(name)) {
        let name: String = name.chars().take(40).collect();
        return Err(Problem::invalid(format!("there is no action `{name}`"))
            .hint("`GET /api/v1/permissions` lists them"));
    }
    if by.role < role {
        return Err(Problem::forbidden(format!("your role is {}", by.role.as_str()))
            .hint("a token may do at most what you may"));
    }
    let is_within = match &by.only {
        None => true,
        Some(only) => new.actions.is_some() && actions.iter().all(|name| only.contains(name)),
    };
    // Of a person, what a token may know of is found out at each request.
    let is_scoped = by.sees_all() || *scope == by.scope;
    let is_token = matches!(by.who, Who::Token { .. });
    if is_token && !(is_within && is_scoped && expires_at <= by.expires_at) {
        return Err(Problem::forbidden("a token makes only tokens that may less")
            .hint("sign in to make one that may more, or lasts longer"));
    }
    Ok(())
}

/// Revoke a token: it is of no use from the next request on.
#[utoipa::path(
    delete,
    path = "/tokens/{id}",
    tag = "access",
    params(("id" = i64, Path, description = "The number of the token.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Problem),
        (status = NOT_FOUND, body = Problem)
    )
)]
pub(super) async fn revoke(may: May<act::OwnAccount>, At(id): At<i64>) -> Answer<StatusCode> {
    let mut tx = may.begin().await?;
    let manages = may.principal().may(&act::ManageTokens::PERMISSION);
    let row = store::token(&mut tx, id).await?;
    let row = row.filter(|row| row.person == may.principal().user() || manages);
    let row = row.ok_or_else(|| Problem::not_found(format!("you have no token {id}")))?;
    if store::revoke_token(&mut tx, id).await? {
        let token = Token::from(row);
        may.audit(&mut tx, Entry::new("token.revoke", "token", id).before(&token)).await?;
    }
    tx.commit().await?;
    may.shared().forget_known();
    Ok(StatusCode::NO_CONTENT)
}
