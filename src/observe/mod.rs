//! What is known of AWS: describe calls on one side, a [`Snapshot`] on the other.
//!
//! [`snapshot`], [`task`], [`service`], [`target`], [`hooks`], [`mix`] and [`look`] are plain data that planning reads. [`fold`] brings
//! an answer into the snapshot, or what an event told, synchronously.
//! Only [`describe`] calls AWS, and it never changes anything there.

mod address;
pub mod describe;
pub mod fold;
pub mod hooks;
pub mod look;
pub mod mark;
pub mod mix;
pub mod order;
pub mod service;
pub mod snapshot;
pub mod target;
pub mod task;

pub use address::Address;
pub use fold::{InstanceTold, Observation, TaskTold};
pub use look::{Look, Subject};
pub use snapshot::Snapshot;
