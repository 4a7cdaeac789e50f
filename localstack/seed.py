"""Makes what the operator needs in an emulator, and prints it as JSON. What is there already is kept.

A queue for Spot interruption warnings with its rule, an ECS cluster whose capacity provider is an Auto Scaling group, the
group's instances registered in the cluster, and a service. Run again, it registers the instances launched since.
"""

import argparse
import json
import os
import sys
import threading
import time

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

QUEUE, DEAD_LETTERS, RULE = "spot-events", "spot-events-dlq", "spot-interruptions"
CLUSTER, GROUP, PROVIDER, TEMPLATE = "web", "web-spot-asg", "web-spot", "web-spot"
FAMILY, SERVICE = "web", "web"
PATTERN = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}


def clients(endpoint, region):
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)
    return lambda service: session.client(service, endpoint_url=endpoint)


def wait_until_up(client, seconds):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return client("sqs").list_queues()
        except (EndpointConnectionError, HTTPClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def queues(sqs):
    """The queue and its dead-letter queue; returns both URLs and the ARN of the queue."""

    def ensure(name, **attributes):
        try:
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        except ClientError as error:
            if "NonExistentQueue" not in error.response["Error"]["Code"]:
                raise
            url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        for key, value in attributes.items():
            attributes[key] = value if isinstance(value, str) else json.dumps(value(arn))
        if attributes:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        return url, arn

    dead_url, dead_arn = ensure(DEAD_LETTERS)
    url, arn = ensure(
        QUEUE,
        VisibilityTimeout="30",
        RedrivePolicy=lambda _: {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 5},
        Policy=lambda own: {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": own,
                }
            ],
        },
    )
    return url, dead_url, arn


def rule(events, queue_arn):
    events.put_rule(Name=RULE, EventPattern=json.dumps(PATTERN), State="ENABLED")
    events.put_targets(Rule=RULE, Targets=[{"Id": "queue", "Arn": queue_arn}])


def group(ec2, autoscaling, size):
    """The Auto Scaling group, by its ARN, and the ids of its instances."""
    names = [t["LaunchTemplateName"] for t in ec2.describe_launch_templates()["LaunchTemplates"]]
    if TEMPLATE not in names:
        images = ec2.describe_images(Owners=["amazon"])["Images"]
        image = next(i["ImageId"] for i in images if i.get("Platform") != "windows")
        ec2.create_launch_template(
            LaunchTemplateName=TEMPLATE,
            LaunchTemplateData={
                "ImageId": image,
                "InstanceType": "m5.large",
                "InstanceMarketOptions": {"MarketType": "spot"},
            },
        )

    def describe():
        return autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])["AutoScalingGroups"]

    if not describe():
        subnets = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchTemplate={"LaunchTemplateName": TEMPLATE, "Version": "$Latest"},
            MinSize=0,
            MaxSize=2 * size,
            DesiredCapacity=size,
            VPCZoneIdentifier=",".join(sorted(s["SubnetId"] for s in subnets)),
        )
    (made,) = describe()
    return made["AutoScalingGroupARN"], [i["InstanceId"] for i in made["Instances"]]


def cluster(ecs, group_arn):
    found = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    if not any(c["status"] == "ACTIVE" for c in found):
        ecs.create_cluster(clusterName=CLUSTER)
    if not ecs.describe_capacity_providers(capacityProviders=[PROVIDER])["capacityProviders"]:
        ecs.create_capacity_provider(name=PROVIDER, autoScalingGroupProvider={"autoScalingGroupArn": group_arn})
    ecs.put_cluster_capacity_providers(
        cluster=CLUSTER,
        capacityProviders=[PROVIDER],
        defaultCapacityProviderStrategy=[{"capacityProvider": PROVIDER, "weight": 1}],
    )


