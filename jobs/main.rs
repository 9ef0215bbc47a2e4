//! The example project: events of four products, orders of a shop, page views of a site.
//!
//! It uses only what any project may use, and it is the binary `tidemill`.

mod clicks;
mod devstream;
mod feed;
mod landing;
mod measure;
mod retail;
mod sessions;

use std::process::ExitCode;

use tidemill::prelude::*;

use feed::{Feed, Landed};
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
    tidemill::main(|project: &mut Project| {
        land_generated_files(project);
        declare(project);
    })
}

/// Where the real data is not there, a seeded feed lands files each time sources are looked at.
fn land_generated_files(project: &mut Project) {
    if project.setting("data").is_some() {
        return;
    }
    let root = format!("{}/landing", project.setting("home").unwrap_or(".tidemill"));
    let opened = Feed::open(root, 7, tidemill::clock::now());
    project.before_observing(move |now| match &opened {
        Ok(feed) => {
            let landed = feed.land_until(now)?;
            if landed != Landed::default() {
                tracing::info!(until = %feed.next_due(now), "landed {landed} from {}", feed.start());
            }
            Ok(())
        }
        Err(error) => Err(JobError::new(format!("the generated feed cannot be opened: {error}"))),
    });
}

#[cfg(test)]
mod tests;
