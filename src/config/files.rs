//! Manifests in files and directories.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::api::{Problem, Problems, TEXT_BYTES_MAX, Text};

/// So many files of a directory are read at most.
const FILES_MAX: usize = 1000;

/// All `*.yaml` and `*.yml` files of a directory in the order of their names, or one file.
///
/// # Errors
/// Every file that cannot be read, that is too long, or that is no text.
pub fn read(path: &Path) -> Result<Vec<Text>, Problems> {
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for file in files(path)? {
        let name = file.display().to_string();
        match contents(&file) {
            Ok(text) => texts.push(Text { name, text }),
            Err(message) => problems.push(Problem::with_file(&name, message)),
        }
    }
    if problems.is_empty() { Ok(texts) } else { Err(Problems(problems)) }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let refuse = |message: String| Problem::with_file(&path.display().to_string(), message);
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|file| is_yaml(file)).take(FILES_MAX + 1).collect();
    if files.is_empty() {
        return Err(refuse("has no *.yaml or *.yml file in it".to_owned()));
    }
    if files.len() > FILES_MAX {
        return Err(refuse(format!("has more than {FILES_MAX} YAML files in it")));
    }
    files.sort();
    Ok(files)
}

fn is_yaml(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn contents(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    let limit = TEXT_BYTES_MAX as u64 + 1;
    fs::File::open(file).map_err(unreadable)?.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    super::text(bytes)
}
