//! Messages as AWS documents them, less what nobody reads. Where a sample lacks its time, it lacks it in the documentation.

/// EC2 User Guide, "Spot Instance interruption notices".
pub const INTERRUPTION: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Spot Instance Interruption Warning","source":"aws.ec2","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-east-2",
    "resources":["arn:aws:ec2:us-east-2a:instance/i-1234567890abcdef0"],
    "detail":{"instance-id":"i-1234567890abcdef0","instance-action":"terminate"}}"#;

/// EC2 User Guide, "EC2 instance rebalance recommendations".
pub const REBALANCE: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance Rebalance Recommendation","source":"aws.ec2","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-east-2",
    "resources":["arn:aws:ec2:us-east-2:123456789012:instance/i-1234567890abcdef0"],
    "detail":{"instance-id":"i-1234567890abcdef0"}}"#;

/// EC2 Auto Scaling User Guide, "EventBridge event reference".
pub const TERMINATE_ACTION: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance-terminate Lifecycle Action","source":"aws.autoscaling","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-west-2",
    "resources":["arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:042cba90:autoScalingGroupName/my-asg"],
    "detail":{"LifecycleActionToken":"87654321-4321-4321-4321-210987654321","AutoScalingGroupName":"my-asg",
    "LifecycleHookName":"my-lifecycle-hook","EC2InstanceId":"i-1234567890abcdef0",
    "LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING","NotificationMetadata":"additional-info",
    "Origin":"AutoScalingGroup","Destination":"EC2"}}"#;

/// EC2 Auto Scaling User Guide, "EventBridge event reference".
pub const LAUNCH_ACTION: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance-launch Lifecycle Action","source":"aws.autoscaling","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-west-2","resources":["auto-scaling-group-arn"],
    "detail":{"LifecycleActionToken":"87654321-4321-4321-4321-210987654321","AutoScalingGroupName":"my-asg",
    "LifecycleHookName":"my-lifecycle-hook","EC2InstanceId":"i-1234567890abcdef0",
    "LifecycleTransition":"autoscaling:EC2_INSTANCE_LAUNCHING","NotificationMetadata":"additional-info",
    "Origin":"EC2","Destination":"AutoScalingGroup"}}"#;

/// EC2 Auto Scaling User Guide, "Prepare to add a lifecycle hook to your Auto Scaling group".
pub const RAW_TERMINATE: &str = r#"{"Service":"AWS Auto Scaling","Time":"2021-01-19T00:36:26.533Z",
    "RequestId":"18b2ec17-3e9b-4c15-8024-ff2e8ce8786a","LifecycleActionToken":"71514b9d-6a40-4b26-8523-05e7ee35fa40",
    "AccountId":"123456789012","AutoScalingGroupName":"my-asg","LifecycleHookName":"my-hook",
    "EC2InstanceId":"i-0598c7d356eba48d7","LifecycleTransition":"autoscaling:EC2_INSTANCE_TERMINATING",
    "NotificationMetadata":"hook message metadata"}"#;

/// EC2 Auto Scaling User Guide, "Prepare to add a lifecycle hook to your Auto Scaling group".
pub const RAW_LAUNCH: &str = r#"{"Service":"AWS Auto Scaling","Time":"2021-01-19T00:36:26.533Z",
    "RequestId":"18b2ec17-3e9b-4c15-8024-ff2e8ce8786a","LifecycleActionToken":"71514b9d-6a40-4b26-8523-05e7ee35fa40",
    "AccountId":"123456789012","AutoScalingGroupName":"my-asg","LifecycleHookName":"my-hook",
    "EC2InstanceId":"i-0598c7d356eba48d7","LifecycleTransition":"autoscaling:EC2_INSTANCE_LAUNCHING",
    "NotificationMetadata":null}"#;

/// EC2 Auto Scaling User Guide, "Prepare to add a lifecycle hook to your Auto Scaling group".
pub const RAW_TEST: &str = r#"{"Service":"AWS Auto Scaling","Time":"2021-01-19T00:35:52.359Z",
    "RequestId":"18b2ec17-3e9b-4c15-8024-ff2e8ce8786a","Event":"autoscaling:TEST_NOTIFICATION",
    "AccountId":"123456789012","AutoScalingGroupName":"my-asg",
    "AutoScalingGroupARN":"arn:aws:autoscaling:us-west-2:123456789012:autoScalingGroup:042cba90:autoScalingGroupName/my-asg"}"#;

