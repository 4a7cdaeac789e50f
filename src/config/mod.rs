//! Where manifests are kept, and how their texts are had from there. What the texts say is read in `api`.

mod files;
mod follow;
mod location;
mod reader;

use std::path::Path;

pub use files::read as read_path;
pub use follow::Follower;
pub use location::Location;
pub use reader::Reader;

use crate::api::{self, Manifests, Problems, Resource, ScenarioSpec, TEXT_BYTES_MAX};

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

/// Bytes as text, where they are one and not too long.
fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(format!("has more than {TEXT_BYTES_MAX} bytes, which is all that manifests may have"));
    }
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to()))
}
