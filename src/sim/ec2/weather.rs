//! Spot by itself: storms over pools, with what announces them, and false alarms.

use std::time::Duration;

use super::Ec2;
use super::pools::Pool;
use crate::sim::kernel::{Core, Purpose, WeatherTimer};
use crate::sim::spec::{Action, Spread, Weather};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// From a storm's decision to its first notice at least: recommendations come within this.
const AHEAD: Duration = Duration::from_secs(1);

/// The weather, if there is any.
#[derive(Clone, Debug, Default)]
pub struct Clouds {
    weather: Option<Weather>,
}

impl Ec2 {
    /// Lets storms come from now on.
    pub fn set_weather(&mut self, weather: Option<Weather>, core: &mut Core) {
        self.clouds.weather = weather;
        self.next_storm(core);
    }

    fn next_storm(&self, core: &mut Core) {
        let Some(rate) = self.clouds.weather.as_ref().map(|w| w.storms_per_day).filter(|rate| *rate > 0.0) else {
            return;
        };
        let wait = core.dice.wait(Purpose::Weather, DAY, rate);
        core.after(wait, WeatherTimer::Storm);
    }

    pub fn on_weather(&mut self, timer: WeatherTimer, core: &mut Core) {
        match timer {
            WeatherTimer::Storm => {
                self.storm(core);
                self.next_storm(core);
            }
            WeatherTimer::Recommend(id) => self.recommend(&id, core),
            WeatherTimer::Interrupt { instance, action, lead_millis, silent } => {
                self.take_back(&instance, action, Duration::from_millis(lead_millis), silent, core);
            }
            WeatherTimer::Cancel(id) => self.cancel_reclaim(&id, core),
            WeatherTimer::Dry(instance_type, zone) => {
                // What is there stays until its time comes.
                self.set_capacity(&(instance_type, zone), Some(0), core);
            }
            WeatherTimer::Calm(instance_type, zone) => self.restore(&(instance_type, zone), core),
        }
    }

    /// Decides a storm: which pool, how much of it, when each instance goes, and what is said before.
    fn storm(&mut self, core: &mut Core) {
        let Some(weather) = self.clouds.weather.clone() else { return };
        if weather.until.is_some_and(|until| core.elapsed() > until) {
            return;
        }
        let Some(pool) = core.dice.sample(Purpose::Weather, self.pools_in_use(), 1).pop() else { return };
        let can = |id: &String| self.can_be_interrupted(id);
        let inside: Vec<String> = self.in_pool(&pool).map(|i| i.host.id.clone()).filter(can).collect();
        let count = share(&weather, inside.len(), core);
        let victims = core.dice.sample(Purpose::Weather, inside, count);
        let announced = AHEAD + core.dice.skewed(Purpose::Weather, weather.announced_before);
        let mut recommendations = 0;
        for instance in &victims {
            if core.dice.percent(Purpose::Weather, weather.announced_percent) {
                core.within(
                    Purpose::Weather,
                    Spread::between(Duration::ZERO, AHEAD),
                    WeatherTimer::Recommend(instance.clone()),
                );
                recommendations += 1;
            }
            let at = announced + core.dice.duration(Purpose::Weather, weather.within);
            take(&weather, instance, at, core);
        }
        self.false_alarms(&weather, recommendations, &victims, core);
        if victims.len() > 1 {
            run_dry(&weather, pool, announced, core);
        }
    }

    /// For each recommendation that comes true as many others that do not as their share demands.
    fn false_alarms(&self, weather: &Weather, comes_true: u32, victims: &[String], core: &mut Core) {
        let false_alarms = f64::from(weather.false_alarm_percent.min(99));
        let wanted = f64::from(comes_true) * false_alarms / (100.0 - false_alarms);
        let whole = wanted.floor();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
        let count = whole as usize + usize::from(core.dice.chance(Purpose::Weather, wanted - whole));
        let others = self.instances.values().filter(|i| i.is_up() && i.host.spot && i.recommended.is_none());
        let others = others.map(|i| i.host.id.clone()).filter(|id| !victims.contains(id)).collect();
        for instance in core.dice.sample(Purpose::Weather, others, count) {
            core.within(Purpose::Weather, weather.within, WeatherTimer::Recommend(instance));
        }
    }
}

fn run_dry(weather: &Weather, (instance_type, zone): Pool, storm_in: Duration, core: &mut Core) {
    let dry = core.dice.duration(Purpose::Weather, weather.dry);
    core.after(storm_in, WeatherTimer::Dry(instance_type.clone(), zone.clone()));
    core.after(storm_in + dry, WeatherTimer::Calm(instance_type, zone));
}

fn share(weather: &Weather, inside: usize, core: &mut Core) -> usize {
    if core.dice.percent(Purpose::Weather, weather.lone_percent) {
        return 1;
    }
    let (low, high) = weather.share_percent;
    let percent = u64::from(low) + core.dice.below(Purpose::Weather, u64::from(high.saturating_sub(low)) + 1);
    (inside * usize::try_from(percent).unwrap_or(100)).div_ceil(100).max(2)
}

/// Plans the end of one instance.
fn take(weather: &Weather, instance: &str, at: Duration, core: &mut Core) {
    let usual = core.params.notice_lead;
    let short = core.dice.percent(Purpose::Weather, weather.short_percent);
    let lead = if short { core.dice.duration(Purpose::Weather, Spread::between(Duration::ZERO, usual)) } else { usual };
    let silent = core.dice.percent(Purpose::Weather, weather.silent_percent);
    let timer = WeatherTimer::Interrupt {
        instance: instance.to_owned(),
        action: Action::Terminate,
        lead_millis: u64::try_from(lead.as_millis()).unwrap_or(u64::MAX),
        silent,
    };
    core.after(at, timer);
    if core.dice.percent(Purpose::Weather, weather.cancelled_percent) {
        core.after(at + lead / 2, WeatherTimer::Cancel(instance.to_owned()));
    }
}
