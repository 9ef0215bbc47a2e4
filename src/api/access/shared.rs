//! What all requests share, and nobody reaches without a principal.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::request::Parts;
use tokio::sync::Mutex;

use super::super::catalog::HealthCache;
use super::super::metrics::Scrape;
use super::super::picture::Pictures;
use super::super::problem::{Answer, Problem};
use super::Principal;
use crate::engine::Mill;

/// What all requests share. Its fields are for this folder: a handler gets at them by [`super::May`].
#[derive(Debug)]
pub(in super::super) struct Shared {
    pub(super) mill: Arc<Mill>,
    pub(super) pictures: Arc<Pictures>,
    pub(super) health: HealthCache,
    pub(super) scrape: Mutex<Scrape>,
    listen: SocketAddr,
}

impl Shared {
    pub(in super::super) fn new(mill: Arc<Mill>, listen: SocketAddr) -> Self {
        Self {
            mill,
            pictures: Arc::default(),
            health: HealthCache::default(),
            scrape: Mutex::default(),
            listen,
        }
    }

    /// Where this server listens.
    pub(in super::super) const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Whether the database answers: all that somebody without a name may ask.
    pub(in super::super) async fn is_well(&self) -> bool {
        self.mill.pool.acquire().await.is_ok()
    }

    /// Finds out who asks.
    ///
    /// # Errors
    ///
    /// When nothing says who it is, or what does is not valid.
    pub(super) async fn identify(&self, _parts: &Parts) -> Answer<Principal> {
        Err(Problem::unauthenticated("sign in first"))
    }
}
