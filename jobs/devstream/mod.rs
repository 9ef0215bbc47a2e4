//! What people do with four products, from events that arrive late, twice and out of order.

mod activity;
mod arrival;
mod churn;
mod events;
mod funnel;
mod pages;
mod retention;
mod sessions;

use tidemill::prelude::*;

use crate::landing::Days;

/// Who answers for these datasets.
const OWNER: &str = "product-analytics@example.com";

/// Declares everything made from the product events.
pub(crate) fn declare(project: &mut Project, days: Days) {
    let day = days.partitions();
    let arrivals = events::arrivals(project, &day);
    let rows = events::rows(project, &arrivals, &day);
    let events = events::events(project, &arrivals, &day);
    events::dedup(project, &rows, &events, &day);

    activity::dau(project, &rows, &day);
    activity::dau_product(project, &rows, &day);
    activity::dau_new_york(project, &rows, &day);
    activity::active(project, &rows, &day);

    arrival::lag(project, &rows, &day);
    arrival::quality(project, &arrivals, &day);

    let state = sessions::state(project, &rows, &day);
    sessions::daily(project, &state, &day);

    let user_months = retention::user_months(project, &rows, &day);
    let users = retention::users(project, &user_months, &day);
    retention::retention(project, &users, &user_months, &day);
    churn::churn(project, &user_months, days);

    let steps = funnel::steps(project, &rows, &day);
    funnel::product(project, &steps);
    pages::top_yearly(project, &rows, &day);
}

#[cfg(test)]
mod tests;
