//! One stream of hints that something changed: whoever listens asks for what they show.

mod board;
mod observer;
mod stream;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;
use super::problem::{Answer, Problem};
use board::Board;
pub(super) use observer::observe;

/// How many streams there are at once, and how many of one principal.
const STREAMS_MAX: usize = 200;
const OF_ONE_MAX: usize = 10;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(stream::live))
}

/// What all streams of this process share.
#[derive(Debug)]
pub(super) struct Live {
    board: Board,
    /// How many streams each principal has.
    open: Mutex<BTreeMap<String, usize>>,
    /// How many there are in all; whoever looks at the database looks while there are any.
    listeners: watch::Sender<usize>,
    /// How often the database was looked at.
    looks: watch::Sender<u64>,
    /// Ends every stream.
    stop: CancellationToken,
}

impl Live {
    pub(super) fn new(stop: CancellationToken) -> Self {
        let mut bytes = [0; 6];
        // Without chance the ids of two processes look alike, and somebody misses a hint.
        let _ = getrandom::fill(&mut bytes);
        Self {
            board: Board::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
            open: Mutex::default(),
            listeners: watch::Sender::new(0),
            looks: watch::Sender::new(0),
            stop,
        }
    }

    /// A place for one more stream.
    fn enter(self: &Arc<Self>, principal: String) -> Answer<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(&principal).copied().unwrap_or_default();
        if STREAMS_MAX <= all || OF_ONE_MAX <= own {
            let message = match OF_ONE_MAX <= own {
                true => format!("you listen {own} times at once already"),
                false => format!("{all} listen at once already"),
            };
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "TM0607", message)
                .hint("close other pages, or ask every few seconds instead")
                .retry_after(30));
        }
        open.insert(principal.clone(), own + 1);
        drop(open);
        self.listeners.send_modify(|count| *count += 1);
        Ok(Place { live: Arc::clone(self), principal })
    }
}

/// A stream's place, given back when the stream ends.
#[derive(Debug)]
struct Place {
    live: Arc<Live>,
    principal: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.live.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.principal);
            }
        }
        drop(open);
        self.live.listeners.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_listens_too_often_and_a_place_is_given_back() {
        let live = Arc::new(Live::new(CancellationToken::new()));
        let mut places: Vec<Place> =
            (0..OF_ONE_MAX).map(|_| live.enter("ana".to_owned()).unwrap()).collect();
        assert!(live.enter("ana".to_owned()).is_err());
        places.pop();
        places.push(live.enter("ana".to_owned()).unwrap());
        while places.len() < STREAMS_MAX {
            places.push(live.enter(format!("user {}", places.len() / 5)).unwrap());
        }
        assert!(live.enter("ben".to_owned()).is_err());
        assert_eq!(*live.listeners.borrow(), STREAMS_MAX);
        places.clear();
        assert_eq!((*live.listeners.borrow(), live.open.lock().unwrap().len()), (0, 0));
    }
}
