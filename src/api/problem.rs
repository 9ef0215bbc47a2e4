//! What goes wrong, as programs read it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store;

/// Why a request was not answered as it asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    error: Box<ProblemBody>,
    #[serde(skip)]
    status: StatusCode,
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// What happened, and what to do about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ProblemBody {
    /// The help page: `tidemill explain TM0601`.
    code: String,
    /// What was attempted and why it failed.
    message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// What belongs to this kind of problem, for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<serde_json::Value>,
    /// The number of this request, as in the log.
    request: String,
}

/// What a handler answers.
pub(super) type Answer<T> = Result<T, Problem>;

impl Problem {
    /// A problem with a help page.
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        let error = Box::new(ProblemBody {
            code,
            message,
            hint: None,
            details: None,
            request: super::request::current(),
        });
        Self { error, status, retry_after: None }
    }

    /// Something that is not there, or that the principal may not know of.
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "TM0604", what)
    }

    /// Something that its state forbids.
    pub(super) fn conflict(what: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "TM0605", what)
    }

    /// A request that cannot be read as what it should be.
    pub(super) fn invalid(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "TM0606", what)
    }

    /// Nobody is signed in, or what they showed is not valid any more.
    pub(super) fn unauthenticated(what: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "TM0602", what)
    }

    /// Somebody is signed in and may not do this.
    pub(super) fn forbidden(what: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "TM0603", what)
    }

    /// The status it is answered with.
    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// What to do about it.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.error.hint = Some(hint.into());
        self
    }

    /// What belongs to it, for programs.
    #[must_use]
    pub(super) fn details(mut self, details: serde_json::Value) -> Self {
        self.error.details = Some(details);
        self
    }

    /// After how many seconds it may go better.
    #[must_use]
    pub(super) const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Something that is no fault of who asks: told to the log, where it is handled.
    pub(super) fn internal(error: &dyn std::fmt::Display) -> Self {
        let problem = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "TM0601",
            "the server could not answer; its log says why",
        );
        tracing::error!(request = problem.error.request, %error, "a request failed");
        problem
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        let status = match error {
            store::Error::NoBackfill(_) | store::Error::NoPool(_) => Some(StatusCode::NOT_FOUND),
            store::Error::PlanMoved
            | store::Error::BackfillOver { .. }
            | store::Error::RunsHeld { .. } => Some(StatusCode::CONFLICT),
            _ => None,
        };
        if let Some(status) = status {
            // These begin with the code of their page.
            let text = error.to_string();
            let (code, message) = text.split_once(": ").unwrap_or(("TM0605", &text));
            return Self::new(status, code, message);
        }
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "TM0302",
            "the database does not answer as it should",
        )
        .hint("try again; the server's log says what is wrong, under the number of this request")
        .retry_after(2);
        tracing::error!(request = problem.error.request, %error, "a request failed");
        problem
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<store::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::internal(&format!("{error:#}")),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
