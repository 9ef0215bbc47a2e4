//! `/users`: who may sign in.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::super::access::password::{self, Verdict};
use super::super::access::{Entry, May, Who, act};
use super::super::accounts::{self, NewUser};
use super::super::body::Body;
use super::super::instant::Instant;
use super::super::once::{Claim, Once};
use super::super::paging::{Page, Paging};
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Nothing, Paged};
use super::dto::{RoleName, ScopeBody};
use crate::model::{Role, Scope};
use crate::store::{self, Changed, PersonRow};

/// Somebody who may sign in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct User {
    /// Their number.
    id: i64,
    /// What they type to sign in.
    login: String,
    /// What they are called.
    name: String,
    /// What they may do.
    role: RoleName,
    /// Which datasets they may know of.
    scope: ScopeBody,
    /// Whether they may sign in no more.
    disabled: bool,
    /// How they sign in.
    via: Via,
    /// Since when there is an account.
    created_at: Instant,
    /// When they were last there, to a minute.
    last_seen_at: Option<Instant>,
}

/// How somebody signs in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum Via {
    /// With a password.
    Password,
    /// Elsewhere.
    Oidc,
}

impl From<PersonRow> for User {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            role: row.role.into(),
            scope: row.scope.into(),
            disabled: row.disabled_at.is_some(),
            via: if row.issuer.is_some() { Via::Oidc } else { Via::Password },
            created_at: row.created_at.into(),
            last_seen_at: row.seen_at.map(Into::into),
        }
    }
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
pub(in super::super) struct NewUserBody {
    /// What they type to sign in.
    #[schema(min_length = 1, max_length = 100)]
    login: String,
    /// What they are called.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What they may do.
    role: RoleName,
    /// Which datasets they may know of.
    scope: ScopeBody,
    /// Their password; without one they can sign in only elsewhere.
    #[schema(min_length = 12, max_length = 128)]
    password: Option<String>,
}

/// What to change of somebody; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UserChange {
    /// What they are called.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// What they may do.
    role: Option<RoleName>,
    /// Which datasets they may know of.
    scope: Option<ScopeBody>,
    /// Whether they may sign in no more.
    disabled: Option<bool>,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NewPassword {
    /// The new one.
    #[schema(min_length = 12, max_length = 128)]
    password: String,
    /// The one of now; needed for one's own.
    #[schema(max_length = 128)]
    current: Option<String>,
}

/// Who may sign in.
#[utoipa::path(
    get,
    path = "/users",
    tag = "access",
    params(Paging),
    responses(
        (status = OK, body = Page<User>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn list(
    may: May<act::ManageUsers>,
    Paged(_filter, paging): Paged<Nothing>,
) -> Answer<Json<Page<User>>> {
    let limit = paging.limit()?;
    let after: i64 = paging.after()?.unwrap_or(0);
    let rows = store::people(&mut *may.db().await?, after, limit + 1).await?;
    let users: Vec<User> = rows.into_iter().map(Into::into).collect();
    Ok(Json(Page::cut(users, limit, |last| last.id)))
}

/// Add somebody.
#[utoipa::path(
    post,
    path = "/users",
    request_body = NewUserBody,
    tag = "access",
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again, it is answered again.")),
    responses(
        (status = CREATED, body = User),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn create(
    may: May<act::ManageUsers>,
    once: Once,
    Body(new): Body<NewUserBody>,
) -> Answer<Response> {
    // Without the password: what is kept of a request must not help to guess it.
    let asked = json!([new.login, new.name, new.role, new.scope]);
    let scope: Scope = new.scope.into();
    let user = NewUser {
        login: &new.login,
        name: &new.name,
        role: new.role.into(),
        scope: &scope,
        password: new.password.as_deref(),
    };
    let hash = accounts::check_new(user).await?;
    let mut tx = may.begin().await?;
    let keep = match once.claim(&mut tx, &may, &asked).await? {
        Claim::New(keep) => keep,
        Claim::Again(response) => return Ok(response),
    };
    let id = accounts::insert_user(&mut tx, user, hash.as_deref()).await?;
    let user = found(store::person(&mut tx, id).await?, id)?;
    let user = User::from(user);
    may.audit(&mut tx, Entry::new("user.create", "user", &user.login).after(&user)).await?;
    let response = keep.keep(&mut tx, StatusCode::CREATED, &user).await?;
    tx.commit().await?;
    Ok(response)
}

fn found(person: Option<PersonRow>, id: i64) -> Answer<PersonRow> {
    person.ok_or_else(|| Problem::not_found(format!("there is no user {id}")))
}

/// Change what somebody may, or whether they may sign in. Who is disabled is signed out at once.
/// What oneself may, somebody else changes.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    request_body = UserChange,
    tag = "access",
    params(("id" = i64, Path, description = "The number of the user.")),
    responses(
        (status = OK, body = User),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem)
    )
)]
pub(super) async fn change(
    may: May<act::ManageUsers>,
    At(id): At<i64>,
    Body(change): Body<UserChange>,
) -> Answer<Json<User>> {
    if let Some(name) = &change.name {
        accounts::check_name("a name", name).map_err(Problem::invalid)?;
    }
    let scope: Option<Scope> = change.scope.map(Into::into);
    if let Some(scope) = &scope {
        accounts::check_scope(scope).map_err(Problem::invalid)?;
    }
    let mut tx = may.begin().await?;
    let before = found(store::person(&mut tx, id).await?, id)?;
    let role: Option<Role> = change.role.map(Into::into);
    let is_other = role.is_some_and(|role| role != before.role)
        || scope.as_ref().is_some_and(|scope| *scope != before.scope);
    if is_other && id == may.principal().user() {
        // By mistake there is no way back, and nobody gives themselves more.
        let message = "nobody changes what they may themselves";
        return Err(Problem::conflict(message).hint("have another admin change it"));
    }
    let changed = Changed {
        name: change.name.as_deref(),
        role,
        scope: scope.as_ref(),
        disabled: change.disabled,
    };
    accounts::change_user(&mut tx, &before, changed).await?;
    let after = User::from(found(store::person(&mut tx, id).await?, id)?);
    let before = User::from(before);
    let entry = Entry::new("user.change", "user", &after.login).before(&before).after(&after);
    may.audit(&mut tx, entry).await?;
    tx.commit().await?;
    may.shared().forget_known();
    Ok(Json(after))
}

