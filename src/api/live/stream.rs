//! `GET /live`: server-sent events.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use utoipa::IntoParams;

use super::super::access::{Action, May, Principal, Shared, act};
use super::super::backfills;
use super::super::problem::{Answer, Problem};
use super::super::query::Asked;
use super::{Live, Place};
use crate::plan::LiveTopic;

/// How often a comment is sent, so that nobody in between takes the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is checked whether whoever listens still may.
const CHECK: Duration = Duration::from_secs(3);
/// How long that check may take.
const CHECK_MAX: Duration = Duration::from_millis(1500);
/// The most topics of a stream, and the longest list of them.
const TOPICS_MAX: usize = 100;
const TEXT_MAX: usize = 8000;

/// What is listened for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Topics {
    /// Separated by commas: `runs`, `backfills`, `backfill:17`, `datasets`, `dataset:NAME`,
    /// `workers`, `schedules`, `sla`, `audit`.
    #[param(max_length = 8000, example = "runs,backfill:17")]
    topics: String,
}

/// The last event that a browser saw before it lost its stream.
#[derive(Clone, Debug)]
pub(super) struct LastEvent(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for LastEvent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let value = parts.headers.get("last-event-id");
        Ok(Self(value.and_then(|value| value.to_str().ok()).map(str::to_owned)))
    }
}

