use super::*;

fn task(body: &str) -> TaskNews {
    match news(body) {
        News::Task(task) => *task,
        other => panic!("{other:?}"),
    }
}

fn container_instance(body: &str) -> ContainerInstanceNews {
    match news(body) {
        News::ContainerInstance(news) => news,
        other => panic!("{other:?}"),
    }
}

fn interrupted(fields: &[(&str, Value)]) -> bool {
    let body =
        fields.iter().fold(samples::FARGATE_SPOT.to_owned(), |body, (name, value)| with(&body, name, value.clone()));
    task(&body).is_fargate_interruption()
}

#[test]
fn the_documented_event_shows_a_container_instance() {
    let expected = ContainerInstanceNews {
        cluster: "arn:aws:ecs:us-east-1:111122223333:cluster/default".into(),
        arn: "arn:aws:ecs:us-east-1:111122223333:container-instance/b54a2a04-046f-4331-9d74-3f6d7f6ca315".into(),
        instance: Some("i-f3a8506b".into()),
        status: Some("ACTIVE".into()),
        agent_connected: Some(true),
        version: Some(14_801),
        at: time("2016-12-06T16:41:06.991Z"),
    };
    assert_eq!(container_instance(samples::CONTAINER_INSTANCE), expected);
}

#[test]
fn a_container_instance_may_lack_everything_but_its_names() {
    let mut body = samples::CONTAINER_INSTANCE.to_owned();
    for field in ["ec2InstanceId", "status", "agentConnected", "version", "updatedAt"] {
        body = with(&body, field, json!([field]));
    }
    let expected = ContainerInstanceNews {
        instance: None,
        status: None,
        agent_connected: None,
        version: None,
        at: time("2016-12-06T16:41:06Z"),
        ..container_instance(samples::CONTAINER_INSTANCE)
    };
    assert_eq!(container_instance(&body), expected);
}

#[test]
fn a_task_is_shown_as_it_was_when_it_changed() {
    let expected = TaskNews {
        cluster: "arn:aws:ecs:us-west-2:111122223333:cluster/web".into(),
        arn: "arn:aws:ecs:us-west-2:111122223333:task/web/c13b4cb40f1f4fe4a2971f76ae5a47ad".into(),
        container_instance: Some(
            "arn:aws:ecs:us-west-2:111122223333:container-instance/web/b54a2a04046f43319d743f6d7f6ca315".into(),
        ),
        group: Some("service:web".into()),
        definition: Some("arn:aws:ecs:us-west-2:111122223333:task-definition/web:7".into()),
        last_status: Some("STOPPED".into()),
        desired_status: Some("STOPPED".into()),
        stop_code: Some("ServiceSchedulerInitiated".into()),
        stopped_reason: Some("Scaling activity initiated by deployment".into()),
        stopped_at: Some(time("2020-01-23T17:57:57.5Z")),
        launch_type: Some("EC2".into()),
        capacity_provider: Some("web-spot".into()),
        version: Some(5),
        at: time("2020-01-23T17:57:58.103Z"),
    };
    assert_eq!(task(samples::TASK), expected);
    assert!(!expected.is_fargate_interruption());
}

#[test]
fn times_that_cannot_be_believed_are_none() {
    let ahead = json!("2026-01-02T03:07:04Z");
    for incredible in [ahead, json!("9999-12-31T00:00:00Z"), json!(1_579_802_278.1), json!("just now")] {
        let body = with(&with(samples::TASK, "updatedAt", incredible.clone()), "stoppedAt", incredible);
        let task = task(&body);
        assert_eq!((task.at, task.stopped_at), (time("2020-01-23T17:57:58Z"), None));
    }
    let five_minutes = with(samples::TASK, "stoppedAt", json!("2026-01-02T03:07:03Z"));
    assert_eq!(task(&five_minutes).stopped_at, Some(time("2026-01-02T03:07:03Z")), "clocks differ");
    assert_eq!(task(samples::FARGATE_SPOT).at, sent(), "an event without any time");
}

#[test]
fn news_of_nobody_are_of_no_use_and_no_better_the_next_time() {
    for (body, arn, kind) in [
        (samples::TASK, "taskArn", "ECS Task State Change"),
        (samples::CONTAINER_INSTANCE, "containerInstanceArn", "ECS Container Instance State Change"),
    ] {
        for field in [arn, "clusterArn"] {
            for value in [None, Some(json!(7)), Some(json!("")), Some(json!("x".repeat(2_049)))] {
                assert_eq!(read(&with(body, field, value)), unknown(kind), "{field}");
            }
        }
    }
}

#[test]
fn the_documented_event_of_fargate_spot_is_an_interruption_by_its_code_alone() {
    assert!(interrupted(&[]));
    assert!(interrupted(&[("stopCode", json!("TerminationNotice")), ("stoppedReason", json!(null))]));
    assert!(interrupted(&[("launchType", json!("FARGATE")), ("capacityProviderName", json!("FARGATE_SPOT"))]));
}

#[test]
fn the_words_need_to_be_about_fargate() {
    assert!(!interrupted(&[("stopCode", json!(null))]));
    assert!(interrupted(&[("stopCode", json!(null)), ("launchType", json!("FARGATE"))]));
    assert!(interrupted(&[("stopCode", json!(null)), ("capacityProviderName", json!("FARGATE_SPOT"))]));
    assert!(!interrupted(&[("stopCode", json!(null)), ("capacityProviderName", json!("web-spot"))]));
    let other_words = ("stoppedReason", json!("Essential container in task exited"));
    assert!(!interrupted(&[("stopCode", json!(null)), ("launchType", json!("FARGATE")), other_words]));
}

#[test]
fn what_runs_elsewhere_or_goes_on_is_not_interrupted_by_fargate() {
    assert!(!interrupted(&[("desiredStatus", json!("RUNNING"))]));
    assert!(!interrupted(&[("launchType", json!("EC2"))]));
    assert!(!interrupted(&[(
        "containerInstanceArn",
        json!("arn:aws:ecs:us-east-1:111122223333:container-instance/a/b")
    )]));
    assert!(!interrupted(&[("stopCode", json!("UserInitiated"))]));
}
