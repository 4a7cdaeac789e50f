"""What teams deploy as a Lambda function against Spot interruptions of ECS: one event, one instance, four calls."""

import os

import boto3

CLUSTERS = os.environ["CLUSTERS"].split(",")

# Clients outlive an invocation, as they do in a warm function.
ecs = boto3.client("ecs")
autoscaling = boto3.client("autoscaling")


def handler(event, _context):
    instance = event["detail"]["instance-id"]
    for cluster in CLUSTERS:
        answer = ecs.list_container_instances(cluster=cluster, filter=f"ec2InstanceId == {instance}")
        if answer["containerInstanceArns"]:
            ecs.update_container_instances_state(
                cluster=cluster, containerInstances=answer["containerInstanceArns"], status="DRAINING"
            )
    for member in autoscaling.describe_auto_scaling_instances(InstanceIds=[instance])["AutoScalingInstances"]:
        autoscaling.detach_instances(
            InstanceIds=[instance],
            AutoScalingGroupName=member["AutoScalingGroupName"],
            ShouldDecrementDesiredCapacity=False,
        )
