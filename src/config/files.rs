//! Manifests in files and directories.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Loader;
use super::texts::{TEXTS_MAX, Texts, is_yaml, text};
use crate::api::{Problem, Problems, TEXT_BYTES_MAX, Text};

/// A file, or all YAML files of a directory.
#[derive(Debug)]
pub struct Files(pub PathBuf);

impl Loader for Files {
    fn load(&self) -> BoxFuture<'_, Result<Vec<Text>, Problems>> {
        let path = self.0.clone();
        // A disk that does not answer must not hold up anything else.
        let reading = tokio::task::spawn_blocking(move || read(&path));
        Box::pin(async move {
            let cut_short = |_| Err(Problem::with_file(&self.0.display().to_string(), "cannot be read").into());
            reading.await.unwrap_or_else(cut_short)
        })
    }

    fn every(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// All `*.yaml` and `*.yml` files of a directory in the order of their names, or one file.
///
/// # Errors
/// Every file that cannot be read, that is too long, or that is no text.
pub fn read(path: &Path) -> Result<Vec<Text>, Problems> {
    let mut texts = Texts::of(path.display().to_string());
    for file in files(path)? {
        texts.add(file.display().to_string(), contents(&file))?;
    }
    texts.all()
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
        if holds_manifests(&file) {
            files.push(file);
        }
        if files.len() > TEXTS_MAX {
            break;
        }
    }
    if files.is_empty() {
        return Err(refuse("has no *.yaml or *.yml file in it".to_owned()));
    }
    if files.len() > TEXTS_MAX {
        return Err(refuse(format!("has more than {TEXTS_MAX} YAML files in it")));
    }
    files.sort();
    Ok(files)
}

/// What is named like one and is none, such as a link to nothing, is told of when it is read.
fn holds_manifests(path: &Path) -> bool {
    !path.is_dir() && path.file_name().is_some_and(|name| is_yaml(&name.to_string_lossy()))
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
    text(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_no_text_is_refused_by_its_name_and_read_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let Err(problems) = read(&path) else { panic!("{name} was read") };
            let problems = problems.to_string();
            assert!(problems.contains(name) && problems.len() < 500, "{problems}");
            problems
        };
        assert!(refused("long.yaml", &b"a: b\n".repeat(2_000_000)).contains("more than 1048576 bytes"));
        assert!(refused("binary.yaml", &[0x7f, b'E', b'L', b'F', 0xff, 0]).contains("is not UTF-8 text (byte 4)"));
        let all = read(folder.path()).unwrap_err();
        assert_eq!(all.0.len(), 2, "each is told of: {all}");
    }
}
