//! The state of everything, and its way through time.

use std::sync::Arc;

use jiff::Timestamp;

use super::autoscaling::AutoScaling;
use super::ec2::Ec2;
use super::ecs::Ecs;
use super::edge::{Buckets, Past};
use super::elb::Elb;
use super::events::Events;
use super::kernel::{AWS, Core, EcsTimer, Fact, Timer};
use super::plan;
use super::record::{Journal, Recorder, situation};
use super::sqs::Sqs;

/// All services, and what they share.
#[derive(Debug)]
pub struct World {
    pub core: Core,
    pub ec2: Ec2,
    pub autoscaling: AutoScaling,
    pub ecs: Ecs,
    pub elb: Elb,
    pub sqs: Sqs,
    pub events: Events,
    pub truth: Recorder,
    pub journal: Journal,
    pub buckets: Buckets,
    pub past: Past,
}

impl World {
    /// An empty account.
    pub fn new(core: Core) -> Self {
        let journal = Journal::new(core.params.journal_entries);
        Self {
            core,
            ec2: Ec2::default(),
            autoscaling: AutoScaling::default(),
            ecs: Ecs::default(),
            elb: Elb::default(),
            sqs: Sqs::default(),
            events: Events::default(),
            truth: Recorder::default(),
            journal,
            buckets: Buckets::default(),
            past: Past::default(),
        }
    }

    /// When something happens next by itself.
    pub fn next_event(&self) -> Option<Timestamp> {
        self.core.agenda.next()
    }

    /// Lets everything happen that is due by `now`; says whether anything was. Time does not run backwards.
    pub fn advance_to(&mut self, now: Timestamp) -> bool {
        let mut happened = false;
        while let Some((moment, timer)) = self.core.agenda.take_due(now) {
            self.core.now = self.core.now.max(moment);
            self.fire(timer);
            self.settle();
            happened = true;
        }
        self.core.now = self.core.now.max(now);
        happened
    }

    fn fire(&mut self, timer: Timer) {
        let core = &mut self.core;
        match timer {
            Timer::Ec2(timer) => self.ec2.on_timer(timer, core),
            Timer::Weather(timer) => self.ec2.on_weather(timer, core),
            Timer::AutoScaling(timer) => self.autoscaling.on_timer(&timer, &mut self.ec2, core),
            Timer::Ecs(timer) => self.fire_ecs(timer),
            Timer::Events(timer) => self.events.on_timer(timer, &mut self.sqs, core),
            Timer::Plan(timer) => plan::on_timer(self, timer),
        }
    }

    /// The agent calls the API like anybody else, and tries again every second until it is let (ECS agent, `agent.go`).
    fn fire_ecs(&mut self, timer: EcsTimer) {
        let core = &mut self.core;
        let calls = matches!(timer, EcsTimer::AgentDrain { .. });
        if calls && self.buckets.draw("ecs", "UpdateContainerInstancesState", core).is_some() {
            return core.after(AGENT_RETRY, timer);
        }
        self.ecs.on_timer(timer, core);
    }

    /// Does something in the name of a caller.
    pub fn in_the_name_of<T>(&mut self, caller: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        self.core.actor = caller.into();
        let result = act(self);
        self.core.actor = AWS.into();
        result
    }

    /// Lets everybody hear what has been told, until nobody has anything more to tell.
    pub fn settle(&mut self) {
        while let Some((by, mut fact)) = self.core.facts.pop_front() {
            if let Fact::InterruptionNotice { host, situation: stands, .. } = &mut fact {
                *stands = situation(&self.autoscaling, &host.id).name();
            }
            let before = std::mem::replace(&mut self.core.actor, Arc::clone(&by));
            self.truth.hear(&fact, self.core.now);
            self.autoscaling.hear(&fact, &mut self.ec2, &mut self.core);
            self.ecs.hear(&fact, &mut self.core);
            self.elb.hear(&fact, &mut self.core);
            self.events.hear(&fact, &mut self.core);
            self.core.actor = before;
            self.journal.fact(self.core.now, &by, fact);
        }
    }
}

const AGENT_RETRY: std::time::Duration = std::time::Duration::from_secs(1);
