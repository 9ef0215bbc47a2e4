//! `GET /schedules/{dataset}/ticks`.

use axum::Json;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::openapi::Schema;
use utoipa::{IntoParams, ToSchema};

use super::super::access::{Action, May, act};
use super::super::instant::Instant;
use super::super::naming;
use super::super::paging::Page;
use super::super::problem::{Answer, Problem};
use super::super::query::{At, Paged, one_of};
use super::schedules::scheduled;
use crate::plan::schedule::why_skipped;
use crate::store::{self, TickRow};

/// What became of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum TickState {
    /// Its partitions are asked for, or will be once what they need is there.
    Open,
    /// They are there.
    Done,
    /// One of them failed.
    Failed,
    /// It was not made.
    Skipped,
}

impl TickState {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Open, "open"),
        (Self::Done, "done"),
        (Self::Failed, "failed"),
        (Self::Skipped, "skipped"),
    ];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, held)| *held == word).map(|(state, _)| state)
    }
}

/// A tick of a schedule, or several that were skipped together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "programs read `tick_at`, as in the database")]
pub(in super::super) struct Tick {
    /// Its number.
    id: i64,
    /// The dataset.
    dataset: String,
    /// When it was due; of several, the last.
    tick_at: Instant,
    /// The same by a clock of the schedule's zone, with the first of several.
    label: String,
    /// What became of it.
    state: TickState,
    /// Why it was skipped: `paused`, `catch_up`, `bound`, `nothing_to_make` or `cancelled`.
    reason: Option<String>,
    /// What it waits for, what failed, or why it was skipped, in words.
    detail: Option<String>,
    /// Whether it was missed at first.
    late: bool,
    /// What it asked for.
    backfills: Vec<i64>,
    /// When it was recorded.
    recorded_at: Instant,
    /// When it was over.
    settled_at: Option<Instant>,
    /// How many it stands for.
    ticks: i64,
}

impl Tick {
    pub(in super::super) fn of<A: Action>(may: &May<A>, dataset: &str, row: TickRow) -> Self {
        let detail = match &row.reason {
            Some(reason) => Some(why_skipped(reason, row.detail.as_deref())),
            None => row.detail,
        };
        Self {
            id: row.id,
            dataset: dataset.to_owned(),
            tick_at: row.tick_at.into(),
            label: match row.ticks {
                1 => row.local_label,
                _ => format!("{} .. {}", row.first_label, row.local_label),
            },
            state: TickState::of(&row.state).unwrap_or(TickState::Open),
            reason: row.reason,
            detail: detail.map(|text| naming::conceal(may, text)),
            late: row.is_late,
            backfills: row.backfill_ids,
            recorded_at: row.recorded_at.into(),
            settled_at: row.settled_at.map(Instant::from),
            ticks: row.ticks,
        }
    }
}

/// Which ticks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TickFilter {
    /// In this state.
    #[param(schema_with = states)]
    state: Option<String>,
}

fn states() -> Schema {
    one_of(TickState::ALL.map(|(_, word)| word))
}

/// The ticks of a schedule, the latest first.
#[utoipa::path(
    get,
    path = "/schedules/{dataset}/ticks",
    tag = "schedules",
    params(
        ("dataset" = String, Path, description = "The dataset that is made on schedule."),
        TickFilter,
        super::super::paging::Paging,
    ),
    responses(
        (status = OK, body = Page<Tick>),
        (status = UNAUTHORIZED, body = Problem),
        (status = FORBIDDEN, body = Problem),
        (status = NOT_FOUND, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = SERVICE_UNAVAILABLE, body = Problem),
    )
)]
pub(super) async fn ticks(
    may: May<act::ReadSchedules>,
    At(name): At<String>,
    Paged(filter, paging): Paged<TickFilter>,
) -> Answer<Json<Page<Tick>>> {
    let dataset = scheduled(&may, &name)?;
    let limit = paging.limit()?;
    let before = paging.after::<i64>()?.map(Timestamp::from_microsecond).transpose();
    let before = before.map_err(|_| Problem::invalid("`cursor` is not from this list"))?;
    if let Some(word) = &filter.state
        && TickState::of(word).is_none()
    {
        let words = TickState::ALL.map(|(_, word)| word).join(", ");
        return Err(Problem::invalid(format!("`{word}` is no state of a tick")).hint(words));
    }
    let number = may.mill().registry.datasets[dataset];
    let mut db = may.db().await?;
    let Some(schedule) = store::schedules(&mut db, &[number], None).await?.pop() else {
        // No scheduler has seen it yet.
        return Ok(Json(Page::whole(Vec::new())));
    };
    let state = filter.state.as_deref();
    let rows = store::tick_page(&mut db, schedule.id, state, before, limit + 1).await?;
    drop(db);
    let page = Page::cut(rows, limit, |row| row.tick_at.to_jiff().as_microsecond());
    let items = page.items.into_iter().map(|row| Tick::of(&may, &name, row)).collect();
    Ok(Json(Page { items, next: page.next }))
}
