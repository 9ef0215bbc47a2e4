//! Who may what: signing in and out, people, tokens, and what was done.

mod audit;
mod dto;
mod oidc;
mod permissions;
mod session;
mod sessions;
mod setup;
mod sign_in;
mod tokens;
mod users;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::access::Shared;

pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(session::current, session::begin, session::end))
        .routes(routes!(session::methods))
        .routes(routes!(setup::first))
        .routes(routes!(setup::link))
        .routes(routes!(oidc::start))
        .routes(routes!(oidc::callback))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::change))
        .routes(routes!(users::password))
        .routes(routes!(sessions::own))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::of_user))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(audit::list))
        .routes(routes!(audit::one))
        .routes(routes!(permissions::list))
}
