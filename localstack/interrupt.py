"""Announces that EC2 takes Spot instances back: puts the interruption warning on the emulator's default event bus.

With --gone it does instead what EC2 does at the deadline, as ECS shows it: the container instances are gone.
"""

import argparse
import json
import sys
from datetime import datetime, timezone

from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from seed import clients


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", default="http://127.0.0.1:4566", help="default: %(default)s")
    parser.add_argument("--region", default="us-east-1", help="default: %(default)s")
    parser.add_argument("--action", default="terminate", choices=["terminate", "stop", "hibernate"])
    parser.add_argument("--gone", action="store_true", help="the instances are gone now")
    parser.add_argument("--cluster", default="web", help="with --gone: their cluster; default: %(default)s")
    parser.add_argument("instances", nargs="+", metavar="INSTANCE_ID")
    arguments = parser.parse_args()

    client = clients(arguments.endpoint, arguments.region)
    try:
        take_away(client, arguments) if arguments.gone else announce(client, arguments)
    except (ClientError, EndpointConnectionError, HTTPClientError) as error:
        sys.exit(f"interrupt: {arguments.endpoint}: {error}")


def announce(client, arguments):
    for instance_id in arguments.instances:
        entry = {
            "Time": datetime.now(timezone.utc),
            "Source": "aws.ec2",
            "DetailType": "EC2 Spot Instance Interruption Warning",
            "Resources": [f"arn:aws:ec2:{arguments.region}a:instance/{instance_id}"],
            "Detail": json.dumps({"instance-id": instance_id, "instance-action": arguments.action}),
        }
        answer = client("events").put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            sys.exit(f"interrupt: {instance_id}: {answer['Entries'][0]}")
        print(f"{instance_id}: {arguments.action} announced, event {answer['Entries'][0]['EventId']}")


def take_away(client, arguments):
    ecs = client("ecs")
    arns = ecs.list_container_instances(cluster=arguments.cluster)["containerInstanceArns"]
    described = ecs.describe_container_instances(cluster=arguments.cluster, containerInstances=arns)
    for instance in described["containerInstances"]:
        if instance["ec2InstanceId"] in arguments.instances:
            arn = instance["containerInstanceArn"]
            ecs.deregister_container_instance(cluster=arguments.cluster, containerInstance=arn, force=True)
            print(f"{instance['ec2InstanceId']}: gone from {arguments.cluster}")

if __name__ == "__main__":
    main()
