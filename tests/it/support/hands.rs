//! Workers that a test moves by hand.

use tidemill::engine::{self, Demand};
use tidemill::plan::Request;
use tidemill::store::{self, Applied, Claimant, Claimed, NewWorker};

use super::TestMill;

impl TestMill {
    /// A worker elsewhere, that can run everything declared.
    pub(crate) async fn stranger(&self) -> i64 {
        self.stranger_at("elsewhere", 1).await
    }

    /// A worker of some host and process.
    pub(crate) async fn stranger_at(&self, host: &str, pid: i32) -> i64 {
        let host = host.to_owned();
        let new = NewWorker { host, pid, slots: 2, codes: self.codes(), pools: None };
        let mut db = self.mill.pool.acquire().await.unwrap();
        store::start_worker(&mut db, &new).await.unwrap()
    }

    /// Every version of code that is that of today.
    pub(crate) fn codes(&self) -> Vec<i32> {
        self.mill.registry.current_code.iter().flatten().copied().collect()
    }

    /// Hands runs to a worker.
    pub(crate) async fn claim(&self, worker: i64, limit: usize) -> Vec<Claimed> {
        let claimant = Claimant { worker, codes: self.codes(), ..Claimant::default() };
        store::claim(&self.mill.pool, &self.mill.registry, &claimant, limit).await.unwrap()
    }

    /// Records a backfill whose plan with this hash was seen.
    pub(crate) async fn try_apply(&self, request: &Request, seen: &str) -> anyhow::Result<Applied> {
        let demand = Demand::backfill(request.clone(), seen, "test", "test");
        engine::demand(&self.mill, &demand).await
    }

    /// Records work of some kind; nobody works on it yet.
    pub(crate) async fn demand(&self, demand: Demand) -> i64 {
        engine::demand(&self.mill, &demand).await.unwrap().backfill
    }
}