def container_instances(ecs, instance_ids, region):
    """Registers the instances that are not in the cluster yet; returns instance id -> container instance ARN."""
    arns = ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    known = {}
    if arns:
        described = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=arns)
        known = {c["ec2InstanceId"]: c["containerInstanceArn"] for c in described["containerInstances"]}
    for instance_id in instance_ids:
        if instance_id not in known:
            # The emulators read the instance id and take the signature as it comes.
            document = json.dumps({"region": region, "instanceId": instance_id})
            made = ecs.register_container_instance(
                cluster=CLUSTER, instanceIdentityDocument=document, instanceIdentityDocumentSignature="unsigned"
            )
            known[instance_id] = made["containerInstance"]["containerInstanceArn"]
    return {instance_id: known[instance_id] for instance_id in instance_ids}


def service(ecs, count):
    definitions = ecs.list_task_definitions(familyPrefix=FAMILY)["taskDefinitionArns"]
    if not definitions:
        container = {"name": "web", "image": "nginx", "cpu": 128, "memory": 128, "essential": True}
        made = ecs.register_task_definition(family=FAMILY, containerDefinitions=[container])
        definitions = [made["taskDefinition"]["taskDefinitionArn"]]
    services = ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"]
    if not any(s["status"] == "ACTIVE" for s in services):
        ecs.create_service(cluster=CLUSTER, serviceName=SERVICE, taskDefinition=FAMILY, desiredCount=count)
    return definitions[-1]


def tasks(ecs, container_instance_arns, count):
    """Starts tasks by hand up to `count` on each container instance: the emulators have no service scheduler."""
    running = {}
    for arn in container_instance_arns:
        running[arn] = ecs.list_tasks(cluster=CLUSTER, containerInstance=arn, desiredStatus="RUNNING")["taskArns"]
        for _ in range(count - len(running[arn])):
            made = ecs.start_task(
                cluster=CLUSTER, taskDefinition=FAMILY, containerInstances=[arn], group=f"service:{SERVICE}"
            )
            running[arn] += [t["taskArn"] for t in made["tasks"]]
    return running


def follow(pid):
    """Ends this process when the process `pid` is gone."""

    def watch():
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                os._exit(1)
            time.sleep(0.2)

    threading.Thread(target=watch, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", default="http://127.0.0.1:4566", help="default: %(default)s")
    parser.add_argument("--region", default="us-east-1", help="default: %(default)s")
    parser.add_argument("--instances", type=int, default=3, help="size of the group when it is made (default: 3)")
    parser.add_argument("--tasks", type=int, default=0, help="tasks to start on each instance (default: 0)")
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="how long to wait for the emulator")
    parser.add_argument("--while-pid", type=int, metavar="PID", help="give up when this process ends")
    arguments = parser.parse_args()
    if arguments.while_pid:
        follow(arguments.while_pid)

    client = clients(arguments.endpoint, arguments.region)
    try:
        wait_until_up(client, arguments.wait)
        queue_url, dead_url, queue_arn = queues(client("sqs"))
        rule(client("events"), queue_arn)
        group_arn, instance_ids = group(client("ec2"), client("autoscaling"), arguments.instances)
        ecs = client("ecs")
        cluster(ecs, group_arn)
        registered = container_instances(ecs, instance_ids, arguments.region)
        definition = service(ecs, len(instance_ids))
        started = tasks(ecs, registered.values(), arguments.tasks)
    except (ClientError, EndpointConnectionError, HTTPClientError) as error:
        sys.exit(f"seed: {arguments.endpoint}: {error}")

    made = {
        "queueUrl": queue_url,
        "deadLetterQueueUrl": dead_url,
        "cluster": CLUSTER,
        "autoScalingGroup": GROUP,
        "autoScalingGroupArn": group_arn,
        "capacityProvider": PROVIDER,
        "taskDefinition": definition,
        "service": SERVICE,
        "instances": [
            {"instanceId": instance_id, "containerInstanceArn": arn, "tasks": started[arn]}
            for instance_id, arn in registered.items()
        ],
    }
    print(json.dumps(made, indent=2), flush=True)


if __name__ == "__main__":
    main()
