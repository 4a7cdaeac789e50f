//! Durations as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time such as `90s`, `10m` or `1h30m`; never negative, at most 48 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanDuration(SignedDuration);

impl HumanDuration {
    const MAX: SignedDuration = SignedDuration::from_hours(48);

    /// A duration of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u32) -> Self {
        Self(SignedDuration::from_secs(seconds as i64))
    }

    /// For arithmetic with timestamps.
    #[must_use]
    pub const fn signed(self) -> SignedDuration {
        self.0
    }

    /// For sleeping.
    #[must_use]
    pub const fn unsigned(self) -> Duration {
        self.0.unsigned_abs()
    }
}

impl FromStr for HumanDuration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let duration: SignedDuration =
            text.parse().map_err(|_| format!("`{text}` is not a duration: write it like `90s`, `10m` or `1h30m`"))?;
        if duration.is_negative() || duration > Self::MAX {
            return Err(format!("`{text}` is out of range: durations run from 0s to 48h"));
        }
        Ok(Self(duration))
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:#}", self.0);
        f.write_str(&text.replace(' ', ""))
    }
}

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for HumanDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for HumanDuration {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time such as `90s`, `10m` or `1h30m`; at most 48h.",
            "pattern": "^[0-9]",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write_and_prints_it_back() {
        for (text, seconds, printed) in
            [("90s", 90, "1m30s"), ("10m", 600, "10m"), ("1h30m", 5400, "1h30m"), ("0s", 0, "0s")]
        {
            let duration: HumanDuration = text.parse().unwrap();
            assert_eq!(duration.signed().as_secs(), seconds, "{text}");
            assert_eq!(duration.to_string(), printed);
        }
    }

    #[test]
    fn refuses_what_is_no_duration() {
        for text in ["15", "", "-5s", "soon", "49h"] {
            assert!(text.parse::<HumanDuration>().is_err(), "{text}");
        }
    }
}
