//! The state of everything, and its way through time.

use jiff::Timestamp;

use super::agenda::Timer;
use super::autoscaling::AutoScaling;
use super::core::Core;
use super::ec2::Ec2;
use super::ecs::Ecs;
use super::events::Events;
use super::journal::Journal;
use super::past::Past;
use super::setup;
use super::sqs::Sqs;
use super::throttle::Buckets;
use super::truth::Recorder;

/// All services, and what they share.
#[derive(Debug)]
pub struct World {
    pub core: Core,
    pub ec2: Ec2,
    pub autoscaling: AutoScaling,
    pub ecs: Ecs,
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
            Timer::AutoScaling(timer) => self.autoscaling.on_timer(timer, &mut self.ec2, core),
            Timer::Ecs(timer) => self.ecs.on_timer(timer, core),
            Timer::Events(timer) => self.events.on_timer(timer, &mut self.sqs, core),
            Timer::Plan(timer) => setup::on_timer(self, timer),
        }
    }

    /// Lets everybody hear what has been told, until nobody has anything more to tell.
    pub fn settle(&mut self) {
        while let Some(fact) = self.core.facts.pop_front() {
            self.truth.hear(&fact, self.core.now);
            self.autoscaling.hear(&fact, &mut self.core);
            self.ecs.hear(&fact, &mut self.core);
            self.events.hear(&fact, &mut self.core);
            self.journal.fact(self.core.now, fact);
        }
    }
}
