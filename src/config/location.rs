//! Where manifests are kept, as people write it: a path, `s3://bucket/prefix`, or `ssm:/path`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where manifests are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file, or a directory of `*.yaml` and `*.yml` files.
    Path(PathBuf),
    /// The `*.yaml` and `*.yml` objects of a bucket right below a prefix, or the object whose key it is.
    S3 {
        /// The bucket.
        bucket: String,
        /// The folder or the key, without a slash in front.
        prefix: String,
    },
    /// All parameters of the Systems Manager below a path, or the one whose name it is.
    Ssm {
        /// The path, with a slash in front.
        path: String,
    },
}

impl Location {
    /// Whether AWS has to be asked, so that a failure may pass by itself.
    #[must_use]
    pub const fn is_remote(&self) -> bool {
        !matches!(self, Self::Path(_))
    }

    /// Whether this build can read it.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        match self {
            Self::Path(_) => true,
            Self::S3 { .. } => cfg!(feature = "s3"),
            Self::Ssm { .. } => cfg!(feature = "ssm"),
        }
    }
}

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err("an S3 location is written like s3://bucket/prefix".to_owned());
            }
            return Ok(Self::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
        }
        if let Some(path) = text.strip_prefix("ssm:") {
            if !path.starts_with('/') || path.len() < 2 || path.contains("//") {
                return Err("a location of SSM parameters is written like ssm:/path, with one slash".to_owned());
            }
            return Ok(Self::Ssm { path: path.trim_end_matches('/').to_owned() });
        }
        if text.is_empty() {
            return Err("a location is a path, s3://bucket/prefix or ssm:/path".to_owned());
        }
        Ok(Self::Path(PathBuf::from(text)))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Ssm { path } => write!(f, "ssm:{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_as_it_is_written() {
        for text in ["deploy/examples", "./s3", "/etc/x.yaml", "s3://bucket/", "s3://bucket/a/b", "ssm:/a/b"] {
            assert_eq!(text.parse::<Location>().unwrap().to_string(), text);
        }
        for text in ["", "s3://", "s3:///x", "ssm:", "ssm:/", "ssm:a", "ssm://", "ssm://a"] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
