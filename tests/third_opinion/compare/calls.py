"""The script: every call of it, in order. Steps with one name are the same call everywhere."""

import autoscaling
import ecs
import events
import sqs


def run(target):
    for service in (sqs, events, ecs, autoscaling):
        service.run(target)
