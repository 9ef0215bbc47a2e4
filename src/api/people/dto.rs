//! What several of these addresses say.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::Principal;
use crate::model::{Role, Scope};

/// What somebody may do, each role all that those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Role)]
pub(in super::super) enum RoleName {
    Viewer,
    Operator,
    Editor,
    Admin,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Operator => Self::Operator,
            Role::Editor => Self::Editor,
            Role::Admin => Self::Admin,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Viewer => Self::Viewer,
            RoleName::Operator => Self::Operator,
            RoleName::Editor => Self::Editor,
            RoleName::Admin => Self::Admin,
        }
    }
}

/// Which datasets somebody may know of: all, or those whose name begins with one of the prefixes or
/// that bear one of the tags.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Scope)]
pub(in super::super) struct ScopeBody {
    /// All of them, whatever else is said.
    all: bool,
    /// Beginnings of names.
    #[schema(max_items = 100)]
    prefixes: BTreeSet<String>,
    /// Tags.
    #[schema(max_items = 100)]
    tags: BTreeSet<String>,
}

impl From<Scope> for ScopeBody {
    fn from(scope: Scope) -> Self {
        Self { all: scope.all, prefixes: scope.prefixes, tags: scope.tags }
    }
}

impl From<ScopeBody> for Scope {
    fn from(scope: ScopeBody) -> Self {
        Self { all: scope.all, prefixes: scope.prefixes, tags: scope.tags }
    }
}

/// Somebody, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct UserBrief {
    /// Their number.
    pub(super) id: i64,
    /// What they type to sign in.
    pub(super) login: String,
    /// What they are called.
    pub(super) name: String,
}

impl From<&Principal> for UserBrief {
    fn from(principal: &Principal) -> Self {
        Self {
            id: principal.user(),
            login: principal.login.clone(),
            name: principal.full_name.clone(),
        }
    }
}
