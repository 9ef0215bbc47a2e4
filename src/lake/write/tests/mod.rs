//! What a staged partition says is true, and a failure leaves nothing.

mod split;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use polars::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::content::mix;
use super::{Error, Staged, stage};
use crate::lake::Place;

/// A place with a runtime, and a folder if it is a local one.
struct Lake {
    runtime: Runtime,
    place: Place,
    folder: Option<TempDir>,
}

impl Lake {
    fn in_memory() -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        Self { runtime, place: Place::in_memory(), folder: None }
    }

    fn on_disk() -> Self {
        let folder = TempDir::new().unwrap();
        let place = Place::open(folder.path().to_str().unwrap(), &BTreeMap::new()).unwrap();
        Self { place, folder: Some(folder), ..Self::in_memory() }
    }

    fn stage(&self, plan: LazyFrame) -> Result<Staged, Error> {
        self.stage_until(plan, &Arc::new(AtomicBool::new(false)))
    }

    fn stage_until(&self, plan: LazyFrame, stop: &Arc<AtomicBool>) -> Result<Staged, Error> {
        let (place, stop) = (self.place.clone(), Arc::clone(stop));
        let handle = self.runtime.handle().clone();
        let work = self.runtime.spawn_blocking(move || {
            let path = Path::from("orders/2024-03-31/run-1.parquet");
            stage(plan, &place, &path, &handle, &stop)
        });
        self.runtime.block_on(work).expect("staging turns panics into errors")
    }

    fn bytes(&self, staged: &Staged) -> Vec<u8> {
        let get = async { self.place.store().get(&Path::from(&*staged.path)).await?.bytes().await };
        self.runtime.block_on(get).unwrap().to_vec()
    }

    /// Counts objects, and on a disk also the temporary files beside them.
    fn objects(&self) -> usize {
        let listed = self.runtime.block_on(self.place.store().list(None).try_collect::<Vec<_>>());
        let files = self.folder.as_ref().map_or(0, |folder| files_below(folder.path()));
        listed.unwrap().len().max(files)
    }
}

