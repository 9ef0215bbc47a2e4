//! Asks a server whether it can be trusted with what it acknowledges.

use sqlx::PgConnection;

use super::{Error, binaries::MAJOR_MIN};

/// How strictly a server is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judge {
    /// The private cluster: we set it up, so anything else is an error.
    Ours,
    /// Somebody else's: they may know what they do, so they are warned.
    Theirs,
}

/// Checks version, role and durability. Returns the server's version.
///
/// # Errors
///
/// When the server is too old, a standby, or, if it is ours, not durable.
pub(super) async fn check(db: &mut PgConnection, judge: Judge) -> Result<String, Error> {
    let (number, version, recovering): (i32, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int,
                split_part(current_setting('server_version'), ' ', 1),
                pg_is_in_recovery()",
    )
    .fetch_one(&mut *db)
    .await
    .map_err(Error::sql("ask the server for its version"))?;
    if number / 10_000 < MAJOR_MIN as i32 {
        return Err(Error::TooOld { version });
    }
    if recovering {
        return Err(Error::ReadOnly);
    }
    let settings: Vec<(String, String)> = sqlx::query_as(
        "select name, setting
         from pg_settings
         where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums')
         order by name",
    )
    .fetch_all(&mut *db)
    .await
    .map_err(Error::sql("ask the server for its settings"))?;
    for (setting, value) in settings {
        match judge {
            _ if value != "off" => (),
            Judge::Ours => return Err(Error::Unsafe { setting, value }),
            // Checksums find damage; they do not prevent a loss.
            Judge::Theirs if setting == "data_checksums" => (),
            Judge::Theirs => tracing::warn!(
                db.setting = %setting,
                "`{setting}` is off: the database may lose what it acknowledged",
            ),
        }
    }
    Ok(version)
}