/// AWS Health User Guide, "AWS Health events Amazon EventBridge schema". Neither of its Thursdays in January is one.
pub const RETIREMENT: &str = r#"{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"AWS Health Event",
    "source":"aws.health","account":"123456789012","time":"2026-01-02T03:02:00Z","region":"us-east-1",
    "detail":{"eventArn":"arn:aws:health:us-east-1::event/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_90353408594353983",
    "service":"EC2","eventTypeCode":"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED","eventTypeCategory":"scheduledChange",
    "eventScopeCode":"ACCOUNT_SPECIFIC","communicationId":"1234abc01232a4012345678-1",
    "startTime":"Thu, 27 Aug 2026 13:19:03 GMT","lastUpdatedTime":"Thu, 27 Jan 2026 13:44:13 GMT","statusCode":"open",
    "eventRegion":"us-east-1","eventDescription":[{"language":"en_US","latestDescription":"A description"}],
    "eventMetadata":{"keystring1":"valuestring1","truncated":"true"},
    "affectedEntities":[{"entityValue":"arn:aws:ec2:us-east-1:123456789012:instance/i-1234567890abcdef0",
    "lastUpdatedTime":"Thu, 26 Jan 2026 19:01:55 GMT","status":"PENDING"}],"affectedAccount":"123456789012",
    "page":"1","totalPages":"1","backupEvent":"false","personas":["OPERATIONS"],"actionability":"ACTION_REQUIRED"}}"#;

/// The form of the same that older documentation shows: bare ids, repeated as resources; 5 June 2016 was a Sunday.
pub const OLD_RETIREMENT: &str = r#"{"version":"0","id":"121345678-1234-1234-1234-123456789012",
    "detail-type":"AWS Health Event","source":"aws.health","account":"123456789012","time":"2016-06-05T06:27:57Z",
    "region":"us-west-2","resources":["i-abcd1111"],"detail":{
    "eventArn":"arn:aws:health:us-west-2::event/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_90353408594353980","service":"EC2",
    "eventTypeCode":"AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED","eventTypeCategory":"scheduledChange",
    "startTime":"Sat, 05 Jun 2016 15:10:09 GMT","eventDescription":[{"language":"en_US","latestDescription":"Text"}],
    "affectedEntities":[{"entityValue":"i-abcd1111","tags":{"stage":"prod","app":"my-app"}}]}}"#;

/// EC2 User Guide, "Monitor Amazon EC2 instance state changes using EventBridge".
pub const STATE_CHANGE: &str = r#"{"id":"7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","account":"123456789012",
    "time":"2021-11-11T21:29:54Z","region":"us-east-1",
    "resources":["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
    "detail":{"instance-id":"i-abcd1111","state":"pending"}}"#;

/// EC2 Auto Scaling User Guide, "EventBridge event reference".
pub const LAUNCHED: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance Launch Successful","source":"aws.autoscaling","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-west-2","resources":["auto-scaling-group-arn","instance-arn"],
    "detail":{"StatusCode":"InProgress","Description":"Launching a new EC2 instance: i-12345678",
    "AutoScalingGroupName":"my-auto-scaling-group","ActivityId":"87654321-4321-4321-4321-210987654321",
    "Details":{"Availability Zone":"us-west-2b","Subnet ID":"subnet-12345678"},
    "RequestId":"12345678-1234-1234-1234-123456789012","StatusMessage":"","EndTime":"2026-01-02T03:02:00Z",
    "EC2InstanceId":"i-1234567890abcdef0","StartTime":"2026-01-02T03:01:00Z","Cause":"description-text"}}"#;

/// EC2 Auto Scaling User Guide, "EventBridge event reference".
pub const NOT_LAUNCHED: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance Launch Unsuccessful","source":"aws.autoscaling","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-west-2","resources":["auto-scaling-group-arn","instance-arn"],
    "detail":{"StatusCode":"Failed","AutoScalingGroupName":"my-auto-scaling-group",
    "ActivityId":"87654321-4321-4321-4321-210987654321",
    "Details":{"Availability Zone":"us-west-2b","Subnet ID":"subnet-12345678"},
    "RequestId":"12345678-1234-1234-1234-123456789012","StatusMessage":"message-text",
    "EndTime":"2026-01-02T03:02:00Z","EC2InstanceId":"i-1234567890abcdef0","StartTime":"2026-01-02T03:01:00Z",
    "Cause":"description-text"}}"#;

/// EC2 Auto Scaling User Guide, "EventBridge event reference".
pub const TERMINATED: &str = r#"{"version":"0","id":"12345678-1234-1234-1234-123456789012",
    "detail-type":"EC2 Instance Terminate Successful","source":"aws.autoscaling","account":"123456789012",
    "time":"2026-01-02T03:02:00Z","region":"us-west-2","resources":["auto-scaling-group-arn","instance-arn"],
    "detail":{"StatusCode":"InProgress","Description":"Terminating EC2 instance: i-12345678",
    "AutoScalingGroupName":"my-auto-scaling-group","ActivityId":"87654321-4321-4321-4321-210987654321",
    "Details":{"Availability Zone":"us-west-2b","Subnet ID":"subnet-12345678"},
    "RequestId":"12345678-1234-1234-1234-123456789012","StatusMessage":"","EndTime":"2026-01-02T03:02:00Z",
    "EC2InstanceId":"i-1234567890abcdef0","StartTime":"2026-01-02T03:01:00Z","Cause":"description-text"}}"#;

