//! A URL that whoever knows it may use: read as it is, and told only so far that one can tell it from another.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// What stands before the fingerprint where a URL is told.
const HIDDEN: &str = "/…#";

/// A URL that is a secret. It is written as its scheme and host and a fingerprint of the whole.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^https?://"))]
pub struct SecretUrl(String);

impl SecretUrl {
    /// The URL itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be told of it. Of what has been told already, the same.
    #[must_use]
    pub fn told(&self) -> String {
        if self.0.contains(HIDDEN) {
            return self.0.clone();
        }
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", self.0.as_str()));
        // Before an `@` there may be a password.
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        let fingerprint: String = Sha256::digest(&self.0).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        format!("{scheme}://{host}{HIDDEN}{fingerprint}")
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told())
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        serde_json::to_value(SecretUrl(url.to_owned())).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn what_is_told_has_the_host_and_tells_one_from_another() {
        let url = "https://me:pass@hooks.slack.com/services/T0/B0/x?token=y";
        assert!(told(url).starts_with("https://hooks.slack.com/…#") && told(url).len() < 40, "{}", told(url));
        assert_eq!(told(url), told(url));
        assert_ne!(told(url), told(&format!("{url}z")));
        assert_eq!(told(&told(url)), told(url), "a reader may tell it on");
        let debug = format!("{:?}", SecretUrl(url.to_owned()));
        assert!(!debug.contains("T0") && !debug.contains("pass"), "{debug}");
        assert!(!told("nonsense/secret").contains("secret"));
    }
}
