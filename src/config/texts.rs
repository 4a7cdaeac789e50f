//! The texts of one location while they are gathered: held to limits, and everything that is wrong with them told at once.

use crate::api::{Problem, Problems, TEXT_BYTES_MAX, Text};

/// So many texts of a location are read at most.
pub const TEXTS_MAX: usize = 1000;

/// All texts of a location together have so many bytes at most.
const ALL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The texts of one location.
#[derive(Debug)]
pub struct Texts {
    place: String,
    texts: Vec<Text>,
    problems: Vec<Problem>,
    bytes: usize,
}

impl Texts {
    /// None yet, of the location that is written so.
    pub fn of(place: impl Into<String>) -> Self {
        Self { place: place.into(), texts: Vec::new(), problems: Vec::new(), bytes: 0 }
    }

    /// One more, or why it cannot be read.
    ///
    /// # Errors
    /// There are too many bytes already.
    pub fn add(&mut self, name: String, read: Result<String, String>) -> Result<(), Problem> {
        match read {
            Ok(text) => {
                self.bytes += text.len();
                self.texts.push(Text { name, text });
            }
            Err(message) => self.problems.push(Problem::with_file(&name, message)),
        }
        if self.bytes <= ALL_BYTES_MAX {
            return Ok(());
        }
        Err(Problem::with_file(&self.place, format!("has more than {ALL_BYTES_MAX} bytes of manifests in it")))
    }

    /// All of them.
    ///
    /// # Errors
    /// Everything that could not be read.
    pub fn all(self) -> Result<Vec<Text>, Problems> {
        if self.problems.is_empty() { Ok(self.texts) } else { Err(Problems(self.problems)) }
    }
}

/// Whether something of this name holds manifests. Hidden ones are editors' own.
pub fn is_yaml(name: &str) -> bool {
    !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"))
}

/// Bytes as text, where they are one and not too long.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.len() > TEXT_BYTES_MAX {
        return Err(format!("has more than {TEXT_BYTES_MAX} bytes, which is all that manifests may have"));
    }
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 text (byte {})", error.utf8_error().valid_up_to()))
}
