//! What is wrong with what a person wrote, and where it stands.

use std::fmt;

/// A text with manifests in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The file, or what stands for it in messages.
    pub name: String,
    /// Its contents.
    pub text: String,
}

/// Something wrong with a manifest: one message, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or what stands for it in messages.
    pub file: String,
    /// Line and column, both from 1, where known.
    pub place: Option<(u64, u64)>,
    /// The path of the field, such as `spec.queues[0].url`, where it is about one.
    pub field: Option<String>,
    /// What is wrong and what mends it.
    pub message: String,
    /// The source line with a mark under the place, where it can be shown.
    pub snippet: Option<String>,
}

impl Problem {
    /// A problem with `file` as a whole.
    #[must_use]
    pub fn with_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: None, field: None, message: message.into(), snippet: None }
    }

    /// A problem at a line and column of `file`, whose text is `text`.
    #[must_use]
    pub fn at(file: &str, text: &str, place: (u64, u64), message: impl Into<String>) -> Self {
        let snippet = snippet(text, place);
        Self { file: file.to_owned(), place: Some(place), field: None, message: message.into(), snippet }
    }

    /// The same, as one of the field at `path`.
    #[must_use]
    pub fn of_field(self, path: &str) -> Self {
        // What stands beside it may be a secret, and problems are logged.
        let snippet = self.snippet.filter(|_| !path.starts_with("spec.notifications"));
        Self { field: Some(path.to_owned()).filter(|path| !path.is_empty()), snippet, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        let field = self.field.as_deref().filter(|field| !self.message.starts_with(field));
        match field {
            Some(field) => write!(f, ": {field}: {}", self.message)?,
            None => write!(f, ": {}", self.message)?,
        }
        self.snippet.iter().try_for_each(|snippet| write!(f, "\n{snippet}"))
    }
}

impl std::error::Error for Problem {}

/// All that is wrong with some manifests: at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

/// So many are shown at once; whoever has mended them sees the rest.
const SHOWN_MAX: usize = 100;

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN_MAX).enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        match self.0.len().saturating_sub(SHOWN_MAX) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The line at `place` as compilers show it. A line too long to read is left out.
fn snippet(text: &str, (line, column): (u64, u64)) -> Option<String> {
    let index = usize::try_from(line.checked_sub(1)?).ok()?;
    let source = text.lines().nth(index)?;
    if source.chars().count() > 200 || source.chars().any(|c| c.is_control() && c != '\t') {
        return None;
    }
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(usize::try_from(column.saturating_sub(1)).ok()?.min(200));
    Some(format!("{margin} |\n{number} | {}\n{margin} | {indent}^", source.replace('\t', " ")))
}
