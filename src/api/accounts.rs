//! What is done about people and their tokens, at the terminal and over the network alike: checked,
//! done and written down in one transaction.

use jiff::Timestamp;
use sqlx::{PgConnection, PgPool};

use super::access::{password, secret};
use super::problem::Problem;
use crate::model::{Role, Scope};
use crate::store::{self, Changed, LinkKind, NewAudit, NewPerson, NewToken, PersonRow};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Input(message) => Self::invalid(message),
            Refusal::Conflict(message) => Self::conflict(message),
            Refusal::Store(error) => error.into(),
        }
    }
}

/// Why it was not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// What was asked makes no sense, or must not be.
    Input(String),
    /// What is there forbids it.
    Conflict(String),
    /// The database failed.
    Store(store::Error),
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

type Done<T> = Result<T, Refusal>;

/// Somebody new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewUser<'a> {
    pub(crate) login: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) scope: &'a Scope,
    pub(crate) password: Option<&'a str>,
}

/// Whether people can be told apart by it, and type it.
pub(crate) fn check_login(login: &str) -> Result<(), String> {
    let is_plain = login.chars().all(|c| c.is_alphanumeric() || "@.-_+".contains(c));
    match is_plain && (1..=100).contains(&login.chars().count()) {
        true => Ok(()),
        false => Err("a login has 1 to 100 letters, digits, and any of `@ . - _ +`".to_owned()),
    }
}

/// Whether it is a line that people can read.
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), String> {
    let is_line = !name.trim().is_empty() && !name.chars().any(char::is_control);
    match is_line && name.chars().count() <= 100 {
        true => Ok(()),
        false => Err(format!("{what} has 1 to 100 characters on one line")),
    }
}

/// Whether a scope is one, and not too long.
pub(crate) fn check_scope(scope: &Scope) -> Result<(), String> {
    let words = || scope.prefixes.iter().chain(&scope.tags);
    if 100 < words().count() || words().any(|word| check_name("", word).is_err()) {
        return Err("a scope has at most 100 prefixes and tags of 1 to 100 characters".to_owned());
    }
    Ok(())
}

/// Whether a new user is one, and the hash of their password.
pub(crate) async fn check_new(new: NewUser<'_>) -> Done<Option<String>> {
    check_login(new.login).map_err(Refusal::Input)?;
    check_name("a name", new.name).map_err(Refusal::Input)?;
    check_scope(new.scope).map_err(Refusal::Input)?;
    match new.password {
        Some(password) => Ok(Some(hash(password, new.login).await?)),
        None => Ok(None),
    }
}

/// The hash of a password that is good enough.
pub(crate) async fn hash(password: &str, login: &str) -> Done<String> {
    password::check(password, login).map_err(Refusal::Input)?;
    password::hash(password).await.map_err(Refusal::Input)
}

/// Adds somebody.
pub(crate) async fn insert_user(
    db: &mut PgConnection,
    new: NewUser<'_>,
    hash: Option<&str>,
) -> Done<i64> {
    let NewUser { login, name, role, scope, .. } = new;
    let row = NewPerson { login, name, role, scope, password: hash, elsewhere: None };
    let added = store::add_person(db, row).await?;
    added.map_err(|store::PersonTaken| {
        Refusal::Conflict(format!("there is a user `{login}` already"))
    })
}

