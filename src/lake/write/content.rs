//! What rows say, as a number: the same for any order of rows, columns and batches.

use polars::prelude::*;
use polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};

use super::sketch::Sketch;
use super::whole::{Sums, Whole, look};

/// Changing this, or the Polars version, changes every content hash.
const SEED: u64 = 7;
const SECOND_SUM: u64 = 0x9e37_79b9_7f4a_7c15;
const SECOND_FOLD: u64 = 0xd6e8_feb8_6659_fd93;

/// Sums a hash of each row, so neither order nor batching can show.
///
/// The hash of a row is the sum of its cells' hashes, each times an odd number drawn from the name
/// and type of its column.
/// A null, an empty text and a zero differ; `-0.0` and `0.0` do not, nor do two kinds of NaN.
pub(super) struct Content {
    state: PlSeedableRandomStateQuality,
    /// One per column, in the order of the frame.
    salts: Vec<u64>,
    columns: blake3::Hash,
    rows: u64,
    sums: [u64; 2],
    // Kept between batches to save the allocations.
    cells: Vec<u64>,
    row_sums: Vec<u64>,
}

impl Content {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut labels: Vec<String> =
            schema.iter().map(|(name, dtype)| format!("{name}\0{dtype:?}")).collect();
        let salts = labels.iter().map(|label| salt(label) | 1).collect();
        labels.sort_unstable();
        Self {
            state: PlSeedableRandomStateQuality::seed_from_u64(SEED),
            salts,
            columns: blake3::hash(labels.join("\0\0").as_bytes()),
            rows: 0,
            sums: [0, 0],
            cells: Vec::new(),
            row_sums: Vec::new(),
        }
    }

    /// Adds the rows of a batch, and each cell to its column's sketch if it has one; says what it
    /// found of the columns of whole numbers on the way.
    pub(super) fn observe(
        &mut self,
        batch: &DataFrame,
        sketches: &mut [Option<Sketch>],
    ) -> PolarsResult<Vec<Option<Whole>>> {
        self.row_sums.clear();
        self.row_sums.resize(batch.height(), 0);
        let mut found = Vec::with_capacity(sketches.len());
        for ((column, salt), sketch) in batch.columns().iter().zip(&self.salts).zip(sketches) {
            let series = column.as_materialized_series();
            let (rows, salt) = (&mut self.row_sums, *salt);
            let whole = sketch.as_mut().and_then(|sketch| {
                look(series, &mut Sums { state: &self.state, salt, rows, sketch })
            });
            found.push(whole);
            if whole.is_some() {
                continue;
            }
            series.vec_hash(self.state.clone(), &mut self.cells)?;
            for (row, cell) in self.row_sums.iter_mut().zip(&self.cells) {
                *row = row.wrapping_add(cell.wrapping_mul(salt));
            }
            if let Some(sketch) = sketch {
                self.cells.iter().for_each(|cell| sketch.insert(*cell));
            }
        }
        self.rows += batch.height() as u64;
        for row in &self.row_sums {
            self.sums[0] = self.sums[0].wrapping_add(mix(*row));
            self.sums[1] = self.sums[1].wrapping_add(fold(row ^ SECOND_SUM));
        }
        Ok(found)
    }

    /// Adds what another saw of the same columns.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sums[0] = self.sums[0].wrapping_add(other.sums[0]);
        self.sums[1] = self.sums[1].wrapping_add(other.sums[1]);
    }

    /// How many rows were observed.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// The hash of everything observed.
    pub(super) fn finish(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.columns.as_bytes());
        hasher.update(&self.rows.to_le_bytes());
        hasher.update(&self.sums[0].to_le_bytes());
        hasher.update(&self.sums[1].to_le_bytes());
        let mut content = [0; 16];
        hasher.finalize_xof().fill(&mut content);
        content
    }
}

/// What the rows of a frame say, as a number: the same for any order of rows and columns.
///
/// # Errors
///
/// When a column has a type that cannot be hashed.
pub fn content_of(frame: &DataFrame) -> PolarsResult<[u8; 16]> {
    let mut content = Content::new(frame.schema());
    let mut sketches: Vec<Option<Sketch>> = frame.columns().iter().map(|_| None).collect();
    content.observe(frame, &mut sketches)?;
    Ok(content.finish())
}

/// A hash of each row of a batch, as [`Content`] sums them.
pub(in crate::lake) fn row_hashes(batch: &DataFrame) -> PolarsResult<Vec<u64>> {
    let mut content = Content::new(batch.schema());
    let mut sketches: Vec<Option<Sketch>> = batch.columns().iter().map(|_| None).collect();
    content.observe(batch, &mut sketches)?;
    Ok(content.row_sums.iter().map(|row| mix(*row)).collect())
}

fn salt(label: &str) -> u64 {
    let digest = blake3::hash(label.as_bytes());
    let (first, _) = digest.as_bytes().split_first_chunk().expect("a digest has 32 bytes");
    u64::from_le_bytes(*first)
}

/// Spreads every bit of a hash over all of it, in another way.
fn fold(value: u64) -> u64 {
    let wide = u128::from(value) * u128::from(SECOND_FOLD);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// Spreads every bit of a hash over all of it (the finalizer of splitmix64).
pub(super) fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
