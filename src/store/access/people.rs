//! People who may sign in.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::super::Result;
use super::{parts, role, scope};
use crate::model::{Role, Scope};

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// Their number.
    pub id: i64,
    /// What they type to sign in.
    pub login: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Which datasets they may know of.
    pub scope: Scope,
    /// The hash of their password, if they have one.
    pub password: Option<String>,
    /// Who says elsewhere who they are.
    pub issuer: Option<String>,
    /// Since when there is an account.
    pub created_at: Timestamp,
    /// When they were last there.
    pub seen_at: Option<Timestamp>,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}

macro_rules! person_row {
    ($row:expr) => {{
        let row = $row;
        PersonRow {
            id: row.id,
            login: row.login,
            name: row.name,
            role: role(&row.role),
            scope: scope(row.scope_all, row.scope_prefixes, row.scope_tags),
            password: row.password,
            issuer: row.issuer,
            created_at: row.created_at,
            seen_at: row.seen_at,
            disabled_at: row.disabled_at,
        }
    }};
}

/// Somebody new.
#[derive(Clone, Copy, Debug)]
pub struct NewPerson<'a> {
    /// What they type to sign in.
    pub login: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// What they may do.
    pub role: Role,
    /// Which datasets they may know of.
    pub scope: &'a Scope,
    /// The hash of their password, if they have one.
    pub password: Option<&'a str>,
    /// Who says elsewhere who they are, and by what name.
    pub elsewhere: Option<(&'a str, &'a str)>,
}

/// Somebody else has that login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonTaken;

/// Adds somebody, unless another has that login.
///
/// # Errors
///
/// When the statement fails.
pub async fn add_person(
    db: &mut PgConnection,
    new: NewPerson<'_>,
) -> Result<std::result::Result<i64, PersonTaken>> {
    let (prefixes, tags) = parts(new.scope);
    let id = sqlx::query_scalar!(
        "insert into tidemill.person
             (login, name, role, scope_all, scope_prefixes, scope_tags, password, issuer, subject)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing
         returning id",
        new.login,
        new.name,
        new.role.as_str(),
        new.scope.all,
        &prefixes,
        &tags,
        new.password,
        new.elsewhere.map(|(issuer, _)| issuer),
        new.elsewhere.map(|(_, subject)| subject),
    )
    .fetch_optional(db)
    .await?;
    Ok(id.ok_or(PersonTaken))
}

/// Somebody by number.
///
/// # Errors
///
/// When the statement fails.
pub async fn person(db: &mut PgConnection, id: i64) -> Result<Option<PersonRow>> {
    let row = sqlx::query!(
        "select id, login, name, role, scope_all, scope_prefixes, scope_tags, password, issuer,
             created_at, seen_at, disabled_at
         from tidemill.person where id = $1",
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| person_row!(row)))
}

/// Somebody by what they type to sign in.
///
/// # Errors
///
/// When the statement fails.
pub async fn person_by_login(db: &mut PgConnection, login: &str) -> Result<Option<PersonRow>> {
    let row = sqlx::query!(
        "select id, login, name, role, scope_all, scope_prefixes, scope_tags, password, issuer,
             created_at, seen_at, disabled_at
         from tidemill.person where lower(login) = lower($1)",
        login,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| person_row!(row)))
}

/// Somebody by who they are elsewhere.
///
/// # Errors
///
/// When the statement fails.
pub async fn person_elsewhere(
    db: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonRow>> {
    let row = sqlx::query!(
        "select id, login, name, role, scope_all, scope_prefixes, scope_tags, password, issuer,
             created_at, seen_at, disabled_at
         from tidemill.person where issuer = $1 and subject = $2",
        issuer,
        subject,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| person_row!(row)))
}

/// Everybody, in the order of their numbers, after one of them.
///
/// # Errors
///
/// When the statement fails.
pub async fn people(db: &mut PgConnection, after: i64, limit: i64) -> Result<Vec<PersonRow>> {
    let rows = sqlx::query!(
        "select id, login, name, role, scope_all, scope_prefixes, scope_tags, password, issuer,
             created_at, seen_at, disabled_at
         from tidemill.person where $1 < id
         order by id
         limit $2",
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| person_row!(row)).collect())
}

/// What to change of somebody; none for what stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changed<'a> {
    /// What they are called.
    pub name: Option<&'a str>,
    /// What they may do.
    pub role: Option<Role>,
    /// Which datasets they may know of.
    pub scope: Option<&'a Scope>,
    /// Whether they may sign in no more.
    pub disabled: Option<bool>,
}

/// Changes somebody.
///
/// # Errors
///
/// When the statement fails.
pub async fn change_person(db: &mut PgConnection, id: i64, changed: Changed<'_>) -> Result<()> {
    let scope = changed.scope.map(|scope| (scope.all, parts(scope)));
    let (all, prefixes, tags) = match &scope {
        Some((all, (prefixes, tags))) => (Some(*all), Some(&prefixes[..]), Some(&tags[..])),
        None => (None, None, None),
    };
    sqlx::query!(
        "update tidemill.person
         set name = coalesce($2, name), role = coalesce($3, role),
             scope_all = coalesce($4, scope_all), scope_prefixes = coalesce($5, scope_prefixes),
             scope_tags = coalesce($6, scope_tags),
             disabled_at = case when $7 then coalesce(disabled_at, now())
                                when not $7 then null else disabled_at end
         where id = $1",
        id,
        changed.name,
        changed.role.map(Role::as_str),
        all,
        prefixes,
        tags,
        changed.disabled,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks every admin who may sign in and sees every dataset, and says who they are: whoever takes
/// that from one must know that another is left.
///
/// # Errors
///
/// When the statement fails.
pub async fn lock_admins(db: &mut PgConnection) -> Result<Vec<i64>> {
    let ids = sqlx::query_scalar!(
        "select id from tidemill.person
         where role = 'admin' and disabled_at is null and scope_all
         order by id
         for update",
    )
    .fetch_all(db)
    .await?;
    Ok(ids)
}

/// Whether there is an admin who may sign in.
///
/// # Errors
///
/// When the statement fails.
pub async fn has_admin(db: &mut PgConnection) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from tidemill.person where role = 'admin' and disabled_at is null
           ) as "found!""#,
    )
    .fetch_one(db)
    .await?;
    Ok(found)
}

/// Lets nobody else add or change people until the transaction ends: the first admin is made once.
///
/// # Errors
///
/// When the statement fails.
pub async fn lock_people(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("lock table tidemill.person in share row exclusive mode").execute(db).await?;
    Ok(())
}

/// Gives somebody a password.
///
/// # Errors
///
/// When the statement fails.
pub async fn set_password(db: &mut PgConnection, id: i64, hash: &str) -> Result<()> {
    sqlx::query!("update tidemill.person set password = $2 where id = $1", id, hash)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the password of somebody away.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_password(db: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query!("update tidemill.person set password = null where id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Says that somebody was there.
///
/// # Errors
///
/// When the statement fails.
pub async fn touch_person(db: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query!("update tidemill.person set seen_at = now() where id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}
