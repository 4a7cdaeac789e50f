//! Manifests in files and directories.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::api::{Problem, Problems, TEXT_BYTES_MAX, Text};

/// So many files of a directory are read at most.
const FILES_MAX: usize = 1000;

/// All files of a directory together have so many bytes at most.
const ALL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// All `*.yaml` and `*.yml` files of a directory in the order of their names, or one file.
///
/// # Errors
/// Every file that cannot be read, that is too long, or that is no text.
pub fn read(path: &Path) -> Result<Vec<Text>, Problems> {
    let (mut texts, mut problems, mut bytes) = (Vec::new(), Vec::new(), 0);
    for file in files(path)? {
        let name = file.display().to_string();
        match contents(&file) {
            Ok(text) => {
                bytes += text.len();
                texts.push(Text { name, text });
            }
            Err(message) => problems.push(Problem::with_file(&name, message)),
        }
        if bytes > ALL_BYTES_MAX {
            let message = format!("has more than {ALL_BYTES_MAX} bytes of manifests in it");
            return Err(Problem::with_file(&path.display().to_string(), message).into());
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
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| refuse(format!("cannot be read: {error}")))?.path();
        if is_yaml(&file) {
            files.push(file);
        }
        if files.len() > FILES_MAX {
            break;
        }
    }
    if files.is_empty() {
        return Err(refuse("has no *.yaml or *.yml file in it".to_owned()));
    }
    if files.len() > FILES_MAX {
        return Err(refuse(format!("has more than {FILES_MAX} YAML files in it")));
    }
    files.sort();
    Ok(files)
}

/// What is named like one and is none, such as a link to nothing, is told of when it is read. Hidden ones are editors' own.
fn is_yaml(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    !hidden && !path.is_dir() && path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn contents(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    // A pipe would be waited at for ever.
    if !fs::metadata(file).map_err(unreadable)?.is_file() {
        return Err("is not a file".to_owned());
    }
    let limit = TEXT_BYTES_MAX as u64 + 1;
    fs::File::open(file).map_err(unreadable)?.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    super::text(bytes)
}
