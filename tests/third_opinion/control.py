"""The control API, and what an interruption that it makes does in the services."""

import json

QUEUE = "spot-events"


def run(account):
    interrupts(account)
    rebalances(account)
    refusals(account)
    faults(account)
    calls(account)
    starts_over(account)


def interrupts(account):
    victim = account.undisturbed("web-spot-a-asg")[0]
    body = {"instanceIds": [victim], "noticeSeconds": 90, "action": "terminate"}
    status, answer = account.control("POST", "interrupt", body)
    account.check(status == 200, f"interrupt: {answer}")
    seen = next(seen for seen in account.state()["interruptions"] if seen["instanceId"] == victim)
    account.check(seen["notice"] < seen["deadline"] and seen["gone"] is None, f"interruption {seen}")
    account.check(victim in noticed(account, victim), "the notice did not arrive")
    status, answer = account.control("POST", "interrupt", body)
    account.check(status == 400 and victim in answer["error"], f"a second notice: {answer}")


def noticed(account, victim):
    """Reads notices until that of an instance, as EventBridge sends them."""
    url = account.sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    found = []
    while victim not in found:
        answer = account.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
        if "Messages" not in answer:
            break
        events = [json.loads(message["Body"]) for message in answer["Messages"]]
        found += [event["detail"]["instance-id"] for event in events]
    return found


def rebalances(account):
    """A recommendation is an event, and a group with Capacity Rebalancing acts on it: the new one first."""
    group = "web-spot-b-asg"
    url, arn = account.queue("rebalance")
    pattern = {"source": ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"]}
    account.events.put_rule(Name="third-rebalance", EventPattern=json.dumps(pattern))
    account.events.put_targets(Rule="third-rebalance", Targets=[{"Id": "queue", "Arn": arn}])
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, CapacityRebalance=True)
    victim = account.undisturbed(group)[0]
    for _ in range(2):
        status, answer = account.control("POST", "rebalance", {"instanceIds": [victim]})
        account.check((status, answer.get("instanceIds")) == (200, [victim]), f"rebalance: {answer}")
    account.arrives(url, lambda event: event["detail"] == {"instance-id": victim}, "the recommendation")
    account.check(account.lifecycle(victim) == "InService", "the old one goes before there is a new one")
    account.becomes(victim, "Terminating", None)
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, CapacityRebalance=False)


def refusals(account):
    one = ["i-0unknown"]
    for body, field in (
        (b"{", "body"),
        ([], "body"),
        ({}, "instanceIds"),
        ({"instanceIds": "i-1"}, "instanceIds"),
        ({"instanceIds": []}, "instanceIds"),
        ({"instanceIds": one}, "instanceIds"),
        ({"instanceIds": one, "noticeSeconds": -1}, "noticeSeconds"),
        ({"instanceIds": one, "noticeSeconds": 86_401}, "noticeSeconds"),
        ({"instanceIds": one, "action": "explode"}, "action"),
        ({"instanceIds": one, "extra": 1}, "extra"),
    ):
        status, answer = account.control("POST", "interrupt", body)
        account.check(status == 400 and answer["error"].startswith(f"{field}: "), f"{body}: {status} {answer}")
    for body, field in (
        (b"{", "body"),
        ({}, "instanceIds"),
        ({"instanceIds": []}, "instanceIds"),
        ({"instanceIds": one}, "instanceIds"),
        ({"instanceIds": one, "noticeSeconds": 1}, "noticeSeconds"),
    ):
        status, answer = account.control("POST", "rebalance", body)
        refused = status == 400 and answer.get("error", "").startswith(f"{field}: ")
        account.check(refused, f"rebalance {body}: {status} {answer}")
    status, answer = account.control("POST", "reset", {"seed": "x"})
    account.check(status == 400 and answer["error"].startswith("seed: "), f"seed: {answer}")
    for method, path, expected in (("GET", "nope", 404), ("GET", "rebalance", 405), ("POST", "state", 405)):
        status, answer = account.control(method, path)
        account.check(status == expected and "error" in answer, f"{method} {path}: {status} {answer}")


def faults(account):
    denied = {"calls": [{"actions": ["ecs:DescribeClusters"], "accessDenied": 1.0}]}
    status, answer = account.control("POST", "faults", denied)
    account.check(status == 200, f"faults: {answer}")
    account.refuses("AccessDeniedException", "not authorized", account.ecs.describe_clusters, clusters=["web"])
    status, answer = account.control("POST", "faults", {})
    account.check(status == 200, f"no faults: {answer}")
    account.check(account.ecs.describe_clusters(clusters=["web"])["clusters"], "faults stayed")
    status, answer = account.control("POST", "faults", {"explosions": 1})
    account.check(status == 400 and "explosions" in answer["error"], f"unknown fault: {answer}")


def calls(account):
    counted = account.control("GET", "calls")[1]["calls"]
    account.check(counted["ecs.ListClusters"] == {"AKIATHIRD": 1}, f"calls {counted.get('ecs.ListClusters')}")


def starts_over(account):
    status, answer = account.control("POST", "reset", {"seed": 7})
    account.check((status, answer.get("seed")) == (200, 7), f"reset: {answer}")
    first = account.state()
    account.check(account.control("GET", "calls")[1]["calls"] == {}, "calls are still counted")
    # Spot goes on at once. Whole seconds compare as texts.
    notices = [seen["notice"][:19] for seen in first["interruptions"]]
    fresh = all(notice >= answer["time"][:19] for notice in notices) and len(first["queues"]) == 2
    account.check(fresh, f"the past is still there: {notices}")
    account.control("POST", "reset")
    second = account.state()
    members = [[m["instanceId"] for group in state["groups"] for m in group["members"]] for state in (first, second)]
    account.check(members[0] == members[1] and second["seed"] == 7, "the same seed gives another account")
