//! Page views of a site, from one file that holds all of them.

mod readers;
mod sessions;
mod urls;
mod views;

use tidemill::prelude::*;

use crate::landing::Days;

/// Who answers for these datasets.
const OWNER: &str = "web-analytics@example.com";

/// Declares everything made from the page views.
pub(crate) fn declare(project: &mut Project, days: Days) {
    let day = days.partitions();
    let file = views::file(project);
    let views = views::views(project, &file, &day);
    views::dau(project, &views, &day);

    let whole = sessions::sessions(project, &file);
    sessions::daily(project, &whole, &day);

    let readers = readers::readers(project, &views, &day);
    readers::retention(project, &readers, &views, &day);
    urls::top(project, &file);
}

#[cfg(test)]
mod tests;
