//! Whether the agents of a group's instances drain them by themselves, as far as what the instances are started with tells.

use super::finding::{Severity, Sheet};

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentDraining {
    /// They do.
    On,
    /// They do not, which is the default.
    Off,
    /// It is in the user data of a launch template, which is not read: its id, and its version.
    InLaunchTemplate(String, String),
}

impl AgentDraining {
    /// What the user data of an instance says, a script or Bottlerocket's settings (ECS Developer Guide, "Amazon ECS container agent
    /// configuration"; Bottlerocket, `settings.ecs`).
    #[must_use]
    pub fn of(user_data: &str) -> Self {
        let on = user_data.lines().any(|line| {
            let line: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\')).collect();
            let says = |setting: &str| line.split(setting).skip(1).any(|rest| rest.starts_with("true"));
            let comment = line.starts_with('#');
            !comment && (says("ECS_ENABLE_SPOT_INSTANCE_DRAINING=") || says("enable-spot-instance-draining="))
        });
        if on { Self::On } else { Self::Off }
    }
}

/// What follows, where ECS drains by itself as well, or does not.
pub fn check(agents: &AgentDraining, managed_draining: bool, sheet: &mut Sheet<'_>) {
    match agents {
        AgentDraining::On if managed_draining => sheet.note(
            Severity::Note,
            "DrainedTwice",
            (
                "the agents drain at a notice (ECS_ENABLE_SPOT_INSTANCE_DRAINING), and so does managed draining".to_owned(),
                "each agent asks by a call of its own, again every second where it is refused, from the same bucket that the \
                 operator's calls are taken from"
                    .to_owned(),
                "take ECS_ENABLE_SPOT_INSTANCE_DRAINING out of the user data".to_owned(),
            ),
        ),
        AgentDraining::Off if !managed_draining => sheet.note(
            Severity::Note,
            "NobodyElseDrains",
            (
                "neither managed draining nor the agents drain at a notice".to_owned(),
                "while no operator runs, nobody does".to_owned(),
                "turn on managed draining of the capacity provider, or set ECS_ENABLE_SPOT_INSTANCE_DRAINING=true in the user data"
                    .to_owned(),
            ),
        ),
        AgentDraining::InLaunchTemplate(id, version) if !managed_draining => sheet.note(
            Severity::Note,
            "AgentDrainingNotRead",
            (
                format!("whether the agents drain at a notice is in the user data of the launch template {id}, which is not read"),
                "where they do not, nobody drains while no operator runs, since managed draining is off".to_owned(),
                format!(
                    "look for ECS_ENABLE_SPOT_INSTANCE_DRAINING: aws ec2 describe-launch-template-versions --launch-template-id {id} \
                     --versions '{version}' --query 'LaunchTemplateVersions[0].LaunchTemplateData.UserData' --output text | base64 -d"
                ),
            ),
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_read_as_people_write_it() {
        for on in [
            "#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\necho ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config",
            "cat <<EOF > /etc/ecs/ecs.config\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true\nEOF",
            r#"echo "ECS_ENABLE_SPOT_INSTANCE_DRAINING=\"true\"" >> /etc/ecs/ecs.config"#,
            "[settings.ecs]\nenable-spot-instance-draining = true",
        ] {
            assert_eq!(AgentDraining::of(on), AgentDraining::On, "{on}");
        }
        for off in [
            "",
            "ECS_ENABLE_SPOT_INSTANCE_DRAINING=false",
            "# echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
            "DRAINING=true",
        ] {
            assert_eq!(AgentDraining::of(off), AgentDraining::Off, "{off}");
        }
    }

    #[test]
    fn drained_twice_and_by_nobody_are_told_of() {
        let template = AgentDraining::InLaunchTemplate("lt-1".to_owned(), "$Latest".to_owned());
        let told = |agents: &AgentDraining, managed_draining: bool| {
            let mut found = Vec::new();
            check(agents, managed_draining, &mut Sheet::of("group web", &mut found));
            found.first().map(|finding| finding.check)
        };
        assert_eq!(told(&AgentDraining::On, true), Some("DrainedTwice"));
        assert_eq!(told(&AgentDraining::Off, false), Some("NobodyElseDrains"));
        assert_eq!(told(&template, false), Some("AgentDrainingNotRead"));
        for (agents, managed_draining) in [(AgentDraining::On, false), (AgentDraining::Off, true), (template, true)] {
            assert_eq!(told(&agents, managed_draining), None);
        }
    }
}
