//! A location that this build cannot read, because the client for it was left out.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Loader;
use super::loader::EVERY_REMOTE;
use crate::api::{Problem, Problems, Text};

/// A location that this build cannot read.
#[derive(Debug)]
pub struct Absent {
    /// How it is written.
    pub place: String,
    /// The cargo feature that reads it.
    pub feature: &'static str,
}

impl Loader for Absent {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>> {
        let Self { place, feature } = self;
        let message = format!(
            "cannot be read by this build, which is without the feature `{feature}` (cargo build --release --features {feature})"
        );
        Box::pin(async move { Err(Problem::with_file(place, message).into()) })
    }

    fn every(&self) -> Duration {
        EVERY_REMOTE
    }
}
