//! Targets: their health, registering and deregistering them.

use super::super::query::Form;
use super::super::xml::Xml;
use crate::sim::elb::Health;
use crate::sim::kernel::Fault;
use crate::sim::world::World;

/// The targets that are asked about, or all of the group. One that is not registered is `unused`, and no error.
pub fn health(world: &World, form: &Form) -> Result<Xml, Fault> {
    let (group, now) = (world.elb.group(&form.required("TargetGroupArn")?)?, world.core.now);
    let asked = targets(form)?;
    let shown: Vec<(&str, u16, Health)> = match asked.as_slice() {
        [] => group.targets(now).collect(),
        asked => asked
            .iter()
            .map(|(instance, port)| {
                let port = port.unwrap_or(group.port);
                (instance.as_str(), port, group.health(instance, port, now))
            })
            .collect(),
    };
    let mut xml = Xml::default();
    xml.list("TargetHealthDescriptions", shown, |xml, (instance, port, health)| {
        xml.element("Target", |xml| {
            xml.text("Id", instance);
            xml.text("Port", port);
        });
        xml.text("HealthCheckPort", port);
        xml.element("TargetHealth", |xml| state(xml, health));
    });
    Ok(xml)
}

fn state(xml: &mut Xml, health: Health) {
    let (state, because) = match health {
        Health::Healthy => ("healthy", None),
        Health::Draining => {
            ("draining", Some(("Target.DeregistrationInProgress", "Target deregistration is in progress")))
        }
        Health::NotRegistered => {
            ("unused", Some(("Target.NotRegistered", "Target is not registered to the target group")))
        }
    };
    xml.text("State", state);
    if let Some((reason, description)) = because {
        xml.text("Reason", reason);
        xml.text("Description", description);
    }
}

pub fn register(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let arn = form.required("TargetGroupArn")?;
    world.elb.register(&arn, &some_targets(form)?, &mut world.core)?;
    Ok(nothing())
}

pub fn deregister(world: &mut World, form: &Form) -> Result<Xml, Fault> {
    let arn = form.required("TargetGroupArn")?;
    world.elb.deregister(&arn, &some_targets(form)?, &mut world.core)?;
    Ok(nothing())
}

fn some_targets(form: &Form) -> Result<Vec<(String, Option<u16>)>, Fault> {
    match targets(form)? {
        none if none.is_empty() => Err(Fault::validation("At least one target must be specified")),
        some => Ok(some),
    }
}

fn targets(form: &Form) -> Result<Vec<(String, Option<u16>)>, Fault> {
    form.objects("Targets").iter().map(|target| Ok((target.required("Id")?, port(target)?))).collect()
}

fn port(target: &Form) -> Result<Option<u16>, Fault> {
    let Some(port) = target.number("Port")? else { return Ok(None) };
    let fitting = u16::try_from(port).ok().filter(|port| *port > 0);
    fitting.map(Some).ok_or_else(|| {
        Fault::validation(format!(
            "1 validation error detected: Value '{port}' at 'port' failed to satisfy constraint: Member must be between 1 \
             and 65535"
        ))
    })
}

/// Both have an output, with nothing in it.
fn nothing() -> Xml {
    let mut xml = Xml::default();
    xml.blank();
    xml
}
