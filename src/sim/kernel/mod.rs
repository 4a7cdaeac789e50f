//! What every service of the simulated AWS is built on: time and what is going to happen (`agenda`, `timer`), what has
//! happened (`fact`), chance (`dice`), names, errors, and the [`Core`] that hands all of it to whoever acts.
//!
//! Knows no service: what they tell each other and plan for themselves is plain data here.

mod agenda;
mod core;
mod dice;
mod fact;
mod fault;
mod mishap;
mod names;
mod object;
mod published;
mod timer;

pub use core::{AWS, Core, Event, earlier, later};
pub use dice::Purpose;
pub use fact::{Departure, Drained, Fact, Gone, HookResult, Host, LifecycleNotice, Target};
pub use fault::Fault;
pub use mishap::Loss;
pub use names::{Names, balanced_name, resource, short};
pub use object::object;
pub use published::{Audience, Published};
pub use timer::{AutoScalingTimer, Ec2Timer, EcsTimer, EventsTimer, GroupTimer, PlanTimer, Step, Timer, WeatherTimer};
