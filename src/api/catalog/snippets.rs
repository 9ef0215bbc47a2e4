//! Code that reads exactly the files of a manifest, to be pasted.

use serde::Serialize;
use utoipa::ToSchema;

use crate::spec::{DatasetSpec, Format};

/// Code that reads the files of a page, to be pasted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Snippets {
    /// SQL for `DuckDB`.
    duckdb: String,
    /// Python for Polars.
    polars: String,
    /// Python for Spark.
    spark: String,
}

/// How files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    Parquet,
    /// Text separated by this.
    Csv(u8),
    NdJson,
}

impl Reader {
    /// Of the files of a dataset.
    pub(super) fn of(spec: &DatasetSpec) -> Self {
        match spec.source().map(|source| &source.format) {
            Some(Format::Csv { delimiter }) => Self::Csv(*delimiter),
            Some(Format::NdJson) => Self::NdJson,
            Some(Format::Parquet) | None => Self::Parquet,
        }
    }
}

impl Snippets {
    /// Code that reads these files: full paths or addresses.
    pub(super) fn new(reader: Reader, paths: &[String], has_more: bool) -> Self {
        if paths.is_empty() {
            let none = "no file is published".to_owned();
            return Self {
                duckdb: format!("-- {none}"),
                polars: format!("# {none}"),
                spark: format!("# {none}"),
            };
        }
        let note = |comment: &str| match has_more {
            true => format!("{comment} the first page only: the next begins at `next`\n"),
            false => String::new(),
        };
        Self {
            duckdb: note("--") + &duckdb(reader, paths),
            polars: note("#") + &polars(reader, paths),
            spark: note("#") + &spark(reader, paths),
        }
    }
}

fn duckdb(reader: Reader, paths: &[String]) -> String {
    let list = paths.iter().map(|path| format!("'{}'", unglobbed(path).replace('\'', "''")));
    let list = lines(list);
    let call = match reader {
        Reader::Parquet => {
            format!("read_parquet({list}, union_by_name = true, hive_partitioning = false)")
        }
        Reader::Csv(delimiter) => {
            let delimiter = char::from(delimiter).to_string().replace('\'', "''");
            format!(
                "read_csv({list}, delim = '{delimiter}', header = true, union_by_name = true, hive_partitioning = false)"
            )
        }
        Reader::NdJson => format!(
            "read_json({list}, format = 'newline_delimited', union_by_name = true, hive_partitioning = false)"
        ),
    };
    format!("select * from {call};")
}

/// A path that is not taken for a pattern.
fn unglobbed(path: &str) -> String {
    let escaped = |c: char| match c {
        '[' => "[[]".to_owned(),
        '*' => "[*]".to_owned(),
        '?' => "[?]".to_owned(),
        plain => plain.to_string(),
    };
    path.chars().map(escaped).collect()
}

fn polars(reader: Reader, paths: &[String]) -> String {
    let list = lines(paths.iter().map(|path| python(path)));
    let call = match reader {
        Reader::Parquet => format!(
            "scan_parquet({list}, glob=False, hive_partitioning=False, \
             missing_columns=\"insert\", extra_columns=\"ignore\")"
        ),
        Reader::Csv(delimiter) => {
            let delimiter = python(&char::from(delimiter).to_string());
            format!("scan_csv({list}, separator={delimiter}, glob=False)")
        }
        Reader::NdJson => format!("scan_ndjson({list})"),
    };
    format!("import polars as pl\n\nrows = pl.{call}.collect()")
}

fn spark(reader: Reader, paths: &[String]) -> String {
    let list = lines(paths.iter().map(|path| python(&hadoop(path))));
    let call = match reader {
        Reader::Parquet => format!("option(\"mergeSchema\", True).parquet(*{list})"),
        Reader::Csv(delimiter) => {
            let delimiter = python(&char::from(delimiter).to_string());
            format!("option(\"header\", True).option(\"sep\", {delimiter}).csv({list})")
        }
        Reader::NdJson => format!("json({list})"),
    };
    format!("rows = spark.read.{call}")
}

/// An address as Hadoop wants it.
fn hadoop(path: &str) -> String {
    let address = match path.strip_prefix("s3://") {
        Some(rest) => format!("s3a://{rest}"),
        None if path.contains("://") => path.to_owned(),
        None => format!("file://{path}"),
    };
    let escaped = |c: char| match c {
        '[' | ']' | '*' | '?' | '{' | '}' | '\\' => format!("\\{c}"),
        plain => plain.to_string(),
    };
    address.chars().map(escaped).collect()
}

/// Text as Python writes it: what JSON writes is the same.
fn python(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn lines(items: impl Iterator<Item = String>) -> String {
    format!("[\n    {},\n]", items.collect::<Vec<_>>().join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_for_each_reader() {
        let paths = ["/lake/a'b/2024 \"x\"[1].parquet".to_owned()];
        let snippets = Snippets::new(Reader::Parquet, &paths, false);
        assert!(
            snippets.duckdb.contains("'/lake/a''b/2024 \"x\"[[]1].parquet'"),
            "{}",
            snippets.duckdb
        );
        assert!(
            snippets.polars.contains(r#""/lake/a'b/2024 \"x\"[1].parquet""#),
            "{}",
            snippets.polars
        );
        assert!(
            snippets.spark.contains(r#""file:///lake/a'b/2024 \"x\"\\[1\\].parquet""#),
            "{}",
            snippets.spark
        );
        let paths = ["s3://bucket/x.csv".to_owned()];
        let snippets = Snippets::new(Reader::Csv(b';'), &paths, true);
        assert!(snippets.duckdb.starts_with("-- the first page only"));
        assert!(
            snippets.duckdb.contains("delim = ';'") && snippets.polars.contains("separator=\";\"")
        );
        assert!(snippets.spark.contains("s3a://bucket/x.csv"));
    }

    #[test]
    fn without_a_file_there_is_nothing_to_read() {
        let snippets = Snippets::new(Reader::Parquet, &[], false);
        assert_eq!(snippets.duckdb, "-- no file is published");
    }
}
