//! `/session/oidc`: signing in elsewhere.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::IntoParams;

use super::super::access::{Contact, Entry, Open, cookie_value, secret};
use super::super::accounts::check_login;
use super::super::oidc::{Claims, Going, Provider};
use super::super::options::OidcRole;
use super::super::problem::{Answer, Problem};
use super::super::query::Asked;
use super::sign_in;
use crate::model::{Role, Scope};
use crate::store::{self, Changed, Elsewhere, NewPerson, PersonRow};

/// How long somebody may take to sign in there, in seconds.
const PATIENCE: f64 = 600.0;

/// Where to go afterwards.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Start {
    /// A path of these pages.
    #[serde(rename = "return")]
    #[param(max_length = 2000)]
    return_to: Option<String>,
}

/// What somebody comes back with.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a query with other keys is refused, and these come along")]
pub(in super::super) struct Callback {
    /// Which sign-in it was.
    #[param(max_length = 200)]
    state: Option<String>,
    /// What their token is had for.
    #[param(max_length = 4000)]
    code: Option<String>,
    /// Why they could not.
    error: Option<String>,
    /// The same for people.
    error_description: Option<String>,
    /// The same on a page.
    error_uri: Option<String>,
    /// Who it was.
    iss: Option<String>,
    /// Their session there.
    session_state: Option<String>,
    /// What they let us know.
    scope: Option<String>,
}

/// What the page is told when it failed: what somebody can do about it, and nothing of what the
/// other side said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The other side did not answer, or not as it should.
    Provider,
    /// It was begun in another browser, or that browser keeps no cookies.
    Browser,
    /// It took too long, or was done before.
    Late,
    /// The other side would not let them in.
    Declined,
    /// Nothing that the other side says of them stands for a role here.
    Role,
    /// Their account here is disabled.
    Disabled,
    /// Every login that they could have here is somebody else's.
    Login,
}

impl Told {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Browser => "browser",
            Self::Late => "late",
            Self::Declined => "declined",
            Self::Role => "role",
            Self::Disabled => "disabled",
            Self::Login => "login",
        }
    }
}

/// Go and sign in elsewhere.
#[utoipa::path(
    get,
    path = "/session/oidc/start",
    tag = "access",
    security(()),
    params(Start),
    responses((status = SEE_OTHER), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn start(open: Open, Asked(start): Asked<Start>) -> Answer<Response> {
    let provider = provider(&open)?;
    sign_in::check_place(open.shared(), open.contact())?;
    let random = || secret::random().map_err(|error| Problem::internal(&error));
    let (state, nonce, verifier) = (random()?, random()?, random()?);
    let redirect = redirect(&open)?;
    let going = Going { redirect: &redirect, state: &state, nonce: &nonce, verifier: &verifier };
    let door = match provider.door(going).await {
        Ok(door) => door,
        Err(why) => return failed(&open, Told::Provider, &why).await,
    };
    let return_to = safe_return(start.return_to.as_deref());
    let kept = Elsewhere { nonce, verifier, return_to };
    let mut db = open.pool().acquire().await?;
    store::begin_elsewhere(&mut db, &secret::hash(&state), &kept, PATIENCE).await?;
    let cookie = sign_in::cookie(open.contact(), state_cookie(open.contact()), &state, PATIENCE);
    see_other(door.as_str(), &[cookie])
}

/// Come back, and be signed in.
#[utoipa::path(
    get,
    path = "/session/oidc/callback",
    tag = "access",
    security(()),
    params(Callback),
    responses((status = SEE_OTHER), (status = NOT_FOUND, body = Problem))
)]
pub(super) async fn callback(
    open: Open,
    headers: HeaderMap,
    Asked(back): Asked<Callback>,
) -> Answer<Response> {
    let provider = provider(&open)?;
    sign_in::check_place(open.shared(), open.contact())?;
    let state = back.state.as_deref().unwrap_or_default();
    // Only the browser that went may come back: or else somebody is signed in as another.
    let went = cookie_value(&headers, state_cookie(open.contact()));
    if state.is_empty() || went != Some(state) {
        let why = "this browser did not begin to sign in there";
        return failed(&open, Told::Browser, why).await;
    }
    let mut db = open.pool().acquire().await?;
    let kept = store::come_back(&mut db, &secret::hash(state)).await?;
    drop(db);
    let Some(kept) = kept else {
        return failed(&open, Told::Late, "it took too long, or was done before").await;
    };
    let Some(code) = &back.code else {
        let why = back.error.as_deref().unwrap_or("no code came along");
        let why: String = why.chars().filter(|c| !c.is_control()).take(100).collect();
        let told = if why == "access_denied" { Told::Declined } else { Told::Provider };
        return failed(&open, told, &format!("the other side says `{why}`")).await;
    };
    let redirect = redirect(&open)?;
    let Elsewhere { nonce, verifier, return_to } = &kept;
    let going = Going { redirect: &redirect, state, nonce, verifier };
    let claims = match provider.who(code, going).await {
        Ok(claims) => claims,
        Err(why) => return failed(&open, Told::Provider, &why).await,
    };
    let claim = &provider.options().role_claim;
    let Some(allowed) = allowed(&provider.options().roles, &claims.texts(claim)) else {
        let why = format!("nothing in `{claim}` stands for a role here");
        return failed(&open, Told::Role, &why).await;
    };
    let mut tx = open.pool().begin().await?;
    let person = match person(&mut tx, provider, &claims, allowed).await? {
        Ok(person) => person,
        Err((told, why)) => return failed(&open, told, why).await,
    };
    let name = &provider.options().name;
    let (_, cookie) = sign_in::enter(&open, &mut tx, &headers, &person, name).await?;
    tx.commit().await?;
    open.shared().forget_known();
    let gone = sign_in::cookie(open.contact(), state_cookie(open.contact()), "", 0.0);
    let prefix = open.shared().options().prefix();
    see_other(&format!("{prefix}{return_to}"), &[cookie, gone])
}

