//! Datasets that something else writes.

use std::panic::Location;

use jiff::{SignedDuration, Span};

use super::{About, Contract, Partitions, Sla, automation};

/// How the files of a source are written; compression is seen from the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Separated values with a header line.
    Csv {
        /// What separates them.
        delimiter: u8,
    },
    /// One JSON object a line.
    NdJson,
    /// Parquet.
    Parquet,
}

/// How many unreadable rows a partition may have before it fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RejectLimit {
    /// So many rows.
    Rows(u64),
    /// This share of all rows.
    Share(f64),
}

/// A dataset that something else writes: files under a path template.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) name: String,
    pub(super) template: String,
    pub(super) root: Option<String>,
    pub(super) format: Option<Format>,
    pub(super) partitions: Partitions,
    pub(super) rejects: RejectLimit,
    pub(super) every: SignedDuration,
    pub(super) about: About,
    pub(super) place: &'static Location<'static>,
}

/// How often a source is looked at when nothing is said.
const EVERY: SignedDuration = SignedDuration::from_secs(10);

impl Source {
    /// Files under a template such as `landing/{day}/*.ndjson.gz`.
    ///
    /// `{year}`, `{month}`, `{week}`, `{day}`, `{hour}` or `{time:%Y%m%d}` name the time of a
    /// partition, `{name}` the value of the dimension `name`, and `*` any part of a path segment.
    #[must_use]
    #[track_caller]
    pub fn files(name: &str, template: &str) -> Self {
        Self {
            name: name.to_owned(),
            template: template.to_owned(),
            root: None,
            format: None,
            partitions: Partitions::single(),
            rejects: RejectLimit::Share(0.01),
            every: EVERY,
            about: About::default(),
            place: Location::caller(),
        }
    }

    /// The folder or URL the template starts from; without it, the project's landing place.
    #[must_use]
    pub fn under(mut self, root: impl Into<String>) -> Self {
        self.root = Some(root.into());
        self
    }

    /// How the files are written; without it, what their ending says.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// How the files are cut.
    #[must_use]
    pub fn partitions(mut self, partitions: impl Into<Partitions>) -> Self {
        self.partitions = partitions.into();
        self
    }

    /// How many unreadable rows a partition may have before its readers fail; without it, 1 %.
    #[must_use]
    pub const fn rejects_at_most(mut self, limit: RejectLimit) -> Self {
        self.rejects = limit;
        self
    }

    /// How often it is looked at; without it, every ten seconds. Whoever writes the files may
    /// announce them, and they are looked at at once.
    #[must_use]
    pub fn every(mut self, interval: Span) -> Self {
        self.every = automation::length(interval);
        self
    }

    /// The columns and types of the files.
    #[must_use]
    pub fn contract(mut self, contract: Contract) -> Self {
        self.about.contract = Some(contract);
        self
    }

    /// Who answers for it.
    #[must_use]
    pub fn owner(mut self, owner: &str) -> Self {
        self.about.owner = Some(owner.to_owned());
        self
    }

    /// What it is, in a sentence.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        self.about.description = Some(text.to_owned());
        self
    }

    /// Adds tags.
    #[must_use]
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.about.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// When it promises to be there.
    #[must_use]
    pub fn sla(mut self, sla: Sla) -> Self {
        self.about.sla = Some(sla);
        self
    }

    /// The source as a project keeps it, and its handle.
    pub(crate) fn declared(mut self, root: Option<String>) -> (Self, super::Dataset) {
        self.root = self.root.or(root);
        let handle = super::Dataset(self.name.clone());
        (self, handle)
    }

    /// The format, declared or read from the template's ending.
    pub(super) fn resolved_format(&self) -> Option<Format> {
        let plain = self.template.trim_end_matches(".gz").trim_end_matches(".zst");
        self.format.or(match plain.rsplit('.').next()? {
            "csv" => Some(Format::Csv { delimiter: b',' }),
            "tsv" => Some(Format::Csv { delimiter: b'\t' }),
            "ndjson" | "jsonl" | "json" => Some(Format::NdJson),
            "parquet" => Some(Format::Parquet),
            _ => None,
        })
    }
}
