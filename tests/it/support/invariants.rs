//! What must hold whenever no worker works, whatever happened before.

use tidemill::engine::{self, Mill};

/// Checks what must hold whenever no worker works: the doctor finds nothing.
pub(crate) async fn check_invariants(mill: &Mill) {
    let mut found = engine::examine_at_rest(mill).await.unwrap();
    // At rest nobody records ticks or promises, and tests of these have a time of their own.
    found.retain(|finding| !["schedules", "promises"].contains(&finding.rule));
    assert!(found.is_empty(), "{found:#?}");
}
