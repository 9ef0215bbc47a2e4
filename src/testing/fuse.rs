//! Whether partitions made together are what they are alone.

use polars::prelude::{DataFrame, PolarsResult};

use super::TestProject;
use crate::lake::write::content_of;

/// A partition, and what it reads: frames by dataset.
pub type Reading<'a> = (&'a str, &'a [(&'a str, DataFrame)]);

/// Asserts that neighbouring partitions of a job are the same when one query makes them as when
/// each is made alone. `partitions` are in the order of time; of what two of them read, the rows
/// are given to one only.
///
/// # Panics
///
/// When a partition differs, or the job fails.
///
/// ```
/// use tidemill::prelude::*;
/// use tidemill::testing::{TestProject, assert_fusable};
///
/// let project = TestProject::new(|project| {
///     let day = TimePartitions::daily("2024-01-01");
///     let visits = project.source(
///         Source::files("visits", "{day}.csv")
///             .partitions(&day)
///             .contract(Contract::new([("day", Type::Date), ("user", Type::String)])),
///     );
///     project.job(
///         Transform::new("daily")
///             .reads(&visits, Mapping::Same)
///             .partitions(&day)
///             .contract(Contract::new([("day", Type::Date), ("users", Type::UInt32)]))
///             .fuse(Fuse::by("day"))
///             .run(|_, [visits]| {
///                 let users = col("user").n_unique().alias("users");
///                 Ok(visits.group_by([col("day")]).agg([users]))
///             }),
///     );
/// });
/// let monday = [("visits", df!("day" => ["2024-01-01", "2024-01-01"], "user" => ["a", "b"])?)];
/// let tuesday = [("visits", df!("day" => ["2024-01-02"], "user" => ["a"])?)];
/// assert_fusable(&project, "daily", &[("2024-01-01", &monday), ("2024-01-02", &tuesday)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[track_caller]
pub fn assert_fusable(project: &TestProject, job: &str, partitions: &[Reading<'_>]) {
    let (Some((first, _)), Some((last, _))) = (partitions.first(), partitions.last()) else {
        panic!("there is no partition to make");
    };
    let mut together = project.job(job).partition(first);
    for (dataset, rows) in all(partitions).unwrap_or_else(|error| panic!("{error}")) {
        together = together.given(dataset, rows);
    }
    let together = together.run_up_to(last).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(together.len(), partitions.len(), "`partitions` are not neighbours in order");
    for ((label, given), together) in partitions.iter().zip(together) {
        let mut alone = project.job(job).partition(label);
        for (dataset, rows) in *given {
            alone = alone.given(dataset, rows.clone());
        }
        let alone = alone.run().unwrap_or_else(|error| panic!("{label}: {error}"));
        let same = content_of(&alone).ok() == content_of(&together).ok();
        assert!(same, "{label} of `{job}` is {alone} alone, and {together} with its neighbours");
    }
}

/// What all of them read, by dataset.
fn all<'a>(partitions: &[Reading<'a>]) -> PolarsResult<Vec<(&'a str, DataFrame)>> {
    let mut all: Vec<(&str, DataFrame)> = Vec::new();
    for (dataset, rows) in partitions.iter().flat_map(|(_, given)| given.iter()) {
        match all.iter_mut().find(|(held, _)| held == dataset) {
            Some((_, held)) => {
                held.vstack_mut(rows)?;
            }
            None => all.push((dataset, rows.clone())),
        }
    }
    Ok(all)
}
