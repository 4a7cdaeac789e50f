use super::*;

const KIND: &str = "AWS Health Event";

/// A retirement of these entities.
fn of(entities: Value) -> String {
    with(samples::RETIREMENT, "affectedEntities", entities)
}

fn instances(body: &str) -> Vec<String> {
    signals(body).iter().map(|signal| signal.instance.to_string()).collect()
}

#[test]
fn the_documented_event_is_maintenance_at_its_start_whatever_its_weekday() {
    let expected = Signal {
        instance: "i-1234567890abcdef0".into(),
        kind: SignalKind::Maintenance,
        said_at: time("2026-01-02T03:02:00Z"),
        deadline: Some(time("2026-08-27T13:19:03Z")),
        history_from: time("2026-08-27T13:19:03Z"),
        hook: None,
    };
    assert_eq!(signal(samples::RETIREMENT), expected);
    let old = signal(samples::OLD_RETIREMENT);
    assert_eq!((old.instance, old.deadline), ("i-abcd1111".into(), Some(time("2016-06-05T15:10:09Z"))));
}

#[test]
fn a_start_is_read_as_far_as_it_can_be() {
    for text in [
        "Mon, 5 Jan 2026 15:10:09 GMT",
        "5 Jan 2026 15:10:09 +0000",
        "2026-01-05T15:10:09Z",
        " 2026-01-05 16:10:09+01 ",
    ] {
        let body = with(samples::RETIREMENT, "startTime", json!(text));
        assert_eq!(signal(&body).deadline, Some(time("2026-01-05T15:10:09Z")), "{text}");
    }
    for value in [None, Some(json!("soon")), Some(json!(1767625809)), Some(json!("Sat, 32 Jan 2026 15:10:09 GMT"))] {
        let signal = signal(&with(samples::RETIREMENT, "startTime", value.clone()));
        assert_eq!(signal.deadline, None, "{value:?}");
        assert_eq!(signal.history_from, time("2026-01-16T03:02:00Z"), "{value:?}");
    }
}

#[test]
fn several_instances_are_several_signals_each_once() {
    let body = of(json!([
        {"entityValue": "i-2"}, {"entityValue": "arn:aws:ec2:us-east-1:123456789012:instance/i-1"},
        {"entityValue": "i-2"}, {"entityValue": "arn:aws:ec2:us-east-1:123456789012:instance/i-2"},
    ]));
    assert_eq!(instances(&body), ["i-1", "i-2"]);
    let deadline = Some(time("2026-08-27T13:19:03Z"));
    assert!(signals(&body).iter().all(|signal| signal.deadline == deadline && signal.kind == SignalKind::Maintenance));
}

#[test]
fn what_is_no_instance_is_passed_over() {
    let body = of(json!([
        {"entityValue": "h-1"}, null, {"entityValue": 7}, {"entityValue": "i-1"}, "i-2", {"entity": "i-3"},
        {"entityValue": "arn:aws:ec2:us-east-1:123456789012:dedicated-host/h-0abc"},
    ]));
    assert_eq!(instances(&body), ["i-1"]);
}

#[test]
fn without_entities_the_resources_are_what_is_affected() {
    let resources = json!(["i-1", "i-2", 7, "arn:aws:ec2:us-east-1:123456789012:instance/i-2", "vol-1"]);
    for entities in [None, Some(json!([])), Some(json!("i-9")), Some(json!(null))] {
        let body = with(samples::RETIREMENT, "affectedEntities", entities);
        assert_eq!(instances(&with_outer(&body, "resources", resources.clone())), ["i-1", "i-2"]);
    }
    let both = with_outer(&of(json!([{"entityValue": "i-1"}])), "resources", json!(["i-2"]));
    assert_eq!(instances(&both), ["i-1"], "the entities are what counts");
}

#[test]
fn an_event_about_no_instance_at_all_cannot_be_understood() {
    for entities in [None, Some(json!([])), Some(json!({"entityValue": "i-1"})), Some(json!([{"entityValue": "h-1"}]))]
    {
        let body = with(samples::RETIREMENT, "affectedEntities", entities);
        assert_eq!(read(&body), Err(Unparsable::NoInstanceId), "{body}");
        assert_eq!(read(&with_outer(&body, "resources", json!("i-1"))), Err(Unparsable::NoInstanceId));
    }
}

#[test]
fn other_services_and_categories_and_what_is_over_are_nothing_to_us() {
    for (field, value) in [
        ("service", Some(json!("ECS"))),
        ("service", None),
        ("eventTypeCategory", Some(json!("issue"))),
        ("eventTypeCategory", Some(json!("accountNotification"))),
        ("eventTypeCategory", Some(json!(["scheduledChange"]))),
        ("statusCode", Some(json!("closed"))),
    ] {
        let body = with(samples::RETIREMENT, field, value.clone());
        assert_eq!(read(&body), unknown(KIND), "{field} {value:?}");
        assert_eq!(read(&with(&body, "affectedEntities", None)), unknown(KIND), "it needs no instance, then");
    }
    for status in [json!("upcoming"), json!("open"), json!(7)] {
        assert_eq!(signals(&with(samples::RETIREMENT, "statusCode", status)).len(), 1);
    }
}

#[test]
fn an_entity_that_is_resolved_is_not_affected_any_more() {
    let body = of(json!([
        {"entityValue": "i-1", "status": "RESOLVED"}, {"entityValue": "i-2", "status": "PENDING"},
        {"entityValue": "i-3", "status": "UNKNOWN"}, {"entityValue": "i-4", "status": ["RESOLVED"]},
        {"entityValue": "i-5", "status": "RESOLVED"}, {"entityValue": "i-5"}, {"entityValue": "i-5", "status": "RESOLVED"},
    ]));
    assert_eq!(instances(&body), ["i-2", "i-3", "i-4", "i-5"]);
    let all = with_outer(&of(json!([{"entityValue": "i-1", "status": "RESOLVED"}])), "resources", json!(["i-1"]));
    assert_eq!(read(&all), unknown(KIND));
}

#[test]
fn no_event_makes_more_than_a_thousand_signals() {
    let mut entities: Vec<Value> = (0..1_500).map(|number| json!({"entityValue": format!("i-{number:05}")})).collect();
    entities[3]["status"] = json!("RESOLVED");
    // Another word about one of the first thousand is heard.
    entities.push(json!({"entityValue": "i-00003"}));
    let body = of(json!(entities));
    let instances = instances(&body);
    assert_eq!(instances.len(), 1_000);
    assert_eq!(instances.last().map(String::as_str), Some("i-00999"), "the first that are named");
    let resources: Value = (0..1_500).map(|number| json!(format!("i-{number:05}"))).collect();
    assert_eq!(signals(&with_outer(&of(json!([])), "resources", resources)).len(), 1_000);
}
