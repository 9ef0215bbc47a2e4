//! What a process counts, for Prometheus, where the process serves no pages.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::telemetry::metrics;

/// Listens at an address for who collects what a worker or a scheduler counts: claims, commits,
/// those that were fenced off, how far its loops lag. How the queue and the database stand, the
/// server says.
///
/// Nobody is asked who they are: there are numbers here and no names, and only who is given this
/// address can ask.
///
/// # Errors
///
/// When the address is taken, or is none.
pub(super) async fn listen(address: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("could not listen on {address} for /metrics; `TIDEMILL_METRICS` says where")
    })
}

/// Answers until `stop` fires.
///
/// # Errors
///
/// When the listener fails.
pub(super) async fn serve(listener: TcpListener, stop: CancellationToken) -> Result<()> {
    let router =
        Router::new().route("/metrics", get(counts)).route("/healthz", get(|| async { "ok" }));
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await?;
    Ok(())
}

async fn counts() -> ([(header::HeaderName, &'static str); 1], String) {
    let text = metrics::handle()
        .map(metrics_exporter_prometheus::PrometheusHandle::render)
        .unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}
