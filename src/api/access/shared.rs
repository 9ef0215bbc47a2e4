//! What all requests share, and nobody reaches without a principal.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::super::cache::Caches;
use super::super::catalog::HealthCache;
use super::super::live::Live;
use super::super::metrics::Scrape;
use super::super::oidc::Provider;
use super::super::options::ServeOptions;
use super::super::overview::OverviewFacts;
use super::super::picture::Pictures;
use super::super::sla::ShownPromises;
use super::Contact;
use super::known::Known;
use super::refuse::Refusals;
use crate::engine::Mill;

/// What all requests share. Its fields are for this folder: a handler gets at them by [`super::May`].
#[derive(Debug)]
pub(in super::super) struct Shared {
    pub(super) mill: Arc<Mill>,
    pub(super) pictures: Arc<Pictures>,
    pub(super) health: HealthCache,
    pub(super) overview: Arc<OverviewFacts>,
    pub(super) promises: ShownPromises,
    pub(super) scrape: Mutex<Scrape>,
    pub(super) caches: Caches,
    pub(super) known: Known,
    pub(super) refusals: Refusals,
    provider: Option<Provider>,
    live: Arc<Live>,
    options: ServeOptions,
    listen: SocketAddr,
    stop: CancellationToken,
}

impl Shared {
    /// # Errors
    ///
    /// When this machine cannot speak TLS, and people sign in elsewhere.
    pub(in super::super) fn new(
        mill: Arc<Mill>,
        listen: SocketAddr,
        options: ServeOptions,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            mill,
            pictures: Arc::default(),
            health: HealthCache::default(),
            overview: Arc::default(),
            promises: ShownPromises::default(),
            scrape: Mutex::default(),
            caches: Caches::default(),
            known: Known::default(),
            refusals: Refusals::default(),
            provider: options.oidc.clone().map(Provider::new).transpose()?,
            live: Arc::new(Live::new(stop.clone())),
            options,
            listen,
            stop,
        })
    }

    /// Where this server listens.
    pub(in super::super) const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// The pictures that requests share.
    pub(in super::super) const fn pictures(&self) -> &Arc<Pictures> {
        &self.pictures
    }

    /// What all streams share.
    pub(in super::super) const fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Fires when the server ends: answers that go on until somebody hangs up end then.
    pub(in super::super) const fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// How it is reached, and by whom.
    pub(in super::super) const fn options(&self) -> &ServeOptions {
        &self.options
    }

    /// Where else people sign in.
    pub(in super::super) const fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// Whether the database answers: all that somebody without a name may ask.
    pub(in super::super) async fn is_well(&self) -> bool {
        self.mill.pool.acquire().await.is_ok()
    }

    /// Where a request came from and how.
    pub(in super::super) fn contact(&self, parts: &Parts) -> Contact {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0);
        Contact::of(&parts.headers, peer, &self.options)
    }

    /// Forgets who was asked about a moment ago: somebody was revoked, or may do less. To be called
    /// after the commit.
    pub(in super::super) fn forget_known(&self) {
        self.known.forget();
    }
}