fn files_below(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

/// Rows that do not compress, so that they make large objects.
fn noise(rows: u64) -> DataFrame {
    df!("id" => (0..rows).collect::<Vec<_>>(), "noise" => (0..rows).map(mix).collect::<Vec<_>>())
        .unwrap()
}

/// A column of every shape, nulls among them.
fn orders(rows: i64) -> DataFrame {
    let values = || (0..rows).map(|row| (row % 11 != 0).then_some(row));
    let text: Vec<Option<String>> =
        values().map(|row| row.map(|row| format!("text {}", row % 97))).collect();
    let amount: Vec<Option<i64>> = values().map(|row| row.map(|row| row * 10 - 3)).collect();
    df!(
        "id" => (0..rows).collect::<Vec<_>>(),
        "amount" => &amount,
        "share" => values().map(|row| row.map(|row| row as f64 / 7.0)).collect::<Vec<_>>(),
        "paid" => values().map(|row| row.map(|row| row % 2 == 0)).collect::<Vec<_>>(),
        "text" => &text,
    )
    .unwrap()
    .lazy()
    .with_columns([
        col("amount").cast(DataType::Int8).alias("small").shift(lit(1)),
        (col("amount") % lit(20_000)).cast(DataType::Date).alias("day"),
        col("amount").cast(DataType::Datetime(TimeUnit::Microseconds, None)).alias("at"),
        col("amount").cast(DataType::Duration(TimeUnit::Microseconds)).alias("took"),
        col("amount").cast(DataType::Decimal(38, 2)).alias("price"),
        lit("constant").alias("constant"),
    ])
    .collect()
    .unwrap()
}

#[test]
fn a_staged_object_holds_the_rows_and_hashes_to_its_sum() {
    for lake in [Lake::in_memory(), Lake::on_disk()] {
        let frame = noise(1_500_000);
        let staged = lake.stage(frame.clone().lazy()).unwrap();
        let bytes = lake.bytes(&staged);
        assert_eq!(staged.rows, 1_500_000);
        assert_eq!(staged.bytes, bytes.len() as u64);
        assert_eq!(staged.sha, blake3::hash(&bytes).to_hex().to_string());
        assert_eq!(staged.schema, **frame.schema());
        let read = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        assert!(read.equals(&frame));
        assert_eq!(lake.objects(), 1);
    }
}

#[test]
fn a_profile_says_what_polars_computes() {
    let frame = orders(300_000);
    let staged = Lake::in_memory().stage(frame.clone().lazy()).unwrap();
    for (profile, column) in staged.profile.iter().zip(frame.columns()) {
        let series = column.as_materialized_series();
        let name = profile.name.as_str();
        let expected = |scalar: Scalar| match scalar.into_value() {
            AnyValue::StringOwned(text) => text.to_string(),
            AnyValue::Float64(value) => value.to_string(),
            value => value.to_string(),
        };
        assert_eq!(name, column.name().as_str());
        assert_eq!(profile.nulls, series.null_count() as u64, "{name}");
        assert_eq!(profile.min, Some(expected(series.min_reduce().unwrap())), "{name}");
        assert_eq!(profile.max, Some(expected(series.max_reduce().unwrap())), "{name}");
        let distinct = series.drop_nulls().n_unique().unwrap() as u64;
        let error = profile.distinct.abs_diff(distinct);
        assert!(error * 100 <= distinct * 5, "{name}: {distinct}, not {}", profile.distinct);
        let mean = series
            .dtype()
            .is_numeric()
            .then(|| series.cast(&DataType::Float64).unwrap().mean().unwrap());
        match (profile.mean, mean) {
            (Some(found), Some(mean)) => {
                assert!((found - mean).abs() <= mean.abs() * 1e-9, "{name}: {mean}, not {found}");
            }
            (found, mean) => assert_eq!(found, mean, "{name}"),
        }
    }
    let kinds: Vec<_> = staged.profile.iter().map(|profile| profile.kind.as_str()).collect();
    let expected = "int64 int64 float64 boolean string int8 date datetime duration decimal(38,2)";
    assert_eq!(kinds.join(" "), format!("{expected} string"));
}

#[test]
fn a_profile_leaves_nan_out_and_cuts_long_text() {
    let frame =
        df!("ratio" => [f64::NAN, 1.5, 0.25], "text" => ["é".repeat(300), "a".into(), "b".into()])
            .unwrap();
    let staged = Lake::in_memory().stage(frame.lazy()).unwrap();
    let [ratio, text] = staged.profile.as_slice() else { panic!("there are two columns") };
    assert_eq!((ratio.min.as_deref(), ratio.max.as_deref()), (Some("0.25"), Some("1.5")));
    assert_eq!(ratio.mean, None);
    assert_eq!(text.max.as_deref(), Some(&*"é".repeat(100)));
}

#[test]
fn a_list_is_profiled_by_its_nulls_only() {
    let frame = df!("id" => [1, 1, 2], "tag" => ["a", "b", "c"]).unwrap().lazy();
    let grouped = frame
        .group_by([col("id")])
        .agg([col("tag")])
        .with_column(when(col("id").eq(lit(1))).then(lit(NULL)).otherwise(col("tag")).alias("tag"));
    let staged = Lake::in_memory().stage(grouped).unwrap();
    let tag = &staged.profile[1];
    assert_eq!((tag.nulls, tag.distinct, &tag.min, tag.mean), (1, 0, &None, None));
    assert_eq!(tag.kind, "list<string>");
}

fn content(frame: &DataFrame) -> [u8; 16] {
    Lake::in_memory().stage(frame.clone().lazy()).unwrap().content
}

#[test]
fn content_does_not_depend_on_the_order_of_rows_and_columns_or_on_batches() {
    let frame = orders(250_000);
    let expected = content(&frame);
    let reversed = frame.reverse();
    assert_eq!(content(&reversed), expected);
    let mut columns = frame.columns().to_vec();
    columns.rotate_left(3);
    assert_eq!(content(&DataFrame::new(frame.height(), columns).unwrap()), expected);
    let mut pieces = frame.slice(0, 77);
    for start in [77, 5_000, 5_001, 200_000] {
        let end = match start {
            77 => 5_000,
            5_000 => 5_001,
            5_001 => 200_000,
            _ => 250_000,
        };
        pieces.vstack_mut(&frame.slice(start, end - start as usize)).unwrap();
    }
    assert_eq!(content(&pieces), expected);
}

#[test]
fn content_differs_when_any_cell_differs() {
    let frame = orders(40);
    let mut seen = std::collections::BTreeSet::from([content(&frame)]);
    let mut expected = 1;
    for column in frame.columns() {
        let series = column.as_materialized_series();
        for row in 0..frame.height() {
            if series.get(row).unwrap().is_null() {
                continue;
            }
            let other = Series::full_null(series.name().clone(), 1, series.dtype());
            let mut changed = series.slice(0, row);
            changed.append(&other).unwrap();
            changed.append(&series.slice(row as i64 + 1, usize::MAX)).unwrap();
            let mut frame = frame.clone();
            frame.with_column(changed.into_column()).unwrap();
            seen.insert(content(&frame));
            expected += 1;
        }
    }
    assert_eq!(seen.len(), expected);
}

#[test]
fn content_tells_null_empty_and_zero_names_types_and_pairings_apart() {
    let frames = [
        df!("a" => [None::<&str>, Some("x")]).unwrap(),
        df!("a" => ["", "x"]).unwrap(),
        df!("a" => ["0", "x"]).unwrap(),
        df!("b" => ["", "x"]).unwrap(),
        df!("a" => [0_i64, 1]).unwrap(),
        df!("a" => [None, Some(1_i64)]).unwrap(),
        df!("a" => [0_i32, 1]).unwrap(),
        df!("a" => [0_i64, 1, 1]).unwrap(),
        df!("a" => [false, true]).unwrap(),
        df!("a" => [1, 2], "b" => [1, 2]).unwrap(),
        df!("a" => [1, 2], "b" => [2, 1]).unwrap(),
        df!("a" => [2, 1], "c" => [1, 2]).unwrap(),
        df!("a" => Vec::<i64>::new()).unwrap(),
        df!("a" => Vec::<i32>::new()).unwrap(),
    ];
    let seen: std::collections::BTreeSet<_> = frames.iter().map(content).collect();
    assert_eq!(seen.len(), frames.len());
}

#[test]
fn content_is_the_same_in_every_process() {
    let number = u128::from_be_bytes(content(&orders(100)));
    assert_eq!(format!("{number:032x}"), "369ab7e0ed916e4a72114200be375533");
}

#[test]
fn the_same_rows_make_the_same_bytes_however_they_are_batched() {
    let frame = noise(300_000);
    let mut pieces = frame.slice(0, 1_000);
    pieces.vstack_mut(&frame.slice(1_000, 299_000)).unwrap();
    let lake = Lake::in_memory();
    let first = lake.stage(frame.lazy()).unwrap();
    let second = lake.stage(pieces.lazy()).unwrap();
    assert_eq!(first.sha, second.sha);
}

#[test]
fn no_rows_make_a_file_with_the_schema() {
    let frame = orders(10);
    let lake = Lake::on_disk();
    let staged = lake.stage(frame.clone().lazy().filter(lit(false))).unwrap();
    let read = ParquetReader::new(std::io::Cursor::new(lake.bytes(&staged))).finish().unwrap();
    assert_eq!((staged.rows, read.height()), (0, 0));
    assert_eq!(read.schema(), frame.schema());
    let profile = &staged.profile[0];
    assert_eq!((profile.distinct, &profile.min, profile.mean), (0, &None, None));
}

/// Large enough that parts of the object are sent long before the last row; `act` is called for
/// every batch from the one on at which the store's folder holds such parts.
fn while_uploading(
    lake: &Lake,
    act: impl Fn(&std::path::Path) -> PolarsResult<()> + Send + Sync + 'static,
) -> LazyFrame {
    let folder = lake.folder.as_ref().expect("it is on a disk").path().to_owned();
    let pass = move |batch: DataFrame| {
        if folder.exists() && 0 < files_below(&folder) {
            act(&folder)?;
        }
        Ok(batch)
    };
    noise(4_000_000).lazy().map(pass, OptFlags::STREAMING, None, Some("while uploading"))
}

#[test]
fn a_failure_leaves_no_object() {
    let lake = Lake::in_memory();
    let bad = df!("text" => ["1", "2", "x"]).unwrap().lazy();
    let error = lake.stage(bad.select([col("text").strict_cast(DataType::Int64)])).unwrap_err();
    assert!(matches!(error, Error::Plan(_)), "{error}");
    assert_eq!(lake.objects(), 0);
}

#[test]
fn a_failure_half_way_leaves_no_object_and_no_part() {
    let lake = Lake::on_disk();
    let plan = while_uploading(&lake, |_| polars_bail!(ComputeError: "the batch is bad"));
    let error = lake.stage(plan).unwrap_err();
    assert!(matches!(&error, Error::Plan(error) if error.to_string().contains("is bad")));
    assert_eq!(lake.objects(), 0);
}

#[test]
fn a_panic_half_way_is_an_error_and_leaves_no_object_and_no_part() {
    let lake = Lake::on_disk();
    let plan = while_uploading(&lake, |_| panic!("the batch is bad"));
    let error = lake.stage(plan).unwrap_err();
    assert!(matches!(&error, Error::Panic(text) if text.contains("is bad")), "{error}");
    assert_eq!(lake.objects(), 0);
    let staged = lake.stage(noise(10).lazy()).unwrap();
    assert_eq!(staged.rows, 10);
}

#[test]
fn a_stopped_attempt_leaves_no_object_and_no_part() {
    let lake = Lake::on_disk();
    let stop = Arc::new(AtomicBool::new(false));
    let setter = Arc::clone(&stop);
    let plan = while_uploading(&lake, move |_| {
        setter.store(true, Ordering::Relaxed);
        Ok(())
    });
    let error = lake.stage_until(plan, &stop).unwrap_err();
    assert!(matches!(error, Error::Stopped), "{error}");
    assert_eq!(lake.objects(), 0);
    let error = lake.stage_until(noise(10).lazy(), &stop).unwrap_err();
    assert!(matches!(error, Error::Stopped), "{error}");
    assert_eq!(lake.objects(), 0);
}

#[test]
fn a_store_that_refuses_the_object_is_an_error() {
    let lake = Lake::on_disk();
    let folder = lake.folder.as_ref().expect("it is on a disk").path();
    std::fs::write(folder.join("orders"), "a file where a folder should be").unwrap();
    let error = lake.stage(noise(10).lazy()).unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error}");
    assert_eq!(files_below(folder), 1);
}

#[test]
fn an_object_that_cannot_be_completed_is_an_error() {
    let lake = Lake::on_disk();
    let plan = while_uploading(&lake, |folder| match std::fs::remove_dir_all(folder) {
        // Another batch came first.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => Ok(done?),
    });
    let error = lake.stage(plan).unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error}");
}

#[test]
fn a_closure_that_lies_about_its_schema_is_found_out() {
    let frame = df!("a" => [1, 2]).unwrap();
    let rename = |mut batch: DataFrame| batch.rename("a", "b".into()).cloned();
    let same = Arc::clone(frame.schema());
    let promise: Arc<dyn UdfSchema> = Arc::new(move |_: &Schema| Ok(Arc::clone(&same)));
    let plan = frame.lazy().map(rename, OptFlags::STREAMING, Some(promise), None);
    let lake = Lake::in_memory();
    assert!(lake.stage(plan).is_err());
    assert_eq!(lake.objects(), 0);
}
