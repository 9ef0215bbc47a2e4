//! The project: every source and job that is declared.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::{Body, Job, JobResult};
use crate::spec::{Catalog, Dataset, Declaration, Source, SpecError};

/// What a project does before its sources are listed.
type Hook = Box<dyn Fn(Timestamp) -> JobResult<()> + Send + Sync>;

/// Where sources and jobs are declared.
#[derive(Default)]
pub struct Project {
    sources: Vec<Source>,
    declarations: Vec<Declaration>,
    bodies: BTreeMap<String, Body>,
    settings: BTreeMap<String, String>,
    landing: Option<String>,
    hooks: Vec<Hook>,
}

impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Settings may be secrets.
        f.debug_struct("Project")
            .field("sources", &self.sources)
            .field("jobs", &self.declarations)
            .finish_non_exhaustive()
    }
}

impl Project {
    /// A project without settings, as tests use.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A project with the settings of the environment.
    #[must_use]
    pub fn with_settings(settings: BTreeMap<String, String>) -> Self {
        Self { settings, ..Self::default() }
    }

    /// A setting of one's own: the value of `TIDEMILL_<NAME>`.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(&name.to_lowercase()).map(String::as_str)
    }

    /// The folder or URL that templates of sources start from, where a source does not say.
    pub fn landing(&mut self, root: impl Into<String>) {
        self.landing = Some(root.into());
    }

    /// Calls `land` with the time of day each time before sources are listed: for projects that
    /// land files themselves, such as examples. It may block.
    pub fn before_observing(
        &mut self,
        land: impl Fn(Timestamp) -> JobResult<()> + Send + Sync + 'static,
    ) {
        self.hooks.push(Box::new(land));
    }

    /// Does what the project does before its sources are listed.
    ///
    /// # Errors
    ///
    /// The first failure.
    pub fn land(&self, now: Timestamp) -> JobResult<()> {
        self.hooks.iter().try_for_each(|land| land(now))
    }

    /// Declares a source.
    pub fn source(&mut self, source: Source) -> Dataset {
        let root = self.landing.clone();
        let (source, dataset) = source.declared(root);
        self.sources.push(source);
        dataset
    }

    /// Declares a job.
    pub fn job<K>(&mut self, job: Job<K>) -> Dataset {
        let (declaration, body) = job.into_parts();
        let name = declaration.name.clone();
        if let Some(body) = body {
            self.bodies.entry(name.clone()).or_insert(body);
        }
        self.declarations.push(declaration);
        Dataset(name)
    }

    /// A handle by name, for a dataset that is declared elsewhere; `check` says when it is not.
    #[must_use]
    pub fn named(&self, name: &str) -> Dataset {
        Dataset(name.to_owned())
    }

    /// Validates everything declared.
    ///
    /// # Errors
    ///
    /// Every fault of every declaration.
    pub fn catalog(&self) -> Result<Catalog, Vec<SpecError>> {
        Catalog::build(&self.sources, &self.declarations)
    }

    /// The code of a job.
    #[must_use]
    pub fn body(&self, job: &str) -> Option<&Body> {
        self.bodies.get(job)
    }
}
