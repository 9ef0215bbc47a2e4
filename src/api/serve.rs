//! The server: four read-only addresses.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::SignedDuration;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::metrics::{self, Scrape};
use super::{StatusView, guard, page, view};
use crate::spec::Catalog;
use crate::store::{self, Registry};

/// What the server shows.
pub trait World: Send + Sync + 'static {
    /// Everything declared.
    fn catalog(&self) -> &Catalog;
    /// The numbers under which the database knows it.
    fn registry(&self) -> &Registry;
    /// The database.
    fn pool(&self) -> &PgPool;
}

/// What every request may see.
pub(super) struct Shared {
    pub(super) world: Arc<dyn World>,
    pub(super) listen: SocketAddr,
    /// The latest picture. Whoever takes a new one holds the lock, so that many requests cost the
    /// database no more than one.
    latest: Mutex<Option<StatusView>>,
    /// What the metrics say of the database, and since when.
    pub(super) scrape: Mutex<Scrape>,
}

/// For how long a picture is shown again.
const KEEP: SignedDuration = SignedDuration::from_secs(1);

/// Answers requests until `stop` fires, then finishes those in hand.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    world: Arc<dyn World>,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let listen = listener.local_addr()?;
    let (latest, scrape) = (Mutex::default(), Mutex::default());
    let shared = Arc::new(Shared { world, listen, latest, scrape });
    let stopped = async move { stop.cancelled().await };
    axum::serve(listener, router(shared)).with_graceful_shutdown(stopped).await?;
    Ok(())
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics::metrics))
        .route("/api/v1/status", get(status))
        .fallback(|| async { (StatusCode::NOT_FOUND, "there is nothing here\n") })
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::guard))
        .with_state(shared)
}

async fn index(State(shared): State<Arc<Shared>>) -> Result<Html<String>, Failed> {
    Ok(Html(page::render(&look(&shared).await?)))
}

async fn status(State(shared): State<Arc<Shared>>) -> Result<Json<StatusView>, Failed> {
    Ok(Json(look(&shared).await?))
}

async fn health(State(shared): State<Arc<Shared>>) -> Result<&'static str, Failed> {
    shared.world.pool().acquire().await.map_err(store::Error::from)?;
    Ok("ok\n")
}

async fn look(shared: &Shared) -> Result<StatusView, Failed> {
    let mut latest = shared.latest.lock().await;
    let (world, now) = (&shared.world, crate::clock::now());
    if let Some(view) = latest.as_ref().filter(|view| now.duration_since(view.at) < KEEP) {
        return Ok(view.clone());
    }
    let view = view::status(world.pool(), world.catalog(), world.registry(), now).await?;
    *latest = Some(view.clone());
    Ok(view)
}

/// A request that the database failed.
struct Failed(store::Error);

impl From<store::Error> for Failed {
    fn from(error: store::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        // Logged here, once: this is where the error is handled.
        tracing::error!(error = %self.0, "a request failed");
        let body = serde_json::json!({
            "error": { "code": "TM0302", "message": "the database does not answer" }
        });
        (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
    }
}
