//! The example project: events of four products, orders of a shop, page views of a site.
//!
//! It uses only what any project may use, and it is the binary `tidemill`.

mod clicks;
mod devstream;
mod landing;
mod measure;
mod retail;
mod sessions;

use std::process::ExitCode;

use tidemill::prelude::*;

use landing::Landing;

/// Declares every source and job of the project.
pub(crate) fn declare(project: &mut Project) {
    let landing = Landing::of(project);
    project.landing(landing.root());
    devstream::declare(project, landing.devstream());
    retail::declare(project, landing.retail());
    clicks::declare(project, landing.clicks());
}

fn main() -> ExitCode {
    let mut project = Project::new();
    declare(&mut project);
    match project.catalog() {
        Ok(_) => ExitCode::SUCCESS,
        Err(faults) => {
            for fault in faults {
                eprintln!("{fault}");
            }
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests;
