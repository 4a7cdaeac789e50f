//! Percentages, and amounts that are either a percentage or a count.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A percentage from `1%` to `100%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

impl Percent {
    /// `percent` of a hundred, held to 1..=100.
    #[must_use]
    pub const fn new(percent: u8) -> Self {
        Self(if percent < 1 {
            1
        } else if percent > 100 {
            100
        } else {
            percent
        })
    }

    /// Of a hundred.
    #[must_use]
    pub const fn of_hundred(self) -> u8 {
        self.0
    }

    /// As a share of one.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').and_then(|digits| digits.parse::<u8>().ok());
        number
            .filter(|n| (1..=100).contains(n))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a percentage: write it like `80%`, from 1% to 100%"))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// How many of something: a share of it such as `10%`, or a count such as `3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// A share of the whole.
    Percent(Percent),
    /// So many.
    Count(u32),
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(count) => Ok(Self::Count(count)),
            Err(_) => text.parse().map(Self::Percent).map_err(|_: String| {
                format!("`{text}` is no amount: write a share such as `10%` or a count such as `3`")
            }),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => percent.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage such as `10%` or a count such as `3`")
    }

    fn visit_u64<E: de::Error>(self, count: u64) -> Result<Amount, E> {
        u32::try_from(count).map(Amount::Count).map_err(|_| E::custom(format!("{count} is too many")))
    }

    fn visit_i64<E: de::Error>(self, count: i64) -> Result<Amount, E> {
        u32::try_from(count).map(Amount::Count).map_err(|_| E::custom(format!("{count} is out of range")))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        text.parse().map(Amount::Percent).map_err(E::custom)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Percent(percent) => percent.serialize(serializer),
            Self::Count(count) => count.serialize(serializer),
        }
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^([1-9][0-9]?|100)%$", "description": "From `1%` to `100%`."})
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let percent = generator.subschema_for::<Percent>();
        json_schema!({
            "description": "A share such as `10%`, or a count such as `3`.",
            "anyOf": [percent, {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32}],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_shares_and_counts() {
        let amounts: Vec<Amount> = serde_json::from_str(r#"["10%", 3, 0]"#).unwrap();
        assert_eq!(amounts, [Amount::Percent(Percent(10)), Amount::Count(3), Amount::Count(0)]);
        assert_eq!(serde_json::to_string(&amounts).unwrap(), r#"["10%",3,0]"#);
    }

    #[test]
    fn refuses_what_is_neither() {
        for text in [r#""10""#, "-1", r#""0%""#, r#""101%""#, "1.5", "null"] {
            assert!(serde_json::from_str::<Amount>(text).is_err(), "{text}");
        }
    }
}
