//! `/permissions`: which role an action takes.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{May, PERMISSIONS, act};
use super::super::problem::{Answer, Problem};
use super::dto::RoleName;

/// An action, and the least role that may.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Permission {
    /// Its name, as in tokens and in the audit log.
    action: &'static str,
    /// The least role that may.
    role: RoleName,
    /// What it is to do.
    about: &'static str,
}

/// Every action with the least role that may.
#[utoipa::path(
    get,
    path = "/permissions",
    tag = "access",
    responses((status = OK, body = Vec<Permission>), (status = UNAUTHORIZED, body = Problem))
)]
pub(super) async fn list(_: May<act::OwnAccount>) -> Answer<Json<Vec<Permission>>> {
    let line = |it: &super::super::access::Permission| Permission {
        action: it.name,
        role: it.role.into(),
        about: it.about,
    };
    Ok(Json(PERMISSIONS.iter().map(line).collect()))
}
