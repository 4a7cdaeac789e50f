//! Where manifests are kept, and how their texts are had from there. What the texts say is read in `api`.

#[cfg(not(all(feature = "s3", feature = "ssm")))]
mod absent;
mod files;
mod follow;
mod loader;
mod location;
mod reader;
#[cfg(any(feature = "s3", feature = "ssm"))]
mod remote;
#[cfg(feature = "s3")]
mod s3;
#[cfg(feature = "ssm")]
mod ssm;
mod texts;

use std::path::Path;

pub use files::read as read_path;
pub use follow::Follower;
pub use loader::Loader;
pub use location::Location;
pub use reader::Reader;

use crate::api::{self, Manifests, Problems, Resource, ScenarioSpec};

/// Reads the manifests of one operator from a file or a directory.
///
/// # Errors
/// All that is wrong with them.
pub fn load_path(path: &Path) -> Result<Manifests, Problems> {
    api::load(&read_path(path)?)
}

/// Reads the one scenario of a file.
///
/// # Errors
/// All that is wrong with it.
pub fn load_scenario(path: &Path) -> Result<Resource<ScenarioSpec>, Problems> {
    let texts = read_path(path)?;
    match texts.as_slice() {
        [text] => api::load_scenario(text),
        _ => Err(api::Problem::with_file(&path.display().to_string(), "is not one file").into()),
    }
}
