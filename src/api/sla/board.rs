//! `GET /slas`.

use std::collections::BTreeMap;

use axum::Json;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::super::access::{May, act};
use super::super::instant::Instant;
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::view::{Sees, SlaRule, SlaState, SlaWindow, window_of_row};
use crate::engine::{Mill, Promised, Promises};
use crate::plan::sla::{self, Month, Rule};
use crate::store::{self, SlaWindowRow};

/// How many windows of each promise are shown.
const RECENT: i64 = 30;
/// How many months are, that of now included.
const MONTHS: i64 = 6;

/// How every promise stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaBoard {
    /// When.
    pub as_of: Instant,
    /// The zone that most promises are read in.
    pub zone: String,
    /// Each promise, the worst first.
    pub rules: Vec<SlaStanding>,
}

/// How a promise stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaStanding {
    /// The promise.
    pub rule: SlaRule,
    /// How it stands, in one word.
    pub state: SlaState,
    /// The window that this is said of.
    pub current: Option<SlaWindow>,
    /// The newest that were due, newest first.
    pub recent: Vec<SlaWindow>,
    /// How well it was kept, oldest month first.
    pub months: Vec<SlaMonth>,
}

/// How well a promise was kept in a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaMonth {
    /// The month, such as `2024-03`.
    pub month: String,
    /// Windows that were met.
    pub met: u64,
    /// Windows that were missed.
    pub missed: u64,
    /// The share that was met; none where none was due.
    pub attainment: Option<f64>,
    /// How many more may be missed with the objective kept; below zero when it is not.
    pub budget_left: Option<f64>,
}

/// How every promise stands, with its newest windows and months.
#[utoipa::path(
    get,
    path = "/slas",
    tag = "slas",
    responses(
        (status = OK, body = SlaBoard),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn slas(may: May<act::ReadSlas>) -> Answer<Json<SlaBoard>> {
    let picture = may.picture().await?;
    let promises = may.promises(&picture).await?;
    let mut db = may.db().await?;
    let sees = |dataset| may.sees(dataset);
    let known = (&*picture, &*promises);
    Ok(Json(board(may.mill(), &mut db, known, &sees, crate::clock::now()).await?))
}

/// How every promise stands that somebody may know of.
///
/// # Errors
///
/// When the database fails.
pub async fn board(
    mill: &Mill,
    db: &mut PgConnection,
    (picture, promises): (&Picture, &Promises),
    sees: Sees<'_>,
    now: Timestamp,
) -> store::Result<SlaBoard> {
    let seen: Vec<&Promised> =
        promises.all.iter().filter(|promised| sees(promised.dataset)).collect();
    let numbers: Vec<i32> = seen.iter().map(|promised| promised.rule).collect();
    let mut recent: BTreeMap<i32, Vec<SlaWindowRow>> = BTreeMap::new();
    for row in store::recent_sla_windows(db, &numbers, RECENT).await? {
        recent.entry(row.rule_id).or_default().push(row);
    }
    let mut months: BTreeMap<i32, Vec<Month>> = BTreeMap::new();
    // A zone may be a day ahead, so that one month more is asked for than is shown.
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
    for (rule, month) in store::sla_months(db, &numbers, today.saturating_sub(7.months())).await? {
        months.entry(rule).or_default().push(month);
    }
    let mut rules = Vec::new();
    let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
    for promised in seen {
        let spec = mill.catalog.dataset(promised.dataset);
        let Some(rule) = Rule::of(spec) else { continue };
        *zones.entry(rule.zone_name()).or_default() += 1;
        let known = (&picture.slices, sees);
        let rows = recent.remove(&promised.rule).unwrap_or_default();
        let window = |row| window_of_row(mill, (spec, &rule), row, known, now);
        let slices = picture.slices_of(promised.dataset).len() as u64;
        let counted = months.remove(&promised.rule).unwrap_or_default();
        rules.push(SlaStanding {
            rule: SlaRule::new(spec, &rule),
            state: promised.state().into(),
            current: SlaWindow::current(mill, promised, sees, now),
            recent: rows.iter().map(window).collect(),
            months: shown_months(&rule, &counted, (promised.since, now), slices),
        });
    }
    let worst = |standing: &SlaStanding| match standing.state {
        SlaState::Late => 0,
        SlaState::Missed => 1,
        SlaState::OnTrack => 2,
        SlaState::Met => 3,
    };
    rules.sort_by_key(worst);
    let zone = zones.into_iter().rev().max_by_key(|(_, promises)| *promises);
    let zone = zone.map_or("UTC", |(zone, _)| zone).to_owned();
    Ok(SlaBoard { as_of: now.into(), zone, rules })
}

/// The months up to now, those without a window too, from the first that has one.
fn shown_months(
    rule: &Rule<'_>,
    counted: &[Month],
    (since, now): (Timestamp, Timestamp),
    slices: u64,
) -> Vec<SlaMonth> {
    let today = rule.month_of(now);
    let oldest = today.saturating_sub((MONTHS - 1).months());
    let first = counted.iter().map(|month| month.month).find(|month| oldest <= *month);
    let mut month = first.unwrap_or(today).min(today);
    let mut shown = Vec::new();
    while month <= today {
        let held = counted.iter().find(|held| held.month == month).copied();
        let held = held.unwrap_or(Month { month, met: 0, missed: 0 });
        shown.push(shown_month(rule, &held, since, slices));
        month = month.saturating_add(1.month());
    }
    shown
}

fn shown_month(rule: &Rule<'_>, held: &Month, since: Timestamp, slices: u64) -> SlaMonth {
    let expected = rule.windows_in(held.month, since).saturating_mul(slices);
    let month: Date = held.month;
    SlaMonth {
        month: month.strftime("%Y-%m").to_string(),
        met: held.met,
        missed: held.missed,
        attainment: sla::attainment(held),
        budget_left: Some(sla::budget_left(held, rule.objective(), expected)),
    }
}
