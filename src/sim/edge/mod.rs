//! The edge of the API: what stands between a request and the services. Wire formats (`wire`), token buckets (`throttle`),
//! answers that have not caught up (`past`).

mod past;
mod throttle;
mod wire;

pub use past::{Past, STALE_SECONDS_MAX};
pub use throttle::Buckets;
pub use wire::{Request, Response, handle, names, patience, refuse, would_wait};
