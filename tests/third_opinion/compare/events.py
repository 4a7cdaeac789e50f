"""EventBridge: rules, targets, and events that arrive in a queue or do not."""

import json

RULE = "compare"
SOURCE = "org.example.compare"
QUEUE = "compare-events"


def run(target):
    url = target.ask(target.sqs.create_queue, QueueName=QUEUE)["QueueUrl"]
    answer = target.ask(target.sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    rules(target)
    targets(target, arn)
    put(target, url)
    ends(target)


def rules(target):
    events, step = target.events, target.step
    pattern = json.dumps({"source": [SOURCE], "detail": {"kind": [{"prefix": "good"}]}})
    step("a new rule", events.put_rule, Name=RULE, EventPattern=pattern, State="ENABLED", Description="compares")
    step("a rule again", events.put_rule, Name=RULE, EventPattern=pattern)
    step("neither pattern nor schedule", events.put_rule, Name="other")
    step("a pattern that is no JSON", events.put_rule, Name="other", EventPattern="{")
    step("a pattern of a text", events.put_rule, Name="other", EventPattern='{"source": "text"}')
    step("a pattern of an empty list", events.put_rule, Name="other", EventPattern='{"source": []}')
    step("a pattern of an unknown comparison", events.put_rule, Name="other", EventPattern='{"source": [{"x": "y"}]}')
    step("a pattern of nothing", events.put_rule, Name="other", EventPattern="{}")
    address = {"detail": {"address": [{"cidr": "10.0.0.0/24"}]}}
    step("a pattern of addresses", events.put_rule, Name="addresses", EventPattern=json.dumps(address))
    step("a name that is none", events.put_rule, Name="with space", EventPattern=pattern)
    step("on an unknown bus", events.put_rule, Name="other", EventPattern=pattern, EventBusName="nowhere")
    step("a rule", events.describe_rule, Name=RULE)
    step("an unknown rule", events.describe_rule, Name="nowhere")
    step("on an unknown bus", events.describe_rule, Name=RULE, EventBusName="nowhere")
    step("by prefix", events.list_rules, NamePrefix=RULE)
    step("by a prefix of none", events.list_rules, NamePrefix="nowhere")


def targets(target, arn):
    events, step = target.events, target.step
    step("of a rule without", events.list_targets_by_rule, Rule=RULE)
    step("a queue", events.put_targets, Rule=RULE, Targets=[{"Id": "queue", "Arn": arn}])
    step("of an unknown rule", events.put_targets, Rule="nowhere", Targets=[{"Id": "queue", "Arn": arn}])
    step("an ARN that is none", events.put_targets, Rule=RULE, Targets=[{"Id": "other", "Arn": "nonsense"}])
    target.ask(events.put_rule, Name="compare-many", EventPattern='{"source": ["nobody"]}')
    six = [{"Id": f"many{number}", "Arn": arn} for number in range(6)]
    step("too many", events.put_targets, Rule="compare-many", Targets=six)
    target.ask(events.remove_targets, Rule=RULE, Ids=["other"])
    step("of a rule", events.list_targets_by_rule, Rule=RULE)
    step("of an unknown rule", events.list_targets_by_rule, Rule="nowhere")
    target.ask(events.remove_targets, Rule="compare-many", Ids=[one["Id"] for one in six])
    step("of a queue", events.list_rule_names_by_target, TargetArn=arn)
    step("of an unknown queue", events.list_rule_names_by_target, TargetArn=f"{arn}-nowhere")


def put(target, url):
    events, step = target.events, target.step
    step("one that no rule takes", events.put_events, Entries=[entry(kind="bad")])
    step("one that a rule takes", events.put_events, Entries=[entry(kind="good as gold")])
    message = target.wait(lambda: arrived(target, url), seconds=5)
    event = json.loads(message["Body"]) if message else {}
    target.note("an event in the queue", members=", ".join(sorted(event)), types=types(event))
    told = {name: event.get(name) for name in ("detail", "detail-type", "region", "resources", "source", "version")}
    target.note("what an event in the queue says", **told)
    step("without a detail type", events.put_events, Entries=[without("DetailType")])
    step("without a source", events.put_events, Entries=[without("Source")])
    step("without a detail", events.put_events, Entries=[without("Detail")])
    step("a detail that is no JSON", events.put_events, Entries=[{**entry("bad"), "Detail": "{"}])
    step("a detail that is no object", events.put_events, Entries=[{**entry("bad"), "Detail": "[]"}])
    step("in the name of AWS", events.put_events, Entries=[{**entry("bad"), "Source": "aws.ec2"}])
    step("one good and one bad", events.put_events, Entries=[entry("bad"), without("Source")])
    step("none", events.put_events, Entries=[])
    step("too many", events.put_events, Entries=[entry("bad")] * 11)
    step("to an unknown bus", events.put_events, Entries=[{**entry("bad"), "EventBusName": "nowhere"}])


def ends(target):
    events, step = target.events, target.step
    step("one with targets", events.delete_rule, Name=RULE)
    step("an unknown one", events.remove_targets, Rule=RULE, Ids=["nowhere"])
    step("of an unknown rule", events.remove_targets, Rule="nowhere", Ids=["queue"])
    step("a queue", events.remove_targets, Rule=RULE, Ids=["queue"])
    step("a rule", events.delete_rule, Name=RULE)
    step("an unknown one", events.delete_rule, Name="nowhere")
    step("a deleted one", events.describe_rule, Name=RULE)


def entry(kind):
    return {"Source": SOURCE, "DetailType": "compared", "Detail": json.dumps({"kind": kind}), "Resources": ["one"]}


def without(member):
    return {name: value for name, value in entry("bad").items() if name != member}


def arrived(target, url):
    answer = target.ask(target.sqs.receive_message, QueueUrl=url)
    return answer.get("Messages", [None])[0]


def types(event):
    return ", ".join(type(event[name]).__name__ for name in sorted(event))