/// ECS Developer Guide, "Amazon ECS container instance state change events".
pub const CONTAINER_INSTANCE: &str = r#"{"version":"0","id":"8952ba83-7be2-4ab5-9c32-6687532d15a2",
    "detail-type":"ECS Container Instance State Change","source":"aws.ecs","account":"111122223333",
    "time":"2016-12-06T16:41:06Z","region":"us-east-1",
    "resources":["arn:aws:ecs:us-east-1:111122223333:container-instance/b54a2a04-046f-4331-9d74-3f6d7f6ca315"],
    "detail":{"agentConnected":true,"attributes":[{"name":"com.amazonaws.ecs.capability.logging-driver.syslog"}],
    "clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/default",
    "containerInstanceArn":"arn:aws:ecs:us-east-1:111122223333:container-instance/b54a2a04-046f-4331-9d74-3f6d7f6ca315",
    "ec2InstanceId":"i-f3a8506b","registeredResources":[{"name":"CPU","type":"INTEGER","integerValue":2048}],
    "remainingResources":[{"name":"CPU","type":"INTEGER","integerValue":1988}],"status":"ACTIVE","version":14801,
    "versionInfo":{"agentHash":"aebcbca","agentVersion":"1.13.0","dockerVersion":"DockerVersion: 1.11.2"},
    "updatedAt":"2016-12-06T16:41:06.991Z"}}"#;

/// ECS Developer Guide, "Fargate Spot termination notices".
pub const FARGATE_SPOT: &str = r#"{"version":"0","id":"9bcdac79-b31f-4d3d-9410-fbd727c29fab",
    "detail-type":"ECS Task State Change","source":"aws.ecs","account":"111122223333",
    "resources":["arn:aws:ecs:us-east-1:111122223333:task/b99d40b3-5176-4f71-9a52-9dbd6f1cebef"],
    "detail":{"clusterArn":"arn:aws:ecs:us-east-1:111122223333:cluster/default","createdAt":"2016-12-06T16:41:05.702Z",
    "desiredStatus":"STOPPED","lastStatus":"RUNNING","stoppedReason":"Your Spot Task was interrupted.",
    "stopCode":"SpotInterruption",
    "taskArn":"arn:aws:ecs:us-east-1:111122223333:task/b99d40b3-5176-4f71-9a52-9dbd6fEXAMPLE"}}"#;

/// A task of a service on EC2 that has stopped, with the fields of the ECS API reference, `Task`, and times as in events.
pub const TASK: &str = r#"{"version":"0","id":"3317b2af-7005-947d-b652-f55e762e571a","detail-type":"ECS Task State Change",
    "source":"aws.ecs","account":"111122223333","time":"2020-01-23T17:57:58Z","region":"us-west-2",
    "resources":["arn:aws:ecs:us-west-2:111122223333:task/web/c13b4cb40f1f4fe4a2971f76ae5a47ad"],
    "detail":{"attachments":[],"availabilityZone":"us-west-2c","capacityProviderName":"web-spot",
    "clusterArn":"arn:aws:ecs:us-west-2:111122223333:cluster/web","containers":[{"lastStatus":"STOPPED","exitCode":0}],
    "containerInstanceArn":"arn:aws:ecs:us-west-2:111122223333:container-instance/web/b54a2a04046f43319d743f6d7f6ca315",
    "createdAt":"2020-01-23T17:57:34.402Z","desiredStatus":"STOPPED","group":"service:web","lastStatus":"STOPPED",
    "launchType":"EC2","stopCode":"ServiceSchedulerInitiated","stoppedAt":"2020-01-23T17:57:57.5Z",
    "stoppedReason":"Scaling activity initiated by deployment","updatedAt":"2020-01-23T17:57:58.103Z",
    "taskArn":"arn:aws:ecs:us-west-2:111122223333:task/web/c13b4cb40f1f4fe4a2971f76ae5a47ad",
    "taskDefinitionArn":"arn:aws:ecs:us-west-2:111122223333:task-definition/web:7","version":5}}"#;

/// The operator's own.
pub const MANUAL: &str = r#"{"detail-type":"ecs-spot-operator Manual Drain","source":"ecs-spot-operator",
    "time":"2026-01-02T03:02:00Z","detail":{"instance-id":"i-1234567890abcdef0","within-seconds":600}}"#;

/// One of each kind.
pub const ALL: [&str; 17] = [
    INTERRUPTION,
    REBALANCE,
    TERMINATE_ACTION,
    LAUNCH_ACTION,
    RAW_TERMINATE,
    RAW_LAUNCH,
    RAW_TEST,
    RETIREMENT,
    OLD_RETIREMENT,
    STATE_CHANGE,
    LAUNCHED,
    NOT_LAUNCHED,
    TERMINATED,
    CONTAINER_INSTANCE,
    FARGATE_SPOT,
    TASK,
    MANUAL,
];
