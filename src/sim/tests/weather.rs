//! Spot by itself: many days of it, held against what is published.

use jiff::SignedDuration;

use super::*;

const DAY: u64 = 24 * 60 * 60;

/// Three hundred instances in six pools.
fn fleet(weather: Weather, seed: u64) -> Account {
    let fleet = GroupSpec {
        name: GROUP.into(),
        desired: 300,
        max: 400,
        instance_types: vec!["m5.large".into(), "c5.large".into()],
        ..GroupSpec::default()
    };
    let params = Params { journal_entries: 100, ..Params::default() };
    Account::new(Scenario { params, groups: vec![fleet], weather: Some(weather), ..Scenario::default() }, seed)
}

#[derive(Debug, Default)]
struct Seen {
    notices: usize,
    /// Another of the same pool got notice within three minutes.
    together: usize,
    /// It had been recommended to replace the instance.
    announced: usize,
    recommended: usize,
    /// No notice followed.
    in_vain: usize,
}

impl Seen {
    /// Adds what a day's storms brought; whom they concern is settled a day later.
    async fn watch(&mut self, seed: u64) {
        let until = Some(Duration::from_secs(DAY));
        let account = fleet(Weather { until, ..Weather::default() }, seed);
        account.secs(2 * DAY).await;
        let notices = account.sim.truth().interruptions;
        let world = account.sim.present();
        let of = |id: &str| world.ec2.get(id).unwrap();
        let pool = |id: &str| (of(id).host.instance_type.clone(), of(id).host.zone.clone());
        let near = |one: &Interruption, other: &Interruption| {
            one.instance_id != other.instance_id
                && one.notice.duration_since(other.notice).abs() <= SignedDuration::from_secs(180)
                && pool(&one.instance_id) == pool(&other.instance_id)
        };
        for one in &notices {
            self.notices += 1;
            self.together += usize::from(notices.iter().any(|other| near(one, other)));
            self.announced += usize::from(of(&one.instance_id).recommended.is_some_and(|at| at < one.notice));
        }
        for instance in world.ec2.iter() {
            let Some(at) = instance.recommended else { continue };
            let follows = |one: &Interruption| one.instance_id == instance.host.id && one.notice > at;
            self.recommended += 1;
            self.in_vain += usize::from(!notices.iter().any(follows));
        }
    }
}

/// In percent.
fn share(part: usize, whole: usize) -> usize {
    100 * part / whole
}

#[tokio::test(start_paused = true)]
async fn interruptions_come_together_and_recommendations_come_before_some_and_often_in_vain() {
    let mut seen = Seen::default();
    for seed in 0..60 {
        seen.watch(seed).await;
    }
    assert!(seen.notices > 500, "{seen:?}");
    assert!(share(seen.together, seen.notices) > 92, "arXiv 2604.16457: {seen:?}");
    assert!((54..=70).contains(&share(seen.announced, seen.notices)), "near 60 %: {seen:?}");
    assert!((60..=78).contains(&share(seen.in_vain, seen.recommended)), "near 70 %: {seen:?}");
}

/// A day of many storms, all of which are over at its end.
async fn stormy(changed: impl FnOnce(Weather) -> Weather) -> Truth {
    let weather = Weather {
        storms_per_day: 24.0,
        until: Some(Duration::from_secs(DAY - 3_600)),
        announced_percent: 0,
        announced_before: Spread::secs(60, 60),
        short_percent: 0,
        silent_percent: 0,
        cancelled_percent: 0,
        ..Weather::default()
    };
    let account = fleet(changed(weather), 1);
    account.secs(DAY).await;
    account.sim.truth()
}

fn lead(seen: &Interruption) -> i64 {
    seen.deadline.duration_since(seen.notice).as_secs()
}

#[tokio::test(start_paused = true)]
async fn a_usual_notice_has_two_minutes_and_comes_true() {
    let truth = stormy(|weather| weather).await;
    assert!(truth.interruptions.len() > 50);
    assert!(truth.interruptions.iter().all(|seen| lead(seen) == 120 && seen.gone == Some(seen.deadline)));
    assert_eq!(truth.unannounced, 0);
}

#[tokio::test(start_paused = true)]
async fn some_notices_have_less_than_two_minutes() {
    let truth = stormy(|weather| Weather { short_percent: 100, ..weather }).await;
    assert!(truth.interruptions.iter().all(|seen| lead(seen) <= 120));
    assert!(truth.interruptions.iter().any(|seen| lead(seen) < 30));
}

#[tokio::test(start_paused = true)]
async fn some_interruptions_come_without_notice() {
    let truth = stormy(|weather| Weather { silent_percent: 100, ..weather }).await;
    assert_eq!(truth.interruptions.len(), 0);
    assert!(truth.unannounced > 50, "{}", truth.unannounced);
}

#[tokio::test(start_paused = true)]
async fn some_reclaims_are_called_off() {
    let truth = stormy(|weather| Weather { cancelled_percent: 100, ..weather }).await;
    assert!(truth.interruptions.len() > 50);
    assert!(truth.interruptions.iter().all(|seen| seen.cancelled && seen.gone.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_recommendation_comes_as_long_before_as_is_said() {
    let weather = Weather {
        announced_percent: 100,
        false_alarm_percent: 0,
        announced_before: Spread::secs(17 * 60, 20 * 60),
        until: Some(Duration::from_secs(DAY)),
        ..Weather::default()
    };
    let mut seen = 0;
    for seed in 0..5 {
        let account = fleet(weather.clone(), seed);
        account.secs(2 * DAY).await;
        let notices = account.sim.truth().interruptions;
        let world = account.sim.present();
        for one in &notices {
            let recommended = world.ec2.get(&one.instance_id).unwrap().recommended.unwrap();
            let minutes = one.notice.duration_since(recommended).as_mins();
            assert!((17..=23).contains(&minutes), "{minutes} min");
            seen += 1;
        }
    }
    assert!(seen > 0);
}
