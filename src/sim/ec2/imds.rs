//! The instance metadata service of each instance, version 2 (EC2 User Guide, "Use the Instance Metadata Service").
//!
//! As documented, what there is nothing to say of is a 404, and a token is needed for everything.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::Ec2;
use super::instance::Instance;
use crate::sim::kernel::{Core, Purpose, later};

/// A token lives that long at most: six hours.
const TTL_MAX: u64 = 21_600;

/// What a program on an instance asks.
#[derive(Clone, Debug)]
pub struct ImdsRequest<'a> {
    /// Whether it asks for a token, by `PUT`.
    pub put: bool,
    /// Such as `/latest/meta-data/spot/instance-action`.
    pub path: &'a str,
    /// `X-aws-ec2-metadata-token`.
    pub token: Option<&'a str>,
    /// `X-aws-ec2-metadata-token-ttl-seconds`.
    pub ttl: Option<&'a str>,
}

/// A status and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImdsAnswer {
    pub status: u16,
    pub body: String,
    /// How long the token is good for that it gives, in seconds.
    pub ttl: Option<u64>,
}

impl ImdsAnswer {
    pub fn of(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), ttl: None }
    }
}

/// The tokens that were given out, by instance.
#[derive(Clone, Debug, Default)]
pub struct Tokens(BTreeMap<String, BTreeMap<String, Timestamp>>);

/// So many tokens of an instance are kept; the one that ends first makes room. AWS gives no limit.
const TOKENS_MAX: usize = 1_000;

impl Tokens {
    fn issue(&mut self, instance: &str, ttl: Duration, core: &mut Core) -> String {
        let token = format!("AQAEA{}==", core.dice.hex(Purpose::Imds, 48));
        let tokens = self.0.entry(instance.to_owned()).or_default();
        let now = core.now;
        tokens.retain(|_, until| *until > now);
        while tokens.len() >= TOKENS_MAX {
            let first = tokens.iter().min_by_key(|(_, until)| **until).map(|(token, _)| token.clone());
            first.and_then(|first| tokens.remove(&first));
        }
        tokens.insert(token.clone(), later(now, ttl));
        token
    }

    fn is_valid(&self, instance: &str, token: &str, now: Timestamp) -> bool {
        self.0.get(instance).and_then(|tokens| tokens.get(token)).is_some_and(|until| *until > now)
    }

    pub fn forget(&mut self, instance: &str) {
        self.0.remove(instance);
    }
}

impl Ec2 {
    /// Answers a program on `instance`; `None` where nothing answers, since the instance does not run. `target` is the
    /// lifecycle state that Auto Scaling means it to reach.
    pub fn metadata(
        &mut self,
        instance: &str,
        request: &ImdsRequest<'_>,
        target: Option<&str>,
        core: &mut Core,
    ) -> Option<ImdsAnswer> {
        let asked = self.instances.get(instance).filter(|found| found.is_up())?;
        if request.put {
            return Some(self.token(instance, request, core));
        }
        let authorized = request.token.is_some_and(|token| self.tokens.is_valid(instance, token, core.now));
        if !authorized {
            return Some(ImdsAnswer::of(401, "401 - Unauthorized"));
        }
        let body = told(asked, request.path.trim_end_matches('/'), target, core);
        Some(body.map_or_else(|| ImdsAnswer::of(404, "404 - Not Found"), |body| ImdsAnswer::of(200, body)))
    }

    fn token(&mut self, instance: &str, request: &ImdsRequest<'_>, core: &mut Core) -> ImdsAnswer {
        let ttl = request.ttl.and_then(|ttl| ttl.parse().ok()).filter(|ttl| (1..=TTL_MAX).contains(ttl));
        match ttl {
            _ if request.path != "/latest/api/token" => ImdsAnswer::of(405, "405 - Method Not Allowed"),
            Some(ttl) => {
                let token = self.tokens.issue(instance, Duration::from_secs(ttl), core);
                ImdsAnswer { ttl: Some(ttl), ..ImdsAnswer::of(200, token) }
            }
            None => ImdsAnswer::of(400, "400 - Bad Request"),
        }
    }
}

