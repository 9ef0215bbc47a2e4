//! The proof that somebody may do something.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sqlx::pool::PoolConnection;
use sqlx::postgres::Postgres;
use sqlx::{PgConnection, PgPool, Transaction};
use tokio::sync::Mutex;

use super::super::cache::Caches;
use super::super::catalog::HealthCache;
use super::super::metrics::Scrape;
use super::super::overview::OverviewFacts;
use super::super::picture::Picture;
use super::super::problem::{Answer, Problem};
use super::refuse::refuse;
use super::target::Target;
use super::{Action, Contact, Entry, Principal, Shared};
use crate::engine::{Mill, Promises};
use crate::spec::DatasetSpec;
use crate::store;

/// The proof that whoever asks may do `A`. Handlers get at the database and the catalog through it
/// and through nothing else, so that one that forgets to ask who it is has nothing to answer with.
pub(in super::super) struct May<A> {
    shared: Arc<Shared>,
    principal: Principal,
    contact: Contact,
    target: Target,
    action: PhantomData<A>,
}

impl<A: Action> FromRequestParts<Arc<Shared>> for May<A> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Answer<Self> {
        Self::ask(shared, parts).await
    }
}

impl<A: Action> May<A> {
    /// Finds out whether whoever asks may. Where an answer goes on for long, it is asked again.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, or whoever is may not.
    pub(in super::super) async fn ask(shared: &Arc<Shared>, parts: &mut Parts) -> Answer<Self> {
        let contact = shared.contact(parts);
        let principal = shared.identify(parts, &contact).await?;
        let target = Target::of(parts).await;
        if !principal.may(&A::PERMISSION) {
            return Err(refuse::<A>(shared, &principal, &contact, &target).await);
        }
        Ok(Self { shared: Arc::clone(shared), principal, contact, target, action: PhantomData })
    }

    /// Who asks.
    pub(in super::super) const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The project with its database and places.
    pub(in super::super) fn mill(&self) -> &Arc<Mill> {
        &self.shared.mill
    }

    /// The database.
    pub(in super::super) fn pool(&self) -> &PgPool {
        &self.shared.mill.pool
    }

    /// A connection to the database.
    ///
    /// # Errors
    ///
    /// When none is to be had.
    pub(in super::super) async fn db(&self) -> Answer<PoolConnection<Postgres>> {
        Ok(self.pool().acquire().await.map_err(store::Error::from)?)
    }

    /// A transaction, for what changes something; it writes down what, with [`May::audit`].
    ///
    /// # Errors
    ///
    /// When none is to be had.
    pub(in super::super) async fn begin(&self) -> Answer<Transaction<'static, Postgres>> {
        Ok(self.pool().begin().await.map_err(store::Error::from)?)
    }

    /// Writes down what they do, in the transaction in which it is done.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn audit(&self, db: &mut PgConnection, entry: Entry) -> Answer<()> {
        entry.write(db, Some(&self.principal), &self.contact).await
    }

    /// Asks for another permission, where only what was asked for says that it takes one.
    ///
    /// # Errors
    ///
    /// When they may not.
    pub(in super::super) async fn also<B: Action>(&self) -> Answer<()> {
        match self.principal.may(&B::PERMISSION) {
            true => Ok(()),
            false => {
                Err(refuse::<B>(&self.shared, &self.principal, &self.contact, &self.target).await)
            }
        }
    }

    /// Where the request came from and how.
    pub(in super::super) const fn contact(&self) -> &Contact {
        &self.contact
    }

    /// What all requests share.
    pub(in super::super) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Answers that are dear to find.
    pub(in super::super) fn caches(&self) -> &Caches {
        &self.shared.caches
    }

    /// What was last asked for metrics.
    pub(in super::super) fn scrape(&self) -> &Mutex<Scrape> {
        &self.shared.scrape
    }

    /// What the overview asked the database.
    pub(in super::super) fn overview(&self) -> &Arc<OverviewFacts> {
        &self.shared.overview
    }

    /// What was answered about the health of datasets.
    pub(in super::super) fn health(&self) -> &HealthCache {
        &self.shared.health
    }

    /// Where everything stands, at most a moment old.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn picture(&self) -> Answer<Arc<Picture>> {
        Ok(self.shared.pictures.take(&self.shared.mill).await?)
    }

    /// Has the next request wait for a new picture: what was done must show in it.
    pub(in super::super) fn outdate(&self) {
        self.shared.pictures.outdate();
    }

    /// How promises stand, at most a moment old.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(in super::super) async fn promises(&self, picture: &Picture) -> Answer<Arc<Promises>> {
        Ok(self.shared.promises.take(&self.shared.mill, picture).await?)
    }

    /// Whether they may know of a dataset, by its place in the catalog.
    pub(in super::super) fn sees(&self, dataset: usize) -> bool {
        let spec = self.mill().catalog.dataset(dataset);
        let tags = spec.about.tags.iter().map(String::as_str);
        self.principal.sees(spec.name.as_str(), tags)
    }

    /// A dataset by name, with its place in the catalog. One they may not know of is not there.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub(in super::super) fn dataset(&self, name: &str) -> Answer<(usize, &DatasetSpec)> {
        let catalog = &self.mill().catalog;
        let found = catalog.index_of(name).filter(|index| self.sees(*index));
        found
            .map(|index| (index, catalog.dataset(index)))
            .ok_or_else(|| Problem::not_found(format!("there is no dataset `{name}`")))
    }

    /// The numbers of the datasets they may know of, for the `where` of a statement; none for all,
    /// those that are not declared any more too.
    pub(in super::super) fn only(&self) -> Option<Vec<i32>> {
        if self.principal.sees_all() {
            return None;
        }
        let registry = &self.mill().registry;
        let all = registry.datasets.iter().enumerate();
        Some(all.filter(|(index, _)| self.sees(*index)).map(|(_, id)| *id).collect())
    }
}
