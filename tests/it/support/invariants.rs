//! What must hold whenever no worker works, whatever happened before.

use tidemill::engine::{self, Mill};

/// Checks what must hold whenever no worker works: the doctor finds nothing.
pub(crate) async fn check_invariants(mill: &Mill) {
    let found = engine::examine_at_rest(mill).await.unwrap();
    assert!(found.is_empty(), "{found:#?}");
}
