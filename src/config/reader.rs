//! Reads the texts at a location, whatever kind of location it is.

use std::sync::Arc;
use std::time::Duration;

use super::files::Files;
use super::{Loader, Location};
use crate::api::{Problems, Text};
use crate::aws::Connection;

/// Reads the texts at a location.
#[derive(Clone, Debug)]
pub struct Reader {
    location: Location,
    loader: Arc<dyn Loader>,
}

impl Reader {
    /// A reader of `location`, which reaches AWS by `connection` where it has to.
    #[must_use]
    pub fn new(location: Location, connection: &Connection) -> Self {
        let loader: Arc<dyn Loader> = match &location {
            Location::Path(path) => Arc::new(Files(path.clone())),
            Location::S3 { bucket, prefix } => s3(connection, bucket, prefix),
            Location::Ssm { path } => ssm(connection, path),
        };
        Self { location, loader }
    }

    /// What it reads.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// After how long it is worth reading again.
    #[must_use]
    pub fn every(&self) -> Duration {
        self.loader.every()
    }

    /// Reads the texts.
    ///
    /// # Errors
    /// All that cannot be read, with the reason.
    pub async fn read(&self) -> Result<Vec<Text>, Problems> {
        self.loader.load().await
    }
}

#[cfg(feature = "s3")]
fn s3(connection: &Connection, bucket: &str, prefix: &str) -> Arc<dyn Loader> {
    Arc::new(super::s3::Objects::new(connection, bucket, prefix))
}

#[cfg(not(feature = "s3"))]
fn s3(_: &Connection, bucket: &str, prefix: &str) -> Arc<dyn Loader> {
    let place = Location::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() }.to_string();
    Arc::new(super::absent::Absent { place, feature: "s3" })
}

#[cfg(feature = "ssm")]
fn ssm(connection: &Connection, path: &str) -> Arc<dyn Loader> {
    Arc::new(super::ssm::Parameters::new(connection, path))
}

#[cfg(not(feature = "ssm"))]
fn ssm(_: &Connection, path: &str) -> Arc<dyn Loader> {
    let place = Location::Ssm { path: path.to_owned() }.to_string();
    Arc::new(super::absent::Absent { place, feature: "ssm" })
}
