use super::*;
use crate::observe::task::{Owner, Task};
use crate::plan::{Deed, Dismissal, Outcome, Phase, Place, Step};
use crate::signal::{self, Parsed, Signal};
use crate::telemetry::registry::Registry;

fn time(text: &str) -> Timestamp {
    format!("2026-01-02T{text}Z").parse().unwrap()
}

fn notice(instance: &str, said_at: Timestamp) -> Signal {
    let kind = "EC2 Spot Instance Interruption Warning";
    let body = serde_json::json!({"detail-type": kind, "time": said_at, "detail": {"instance-id": instance}});
    let Ok(Parsed::Signals(mut signals)) = signal::parse(&body.to_string(), said_at) else {
        panic!("no notice: {body}")
    };
    signals.remove(0)
}

/// What the loop has, and the board it writes on.
#[derive(Default)]
struct Loop {
    board: Board,
    cases: Cases,
    report: Report,
    snapshot: Snapshot,
}

impl Loop {
    fn notice(&mut self, instance: &str, said_at: &str) -> CaseId {
        let said_at = time(said_at);
        self.cases.admit(&notice(instance, said_at), false, said_at);
        CaseId { instance: instance.into(), said_at }
    }

    fn identified(&mut self, instance: &str, said_at: &str) -> CaseId {
        self.identified_in("web", instance, said_at)
    }

    /// In the cluster `web` of some Region, which is managed by this name.
    fn identified_in(&mut self, managed_as: &str, instance: &str, said_at: &str) -> CaseId {
        let case = self.notice(instance, said_at);
        let place = Place {
            cluster: managed_as.into(),
            cluster_name: "web".into(),
            provider: Some("web-spot".into()),
            group: None,
            arn: None,
            availability_zone: Some("us-east-1a".into()),
            instance_type: None,
        };
        let step = Step::Identify { case: case.clone(), place, mode: crate::api::Mode::Enforce };
        self.cases.apply(&step, case.said_at);
        case
    }

    fn task(&mut self, instance: &str, task: &str, stopped: bool) {
        let tasks = self.snapshot.tasks.entry(instance.into()).or_default();
        let at = time("03:00:01");
        let seen = Task {
            owner: Owner::Nobody,
            definition: "app".into(),
            endpoints: Vec::new(),
            is_deactivating: false,
            told_to_stop: stopped,
            stopped,
            stopped_at: stopped.then_some(at),
            died_with_host: false,
            version: None,
            observed_at: at,
        };
        tasks.tasks.insert(task.into(), seen);
    }

    fn think(&self) {
        self.board.publish(&self.cases, &self.report, &self.snapshot);
    }

    /// Ends a case as the loop does: it is gone from the cases, and its last line is told.
    fn close(&mut self, case: &CaseId, at: &str) {
        let outcome = Outcome::HandedOver;
        let ended = self.cases.apply(&Step::Close { case: case.clone(), outcome }, time(at)).unwrap();
        let line = CaseLine::new("case.closed", &ended, Tally::default(), time(at));
        self.board.end(CaseLine { outcome: Some(outcome), message: "the end".to_owned(), ..line }, time(at));
    }

    fn names(&self, at: &str) -> Vec<String> {
        self.board.list(usize::MAX, time(at)).items.into_iter().map(|item| item.metadata.name).collect()
    }

    fn kept(&self, instance: &str) -> Arc<Open> {
        Arc::clone(&self.board.lock().open[&InstanceId::from(instance)])
    }
}

#[test]
fn an_open_case_shows_what_is_known_of_it_and_what_it_waits_for() {
    let mut the = Loop::default();
    let case = the.identified("i-1", "03:00:00");
    the.report.add(&case, Reason::TasksRunning(1));
    the.task("i-1", "t-1", true);
    the.task("i-1", "t-2", false);
    the.think();
    let shown = the.board.find("i-1", time("03:00:30")).unwrap();
    assert_eq!((shown.kind.as_str(), shown.metadata.name.as_str()), ("Interruption", "i-1@2026-01-02T03:00:00Z"));
    assert_eq!((shown.spec.instance_id.as_str(), shown.spec.cluster.as_deref()), ("i-1", Some("web")));
    assert_eq!(shown.spec.deadline.as_deref(), Some("2026-01-02T03:02:00.000Z"));
    let status = shown.status;
    assert!(status.open && status.outcome.is_none());
    assert_eq!((status.tasks.graceful, status.tasks.running), (1, 1));
    assert_eq!(status.phases["noticed"], "2026-01-02T03:00:00.000Z");
    assert_eq!(status.capacity_provider.as_deref(), Some("web-spot"));
    assert_eq!(status.waiting_for.len(), 1);
    assert_eq!(status.waiting_for[0].reason, "TasksRunning");
    assert_eq!(status.waiting_for[0].message, Reason::TasksRunning(1).to_string());
    assert_eq!(status.message, "i-1: noticed, 90 s left");
}

