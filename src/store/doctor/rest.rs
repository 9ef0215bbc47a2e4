//! What is left when nothing is under way: nothing.

use sqlx::PgConnection;

use super::super::Result;
use crate::plan::Finding;

const ADVICE: &str = "let a worker finish what was begun";

/// Everything that is still under way.
///
/// # Errors
///
/// When a statement fails.
pub async fn unrest(db: &mut PgConnection) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    rule!(
        db,
        found,
        "rest",
        "a live run is left",
        ADVICE,
        r#"select format('run %s is %s', id, state) as "example!"
         from tidemill.run
         order by id
         limit 20"#
    );
    rule!(
        db,
        found,
        "rest",
        "an attempt is open",
        ADVICE,
        r#"select format('attempt %s of run %s', number, run_id) as "example!"
         from tidemill.attempt
         where state = 'running'
         order by run_id
         limit 20"#
    );
    rule!(
        db,
        found,
        "rest",
        "an edge between runs is left",
        ADVICE,
        r#"select format('run %s before run %s', upstream_id, downstream_id) as "example!"
         from tidemill.run_edge
         order by downstream_id
         limit 20"#
    );
    Ok(found)
}
