//! What commands print, word for word. Each file of `tests/golden` has commands behind `$ `, what they print behind them, and the
//! exit code where it is not 0. With `UPDATE_GOLDEN=1` the files are written anew: read the difference.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Plays the commands of a file in its folder, and gives back the file as it is now.
fn played(text: &str) -> String {
    let mut now = String::new();
    for block in text.split("$ ").skip(1) {
        let line = block.lines().next().unwrap_or_default();
        let words = line.split_whitespace().skip(1);
        let mut command = Command::new(env!("CARGO_BIN_EXE_ecs-spot-operator"));
        command.args(words).current_dir(folder()).stdin(Stdio::null()).env_remove("RUST_LOG");
        let output = command.output().unwrap();
        let (printed, complained) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        write!(now, "$ {line}\n{printed}{complained}").unwrap();
        match output.status.code() {
            Some(0) => {}
            code => writeln!(now, "[exit {}]", code.unwrap()).unwrap(),
        }
        now.push('\n');
    }
    now
}

#[test]
fn commands_print_what_is_written_down() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let before = std::fs::read_to_string(&file).unwrap();
        let now = played(&before);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, now).unwrap();
        } else {
            assert_eq!(now, before, "{}: UPDATE_GOLDEN=1 writes it anew", file.display());
        }
    }
}