/// Adds somebody, from the terminal.
pub(crate) async fn add_user(pool: &PgPool, new: NewUser<'_>, by: &str) -> Done<i64> {
    let hash = check_new(new).await?;
    let mut tx = pool.begin().await?;
    let id = insert_user(&mut tx, new, hash.as_deref()).await?;
    let after = serde_json::json!({ "role": new.role.as_str(), "name": new.name });
    note(&mut tx, by, "user.create", ("user", new.login), Some(&after)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Gives somebody another password, from the terminal, and ends their sessions.
pub(crate) async fn set_password(
    pool: &PgPool,
    person: &PersonRow,
    password: &str,
    by: &str,
) -> Done<()> {
    let hash = hash(password, &person.login).await?;
    let mut tx = pool.begin().await?;
    store::set_password(&mut tx, person.id, &hash).await?;
    store::end_sessions(&mut tx, person.id, None).await?;
    note(&mut tx, by, "user.password", ("user", &person.login), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Lets somebody sign in no more or again, from the terminal.
pub(crate) async fn disable(
    pool: &PgPool,
    person: &PersonRow,
    disabled: bool,
    by: &str,
) -> Done<()> {
    let mut tx = pool.begin().await?;
    change_user(&mut tx, person, Changed { disabled: Some(disabled), ..Changed::default() })
        .await?;
    let after = serde_json::json!({ "disabled": disabled });
    note(&mut tx, by, "user.change", ("user", &person.login), Some(&after)).await?;
    tx.commit().await?;
    Ok(())
}

/// Changes somebody. An admin who sees all is left in any case, and who is disabled has no session any more.
pub(crate) async fn change_user(
    db: &mut PgConnection,
    person: &PersonRow,
    changed: Changed<'_>,
) -> Done<()> {
    let is_less = changed.disabled == Some(true)
        || changed.role.is_some_and(|it| it < Role::Admin)
        || changed.scope.is_some_and(|it| !it.all);
    if is_less {
        let admins = store::lock_admins(db).await?;
        if admins == [person.id] {
            let message = format!(
                "`{}` is the only admin who sees every dataset, and one must be left",
                person.login
            );
            return Err(Refusal::Conflict(message));
        }
    }
    store::change_person(db, person.id, changed).await?;
    if changed.disabled == Some(true) {
        store::end_sessions(db, person.id, None).await?;
    }
    Ok(())
}

/// Makes a token: its number, and its text, which is kept nowhere.
pub(crate) async fn insert_token(
    db: &mut PgConnection,
    new: NewToken<'_>,
    secret: &str,
) -> Done<(i64, String)> {
    check_name("the name of a token", new.name).map_err(Refusal::Input)?;
    check_scope(new.scope).map_err(Refusal::Input)?;
    let id = store::add_token(db, new).await?;
    Ok((id, secret::token_text(id, secret)))
}

/// Makes a token, from the terminal.
pub(crate) async fn make_token(
    pool: &PgPool,
    person: &PersonRow,
    name: &str,
    role: Role,
    expires_at: Timestamp,
    by: &str,
) -> Done<(i64, String)> {
    let secret = secret::random().map_err(|error| Refusal::Input(error.to_string()))?;
    let scope = Scope::everything();
    let new = NewToken {
        person: person.id,
        name,
        hash: &secret::hash(&secret),
        role,
        actions: None,
        scope: &scope,
        expires_at,
    };
    let mut tx = pool.begin().await?;
    let (id, text) = insert_token(&mut tx, new, &secret).await?;
    let after = serde_json::json!({
        "name": name, "owner": person.login, "role": role.as_str(), "expires_at": expires_at.to_string(),
    });
    note(&mut tx, by, "token.create", ("token", &id.to_string()), Some(&after)).await?;
    tx.commit().await?;
    Ok((id, text))
}

/// Ends a token, from the terminal; false when it had ended.
pub(crate) async fn revoke_token(pool: &PgPool, id: i64, by: &str) -> Done<bool> {
    let mut tx = pool.begin().await?;
    let is_new = store::revoke_token(&mut tx, id).await?;
    if is_new {
        note(&mut tx, by, "token.revoke", ("token", &id.to_string()), None).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}

/// How long a link on the console can be used, in seconds: to make the first admin, and to sign in.
const SETUP_SECONDS: f64 = 24.0 * 3600.0;
const SIGN_IN_SECONDS: f64 = 3600.0;
/// What the person at this machine is called.
const LOCAL: &str = "local";

/// What is in the link that makes the first admin; none when there is one. Links of before are of
/// no use any more.
pub(crate) async fn setup_link(pool: &PgPool) -> Done<Option<String>> {
    let mut tx = pool.begin().await?;
    if store::has_admin(&mut tx).await? {
        return Ok(None);
    }
    let secret = secret::random().map_err(|error| Refusal::Input(error.to_string()))?;
    store::drop_setup_links(&mut tx).await?;
    store::new_link(&mut tx, &secret::hash(&secret), LinkKind::Setup, SETUP_SECONDS).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// What is in the link that signs in the person at this machine, who is an admin at first; none
/// when somebody disabled them.
pub(crate) async fn local_link(pool: &PgPool) -> Done<Option<String>> {
    let secret = secret::random().map_err(|error| Refusal::Input(error.to_string()))?;
    let mut tx = pool.begin().await?;
    let person = store::person_by_login(&mut tx, LOCAL).await?;
    let id = match person {
        Some(person) if person.disabled_at.is_some() => return Ok(None),
        Some(person) => person.id,
        None => {
            let scope = Scope::everything();
            let name = "Local person";
            let new =
                NewUser { login: LOCAL, name, role: Role::Admin, scope: &scope, password: None };
            let id = insert_user(&mut tx, new, None).await?;
            note(&mut tx, "terminal", "user.create", ("user", LOCAL), None).await?;
            id
        }
    };
    let kind = LinkKind::SignIn(id);
    store::new_link(&mut tx, &secret::hash(&secret), kind, SIGN_IN_SECONDS).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Writes down what was done at the terminal.
pub(crate) async fn note(
    db: &mut PgConnection,
    by: &str,
    action: &str,
    (object_kind, object): (&str, &str),
    after: Option<&serde_json::Value>,
) -> Done<()> {
    let entry = NewAudit {
        actor: by,
        actor_kind: "system",
        person: None,
        token: None,
        action,
        object_kind,
        object,
        datasets: &[],
        outcome: "done",
        reason: None,
        before: None,
        after,
        request: "",
        address: "",
    };
    store::record_audit(db, entry).await?;
    Ok(())
}
