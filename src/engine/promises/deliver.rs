//! Sends what is to be told, again and again until it arrives or is given up.

use std::time::Duration;

use anyhow::Result;
use futures::future::join_all;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::super::Mill;
use crate::clock;
use crate::plan;
use crate::store::{self, Claim, Outgoing};
use crate::telemetry::metrics;
use crate::webhook::Webhook;

/// How many messages are sent at once: all of them are done with before their lease is.
const AT_ONCE: i64 = 4;
/// After so many failures in a row only one message at a time is tried …
const FAILURES_MAX: u32 = 3;
/// … and so far apart.
const CAREFUL: Duration = Duration::from_secs(15);
/// How long nobody looks at most.
const LOOK: Duration = Duration::from_secs(5);

/// What one turn of sending came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that arrived.
    pub sent: u32,
    /// Messages that did not, and are tried again.
    pub again: u32,
    /// Messages that are given up.
    pub given_up: u32,
}

impl Delivered {
    const fn any(self) -> bool {
        0 < self.sent + self.again + self.given_up
    }
}

pub(super) async fn keep_delivering(
    mill: &Mill,
    webhook: &Webhook,
    lease: Duration,
    told: &Notify,
    stop: &CancellationToken,
) {
    let mut failures = 0;
    loop {
        let is_careful = FAILURES_MAX <= failures;
        let most = if is_careful { 1 } else { AT_ONCE };
        let rest = match deliver_due(mill, webhook, lease, most).await {
            Ok(delivered) => {
                failures = match delivered {
                    Delivered { sent: 1.., .. } => 0,
                    Delivered { again, given_up, .. } => failures + again + given_up,
                };
                match FAILURES_MAX <= failures {
                    true => CAREFUL,
                    false if delivered.any() => Duration::ZERO,
                    false => idle(mill).await.unwrap_or(LOOK),
                }
            }
            Err(error) => {
                tracing::error!("could not see to what is to be told: {error:#}");
                LOOK
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = told.notified(), if failures < FAILURES_MAX => (),
            () = tokio::time::sleep(rest) => (),
        }
    }
}

/// How long it is until something may be sent.
async fn idle(mill: &Mill) -> Result<Duration> {
    let mut db = mill.pool.acquire().await?;
    let next = store::next_delivery(&mut db).await?;
    let next = next.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.1)).ok());
    Ok(next.unwrap_or(LOOK).min(LOOK))
}

/// Sends messages that are due, at most so many, each once.
///
/// # Errors
///
/// When the database fails; what was sent by then may be sent again.
pub async fn deliver_due(
    mill: &Mill,
    webhook: &Webhook,
    lease: Duration,
    most: i64,
) -> Result<Delivered> {
    let mut db = mill.pool.acquire().await?;
    let claim = Claim { host: webhook.host(), lease, limit: most };
    let claimed = store::claim_deliveries(&mut db, &claim).await?;
    // No connection is held while others take their time to answer.
    drop(db);
    let mut sends = Vec::new();
    for message in &claimed {
        sends.push(deliver(mill, webhook, message));
    }
    let outcomes = join_all(sends).await;
    let mut delivered = Delivered::default();
    for outcome in outcomes {
        let outcome = outcome?;
        match outcome {
            Outcome::Sent => delivered.sent += 1,
            Outcome::Again => delivered.again += 1,
            Outcome::GivenUp => delivered.given_up += 1,
        }
        metrics::delivered(outcome.as_str());
    }
    Ok(delivered)
}

/// What became of one try.
#[derive(Clone, Copy)]
enum Outcome {
    Sent,
    Again,
    GivenUp,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again => "again",
            Self::GivenUp => "given_up",
        }
    }
}

async fn deliver(mill: &Mill, webhook: &Webhook, message: &Outgoing) -> Result<Outcome> {
    let now: Timestamp = clock::now();
    if message.tries == 1 && !plan::is_news(message.created_at.to_jiff(), now) {
        let why = "it is older than a day, and nobody could send it until now";
        let mut db = mill.pool.acquire().await?;
        store::delivery_failed(&mut db, message, None, None, why).await?;
        return Ok(Outcome::GivenUp);
    }
    let id = format!("msg_{}", message.event);
    match webhook.send(&id, &message.body, now).await {
        Ok(status) => {
            let mut db = mill.pool.acquire().await?;
            store::delivery_sent(&mut db, message, status).await?;
            Ok(Outcome::Sent)
        }
        Err(failure) => {
            let pause = plan::pause_after(message.tries, chance());
            let why = failure.to_string();
            let mut db = mill.pool.acquire().await?;
            store::delivery_failed(&mut db, message, pause, failure.status(), &why).await?;
            let (host, tries) = (webhook.host(), message.tries);
            match pause {
                Some(pause) => {
                    tracing::warn!(
                        "{host} did not take message {id} (try {tries}): {why}; the next try is in \
                         {} s",
                        pause.as_secs()
                    );
                    Ok(Outcome::Again)
                }
                None => {
                    tracing::error!(
                        "TM0802: {host} did not take message {id} in {tries} tries, and it is \
                         given up: {why}"
                    );
                    Ok(Outcome::GivenUp)
                }
            }
        }
    }
}

/// A number from 0 to 1.
fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
