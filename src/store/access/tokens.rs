//! What programs show.

use jiff::Timestamp as Instant;
use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;

use super::super::Result;
use super::{parts, role, scope};
use crate::model::{Role, Scope};

/// A token to be.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// Who makes it.
    pub person: i64,
    /// What it is for.
    pub name: &'a str,
    /// SHA-256 of its secret.
    pub hash: &'a [u8; 32],
    /// The most it may do.
    pub role: Role,
    /// Only these actions of what the role may.
    pub actions: Option<&'a [String]>,
    /// Which datasets it may know of.
    pub scope: &'a Scope,
    /// When it ends.
    pub expires_at: Instant,
}

/// Adds a token; its number.
///
/// # Errors
///
/// When the statement fails.
pub async fn add_token(db: &mut PgConnection, new: NewToken<'_>) -> Result<i64> {
    let (prefixes, tags) = parts(new.scope);
    let id = sqlx::query_scalar!(
        "insert into tidemill.token
             (person_id, name, hash, role, actions, scope_all, scope_prefixes, scope_tags,
              expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         returning id",
        new.person,
        new.name,
        &new.hash[..],
        new.role.as_str(),
        new.actions,
        new.scope.all,
        &prefixes,
        &tags,
        new.expires_at.to_sqlx() as _,
    )
    .fetch_one(db)
    .await?;
    Ok(id)
}

/// A token that may be used, with what its owner may do now.
#[derive(Clone, Debug)]
pub struct TokenFound {
    /// Its number.
    pub id: i64,
    /// Who made it.
    pub person: i64,
    /// SHA-256 of its secret.
    pub hash: Vec<u8>,
    /// What it is for.
    pub name: String,
    /// What its owner types to sign in.
    pub login: String,
    /// What they are called.
    pub owner: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The most it may do: no more than it was made for, and no more than its owner.
    pub role: Role,
    /// Only these actions of what the role may.
    pub actions: Option<Vec<String>>,
    /// Which datasets it was made for.
    pub scope: Scope,
    /// Which datasets its owner may know of.
    pub within: Scope,
    /// Whether it is time to write down that it was used.
    pub is_due: bool,
}

/// A token by number, if it has not ended and its owner may sign in.
///
/// # Errors
///
/// When the statement fails.
pub async fn find_token(db: &mut PgConnection, id: i64) -> Result<Option<TokenFound>> {
    let row = sqlx::query!(
        r#"select token.id, token.person_id, token.hash, token.name, token.role, token.actions,
               token.scope_all, token.scope_prefixes, token.scope_tags, token.expires_at,
               person.login, person.name as owner, person.role as owner_role, person.scope_all as owner_all,
               person.scope_prefixes as owner_prefixes, person.scope_tags as owner_tags,
               coalesce(token.last_used_at < now() - interval '1 minute', true) as "is_due!"
           from tidemill.token
           join tidemill.person on person.id = token.person_id
           where token.id = $1
             and token.revoked_at is null
             and now() < token.expires_at
             and person.disabled_at is null"#,
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| TokenFound {
        id: row.id,
        person: row.person_id,
        hash: row.hash,
        name: row.name,
        login: row.login,
        owner: row.owner,
        expires_at: row.expires_at,
        role: role(&row.role).min(role(&row.owner_role)),
        actions: row.actions,
        scope: scope(row.scope_all, row.scope_prefixes, row.scope_tags),
        within: scope(row.owner_all, row.owner_prefixes, row.owner_tags),
        is_due: row.is_due,
    }))
}

/// Writes down that a token was used.
///
/// # Errors
///
/// When the statement fails.
pub async fn touch_token(db: &mut PgConnection, id: i64) -> Result<()> {
    sqlx::query!(
        "update tidemill.token set last_used_at = now()
         where id = $1
           and (last_used_at is null or last_used_at < now() - interval '1 minute')",
        id,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A token as a line of a list.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// The most it may do.
    pub role: Role,
    /// Only these actions of what the role may.
    pub actions: Option<Vec<String>>,
    /// Which datasets it may know of.
    pub scope: Scope,
    /// Who made it.
    pub person: i64,
    /// What they type to sign in.
    pub login: String,
    /// What they are called.
    pub owner: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

macro_rules! token_row {
    ($row:expr) => {{
        let row = $row;
        TokenRow {
            id: row.id,
            name: row.name,
            role: role(&row.role),
            actions: row.actions,
            scope: scope(row.scope_all, row.scope_prefixes, row.scope_tags),
            person: row.person_id,
            login: row.login,
            owner: row.owner,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }};
}

/// Tokens, newest first, before one of them: those of somebody, or all.
///
/// # Errors
///
/// When the statement fails.
pub async fn tokens(
    db: &mut PgConnection,
    person: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<TokenRow>> {
    let rows = sqlx::query!(
        "select token.id, token.name, token.role, token.actions, token.scope_all,
             token.scope_prefixes, token.scope_tags, token.person_id, person.login,
             person.name as owner, token.created_at, token.expires_at, token.last_used_at,
             token.revoked_at
         from tidemill.token
         join tidemill.person on person.id = token.person_id
         where ($1::bigint is null or token.person_id = $1)
           and ($2::bigint is null or token.id < $2)
         order by token.id desc
         limit $3",
        person,
        before,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| token_row!(row)).collect())
}

/// How many tokens somebody has that can still be used.
///
/// # Errors
///
/// When the statement fails.
pub async fn live_tokens(db: &mut PgConnection, person: i64) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from tidemill.token
           where person_id = $1 and revoked_at is null and now() < expires_at"#,
        person,
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}

/// A token by number.
///
/// # Errors
///
/// When the statement fails.
pub async fn token(db: &mut PgConnection, id: i64) -> Result<Option<TokenRow>> {
    let row = sqlx::query!(
        "select token.id, token.name, token.role, token.actions, token.scope_all,
             token.scope_prefixes, token.scope_tags, token.person_id, person.login,
             person.name as owner, token.created_at, token.expires_at, token.last_used_at,
             token.revoked_at
         from tidemill.token
         join tidemill.person on person.id = token.person_id
         where token.id = $1",
        id,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| token_row!(row)))
}

/// Revokes a token; false when it was revoked already.
///
/// # Errors
///
/// When the statement fails.
pub async fn revoke_token(db: &mut PgConnection, id: i64) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.token set revoked_at = now() where id = $1 and revoked_at is null",
        id,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
