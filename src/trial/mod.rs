//! The operator on trial: the real operator, with the real AWS SDK, on the simulated AWS in virtual time.
//!
//! A [`Trial`] is a scenario and a seed; playing it gives the same lines every time, in every process. This room joins
//! `operator` and `sim`; it decides nothing for either.

mod account;
pub mod check;
mod coverage;
pub mod draw;
pub mod fuzz;
mod play;
mod reload;
mod summary;
mod transcript;

pub use account::account;
pub use coverage::Coverage;
pub use play::{Meddler, Trial, TrialError};
pub use summary::Summary;
pub use transcript::{Line, Source};
