//! What the program says of itself for shells and for `man`: completions and manual pages.

use std::fs;
use std::io;
use std::path::Path;

use clap::{CommandFactory, ValueEnum};

use super::{Cli, DONE, FAILED, complain, say};

/// A shell that completes commands.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

impl From<Shell> for clap_complete::Shell {
    fn from(shell: Shell) -> Self {
        match shell {
            Shell::Bash => Self::Bash,
            Shell::Zsh => Self::Zsh,
            Shell::Fish => Self::Fish,
        }
    }
}

/// Prints the completions for a shell.
pub fn completions(shell: Shell) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(clap_complete::Shell::from(shell), &mut Cli::command(), "ecs-spot-operator", &mut script);
    say(String::from_utf8_lossy(&script).trim_end());
    DONE
}

/// Writes the manual pages of all commands into `directory`.
pub fn man(directory: &Path) -> u8 {
    match pages(directory) {
        Ok(()) => {
            say(&format!("wrote the manual pages to {}: man -l {0}/ecs-spot-operator.1", directory.display()));
            DONE
        }
        Err(error) => {
            complain(format!("the manual pages could not be written to {}: {error}", directory.display()));
            FAILED
        }
    }
}

fn pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    clap_mangen::generate_to(Cli::command(), directory)
}