fn provider(open: &Open) -> Answer<&Provider> {
    let none = || Problem::not_found("nobody signs in elsewhere here");
    open.shared().provider().ok_or_else(none)
}

/// Where people come back to; the other side knows it too, letter by letter.
fn redirect(open: &Open) -> Answer<String> {
    let url = open.shared().options().url.as_ref();
    let url = url.ok_or_else(|| Problem::internal(&"TIDEMILL_URL is not set"))?;
    let base = url.as_str().trim_end_matches('/');
    Ok(format!("{base}/api/v1/session/oidc/callback"))
}

const fn state_cookie(contact: &Contact) -> &'static str {
    if contact.is_https { "__Host-tidemill-oidc" } else { "tidemill-oidc" }
}

/// A path of these pages, and nothing that a browser takes for another place.
fn safe_return(path: Option<&str>) -> String {
    let is_ours = |path: &&str| {
        let second = path.as_bytes().get(1);
        path.starts_with('/')
            && !matches!(second, Some(b'/' | b'\\'))
            && path.len() <= 2000
            && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
            && !path.starts_with("/api/")
    };
    path.filter(is_ours).unwrap_or("/").to_owned()
}

/// What somebody may do, and with which datasets where the settings say so.
type Allowed = (Role, Option<Scope>);

/// The greatest role that one of the values stands for, with the datasets of all those that stand
/// for it: with what comes with a lesser role, the greater one may do nothing.
fn allowed(roles: &[OidcRole], values: &[&str]) -> Option<Allowed> {
    let held = || roles.iter().filter(|role| values.contains(&role.value.as_str()));
    let greatest = held().map(|held| held.role).max()?;
    let mut scope: Option<Scope> = None;
    for more in held().filter(|held| held.role == greatest).filter_map(|it| it.scope.as_ref()) {
        let scope = scope.get_or_insert_default();
        scope.all |= more.all;
        scope.prefixes.extend(more.prefixes.iter().cloned());
        scope.tags.extend(more.tags.iter().cloned());
    }
    Some((greatest, scope))
}

