//! What is promised, how each promise stands, and what others were told.

mod board;
mod deliveries;
mod shown;
mod view;
mod windows;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub use board::{SlaBoard, SlaStanding, board};
pub(super) use shown::{ShownPromises, deadlines, windows_of};
pub use view::{Sees, SlaRule, SlaState, SlaWindow, window_of_row};

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(board::slas))
        .routes(routes!(deliveries::deliveries))
        .routes(routes!(windows::windows))
}