#[test]
fn the_seconds_left_are_those_of_the_moment_of_asking() {
    let mut the = Loop::default();
    the.identified("i-1", "03:00:00");
    the.think();
    for (at, left) in [("03:00:30", 90.0), ("03:01:59.5", 0.5), ("03:02:10", -10.0)] {
        assert_eq!(the.board.find("i-1", time(at)).unwrap().status.seconds_left, Some(left));
        assert_eq!(the.board.list(1, time(at)).items[0].status.seconds_left, Some(left));
    }
}

#[test]
fn one_that_is_not_identified_yet_is_shown_too() {
    let mut the = Loop::default();
    let case = the.notice("i-1", "03:00:00");
    the.report.add(&case, Reason::LookingUp);
    the.think();
    let shown = the.board.find("i-1", time("03:00:01")).unwrap();
    assert_eq!((shown.spec.cluster, shown.status.waiting_for[0].reason.as_str()), (None, "LookingUp"));
}

#[test]
fn a_thought_builds_anew_only_what_it_changed() {
    let mut the = Loop::default();
    let (first, second) = (the.identified("i-1", "03:00:00"), the.identified("i-2", "03:00:00"));
    the.task("i-1", "t-1", false);
    the.think();
    let changes: [&dyn Fn(&mut Loop); 5] = [
        &|the| the.report.add(&first, Reason::InstanceThere),
        &|the| the.task("i-1", "t-1", true),
        &|the| {
            let step = Step::Reach { case: first.clone(), phase: Phase::TasksStopped, replacement: None };
            the.cases.apply(&step, time("03:00:05"));
        },
        &|the| the.cases.answered(&Deed::Drain, &first, Ok(Some("r-1".to_owned())), time("03:00:06")),
        &|the| {
            the.notice("i-1", "02:59:00");
        },
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let (before, other) = (the.kept("i-1"), the.kept("i-2"));
        the.think();
        assert!(Arc::ptr_eq(&before, &the.kept("i-1")), "nothing changed before change {index}");
        change(&mut the);
        the.think();
        assert!(!Arc::ptr_eq(&before, &the.kept("i-1")), "change {index} is to be seen");
        assert!(Arc::ptr_eq(&other, &the.kept("i-2")), "change {index} is none of the other's");
    }
    assert_eq!(
        the.board.find("i-1", time("03:00:10")).unwrap().spec.deadline.as_deref(),
        Some("2026-01-02T03:01:00.000Z")
    );
    assert_eq!(the.names("03:00:10"), [first.to_string(), second.to_string()]);
}

#[test]
fn one_that_is_dismissed_without_a_word_is_gone_after_the_next_thought() {
    let mut the = Loop::default();
    let (foreign, ours) = (the.notice("i-1", "03:00:00"), the.identified("i-2", "03:00:00"));
    the.think();
    the.cases.apply(&Step::Dismiss { case: foreign, why: Dismissal::Foreign }, time("03:00:01"));
    the.think();
    assert_eq!(the.names("03:00:02"), [ours.to_string()]);
}

#[test]
fn one_that_has_ended_is_kept_as_it_ended_for_an_hour() {
    let mut the = Loop::default();
    let case = the.identified("i-1", "03:00:00");
    the.report.add(&case, Reason::InstanceThere);
    the.think();
    the.close(&case, "03:02:06");
    the.think();
    for at in ["03:02:06", "04:02:06"] {
        let shown = the.board.find("i-1", time(at)).unwrap();
        assert_eq!((shown.status.open, shown.status.outcome.as_deref()), (false, Some("handed_over")));
        assert_eq!((shown.status.seconds_left, shown.status.message.as_str()), (Some(-6.0), "the end"));
        assert_eq!(shown.status.waiting_for, []);
        assert_eq!(the.names(at), [case.to_string()]);
    }
    assert_eq!((the.board.find("i-1", time("04:02:07")), the.names("04:02:07").len()), (None, 0));
    assert_eq!(the.board.lock().ended.len(), 1, "until another one ends");
    let other = the.identified("i-2", "04:00:00");
    the.close(&other, "04:02:07");
    assert_eq!(the.board.lock().ended.len(), 1, "and not longer");
}