/// Set a password: one's own with the one of now, that of others as an admin. Other sessions end.
#[utoipa::path(
    post,
    path = "/users/{id}/password",
    request_body = NewPassword,
    tag = "access",
    params(("id" = i64, Path, description = "The number of the user.")),
    responses(
        (status = NO_CONTENT),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = CONFLICT, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem)
    )
)]
pub(super) async fn password(
    may: May<act::OwnAccount>,
    At(id): At<i64>,
    Body(new): Body<NewPassword>,
) -> Answer<StatusCode> {
    let is_own = id == may.principal().user();
    if !is_own {
        may.also::<act::ManageUsers>().await?;
    }
    let person = found(store::person(&mut *may.db().await?, id).await?, id)?;
    if person.issuer.is_some() {
        return Err(Problem::conflict(format!("`{}` signs in elsewhere", person.login)));
    }
    if is_own && let Some(kept) = &person.password {
        check_current(&may, &person, kept, new.current.as_deref()).await?;
    }
    let hash = accounts::hash(&new.password, &person.login).await?;
    // The session that asks goes on, others may be somebody else's.
    let but = match may.principal().who {
        Who::User { session, .. } if is_own => Some(session),
        _ => None,
    };
    let mut tx = may.begin().await?;
    store::set_password(&mut tx, id, &hash).await?;
    store::end_sessions(&mut tx, id, but).await?;
    may.audit(&mut tx, Entry::new("user.password", "user", &person.login)).await?;
    tx.commit().await?;
    may.shared().forget_known();
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever found a browser open must not be able to lock its person out, nor to guess.
async fn check_current(
    may: &May<act::OwnAccount>,
    person: &PersonRow,
    kept: &str,
    current: Option<&str>,
) -> Answer<()> {
    let current = current.filter(|current| current.chars().count() <= password::LONGEST);
    let Some(current) = current else {
        return Err(Problem::invalid("`current` is missing: the password of now"));
    };
    let subjects = super::sign_in::begin_own_attempt(may, &person.login).await?;
    if password::verify(current, Some(kept)).await == Verdict::Wrong {
        let entry = Entry::new("user.password", "user", &person.login);
        let mut db = may.db().await?;
        may.audit(&mut db, entry.failed("the password of now is another")).await?;
        return Err(Problem::forbidden("the password of now is another"));
    }
    let mut tx = may.begin().await?;
    let (address, own) = subjects.split_last().expect("there is an address");
    store::clear_attempts(&mut tx, own, address).await?;
    tx.commit().await?;
    Ok(())
}
