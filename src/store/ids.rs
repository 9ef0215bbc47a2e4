//! The numbers under which the database knows datasets, slices, code and routers.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, PgPool};

use super::{Error, Result};
use crate::model::{Registered, Scheme, Slice};
use crate::spec::{Catalog, Mapping, Pool};

/// The version of a job's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeVersion {
    /// Changes with anything in the plan.
    pub fingerprint: String,
    /// Changes only with what the plan computes.
    pub optimized: String,
}

/// Slices by number, both ways.
#[derive(Clone, Debug, Default)]
pub struct Slices {
    by_id: BTreeMap<i32, Slice>,
    ids: BTreeMap<Slice, i32>,
}

impl Slices {
    /// The slice with this number.
    #[must_use]
    pub fn slice(&self, id: i32) -> Slice {
        self.by_id.get(&id).cloned().unwrap_or_default()
    }

    /// The number of a slice, unless the database has never seen it.
    #[must_use]
    pub fn id(&self, slice: &Slice) -> Option<i32> {
        self.ids.get(slice).copied()
    }

    /// Reads all slices.
    ///
    /// # Errors
    ///
    /// When the statement fails.
    pub async fn load(db: &mut PgConnection) -> Result<Self> {
        let rows = sqlx::query!("select id, dimension_values from tidemill.slice order by id")
            .fetch_all(db)
            .await?;
        let mut slices = Self::default();
        for row in rows {
            let slice = Slice::new(row.dimension_values);
            slices.by_id.insert(row.id, slice.clone());
            slices.ids.insert(slice, row.id);
        }
        Ok(slices)
    }

    /// Reads all slices after making sure that these are among them.
    pub(super) async fn ensure(db: &mut PgConnection, wanted: &[Slice]) -> Result<Self> {
        for slice in wanted {
            let values: Vec<String> = slice.values().iter().map(ToString::to_string).collect();
            sqlx::query!(
                "insert into tidemill.slice (dimension_values) values ($1) on conflict do nothing",
                &values
            )
            .execute(&mut *db)
            .await?;
        }
        Self::load(db).await
    }
}

/// The numbers of everything declared, by catalog index.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    /// Datasets.
    pub datasets: Vec<i32>,
    /// Catalog indices by number.
    pub index: BTreeMap<i32, usize>,
    /// The code of today.
    pub code: Vec<Option<i32>>,
    /// Versions of code that compute what that of today computes.
    pub current_code: Vec<BTreeSet<i32>>,
    /// Routers of routed reads, by input position.
    pub routers: Vec<BTreeMap<usize, i32>>,
}

/// Makes everything declared known to the database.
///
/// # Errors
///
/// When a dataset is cut otherwise than before, or a statement fails.
pub async fn register(
    pool: &PgPool,
    catalog: &Catalog,
    code: &[Option<CodeVersion>],
) -> Result<Registry> {
    let mut tx = pool.begin().await?;
    let mut registry = Registry::default();
    let pools = register_pools(&mut tx, catalog).await?;
    for (index, dataset) in catalog.datasets().iter().enumerate() {
        let scheme = cut(&dataset.scheme);
        let limits = dataset.job().map(|job| job.limits.clone()).unwrap_or_default();
        let row = sqlx::query!(
            "insert into tidemill.dataset
                 (name, scheme, is_source, pool_id, pool_weight, concurrency)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (name) do update
             set is_source = excluded.is_source,
                 pool_id = excluded.pool_id,
                 pool_weight = excluded.pool_weight,
                 concurrency = excluded.concurrency
             returning id, scheme",
            dataset.name.as_str(),
            scheme,
            dataset.source().is_some(),
            pools[&limits.pool.name],
            limits.weight as i32,
            limits.concurrency.map(|runs| runs as i32),
        )
        .fetch_one(&mut *tx)
        .await?;
        if row.scheme != scheme {
            let dataset = dataset.name.to_string();
            return Err(Error::SchemeChanged { dataset, before: row.scheme, now: scheme });
        }
        registry.datasets.push(row.id);
        registry.index.insert(row.id, index);
        let (today, current) = register_code(&mut tx, row.id, code[index].as_ref()).await?;
        registry.code.push(today);
        registry.current_code.push(current);
    }
    for (index, dataset) in catalog.datasets().iter().enumerate() {
        let mut routers = BTreeMap::new();
        for (position, input) in catalog.inputs(index).iter().enumerate() {
            let Mapping::Routed(column) = &input.reads.mapping else { continue };
            let cut = cut(&dataset.scheme);
            let id = sqlx::query_scalar!(
                "insert into tidemill.router (dataset_id, column_name, cut)
                 values ($1, $2, $3)
                 on conflict on constraint router_key do update set cut = excluded.cut
                 returning id",
                registry.datasets[input.dataset],
                column,
                cut,
            )
            .fetch_one(&mut *tx)
            .await?;
            routers.insert(position, id);
        }
        registry.routers.push(routers);
    }
    let slices = all_slices(catalog);
    Slices::ensure(&mut tx, &slices).await?;
    tx.commit().await?;
    Ok(registry)
}