fn told(instance: &Instance, path: &str, target: Option<&str>, core: &Core) -> Option<String> {
    let host = &instance.host;
    let seconds = |moment: Timestamp| Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string();
    let value = match path.strip_prefix("/latest/")? {
        "meta-data/instance-id" => host.id.clone(),
        "meta-data/instance-type" => host.instance_type.clone(),
        "meta-data/instance-life-cycle" => if host.spot { "spot" } else { "on-demand" }.to_owned(),
        "meta-data/placement/availability-zone" => host.zone.clone(),
        "meta-data/placement/region" => core.names.region.clone(),
        "meta-data/spot/instance-action" => {
            let (action, at) = instance.notice()?;
            json!({"action": action.name(), "time": seconds(at)}).to_string()
        }
        "meta-data/spot/termination-time" => seconds(instance.notice()?.1),
        "meta-data/events/recommendations/rebalance" => {
            json!({"noticeTime": seconds(instance.recommended?)}).to_string()
        }
        "meta-data/events/maintenance/scheduled" => maintenance(instance),
        "meta-data/autoscaling/target-lifecycle-state" => target?.to_owned(),
        "dynamic/instance-identity/document" => json!({
            "accountId": core.names.account,
            "availabilityZone": host.zone,
            "instanceId": host.id,
            "instanceType": host.instance_type,
            "region": core.names.region,
            "pendingTime": seconds(instance.launched),
            "version": "2017-09-30",
        })
        .to_string(),
        _ => return None,
    };
    Some(value)
}

/// An empty list where nothing is planned.
fn maintenance(instance: &Instance) -> String {
    let events = instance.retires.into_iter().map(|at| {
        json!({
            "NotBefore": at.strftime("%d %b %Y %H:%M:%S GMT").to_string(),
            "Code": "instance-retirement",
            "Description": "The instance is running on degraded hardware",
            "EventId": format!("instance-event-{}", instance.host.id.trim_start_matches("i-")),
            "State": "active",
        })
    });
    json!(events.collect::<Vec<_>>()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ec2::Order;
    use crate::sim::kernel::{Ec2Timer, Names};
    use crate::sim::spec::{Action, Params};

    fn world() -> (Ec2, Core, String) {
        let names = Names { account: "123456789012".into(), region: "us-east-1".into() };
        let mut core = Core::new(Timestamp::UNIX_EPOCH, Params::default(), names, 1);
        let mut ec2 = Ec2::default();
        let zone = "us-east-1a".to_owned();
        let order = Order { zone, instance_type: "m5.large".into(), spot: true, group: None, cluster: None };
        let id = ec2.launch(order, &mut core).unwrap();
        ec2.on_timer(Ec2Timer::Running(id.clone()), &mut core);
        (ec2, core, id)
    }

    fn put(ttl: Option<&'static str>) -> ImdsRequest<'static> {
        ImdsRequest { put: true, path: "/latest/api/token", token: None, ttl }
    }

    #[test]
    fn nothing_is_told_without_a_token_or_with_one_that_has_expired() {
        let (mut ec2, mut core, id) = world();
        for ttl in [None, Some("0"), Some("21601"), Some("x")] {
            assert_eq!(ec2.metadata(&id, &put(ttl), None, &mut core).unwrap().status, 400, "{ttl:?}");
        }
        let token = ec2.metadata(&id, &put(Some("60")), None, &mut core).unwrap().body;
        let ask = |token| ImdsRequest { put: false, path: "/latest/meta-data/instance-id", token, ttl: None };
        assert_eq!(ec2.metadata(&id, &ask(None), None, &mut core).unwrap().status, 401);
        assert_eq!(ec2.metadata(&id, &ask(Some(&token)), None, &mut core).unwrap().body, id);
        core.now = later(core.now, Duration::from_secs(60));
        assert_eq!(ec2.metadata(&id, &ask(Some(&token)), None, &mut core).unwrap().status, 401);
    }

    #[test]
    fn a_notice_is_told_from_when_it_is_given() {
        let (mut ec2, mut core, id) = world();
        let token = ec2.metadata(&id, &put(Some("21600")), None, &mut core).unwrap().body;
        let path = "/latest/meta-data/spot/instance-action";
        let ask = ImdsRequest { put: false, path, token: Some(&token), ttl: None };
        assert_eq!(ec2.metadata(&id, &ask, None, &mut core).unwrap().status, 404);
        ec2.interrupt(&id, Action::Stop, Duration::from_secs(120), &mut core);
        let told = ec2.metadata(&id, &ask, None, &mut core).unwrap().body;
        assert_eq!(told, r#"{"action":"stop","time":"1970-01-01T00:02:00Z"}"#);
    }
}
