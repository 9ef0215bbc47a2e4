//! Shapes of other resources that datasets show too.

use serde::Serialize;
use utoipa::ToSchema;

macro_rules! shapes {
    ($($name:ident)+) => {
        $(
            /// Of another resource.
            #[derive(Clone, Debug, Serialize, ToSchema)]
            pub(in super::super) struct $name {}
        )+
    };
}

shapes! { RunRow Schedule SlaRule SlaWindow Backfill }

/// How a promise stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum SlaState {
    /// Kept.
    Met,
}