/// The person, made or brought up to date: what they may do here, the other side says each time.
async fn person(
    db: &mut PgConnection,
    provider: &Provider,
    claims: &Claims,
    (role, scope): Allowed,
) -> Answer<Result<PersonRow, (Told, &'static str)>> {
    let issuer = provider.options().issuer.as_str();
    let name = claims.text("name").or_else(|| claims.text("preferred_username"));
    let name: Option<String> =
        name.map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect());
    if let Some(person) = store::person_elsewhere(db, issuer, &claims.subject).await? {
        if person.disabled_at.is_some() {
            return Ok(Err((Told::Disabled, "this account is disabled")));
        }
        let changed = Changed {
            name: name.as_deref(),
            role: Some(role),
            scope: scope.as_ref(),
            ..Changed::default()
        };
        store::change_person(db, person.id, changed).await?;
        let person = store::person(db, person.id).await?;
        return Ok(person.ok_or((Told::Late, "this account is gone")));
    }
    let scope = scope.unwrap_or_else(Scope::everything);
    let wanted = ["preferred_username", "email"].into_iter().filter_map(|it| claims.text(it));
    let host = provider.options().issuer.host_str().unwrap_or("elsewhere");
    let logins: Vec<String> = wanted
        .chain([claims.subject.as_str()])
        .flat_map(|login| [login.to_owned(), format!("{login}@{host}")])
        .filter(|login| check_login(login).is_ok())
        .collect();
    for login in &logins {
        // An account that is there already is somebody else's, whatever they are called elsewhere.
        let new = NewPerson {
            login,
            name: name.as_deref().unwrap_or(login),
            role,
            scope: &scope,
            password: None,
            elsewhere: Some((issuer, &claims.subject)),
        };
        if let Ok(id) = store::add_person(db, new).await? {
            let person = store::person(db, id).await?;
            return Ok(person.ok_or((Told::Late, "this account is gone")));
        }
    }
    Ok(Err((Told::Login, "no login is free for this account")))
}

/// Back to the sign-in page; why exactly is in the audit log and in the server's log.
async fn failed(open: &Open, told: Told, why: &str) -> Answer<Response> {
    tracing::warn!("somebody could not sign in elsewhere: {why}");
    let mut db = open.pool().acquire().await?;
    let entry = Entry::new("session.create", "user", "unknown").failed(why);
    open.audit(&mut db, entry).await?;
    let gone = sign_in::cookie(open.contact(), state_cookie(open.contact()), "", 0.0);
    let prefix = open.shared().options().prefix();
    see_other(&format!("{prefix}/sign-in?failed={}", told.as_str()), &[gone])
}

fn see_other(to: &str, cookies: &[String]) -> Answer<Response> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| Problem::internal(&error));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, value(to)?);
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, value(cookie)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::{OidcRole, Role, Scope, allowed, safe_return};

    #[test]
    fn a_greater_role_counts_with_its_own_datasets_alone() {
        let held = |value: &str, role, prefixes: &[&str]| OidcRole {
            value: value.to_owned(),
            role,
            scope: Some(Scope {
                all: prefixes.is_empty(),
                prefixes: prefixes.iter().map(|it| (*it).to_owned()).collect(),
                ..Scope::default()
            }),
        };
        let roles = [
            held("everyone", Role::Viewer, &[]),
            held("shop", Role::Operator, &["shop_"]),
            held("web", Role::Operator, &["web_", "click_"]),
            held("ops", Role::Operator, &[]),
        ];
        let told = |values: &[&str]| {
            let (role, scope) = allowed(&roles, values)?;
            let scope = scope.unwrap();
            let prefixes: Vec<String> = scope.prefixes.into_iter().collect();
            Some(format!("{role:?} {} {}", scope.all, prefixes.join(" ")))
        };
        assert_eq!(told(&["everyone"]).as_deref(), Some("Viewer true "));
        assert_eq!(told(&["everyone", "shop"]).as_deref(), Some("Operator false shop_"));
        assert_eq!(told(&["web", "shop"]).as_deref(), Some("Operator false click_ shop_ web_"));
        assert_eq!(told(&["web", "ops"]).as_deref(), Some("Operator true click_ web_"));
        assert_eq!(told(&["strangers"]), None);
        let open = [OidcRole { scope: None, ..held("a", Role::Admin, &[]) }];
        assert_eq!(allowed(&open, &["a"]), Some((Role::Admin, None)), "as if nothing was said");
    }

    #[test]
    fn nobody_is_sent_to_another_place() {
        assert_eq!(safe_return(Some("/runs/7?x=%2F#a")), "/runs/7?x=%2F#a");
        let others = [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "runs",
            "",
            "/\n/evil",
            "/a\r\nset-cookie: x",
            "/api/v1/session",
            "/a b",
        ];
        for other in others {
            assert_eq!(safe_return(Some(other)), "/", "{other:?}");
        }
        assert_eq!(safe_return(None), "/");
    }
}
