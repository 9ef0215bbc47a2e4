//! Requests that bear an `Idempotency-Key`: sent again, they are answered again and not done again.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::access::{Action, May};
use super::problem::{Answer, Problem};
use crate::store::{self, Before};

/// The longest key.
const KEY_MAX: usize = 200;

/// The key of a request, if it bears one. Take it as an argument of the handler, and call
/// [`Once::claim`] in the transaction of the write, before anything else.
#[derive(Clone, Debug)]
pub(super) struct Once {
    key: Option<String>,
    address: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let address = format!("{} {}", parts.method, parts.uri);
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self { key: None, address });
        };
        let key = value.to_str().ok().filter(|key| (1..=KEY_MAX).contains(&key.len()));
        let key = key.ok_or_else(|| {
            Problem::invalid(format!("`Idempotency-Key` has 1 to {KEY_MAX} plain characters"))
        })?;
        Ok(Self { key: Some(key.to_owned()), address })
    }
}

/// What is to be done with a request.
pub(super) enum Claim {
    /// It is new: do it, and then [`Keep::keep`] the answer before the commit.
    New(Keep),
    /// It was done: this is what was answered.
    Again(Response),
}

/// Where the answer is kept.
pub(super) struct Keep {
    principal: String,
    key: Option<String>,
}

impl Once {
    /// Claims the key within a transaction. `request` is what was asked for, without secrets; who
    /// comes with the same key meanwhile waits for the end of the transaction.
    ///
    /// # Errors
    ///
    /// When the same key came with another request, or when what was answered is shown once only.
    pub(super) async fn claim<A: Action>(
        self,
        db: &mut PgConnection,
        may: &May<A>,
        request: &impl Serialize,
    ) -> Answer<Claim> {
        let principal = may.principal().key();
        let Some(key) = self.key else { return Ok(Claim::New(Keep { principal, key: None })) };
        let body = serde_json::to_vec(request).map_err(|error| Problem::internal(&error))?;
        let mut hasher = Sha256::new();
        hasher.update(self.address.as_bytes());
        hasher.update([0]);
        hasher.update(&body);
        let hash: [u8; 32] = hasher.finalize().into();
        store::forget_answers(db).await?;
        match store::claim_answer(db, &principal, &key, &hash).await? {
            Before::Nothing => Ok(Claim::New(Keep { principal, key: Some(key) })),
            Before::Same(status, Some(body)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                Ok(Claim::Again((status, Json(body)).into_response()))
            }
            Before::Same(_, None) => {
                Err(Problem::conflict("this was done, and what it answered is shown once only")
                    .hint("look at the list; make another if the first answer was lost"))
            }
            Before::Other => {
                Err(Problem::conflict("this `Idempotency-Key` was used for another request")
                    .hint("make a new key for each request; use the same only to send it again"))
            }
        }
    }
}

impl Keep {
    /// Keeps the answer in the transaction, and makes it.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) async fn keep(
        self,
        db: &mut PgConnection,
        status: StatusCode,
        answer: &impl Serialize,
    ) -> Answer<Response> {
        let body = serde_json::to_value(answer).map_err(|error| Problem::internal(&error))?;
        if let Some(key) = &self.key {
            store::keep_answer(db, &self.principal, key, status.as_u16(), Some(&body)).await?;
        }
        Ok((status, Json(body)).into_response())
    }

    /// Keeps that it was done, and not what it answered, which holds a secret.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) async fn keep_secret(
        self,
        db: &mut PgConnection,
        status: StatusCode,
        answer: &impl Serialize,
    ) -> Answer<Response> {
        if let Some(key) = &self.key {
            store::keep_answer(db, &self.principal, key, status.as_u16(), None).await?;
        }
        let body = serde_json::to_value(answer).map_err(|error| Problem::internal(&error))?;
        Ok((status, Json(body)).into_response())
    }
}
