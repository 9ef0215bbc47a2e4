//! `GET /runs/{id}/logs/follow`: what a run says, as it says it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use utoipa::IntoParams;

use super::super::access::{May, Shared, act};
use super::super::problem::{Answer, Problem};
use super::super::query::{Asked, At};
use super::logs::{Reading, place};
use super::row::find;
use crate::store;

/// How many may follow at once in this process.
static FOLLOWERS: Semaphore = Semaphore::const_new(50);
/// How often it is looked whether there is more.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is asked whether they still may.
const ASK: Duration = Duration::from_secs(2);
/// How often something is sent so that nobody in between hangs up.
const BEAT: Duration = Duration::from_secs(15);
/// How many lines are sent at once.
const LINES: u32 = 1_000;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FollowFilter {
    /// Of this attempt.
    attempt: Option<i32>,
    /// After this one: `attempt:line`. A browser that connects again says so itself, by the header
    /// `Last-Event-ID`.
    after: Option<String>,
}

/// What a run says, as it says it.
///
/// Each event `lines` has a list of lines, and its id is the place after the last of them; `end` comes
/// when there are no more, since the run or the attempt is over, or since whoever follows may not
/// any more.
#[utoipa::path(
    get,
    path = "/runs/{id}/logs/follow",
    tag = "runs",
    params(("id" = i64, Path, description = "The number of the run."), FollowFilter),
    responses(
        (status = OK, content_type = "text/event-stream", body = String),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn follow(
    may: May<act::ReadRuns>,
    At(id): At<i64>,
    Asked(filter): Asked<FollowFilter>,
    request: Request,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let parts = request.into_parts().0;
    let last = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.or(filter.after.as_deref()).map(place).transpose()?.unwrap_or_default();
    find(&may, id).await?;
    let permit = FOLLOWERS.try_acquire().map_err(|_| {
        let message = "too many follow what runs say; try again in 5 s";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "TM0607", message)
            .hint("ask for pages of the log instead, or close other pages that follow")
            .retry_after(5)
    })?;
    let reading = Reading { run: id, attempt: filter.attempt, after, holding: None };
    let shared = Arc::clone(may.shared());
    let follower = Follower {
        shared,
        may,
        parts,
        reading,
        _permit: permit,
        asked: Instant::now(),
        end: End::No,
    };
    let events = futures::stream::unfold(follower, Follower::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT)))
}

/// Somebody who follows.
struct Follower {
    shared: Arc<Shared>,
    may: May<act::ReadRuns>,
    /// How they showed who they are.
    parts: Parts,
    reading: Reading,
    _permit: SemaphorePermit<'static>,
    /// When they were last asked for it.
    asked: Instant,
    end: End,
}

/// How near the end is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    No,
    /// It was over when last looked at; what was said last may still be on its way.
    Near,
    Told,
}

impl Follower {
    /// Waits for the next event; none after the end.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.end == End::Told {
            return None;
        }
        loop {
            if ASK <= self.asked.elapsed() {
                if !self.still_may().await {
                    return Some(self.tell_end("you may not follow this any more"));
                }
                self.asked = Instant::now();
            }
            match self.look().await {
                Ok(Some(event)) => return Some((Ok(event), self)),
                Ok(None) if self.end == End::Near => {
                    return Some(self.tell_end("there is no more"));
                }
                Ok(None) => (),
                // They connect again, and go on where they were.
                Err(_) => return None,
            }
            if self.is_over().await.unwrap_or(false) {
                self.end = End::Near;
            }
            tokio::select! {
                // The next server that they connect to goes on where they were.
                () = self.shared.stop().cancelled() => return None,
                () = tokio::time::sleep(LOOK) => (),
            }
        }
    }

    async fn look(&mut self) -> Answer<Option<Event>> {
        let mut db = self.may.db().await?;
        let lines = self.reading.next(&self.may, &mut db, LINES).await?;
        drop(db);
        if lines.is_empty() {
            return Ok(None);
        }
        let data = serde_json::to_string(&lines).map_err(|error| Problem::internal(&error))?;
        Ok(Some(Event::default().event("lines").id(self.reading.place()).data(data)))
    }

    async fn is_over(&self) -> Answer<bool> {
        let mut db = self.may.db().await?;
        Ok(store::is_over(&mut db, self.reading.run, self.reading.attempt).await?)
    }

    /// Whether what they showed is still valid, and they may still know of this run.
    async fn still_may(&mut self) -> bool {
        match May::<act::ReadRuns>::ask(&self.shared, &mut self.parts).await {
            Ok(may) => find(&may, self.reading.run).await.is_ok(),
            Err(_) => false,
        }
    }

    fn tell_end(mut self, why: &str) -> (Result<Event, Infallible>, Self) {
        self.end = End::Told;
        let data = serde_json::json!({ "why": why }).to_string();
        (Ok(Event::default().event("end").data(data)), self)
    }
}
