//! Answers that are dear to find, kept for a moment and found once for all who ask meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::backfills::BackfillSums;
use super::problem::Answer;
use super::runs::Histogram;
use super::work::{Pool, Queue};
use crate::plan::{Finding, HistoryPart};

/// How many answers of one kind are kept.
const MOST: usize = 1024;

/// What is kept.
#[derive(Debug, Default)]
pub(super) struct Caches {
    pub(super) histograms: Cache<Histogram>,
    pub(super) queues: Cache<Queue>,
    pub(super) pools: Cache<Vec<Pool>>,
    pub(super) findings: Cache<Vec<Finding>>,
    pub(super) sums: Cache<BackfillSums>,
    pub(super) oldest: Cache<Option<Timestamp>>,
    pub(super) parts: Cache<Arc<Vec<HistoryPart>>>,
}

/// Who looks holds the lock of the answer; others wait for it. With the answer is kept when somebody
/// began to look.
type Held<V> = Arc<tokio::sync::Mutex<Option<(Instant, V)>>>;

/// Answers of one kind, by what was asked.
#[derive(Debug)]
pub(super) struct Cache<V> {
    held: Mutex<BTreeMap<String, Held<V>>>,
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self { held: Mutex::default() }
    }
}

impl<V: Clone> Cache<V> {
    /// The answer, at most this old, or such that nobody looked for it before it was asked for: with
    /// no age at all, those who ask while somebody looks share the look after that.
    ///
    /// # Errors
    ///
    /// When it cannot be found; that is not kept.
    pub(super) async fn get(
        &self,
        asked: String,
        age: Duration,
        find: impl Future<Output = Answer<V>>,
    ) -> Answer<V> {
        let came = Instant::now();
        let held = {
            let mut all = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if MOST <= all.len() && !all.contains_key(&asked) {
                all.clear();
            }
            Arc::clone(all.entry(asked).or_default())
        };
        let mut held = held.lock().await;
        if let Some((at, answer)) = held.as_ref()
            && (at.elapsed() < age || came <= *at)
        {
            return Ok(answer.clone());
        }
        let began = Instant::now();
        let answer = find.await?;
        *held = Some((began, answer.clone()));
        Ok(answer)
    }

    /// Forgets everything: it has just been changed.
    pub(super) fn forget(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::problem::Problem;
    use super::*;

    #[tokio::test]
    async fn an_answer_is_found_once_and_a_failure_is_not_kept() {
        let cache = Cache::<u32>::default();
        let hour = Duration::from_hours(1);
        let get = async |asked: &str, age, answer: Answer<u32>| {
            cache.get(asked.to_owned(), age, async { answer }).await.ok()
        };
        assert_eq!(get("a", hour, Err(Problem::not_found("x"))).await, None);
        assert_eq!(get("a", hour, Ok(1)).await, Some(1));
        assert_eq!(get("a", hour, Ok(2)).await, Some(1));
        assert_eq!(get("b", hour, Ok(3)).await, Some(3));
        assert_eq!(get("a", Duration::ZERO, Ok(4)).await, Some(4));
        cache.forget();
        assert_eq!(get("a", hour, Ok(5)).await, Some(5));
        for other in 0..=MOST {
            get(&other.to_string(), hour, Ok(0)).await;
        }
        assert!(cache.held.lock().unwrap().len() <= MOST);
    }

    #[tokio::test]
    async fn those_who_ask_while_somebody_looks_share_the_look_after_that() {
        let (cache, looks) = (Cache::<usize>::default(), AtomicUsize::new(0));
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let count = async || Ok(looks.fetch_add(1, Ordering::SeqCst));
        let slow = async {
            gone.await.unwrap();
            count().await
        };
        let get = async || cache.get(String::new(), Duration::ZERO, count()).await.ok();
        let first = cache.get(String::new(), Duration::ZERO, slow);
        // Each is begun in turn, and the first look ends last of all.
        let (first, second, third, ()) =
            tokio::join!(first, get(), get(), async { go.send(()).unwrap() });
        assert_eq!((first.ok(), second, third), (Some(0), Some(1), Some(1)));
        assert_eq!(get().await, Some(2), "whoever comes later is told what is true later");
    }
}