#[test]
fn so_many_that_have_ended_are_kept_and_no_more() {
    let mut the = Loop::default();
    for index in 0..ENDED_MAX + 5 {
        let case = the.identified(&format!("i-{index}"), "03:00:00");
        the.close(&case, "03:02:00");
    }
    let names = the.names("03:02:01");
    assert_eq!(names.len(), ENDED_MAX);
    assert!(names[0].starts_with(&format!("i-{}@", ENDED_MAX + 4)), "the latest first");
    assert_eq!(the.board.find("i-4", time("03:02:01")), None);
    assert!(the.board.find("i-5", time("03:02:01")).is_some());
}

#[test]
fn the_most_urgent_come_first_and_what_does_not_fit_is_counted() {
    let mut the = Loop::default();
    let closed = the.identified("i-0", "03:00:00");
    let (late, soon) = (the.identified("i-1", "03:00:20"), the.identified("i-2", "03:00:10"));
    the.close(&closed, "03:00:30");
    the.think();
    assert_eq!(the.names("03:00:30"), [soon.to_string(), late.to_string(), closed.to_string()]);
    let list = the.board.list(2, time("03:00:30"));
    assert_eq!((list.items.len(), list.remaining_item_count), (2, 1));
}

#[test]
fn an_instance_that_has_several_cases_is_known_by_the_open_one_then_by_the_latest() {
    let mut the = Loop::default();
    let first = the.identified("i-1", "03:00:00");
    the.close(&first, "03:02:00");
    let second = the.identified("i-1", "03:10:00");
    the.close(&second, "03:12:00");
    let name = |the: &Loop, id: &str| the.board.find(id, time("03:20:00")).map(|shown| shown.metadata.name);
    assert_eq!(name(&the, "i-1"), Some(second.to_string()));
    let third = the.identified("i-1", "03:19:00");
    the.think();
    assert_eq!(name(&the, "i-1"), Some(third.to_string()));
    for case in [first, second, third] {
        assert_eq!(name(&the, &case.to_string()), Some(case.to_string()));
    }
    for id in ["", "i-", "i-1@", "i-1@2026-01-02T03:00:01Z", "web", "@", "i-11"] {
        assert_eq!(name(&the, id), None, "{id}");
    }
}

#[test]
fn a_case_that_is_opened_again_is_shown_once() {
    let mut the = Loop::default();
    let case = the.notice("i-1", "03:00:00");
    let ended = the.cases.of(&case.instance).unwrap().clone();
    let line = CaseLine::new("signal.dismissed", &ended, Tally::default(), time("03:00:01"));
    the.board.end(line.clone(), time("03:00:01"));
    the.board.end(line, time("03:00:02"));
    assert_eq!(the.names("03:00:02"), [case.to_string()]);
    the.think();
    assert_eq!(the.names("03:00:03"), [case.to_string()]);
    assert!(the.board.list(1, time("03:00:03")).items[0].status.open);
}

#[test]
fn clusters_of_one_name_in_two_regions_are_two() {
    let (mut the, registry) = (Loop::default(), Registry::default());
    for (managed_as, instance) in [("web", "i-1"), ("web-west", "i-2"), ("web-west", "i-3")] {
        let case = the.identified_in(managed_as, instance, "03:00:00");
        let case = the.cases.get(&case).unwrap();
        registry.note(&CaseLine::new("case.identified", case, Tally::default(), time("03:00:01")), time("03:00:01"));
    }
    the.think();
    let told =
        |name: &str| (the.board.census().get(name).map_or(0, |it| it.open), registry.events_of_cluster(name).len());
    assert_eq!((told("web"), told("web-west"), told("other")), ((1, 1), (2, 2), (0, 0)));
}
