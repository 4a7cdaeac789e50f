//! What every kind of location can do: give its texts, and say how often it is worth asking.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::api::{Problems, Text};

/// What costs calls is read again after so long.
pub const EVERY_REMOTE: Duration = Duration::from_secs(10);

/// Gives the texts at one location.
pub trait Loader: fmt::Debug + Send + Sync {
    /// Reads them, in an order that stays.
    ///
    /// # Errors
    /// All that cannot be read, with the reason.
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>>;

    /// After how long it is worth reading again.
    fn every(&self) -> Duration;
}
