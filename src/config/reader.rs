//! Reads the texts at a location, whatever kind of location it is.

use super::{Location, files};
use crate::api::{Problem, Problems, Text};
use crate::aws::Connection;

/// Reads the texts at a location.
#[derive(Clone, Debug)]
pub struct Reader {
    location: Location,
}

impl Reader {
    /// A reader of `location`, which reaches AWS by `connection` where it has to.
    #[must_use]
    pub fn new(location: Location, _connection: &Connection) -> Self {
        Self { location }
    }

    /// What it reads.
    #[must_use]
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// Reads the texts.
    ///
    /// # Errors
    /// All that cannot be read, with the reason.
    pub async fn read(&self) -> Result<Vec<Text>, Problems> {
        match &self.location {
            // A disk that does not answer must not hold up anything else.
            Location::Path(path) => {
                let path = path.clone();
                let reading = tokio::task::spawn_blocking(move || files::read(&path)).await;
                reading.unwrap_or_else(|_| Err(Problem::with_file(&self.location.to_string(), "cannot be read").into()))
            }
            other => Err(Problem::with_file(&other.to_string(), "cannot be read by this build").into()),
        }
    }
}
