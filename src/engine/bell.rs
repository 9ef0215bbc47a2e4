//! The bell: who waits for work, a stop or a change is woken at once, in this process and in others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::store::{self, Rings};

/// What a bell rings for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Runs may be claimed that could not before.
    Work,
    /// Runs were taken from their workers.
    Halt,
    /// What is due may have changed: a source, a schedule, a setting.
    Demand,
}

impl Topic {
    const ALL: [Self; 3] = [Self::Work, Self::Halt, Self::Demand];

    /// The word that goes from process to process.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Work => store::WORK,
            Self::Halt => store::HALT,
            Self::Demand => store::DEMAND,
        }
    }
}

/// How far apart the messages to other processes are at least: one for each commit would cost the
/// database its group commits.
const APART: Duration = Duration::from_millis(50);

/// Wakes loops. Losing every ring costs them no more than the time between two looks.
#[derive(Debug)]
pub struct Bell {
    local: [watch::Sender<u64>; 3],
    outward: Notify,
    pending: AtomicU8,
}

impl Default for Bell {
    fn default() -> Self {
        Self {
            local: std::array::from_fn(|_| watch::Sender::new(0)),
            outward: Notify::new(),
            pending: AtomicU8::new(0),
        }
    }
}

impl Bell {
    /// Wakes who listens for a topic, here at once and elsewhere soon.
    pub fn ring(&self, topic: Topic) {
        self.ring_here(topic);
        self.pending.fetch_or(1 << topic as u8, Ordering::AcqRel);
        self.outward.notify_one();
    }

    fn ring_here(&self, topic: Topic) {
        self.local[topic as usize].send_modify(|count| *count = count.wrapping_add(1));
    }

    /// An ear for a topic: `changed` returns when it rang since it was last looked at.
    #[must_use]
    pub fn listen(&self, topic: Topic) -> watch::Receiver<u64> {
        self.local[topic as usize].subscribe()
    }
}

/// Carries rings between this process and others until `stop` fires.
pub async fn carry(bell: Arc<Bell>, pool: PgPool, stop: CancellationToken) {
    let me = format!("{}:{:p}", std::process::id(), Arc::as_ptr(&bell));
    tokio::join!(send(&bell, &pool, &stop, &me), hear(&bell, &pool, &stop, &me));
}

async fn send(bell: &Bell, pool: &PgPool, stop: &CancellationToken, me: &str) {
    loop {
        tokio::select! {
            () = bell.outward.notified() => (),
            () = stop.cancelled() => return,
        }
        let pending = bell.pending.swap(0, Ordering::AcqRel);
        for topic in Topic::ALL.into_iter().filter(|topic| pending & (1 << *topic as u8) != 0) {
            let message = format!("{} {me}", topic.as_str());
            if let Err(error) = store::ring(pool, &message).await {
                tracing::warn!("could not wake other processes, they will look anyway: {error}");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(APART) => (),
            () = stop.cancelled() => return,
        }
    }
}

/// Rings in every process that listens, from one that has no bell of its own.
pub(super) async fn ring_everywhere(pool: &PgPool, topic: Topic) -> anyhow::Result<()> {
    store::ring(pool, &format!("{} {}", topic.as_str(), std::process::id())).await?;
    Ok(())
}

/// How long to wait before listening again when the database does not let us.
const RETRY: Duration = Duration::from_secs(5);

async fn hear(bell: &Bell, pool: &PgPool, stop: &CancellationToken, me: &str) {
    loop {
        let heard = tokio::select! {
            heard = hear_once(bell, pool, me) => heard,
            () = stop.cancelled() => return,
        };
        if let Err(error) = heard {
            tracing::warn!("could not listen for other processes, looking instead: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => (),
            () = stop.cancelled() => return,
        }
    }
}

async fn hear_once(bell: &Bell, pool: &PgPool, me: &str) -> store::Result<()> {
    let mut rings = Rings::listen(pool).await?;
    loop {
        let Some(message) = rings.next().await? else {
            // The connection was lost and is there again; who knows what rang meanwhile.
            Topic::ALL.into_iter().for_each(|topic| bell.ring_here(topic));
            continue;
        };
        // Who has no bell of its own does not sign: everybody is meant.
        let (word, from) = message.split_once(' ').unwrap_or((&message, ""));
        let topic = Topic::ALL.into_iter().find(|topic| topic.as_str() == word);
        if let (Some(topic), true) = (topic, from != me) {
            bell.ring_here(topic);
        }
    }
}
