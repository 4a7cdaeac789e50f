//! Texts of people with places for the fields of a case's log line in them, as `{instance_id}`. Reading is strict, filling in never
//! fails.

use serde_json::Value;

use super::nearest::nearest;

/// What may stand in a place: the fields of the lines of cases (`LogLine`).
pub const FIELDS: [&str; 19] = [
    "auto_scaling_group",
    "availability_zone",
    "capacity_provider",
    "case",
    "cluster",
    "container_instance_arn",
    "deadline",
    "event",
    "instance_id",
    "instance_type",
    "message",
    "outcome",
    "reason",
    "replacement",
    "seconds_left",
    "signal",
    "tasks.graceful",
    "tasks.killed",
    "tasks.running",
];

/// A template is so long at most, in characters.
pub const TEMPLATE_MAX: usize = 2_000;

/// A text with places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(&'static str),
}

impl Template {
    /// Reads a template. `{{` and `}}` are braces.
    ///
    /// # Errors
    /// It is too long, a brace has no partner, or a place names no field.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.chars().count() > TEMPLATE_MAX {
            return Err(format!("is longer than {TEMPLATE_MAX} characters"));
        }
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if from.starts_with("{{") || from.starts_with("}}") {
                plain.push_str(from.get(..1).unwrap_or_default());
                rest = from.get(2..).unwrap_or_default();
                continue;
            }
            let place = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let Some((name, after)) = place else {
                return Err("has a brace without its partner: write {{ and }} for braces".to_owned());
            };
            parts.extend([Part::Text(std::mem::take(&mut plain)), Part::Place(field(name.trim())?)]);
            rest = after;
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// The text with the fields of `line`, each made fit by `escape`; what the line does not have is a dash.
    #[must_use]
    pub fn fill(&self, line: &Value, escape: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Place(field) => escape(&value(line, field)),
        };
        self.0.iter().map(part).collect()
    }
}

fn field(name: &str) -> Result<&'static str, String> {
    FIELDS.into_iter().find(|field| *field == name).ok_or_else(|| {
        let meant = nearest(name, FIELDS.into_iter());
        let meant =
            meant.map_or_else(|| format!("there are {}", FIELDS.join(", ")), |near| format!("did you mean `{near}`?"));
        format!("has a place for `{name}`, which no case has; {meant}")
    })
}

fn value(line: &Value, field: &str) -> String {
    let found = field.split('.').try_fold(line, |value, name| value.get(name));
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_filled_and_braces_stay() {
        let template = Template::parse("{{{instance_id}}} in {cluster}: {tasks.killed} killed, {outcome}").unwrap();
        let line = json!({"instance_id": "i-1", "cluster": "<web>", "tasks": {"killed": 2}, "outcome": null});
        let escape = |text: &str| text.replace('<', "&lt;");
        assert_eq!(template.fill(&line, escape), "{i-1} in &lt;web>: 2 killed, -");
        assert_eq!(Template::parse("").unwrap().fill(&line, escape), "");
    }

    #[test]
    fn every_place_is_a_field_of_the_log() {
        let schema = serde_json::to_value(crate::api::schema("LogLine").unwrap()).unwrap();
        for field in FIELDS {
            let root = field.split('.').next().unwrap();
            assert!(schema["properties"].get(root).is_some(), "{field}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused_with_what_mends_it() {
        for (text, complaint) in [
            ("{instance_id", "partner"),
            ("instance_id}", "partner"),
            ("{instanceid}", "did you mean `instance_id`"),
            ("{}", "there are auto_scaling_group"),
            ("ä{", "partner"),
        ] {
            let said = Template::parse(text).unwrap_err();
            assert!(said.contains(complaint), "{text}: {said}");
        }
        assert!(Template::parse(&"ä".repeat(TEMPLATE_MAX)).is_ok());
        assert!(Template::parse(&"a".repeat(TEMPLATE_MAX + 1)).is_err());
    }
}
