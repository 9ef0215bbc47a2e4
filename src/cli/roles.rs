//! One process, one or several roles: everything (`up`), or a scheduler, a worker, a server alone.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::args::{ServerArgs, UpArgs, WorkerArgs};
use super::backfill::told_to_stop;
use super::keeper::{self, Manner};
use super::session::Session;
use super::{clean, counts, hook, output, pools, reach, welcome};
use crate::engine::{self, Bell, HouseOptions, PromiseOptions, WorkOptions};

/// How long the parts of a process may take to end once it is told to, beyond what workers have in
/// hand.
const GOODBYE: Duration = Duration::from_secs(10);

/// What runs in this process, until one part fails or the process is told to stop.
struct Process<'a> {
    session: &'a Session,
    bell: Arc<Bell>,
    stop: CancellationToken,
    parts: JoinSet<(&'static str, Result<()>)>,
    /// How long the parts may take to end.
    goodbye: Duration,
}

impl<'a> Process<'a> {
    fn new(session: &'a Session) -> Self {
        let (bell, stop) = (Arc::new(Bell::default()), CancellationToken::new());
        let mut parts = JoinSet::new();
        let carrying = engine::carry(bell.clone(), session.mill.pool.clone(), stop.clone());
        parts.spawn(async move {
            carrying.await;
            ("bell", Ok(()))
        });
        Self { session, bell, stop, parts, goodbye: GOODBYE }
    }

    fn start(
        &mut self,
        name: &'static str,
        part: impl Future<Output = Result<()>> + Send + 'static,
    ) {
        self.parts.spawn(async move { (name, part.await) });
    }

    /// Serves; where.
    async fn serve(&mut self, listen: Option<&str>) -> Result<SocketAddr> {
        let options = reach::options(&self.session.config)?;
        let listen = listen.unwrap_or(&self.session.config.listen);
        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("could not listen on {listen}; choose another with --listen")
        })?;
        let address = listener.local_addr()?;
        let mill = Arc::clone(&self.session.mill);
        self.start("server", crate::api::serve(mill, listener, options, self.stop.clone()));
        output::line(&format!("tidemill is at http://{address}"));
        Ok(address)
    }

    /// Lets what this process counts be collected, where somebody said at which address.
    async fn expose(&mut self) -> Result<()> {
        let Some(address) = &self.session.config.metrics else { return Ok(()) };
        let listener = counts::listen(address).await?;
        output::line(&format!("what is counted is at http://{}/metrics", listener.local_addr()?));
        self.start("metrics", counts::serve(listener, self.stop.clone()));
        Ok(())
    }

    fn work(&mut self, options: WorkOptions) {
        self.goodbye += options.drain;
        let (mill, bell) = (Arc::clone(&self.session.mill), Arc::clone(&self.bell));
        let working = engine::keep_working(mill, options, self.stop.clone(), bell);
        self.start("worker", async move {
            working.await;
            Ok(())
        });
    }

    /// Keeps house, promises and the queue; what is due is for the keeper.
    fn tend(&mut self) -> Result<()> {
        let mill = &self.session.mill;
        let keep = clean::keep(&self.session.config)?;
        let options = HouseOptions { keep, ..HouseOptions::default() };
        let house = engine::keep_house(Arc::clone(mill), options, self.stop.clone());
        self.start("housekeeping", house);
        let options =
            PromiseOptions { webhook: hook::webhook(&self.session.config)?, ..Default::default() };
        let keeping = engine::keep_promises(Arc::clone(mill), options, self.stop.clone());
        self.start("promises", async move {
            keeping.await;
            Ok(())
        });
        let lease = self.session.work_options().lease;
        let (bell, stop) = (Arc::clone(&self.bell), self.stop.clone());
        let sweeping = engine::keep_sweeping(Arc::clone(mill), lease, bell, stop);
        self.start("sweep", async move {
            sweeping.await;
            Ok(())
        });
        Ok(())
    }

    /// Waits until a part fails, `done` is done, or somebody says stop; then ends the parts.
    async fn until(mut self, done: impl Future<Output = Result<()>>) -> Result<ExitCode> {
        let outcome = tokio::select! {
            done = done => done,
            Some(ended) = self.parts.join_next() => match ended {
                Ok((name, Ok(()))) => Err(anyhow::anyhow!("the {name} stopped")),
                Ok((name, Err(error))) => Err(error.context(format!("the {name} stopped"))),
                Err(panic) => Err(panic.into()),
            },
            told = told_to_stop() => told.map(|()| {
                eprintln!("stopping; what is in hand is finished, the rest goes on elsewhere or at \
                    the next start");
            }),
        };
        self.stop.cancel();
        let ends = async {
            while let Some(ended) = self.parts.join_next().await {
                if let Ok((name, Err(error))) = ended {
                    tracing::error!("the {name} did not end well: {error:#}");
                }
            }
        };
        let _ = tokio::time::timeout(self.goodbye, ends).await;
        outcome.map(|()| ExitCode::SUCCESS)
    }
}

/// Brings everything up to date, serves, and keeps it so until it is told to stop.
pub(super) async fn up(session: &Session, args: &UpArgs) -> Result<ExitCode> {
    let mut process = Process::new(session);
    let address = process.serve(args.listen.as_deref()).await?;
    match address.ip().is_loopback() {
        true if args.once => (),
        true => welcome::person(session, address, args.open).await?,
        false => welcome::first(session, address).await?,
    }
    process.work(session.work_options());
    process.tend()?;
    let bell = Arc::clone(&process.bell);
    let manner = if args.once { Manner::Once } else { Manner::Told };
    process.until(keeper::keep(session, manner, &bell)).await
}

/// Decides what is made, and asks for it; others make it.
pub(super) async fn scheduler(session: &Session) -> Result<ExitCode> {
    let mut process = Process::new(session);
    process.expose().await?;
    process.tend()?;
    output::line("scheduling; workers elsewhere make what is due");
    let bell = Arc::clone(&process.bell);
    process.until(keeper::keep(session, Manner::Quiet, &bell)).await
}

/// Makes what others ask for.
pub(super) async fn worker(session: &Session, args: &WorkerArgs) -> Result<ExitCode> {
    let mut options = session.work_options();
    if let Some(slots) = args.slots {
        options.slots = usize::from(slots);
        options.crew.slots = options.slots;
    }
    if !args.pools.is_empty() {
        pools::known(session, &args.pools).await?;
        options.pools = Some(args.pools.clone());
    }
    let serves = options.pools.as_ref().map_or_else(|| "all pools".to_owned(), |it| it.join(", "));
    let slots = output::count(options.slots as u64, "slot");
    let mut process = Process::new(session);
    process.expose().await?;
    process.work(options);
    output::line(&format!("working with {slots}, for {serves}"));
    process.until(std::future::pending()).await
}

/// Shows how everything stands; runs no job and decides nothing.
pub(super) async fn server(session: &Session, args: &ServerArgs) -> Result<ExitCode> {
    let mut process = Process::new(session);
    let address = process.serve(args.listen.as_deref()).await?;
    welcome::first(session, address).await?;
    process.until(std::future::pending()).await
}
