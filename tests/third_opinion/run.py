"""A third opinion on the simulated AWS: boto3 talks to `sim serve`, and botocore's model of each service judges the answers.

Ends with 1 and a complaint a line where they disagree."""

import argparse
import sys
import traceback

import attributes
import autoscaling
import balancing
import capacity
import control
import delivery
import ecs
import events
import groups
import hooks
import imds
import launches
import members
import protection
import queues
import refresh
import services
import sqs
import standby
import tags
import tasks
from account import Account

# What replaces many tasks or starts over comes last.
PARTS = (
    *(ecs, tasks, protection, attributes, capacity),
    *(autoscaling, groups, tags, members, standby, launches, hooks, refresh),
    *(balancing, sqs, queues, events, delivery, imds, services, control),
)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--endpoint", required=True)
    arguments.add_argument("--actions", required=True, help="what the model has: ecs.ListTasks,sqs.SendMessage,…")
    options = arguments.parse_args()
    account = Account(options.endpoint)
    for part in PARTS:
        try:
            part.run(account)
        except Exception:  # The other parts have something to say, too.
            account.complaints.append(f"{part.__name__} broke off: {traceback.format_exc(limit=4)}")
    actions = set(options.actions.split(","))
    for missing in sorted(actions - account.answered):
        account.complaints.append(f"{missing} was never asked for")
    for complaint in sorted(set(account.complaints)):
        print(complaint)
    print(f"{len(account.answered)} actions answered, {len(account.refused)} refused, {len(account.complaints)} complaints")
    return 1 if account.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