/// Tells at once that something changed, and not what: ask for it where it is shown.
///
/// Events are `hint`, with `{"topic", "version"}` as data, and `reset`, after which everything that is
/// shown should be asked for again. A topic is told of at most once a second. A stream that goes on
/// with `Last-Event-ID` misses nothing. It ends when the session or token does.
#[utoipa::path(
    get,
    path = "/live",
    tag = "live",
    params(
        Topics,
        ("Last-Event-ID" = Option<String>, Header, description = "The last event that was seen."),
    ),
    responses(
        (status = OK, body = String, content_type = "text/event-stream"),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn live(
    may: May<act::Listen>,
    Asked(asked): Asked<Topics>,
    LastEvent(last): LastEvent,
) -> Answer<Response> {
    let topics = read(&asked.topics)?;
    for topic in &topics {
        check(&may, topic).await?;
    }
    let shared = Arc::clone(may.shared());
    let standing = shared.standing(may.principal()).await;
    let standing = standing.ok_or_else(|| Problem::unauthenticated("this session has ended"))?;
    let place = shared.live().enter(may.principal().key())?;
    let stream = Stream::open(shared, may.principal().clone(), standing, topics, place, last).await;
    let events = futures::stream::unfold(stream, |mut stream| async {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let mut response = Sse::new(events).into_response();
    // A proxy in between should pass each event on at once.
    let buffering = HeaderName::from_static("x-accel-buffering");
    response.headers_mut().insert(buffering, HeaderValue::from_static("no"));
    Ok(response)
}

fn read(text: &str) -> Answer<BTreeSet<LiveTopic>> {
    if TEXT_MAX < text.len() {
        return Err(Problem::invalid(format!("`topics` has at most {TEXT_MAX} characters")));
    }
    let mut topics = BTreeSet::new();
    for word in text.split(',').map(str::trim) {
        let topic = word.parse().map_err(|_| {
            Problem::invalid(format!("`{word}` is no topic")).hint(
                "topics are runs, backfills, backfill:17, datasets, dataset:NAME, workers, \
                 schedules, sla, audit",
            )
        })?;
        topics.insert(topic);
    }
    if TOPICS_MAX < topics.len() {
        return Err(Problem::invalid(format!("a stream has at most {TOPICS_MAX} topics")));
    }
    Ok(topics)
}

/// Refuses a topic that whoever asks could not ask about otherwise either.
async fn check(may: &May<act::Listen>, topic: &LiveTopic) -> Answer<()> {
    let by = may.principal();
    match topic {
        LiveTopic::Runs => allow::<act::ReadRuns>(by),
        LiveTopic::Backfills => allow::<act::ReadBackfills>(by),
        LiveTopic::Datasets => allow::<act::ReadCatalog>(by),
        LiveTopic::Workers => allow::<act::ReadWorkers>(by),
        LiveTopic::Schedules => allow::<act::ReadSchedules>(by),
        LiveTopic::Sla => allow::<act::ReadSlas>(by),
        LiveTopic::Audit => allow::<act::ReadAudit>(by),
        LiveTopic::Backfill(id) => {
            allow::<act::ReadBackfills>(by)?;
            backfills::find(may, *id).await.map(drop)
        }
        LiveTopic::Dataset(name) => {
            allow::<act::ReadCatalog>(by)?;
            may.dataset(name).map(drop)
        }
    }
}

fn allow<A: Action>(by: &Principal) -> Answer<()> {
    if by.may(&A::PERMISSION) {
        return Ok(());
    }
    Err(Problem::forbidden(format!("{} may not do this: it takes `{}`", by.name, A::NAME)))
}

/// A stream of events.
struct Stream {
    shared: Arc<Shared>,
    by: Principal,
    /// What they might when the stream began.
    standing: String,
    topics: BTreeSet<LiveTopic>,
    changes: watch::Receiver<u64>,
    seen: u64,
    queue: VecDeque<Event>,
    heartbeat: Interval,
    check: Interval,
    /// Given back when the stream ends.
    #[expect(dead_code, reason = "it is given back when the stream ends")]
    place: Place,
}

impl Stream {
    async fn open(
        shared: Arc<Shared>,
        by: Principal,
        standing: String,
        topics: BTreeSet<LiveTopic>,
        place: Place,
        last: Option<String>,
    ) -> Self {
        let live = Arc::clone(shared.live());
        // From here on nothing is missed: who asks for what they show after this has it all.
        looked(&live).await;
        let resumed = last.as_deref().map(|id| live.board.resume(id));
        let seen = resumed.flatten().unwrap_or_else(|| live.board.latest());
        let id = live.board.id(seen);
        let first = match resumed {
            Some(None) => Event::default().id(id).event("reset").data("{}"),
            _ => Event::default().id(id).comment("listening"),
        };
        let every = |period| {
            let mut interval =
                tokio::time::interval_at(tokio::time::Instant::now() + period, period);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        };
        let mut changes = live.board.watch();
        // What changed while it was away comes at once.
        changes.mark_changed();
        let queue = VecDeque::from([first]);
        let (heartbeat, check) = (every(HEARTBEAT), every(CHECK));
        Self { shared, by, standing, topics, changes, seen, queue, heartbeat, check, place }
    }

    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        let live = Arc::clone(self.shared.live());
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Some(event);
            }
            tokio::select! {
                () = live.stop.cancelled() => return None,
                _ = self.check.tick() => {
                    // Who cannot be asked about may do nothing.
                    let asked = self.shared.standing(&self.by);
                    let standing = tokio::time::timeout(CHECK_MAX, asked).await.ok().flatten();
                    if standing.as_ref() != Some(&self.standing) {
                        return None;
                    }
                }
                changed = self.changes.changed() => {
                    changed.ok()?;
                    for (change, topic) in live.board.since(self.seen, &self.topics) {
                        let data = json!({ "topic": topic.to_string(), "version": change });
                        let event = Event::default().id(live.board.id(change)).event("hint");
                        self.queue.push_back(event.data(data.to_string()));
                        self.seen = change;
                    }
                }
                _ = self.heartbeat.tick() => {
                    // Nothing of its topics changed up to here, which is where it would go on.
                    let id = live.board.id(self.seen);
                    return Some(Event::default().id(id).comment("alive"));
                }
            }
        }
    }
}

/// Waits until the database was looked at since, or a while.
async fn looked(live: &Live) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let mut looks = live.looks.subscribe();
    let _ = tokio::time::timeout(PATIENCE, looks.changed()).await;
}
