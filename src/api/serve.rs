//! The server.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use super::access::Shared;
use super::live::{self, Live};
use super::options::ServeOptions;
use super::problem::Problem;
use super::{guard, request, router};
use crate::engine::Mill;

/// Answers requests until `stop` fires, then finishes those in hand.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    mill: Arc<Mill>,
    listener: TcpListener,
    options: ServeOptions,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let observed = Arc::clone(&mill);
    let shared = Arc::new(Shared::new(mill, listener.local_addr()?, options, stop.clone()));
    let observing = tokio::spawn(live::observe(observed, Arc::clone(shared.live())));
    let service = service(shared).into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move { stop.cancelled().await };
    axum::serve(listener, service).with_graceful_shutdown(stopped).await?;
    observing.await?;
    Ok(())
}

fn service(shared: Arc<Shared>) -> Router {
    let (routes, _document) = router::build();
    Router::new()
        .route("/healthz", get(health))
        .merge(routes)
        .fallback(|| async { Problem::not_found("there is nothing at this address") })
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::guard))
        .layer(middleware::from_fn(request::number))
        .with_state(shared)
}

/// Whether this process can do its work, for whoever keeps it running.
async fn health(State(shared): State<Arc<Shared>>) -> Response {
    match shared.is_well().await {
        true => "ok\n".into_response(),
        false => {
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}
