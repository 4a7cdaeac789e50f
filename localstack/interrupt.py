"""Announces that EC2 takes Spot instances back: puts the interruption warning on the emulator's default event bus."""

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
    parser.add_argument("instances", nargs="+", metavar="INSTANCE_ID")
    arguments = parser.parse_args()

    client = clients(arguments.endpoint, arguments.region)
    try:
        reservations = client("ec2").describe_instances(InstanceIds=arguments.instances)["Reservations"]
        zones = {i["InstanceId"]: i["Placement"]["AvailabilityZone"] for r in reservations for i in r["Instances"]}
        for instance_id in arguments.instances:
            entry = {
                "Time": datetime.now(timezone.utc),
                "Source": "aws.ec2",
                "DetailType": "EC2 Spot Instance Interruption Warning",
                "Resources": [f"arn:aws:ec2:{zones[instance_id]}:instance/{instance_id}"],
                "Detail": json.dumps({"instance-id": instance_id, "instance-action": arguments.action}),
            }
            answer = client("events").put_events(Entries=[entry])
            if answer["FailedEntryCount"]:
                sys.exit(f"interrupt: {instance_id}: {answer['Entries'][0]}")
            print(f"{instance_id}: {arguments.action} announced, event {answer['Entries'][0]['EventId']}")
    except (ClientError, EndpointConnectionError, HTTPClientError) as error:
        sys.exit(f"interrupt: {arguments.endpoint}: {error}")


if __name__ == "__main__":
    main()
