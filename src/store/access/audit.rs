//! Who did what.

use jiff::Timestamp as Instant;
use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::super::Result;

/// Something to write down.
#[derive(Clone, Copy, Debug)]
pub struct NewAudit<'a> {
    /// Who, as people read it.
    pub actor: &'a str,
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: &'a str,
    /// The person, if it is one or a token of one.
    pub person: Option<i64>,
    /// The token, if it is one.
    pub token: Option<i64>,
    /// What they did.
    pub action: &'a str,
    /// To what kind of thing.
    pub object_kind: &'a str,
    /// To which.
    pub object: &'a str,
    /// The datasets it is about.
    pub datasets: &'a [i32],
    /// `done`, `refused` or `failed`.
    pub outcome: &'a str,
    /// Why it was refused or failed, or what they said.
    pub reason: Option<&'a str>,
    /// What it was like.
    pub before: Option<&'a Value>,
    /// What it is like.
    pub after: Option<&'a Value>,
    /// The number of the request.
    pub request: &'a str,
    /// Where it came from.
    pub address: &'a str,
}

/// Writes it down, in the transaction of what it is about.
///
/// # Errors
///
/// When the statement fails.
pub async fn record_audit(db: &mut PgConnection, new: NewAudit<'_>) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.audit
             (actor, actor_kind, person_id, token_id, action, object_kind, object, datasets,
              outcome, reason, before, after, request, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        new.actor,
        new.actor_kind,
        new.person,
        new.token,
        new.action,
        new.object_kind,
        new.object,
        new.datasets,
        new.outcome,
        new.reason,
        new.before,
        new.after,
        new.request,
        new.address,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which entries.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditQuery<'a> {
    /// Of this actor.
    pub actor: Option<&'a str>,
    /// Of this action.
    pub action: Option<&'a str>,
    /// About this kind of thing.
    pub object_kind: Option<&'a str>,
    /// About this thing.
    pub object: Option<&'a str>,
    /// That ended so.
    pub outcome: Option<&'a str>,
    /// Not before.
    pub from: Option<Instant>,
    /// Before.
    pub to: Option<Instant>,
    /// Only about these datasets, and what this person did; none for all.
    pub only: Option<(&'a [i32], i64)>,
    /// After this one on the list, newest first.
    pub after: Option<(Instant, i64)>,
}

/// An entry.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AuditRow {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// `user`, `token`, `system` or `anonymous`.
    pub actor_kind: String,
    /// What they did.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which.
    pub object: String,
    /// `done`, `refused` or `failed`.
    pub outcome: String,
    /// Why it was refused or failed, or what they said.
    pub reason: Option<String>,
    /// What it was like.
    pub before: Option<Value>,
    /// What it is like.
    pub after: Option<Value>,
    /// The number of the request.
    pub request: String,
    /// Where it came from.
    pub address: String,
}

/// Entries, newest first.
///
/// The statement holds what is asked for and nothing else, so that the database sees which index
/// serves it.
///
/// # Errors
///
/// When the statement fails.
pub async fn audit_entries(
    db: &mut PgConnection,
    asked: AuditQuery<'_>,
    limit: i64,
) -> Result<Vec<AuditRow>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select id, at, actor, actor_kind, action, object_kind, object, outcome, reason, before,
             after, request, address
         from tidemill.audit
         where true",
    );
    let words = [
        (" and actor = ", asked.actor),
        (" and action = ", asked.action),
        (" and object_kind = ", asked.object_kind),
        (" and object = ", asked.object),
    ];
    for (condition, word) in words {
        if let Some(word) = word {
            query.push(condition).push_bind(word);
        }
    }
    if let Some(outcome) = asked.outcome {
        query.push(" and outcome = ").push_bind(outcome);
        if outcome != "done" {
            // Said twice, so that the index of what went wrong is found to serve.
            query.push(" and outcome <> 'done'");
        }
    }
    if let Some(from) = asked.from {
        query.push(" and at >= ").push_bind(from.to_sqlx());
    }
    if let Some(to) = asked.to {
        query.push(" and at < ").push_bind(to.to_sqlx());
    }
    if let Some((only, person)) = asked.only {
        // Whoever may know of some datasets only sees what is about these alone, and their own
        // doing.
        query.push(" and (person_id = ").push_bind(person);
        query.push(" or (datasets <> '{}' and datasets <@ ").push_bind(only).push("))");
    }
    if let Some((at, id)) = asked.after {
        query.push(" and (at, id) < (").push_bind(at.to_sqlx()).push(", ").push_bind(id).push(")");
    }
    query.push(format_args!(" order by at desc, id desc limit {limit}"));
    Ok(query.build_query_as().fetch_all(db).await?)
}

/// One entry, of those that somebody may see: as [`AuditQuery::only`] says.
///
/// # Errors
///
/// When the statement fails.
pub async fn audit_entry(
    db: &mut PgConnection,
    id: i64,
    only: Option<(&[i32], i64)>,
) -> Result<Option<AuditRow>> {
    let (only, person) = only.unzip();
    let row = sqlx::query_file_as!(AuditRow, "src/store/sql/audit_entry.sql", id, only, person)
        .fetch_optional(db)
        .await?;
    Ok(row)
}
