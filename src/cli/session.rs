//! The project, its database and its places, opened for one command.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::fault::{Declared, Fault};
use crate::cluster::{self, Database};
use crate::config::Config;
use crate::engine::{CrewOptions, Mill, Mode, WorkOptions};
use crate::job::{Project, Verified, verify};
use crate::model::{PartitionKey, PartitionSet, Ranges, Slice, TimeAxis};
use crate::plan::Resources;
use crate::spec::{Catalog, DatasetSpec};
use crate::store;
use crate::telemetry::traces;

/// How long connections may take to be closed.
const GOODBYE_MAX: Duration = Duration::from_secs(5);

/// What a project declares.
pub(super) type Declare = dyn Fn(&mut Project);

/// A project that passed its check.
pub(super) struct Loaded {
    pub(super) project: Project,
    pub(super) catalog: Catalog,
    pub(super) verified: Verified,
}

/// Declares and checks a project.
///
/// # Errors
///
/// Every fault of every declaration and plan.
pub(super) fn load(declare: &Declare, config: &Config) -> Result<Loaded, Declared> {
    let mut project = Project::with_settings(config.settings.clone());
    declare(&mut project);
    let catalog = project.catalog().map_err(|faults| Declared { faults, warnings: Vec::new() })?;
    let mut verified = verify(&project, &catalog);
    if verified.faults.is_empty() {
        return Ok(Loaded { project, catalog, verified });
    }
    let faults = std::mem::take(&mut verified.faults);
    Err(Declared { faults, warnings: verified.warnings })
}

/// Everything a command works on.
pub(super) struct Session {
    pub(super) mill: Arc<Mill>,
    pub(super) config: Config,
    database: Database,
}

impl Session {
    /// Checks the project, finds or starts the database, and opens the lake.
    ///
    /// # Errors
    ///
    /// When any of these fails.
    pub(super) async fn open(declare: &Declare, config: &Config) -> Result<Self> {
        if let Some(fault) = config.faults.first() {
            return Err(Fault::new("TM0703", fault).hint("change it, or leave it unset").into());
        }
        let loaded = load(declare, config)?;
        let options = cluster::Options {
            database_url: config.database_url.clone(),
            state_dir: config.home.clone(),
            bin_dir: config.pg_bin.clone(),
        };
        let database = cluster::open(&options).await.map_err(|error| Fault::from(&error))?;
        tracing::info!("{}", database.describe());
        let pool = store::open(database.options.clone()).await?;
        if traces::is_on() {
            let mut db = pool.acquire().await?;
            traces::set_realm(&store::installation(&mut db).await?);
        }
        let mill = Mill::open(
            loaded.project,
            loaded.catalog,
            loaded.verified,
            pool,
            &config.lake,
            &config.store_options,
        )
        .await?;
        Ok(Self { mill: Arc::new(mill), config: config.clone(), database })
    }

    /// How a worker of this process works: each attempt in a process of its own.
    pub(super) fn work_options(&self) -> WorkOptions {
        let Config { slots, lease, memory, cgroup, for_jobs, .. } = &self.config;
        let crew = CrewOptions {
            slots: *slots,
            mode: Mode::Processes,
            memory: *memory,
            cgroup: cgroup.clone(),
            environment: for_jobs.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ..CrewOptions::default()
        };
        WorkOptions { crew, ..WorkOptions::of(*slots, *lease) }
    }

    /// Lets go of the database; a private one stops when nobody else uses it.
    ///
    /// # Errors
    ///
    /// When the server cannot be stopped.
    pub(super) async fn close(self) -> Result<()> {
        // A connection that is half open never says goodbye.
        let _ = tokio::time::timeout(GOODBYE_MAX, self.mill.pool.close()).await;
        self.database.close().await.map_err(|error| Fault::from(&error))?;
        Ok(())
    }

    /// What plans are estimated on: so many slots, or those of this process.
    pub(super) fn resources(&self, slots: Option<u32>) -> Resources {
        let own = u32::try_from(self.config.slots).unwrap_or(u32::MAX);
        Resources {
            slots: slots.unwrap_or(own),
            hourly_rate: self.mill.hourly_rate(),
            ..Resources::default()
        }
    }

