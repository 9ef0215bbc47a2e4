//! Links that can be used once, and people who are on their way back from elsewhere.

use sqlx::PgConnection;

use super::super::Result;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Makes the first admin.
    Setup,
    /// Signs this person in.
    SignIn(i64),
}

/// Makes a link that can be used once within so many seconds.
///
/// # Errors
///
/// When the statement fails.
pub async fn new_link(
    db: &mut PgConnection,
    hash: &[u8; 32],
    kind: LinkKind,
    seconds: f64,
) -> Result<()> {
    let (kind, person) = match kind {
        LinkKind::Setup => ("setup", None),
        LinkKind::SignIn(person) => ("sign_in", Some(person)),
    };
    sqlx::query!(
        "insert into tidemill.sign_in_link (hash, kind, person_id, expires_at)
         values ($1, $2, $3, now() + make_interval(secs => $4))",
        &hash[..],
        kind,
        person,
        seconds,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a link: of any number who try, one gets it.
///
/// # Errors
///
/// When the statement fails.
pub async fn take_link(db: &mut PgConnection, hash: &[u8; 32]) -> Result<Option<LinkKind>> {
    let row = sqlx::query!(
        "delete from tidemill.sign_in_link
         where hash = $1 and now() < expires_at
         returning person_id",
        &hash[..],
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.person_id.map_or(LinkKind::Setup, LinkKind::SignIn)))
}

/// Makes every link to make the first admin useless.
///
/// # Errors
///
/// When the statement fails.
pub async fn drop_setup_links(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("delete from tidemill.sign_in_link where kind = 'setup'").execute(db).await?;
    Ok(())
}

/// What somebody who signs in elsewhere must come back with.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// What the other side signs along.
    pub nonce: String,
    /// The secret that proves that whoever comes back is who went.
    pub verifier: String,
    /// Where they were.
    pub return_to: String,
}

/// Somebody goes to sign in elsewhere.
///
/// # Errors
///
/// When the statement fails.
pub async fn begin_elsewhere(
    db: &mut PgConnection,
    hash: &[u8; 32],
    going: &Elsewhere,
    seconds: f64,
) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.sign_in_elsewhere (hash, nonce, verifier, return_to, expires_at)
         values ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        &hash[..],
        going.nonce,
        going.verifier,
        going.return_to,
        seconds,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Somebody comes back; each does once.
///
/// # Errors
///
/// When the statement fails.
pub async fn come_back(db: &mut PgConnection, hash: &[u8; 32]) -> Result<Option<Elsewhere>> {
    let row = sqlx::query_as!(
        Elsewhere,
        "delete from tidemill.sign_in_elsewhere
         where hash = $1 and now() < expires_at
         returning nonce, verifier, return_to",
        &hash[..],
    )
    .fetch_optional(db)
    .await?;
    Ok(row)
}

/// Forgets what cannot be used any more, a few at a time.
///
/// # Errors
///
/// When a statement fails.
pub async fn forget_links(db: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "delete from tidemill.sign_in_link where hash in (
             select hash from tidemill.sign_in_link where expires_at < now()
             order by expires_at
             limit 100
         )",
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tidemill.sign_in_elsewhere where hash in (
             select hash from tidemill.sign_in_elsewhere where expires_at < now()
             order by expires_at
             limit 100
         )",
    )
    .execute(db)
    .await?;
    Ok(())
}