/// Makes the pools known, and their numbers. Slots that a person set stay as they are.
async fn register_pools(db: &mut PgConnection, catalog: &Catalog) -> Result<BTreeMap<String, i32>> {
    let jobs = catalog.datasets().iter().filter_map(|dataset| dataset.job());
    let mut declared: BTreeMap<String, Pool> =
        jobs.map(|job| (job.limits.pool.name.clone(), job.limits.pool.clone())).collect();
    declared.entry(Pool::DEFAULT.to_owned()).or_default();
    let mut ids = BTreeMap::new();
    for (name, pool) in declared {
        let id = sqlx::query_file_scalar!(
            "src/store/sql/register_pool.sql",
            name,
            pool.slots.map(|slots| slots as i32),
            pool.live.weight as i32,
            pool.late.weight as i32,
            pool.backfill.weight as i32,
            pool.live.floor as i32,
            pool.late.floor as i32,
            pool.backfill.floor as i32,
        )
        .fetch_one(&mut *db)
        .await?;
        ids.insert(name, id);
    }
    Ok(ids)
}

/// How a scheme is cut, without where it starts and ends: that may change.
fn cut(scheme: &Scheme) -> String {
    scheme.to_string()
}

fn all_slices(catalog: &Catalog) -> Vec<Slice> {
    let mut slices = BTreeSet::from([Slice::none()]);
    for dataset in catalog.datasets() {
        slices.extend(dataset.scheme.all_slices(&Registered::new()));
    }
    slices.into_iter().collect()
}

async fn register_code(
    db: &mut PgConnection,
    dataset: i32,
    code: Option<&CodeVersion>,
) -> Result<(Option<i32>, BTreeSet<i32>)> {
    let Some(code) = code else { return Ok((None, BTreeSet::new())) };
    let today = sqlx::query_scalar!(
        "insert into tidemill.code (dataset_id, fingerprint, optimized)
         values ($1, $2, $3)
         on conflict on constraint code_fingerprint_key do update set optimized = excluded.optimized
         returning id",
        dataset,
        code.fingerprint,
        code.optimized,
    )
    .fetch_one(&mut *db)
    .await?;
    let current = sqlx::query_scalar!(
        "select id from tidemill.code
         where dataset_id = $1 and (fingerprint = $2 or optimized = $3)",
        dataset,
        code.fingerprint,
        code.optimized,
    )
    .fetch_all(db)
    .await?;
    Ok((Some(today), current.into_iter().collect()))
}

/// Registers a value of a dynamic dimension; whether it is new.
///
/// # Errors
///
/// When the statement fails.
pub async fn register_value(db: &mut PgConnection, dimension: &str, value: &str) -> Result<bool> {
    let done = sqlx::query!(
        "insert into tidemill.dimension_value (dimension, value)
         values ($1, $2) on conflict do nothing",
        dimension,
        value,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
