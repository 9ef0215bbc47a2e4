//! How long a request waits for a database that says nothing: whoever asks must hear that.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::access::Shared;
use super::problem::Problem;

/// After how long it is looked whether the database answers at all. A large plan takes longer, and
/// is waited for while it does.
const SLOW: Duration = Duration::from_secs(5);
/// How long a database that is there takes to answer at most.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);
/// How often that is asked before it ends all the same: two minutes at least. A single connection
/// may be lost while all others are well.
const LOOKS: u32 = 24;

/// Ends what waits for a database that does not answer. Streams go on: what they say comes after
/// the head of their answer, and only that is waited for here.
pub(super) async fn bound(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let is_well = || {
        let shared = Arc::clone(&shared);
        async move { tokio::time::timeout(SIGN_OF_LIFE, shared.is_well()).await.unwrap_or(false) }
    };
    let answered = answered(next.run(request), is_well, SLOW).await;
    answered.unwrap_or_else(Problem::into_response)
}

/// What is answered, unless the database is found not to answer before.
async fn answered<T, Well: Future<Output = bool>>(
    answer: impl Future<Output = T>,
    is_well: impl Fn() -> Well,
    slow: Duration,
) -> Result<T, Problem> {
    let mut answer = pin!(answer);
    for _ in 0..LOOKS {
        let look = async {
            tokio::time::sleep(slow).await;
            is_well().await
        };
        tokio::select! {
            biased;
            answer = answer.as_mut() => return Ok(answer),
            is_well = look => if !is_well { break },
        }
    }
    tracing::error!(request = super::request::current(), "the database does not answer a request");
    let message = "the database does not answer in time";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "TM0302", message);
    Err(problem.hint("try again; if it stays so, see whether Postgres still runs").retry_after(5))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, ready};

    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    #[tokio::test]
    async fn what_waits_for_a_silent_database_is_ended() {
        let ended = answered(pending::<()>(), || ready(false), AT_ONCE).await;
        assert_eq!(ended.unwrap_err().status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn what_is_slow_is_waited_for_while_the_database_answers() {
        let (looks, looked) = (Cell::new(0), tokio::sync::Notify::new());
        let is_well = || {
            looks.set(looks.get() + 1);
            if looks.get() == 3 {
                looked.notify_one();
            }
            ready(true)
        };
        let plan = async {
            looked.notified().await;
            "a large plan"
        };
        assert_eq!(answered(plan, is_well, AT_ONCE).await.unwrap(), "a large plan");
        let for_ever = answered(pending::<()>(), || ready(true), AT_ONCE).await;
        assert!(for_ever.is_err(), "a single connection was lost");
    }
}
