"""A third opinion on the simulated AWS: boto3 talks to `sim serve`, and botocore's model of each service judges the answers.

Ends with 1 and a complaint a line where they disagree."""

import argparse
import sys

import autoscaling
import control
import ecs
import sqs
from account import Account


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--endpoint", required=True)
    arguments.add_argument("--actions", required=True, help="what the model has: ecs.ListTasks,sqs.SendMessage,…")
    options = arguments.parse_args()
    account = Account(options.endpoint)
    for part in (ecs, autoscaling, sqs, control):
        part.run(account)
    actions = set(options.actions.split(","))
    for missing in sorted(actions - account.answered):
        account.complaints.append(f"{missing} was never asked for")
    for complaint in sorted(set(account.complaints)):
        print(complaint)
    print(f"{len(account.answered)} actions answered, {len(account.refused)} refused, {len(account.complaints)} complaints")
    return 1 if account.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
