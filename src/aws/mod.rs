//! The way to AWS: clients, the gate in front of every call, and what errors mean.
//!
//! Nothing in here knows what is called or why; it knows how calls are made, held back and understood.

pub mod clients;
pub mod failure;
pub mod gate;

pub use clients::{Clients, Connection, RegionClients, SIMULATED};
pub use failure::{Class, Failure};
pub use gate::{Errand, Gates, Lane, Rank};

use jiff::Timestamp;

/// A time as the SDK gives it; `None` where it is out of range.
#[must_use]
pub fn timestamp(time: &aws_smithy_types::DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}
