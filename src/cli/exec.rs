//! `tidemill exec`: what a worker starts to run jobs in; not for people.

use std::process::ExitCode;

use super::session::{Declare, load};
use crate::config::Config;
use crate::engine::{self, Workshop};

/// Makes partitions for the worker that started this process and listens under `name`.
pub(super) fn exec(declare: &Declare, config: &Config, name: &str) -> ExitCode {
    engine::serve(name, || {
        if let Some(text) = &config.failpoint {
            crate::failpoint::arm(text)?;
        }
        let loaded = load(declare, config).map_err(|declared| declared.to_string())?;
        let (project, catalog, verified) = (loaded.project, loaded.catalog, loaded.verified);
        let opened =
            Workshop::open(project, catalog, verified, &config.lake, &config.store_options);
        opened.map_err(|error| error.to_string())
    })
}
