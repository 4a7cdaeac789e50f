//! What commands need that work on a live account: manifests, a Region, clients.

use super::{BAD_INPUT, FAILED};
use crate::api::{self, Manifests};
use crate::aws::clients::region_of_queue;
use crate::aws::{Clients, Connection, Gates};
use crate::clock::Clock;
use crate::config::{self, Location, Reader};
use crate::ids::{QueueUrl, Region};
use crate::operator::Settings;

/// What it takes to work on a live account.
pub struct Reach {
    /// What is declared.
    pub manifests: Manifests,
    /// The Region of whatever names none.
    pub region: Region,
    /// The way to AWS.
    pub connection: Connection,
    /// The API budget.
    pub gates: Gates,
    /// Clients of the clusters' Regions.
    pub clients: Clients,
    runtime: tokio::runtime::Runtime,
}

impl Reach {
    /// Reads the manifests at `location` and makes clients by the environment.
    ///
    /// # Errors
    /// The exit code, and what is said.
    pub fn new(location: &Location) -> Result<Self, (u8, String)> {
        let (runtime, clock) = (runtime()?, Clock::system());
        let connection = runtime.block_on(Connection::from_environment(&clock));
        let manifests = runtime.block_on(read(location, &connection))?;
        let region = default_region(&connection, &manifests).map_err(|message| (BAD_INPUT, message))?;
        let settings = Settings::checked(&manifests, &region).map_err(|it| (BAD_INPUT, it.to_string()))?;
        let gates = Gates::new(&settings.api, &clock);
        let regions = settings.addresses().into_values().map(|address| address.region);
        let clients = Clients::new(&connection, regions, &gates);
        Ok(Self { manifests, region, connection, gates, clients, runtime })
    }

    /// Waits for `work`.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

/// What is declared at `location`.
///
/// # Errors
/// The exit code, and what is said.
pub fn manifests(location: &Location) -> Result<Manifests, (u8, String)> {
    if let Location::Path(path) = location {
        return config::load_path(path).map_err(|problems| (BAD_INPUT, problems.to_string()));
    }
    runtime()?.block_on(async {
        let connection = Connection::from_environment(&Clock::system()).await;
        read(location, &connection).await
    })
}

/// The exit code where nothing could be read. What AWS does not give may be there the next time.
#[must_use]
pub const fn unread(location: &Location) -> u8 {
    if location.is_remote() && location.is_readable() { FAILED } else { BAD_INPUT }
}

fn runtime() -> Result<tokio::runtime::Runtime, (u8, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| (FAILED, format!("the runtime could not be started: {error}")))
}

async fn read(location: &Location, connection: &Connection) -> Result<Manifests, (u8, String)> {
    let texts = Reader::new(location.clone(), connection).read().await;
    let texts = texts.map_err(|problems| (unread(location), problems.to_string()))?;
    api::load(&texts).map_err(|problems| (BAD_INPUT, problems.to_string()))
}

/// The process's own Region, else the one of the first queue that tells.
///
/// # Errors
/// Neither tells; what mends it.
pub fn default_region(connection: &Connection, manifests: &Manifests) -> Result<Region, String> {
    let mut queues = manifests.operator.spec.queues.iter().map(|queue| QueueUrl::from(&queue.url));
    let region = connection.region().or_else(|| queues.find_map(|queue| region_of_queue(&queue)));
    region.ok_or_else(|| {
        "no Region: set AWS_REGION, or name the queues by their https://sqs.<region>.amazonaws.com/… URL".to_owned()
    })
}