    /// The dataset with this name.
    ///
    /// # Errors
    ///
    /// When there is none; the hint names the nearest.
    pub(super) fn dataset(&self, name: &str) -> Result<(usize, &DatasetSpec)> {
        let catalog = &self.mill.catalog;
        if let Some(index) = catalog.index_of(name) {
            return Ok((index, catalog.dataset(index)));
        }
        let hint = catalog.nearest(name).map_or_else(
            || "`tidemill status` lists every dataset".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Err(Fault::new("TM0201", format!("there is no dataset `{name}`")).hint(hint).into())
    }

    /// The slices of a dataset that fit `name=value` pairs; those of dynamic dimensions are read
    /// from `known`.
    ///
    /// # Errors
    ///
    /// When a pair names no dimension.
    pub(super) fn slices(
        &self,
        dataset: usize,
        pairs: &[String],
        known: &[Slice],
    ) -> Result<Vec<Slice>> {
        let scheme = &self.mill.catalog.dataset(dataset).scheme;
        let mut wanted = Vec::new();
        for pair in pairs {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Fault::new("TM0202", format!("`{pair}` is not `name=value`")))?;
            let at = scheme.dimensions.iter().position(|held| held.name == name);
            let at = at.ok_or_else(|| {
                let dataset = &self.mill.catalog.dataset(dataset).name;
                Fault::new("TM0202", format!("`{dataset}` has no dimension `{name}`"))
            })?;
            wanted.push((at, value));
        }
        let fits =
            |slice: &&Slice| wanted.iter().all(|(at, value)| &*slice.values()[*at] == *value);
        Ok(known.iter().filter(fits).cloned().collect())
    }

    /// The partitions that a text and `name=value` pairs name; all when there is no text.
    ///
    /// # Errors
    ///
    /// When the text names no time, or a pair no dimension.
    pub(super) fn partitions(
        &self,
        dataset: usize,
        text: Option<&str>,
        pairs: &[String],
        known: &[Slice],
    ) -> Result<PartitionSet> {
        let scheme = &self.mill.catalog.dataset(dataset).scheme;
        let ranges = match text {
            None => Ranges::from_range(i64::MIN..i64::MAX),
            Some(text) => scheme
                .parse_ranges(text)
                .map_err(|error| Fault::new("TM0202", error.to_string()))?,
        };
        let mut set = PartitionSet::new();
        for slice in self.slices(dataset, pairs, known)? {
            set.insert(slice, &ranges);
        }
        Ok(set)
    }

    /// Refuses a text or `name=value` pairs that name no partition that there could ever be.
    ///
    /// # Errors
    ///
    /// When nothing of `set` is in the calendar of the dataset.
    pub(super) fn names_some(
        &self,
        dataset: usize,
        set: &PartitionSet,
        text: Option<&str>,
        pairs: &[String],
    ) -> Result<()> {
        let spec = self.mill.catalog.dataset(dataset);
        let calendar = spec.scheme.calendar();
        let is_some = set.slices().any(|(_, ranges)| !ranges.intersection(&calendar).is_empty());
        // Without any value of a dynamic dimension there is nothing yet, whatever is named.
        if is_some || (set.is_empty() && pairs.is_empty()) {
            return Ok(());
        }
        let mut named: Vec<&str> = text.into_iter().collect();
        named.extend(pairs.iter().map(String::as_str));
        let message = format!("`{}` names no partition of `{}`", named.join(" "), spec.name);
        let hint = match spec.scheme.time().map(TimeAxis::calendar) {
            _ if set.is_empty() => format!("`tidemill partitions {}` lists them", spec.name),
            None => "its only partition is `all`".to_owned(),
            Some(all) if all.end == i64::MAX => {
                format!("its partitions begin at `{}`", spec.scheme.label(all.start))
            }
            Some(all) => format!(
                "its partitions are `{}` to `{}`",
                spec.scheme.label(all.start),
                spec.scheme.label(all.end - 1)
            ),
        };
        Err(Fault::new("TM0202", message).hint(hint).into())
    }

    /// The one partition that a text and `name=value` pairs name.
    ///
    /// # Errors
    ///
    /// When they name none, or several.
    pub(super) fn partition(
        &self,
        dataset: usize,
        text: Option<&str>,
        pairs: &[String],
        known: &[Slice],
    ) -> Result<PartitionKey> {
        let spec = self.mill.catalog.dataset(dataset);
        let text = match (text, spec.scheme.time()) {
            (Some(text), _) => text,
            (None, None) => "all",
            (None, Some(axis)) => {
                let example = axis.label(axis.calendar().start);
                return Err(Fault::new("TM0202", format!("which partition of `{}`?", spec.name))
                    .hint(format!("name one, such as `{example}`"))
                    .into());
            }
        };
        let set = self.partitions(dataset, Some(text), pairs, known)?;
        let set = if spec.scheme.time().is_none() {
            set.intersection(&known.iter().fold(PartitionSet::new(), |all, slice| {
                all.union(&PartitionSet::of(slice.clone(), Ranges::single(0)))
            }))
        } else {
            set
        };
        match set.len() {
            1 => Ok(set.keys().next().expect("a set of one has a first")),
            0 => Err(Fault::new("TM0202", format!("no partition of `{}` is so named", spec.name))
                .hint("the values of dimensions are given as `--where name=value`")
                .into()),
            several => {
                let message =
                    format!("`{text}` names {several} partitions of `{}`, not one", spec.name);
                Err(Fault::new("TM0202", message)
                    .hint("name one, and give dimensions as `--where name=value`")
                    .into())
            }
        }
    }
}
