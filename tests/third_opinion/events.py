"""EventBridge: rules and their targets."""

import json

RULE = "third.rule-1"
PATTERN = {"source": ["third.opinion"], "detail": {"count": [{"numeric": [">", 1]}]}}
NO_RULE = ("ResourceNotFoundException", "does not exist on EventBus default")
INVALID = "ValidationException"


def run(account):
    events = account.events
    put(account, events)
    tags(account, events)
    listed(account, events)
    targets(account, events)
    refusals(account, events)
    deleted(account, events)
    account.refuses("UnknownOperationException", "not recognized", events.list_event_buses)


def put(account, events):
    given = {"Name": RULE, "EventPattern": json.dumps(PATTERN)}
    arn = events.put_rule(**given, State="DISABLED", Description="a third opinion")["RuleArn"]
    account.check(arn == f"arn:aws:events:us-east-1:123456789012:rule/{RULE}", f"ARN {arn}")
    found = events.describe_rule(Name=RULE, EventBusName="default")
    account.check((found["Arn"], found["State"]) == (arn, "DISABLED"), f"rule {found}")
    account.check(json.loads(found["EventPattern"]) == PATTERN, f"pattern {found['EventPattern']}")
    account.check((found["Description"], found["EventBusName"]) == ("a third opinion", "default"), f"rule {found}")
    # What is left out does not stay.
    events.put_rule(**given)
    found = events.describe_rule(Name=RULE)
    account.check(found["State"] == "ENABLED" and "Description" not in found, f"rule {found}")


def tags(account, events):
    arn = events.describe_rule(Name=RULE)["Arn"]
    account.check(events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [], "a rule has tags that nobody gave it")
    events.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=arn, TagKeys=["a", "nothing"])
    # Tags are for rules that are new.
    given = {"Name": RULE, "EventPattern": json.dumps(PATTERN)}
    events.put_rule(**given, Tags=[{"Key": "c", "Value": "3"}])
    found = events.list_tags_for_resource(ResourceARN=arn)["Tags"]
    account.check(found == [{"Key": "b", "Value": "2"}], f"tags of a rule: {found}")
    events.put_rule(Name="third.rule-tagged", EventPattern=json.dumps(PATTERN), Tags=[{"Key": "d", "Value": "4"}])
    made = arn.replace(RULE, "third.rule-tagged")
    account.check(events.list_tags_for_resource(ResourceARN=made)["Tags"] == [{"Key": "d", "Value": "4"}], "tags at the start")
    events.delete_rule(Name="third.rule-tagged")
    nobody = arn.replace(RULE, "third.nobody")
    account.refuses("ResourceNotFoundException", "does not exist", events.list_tags_for_resource, ResourceARN=nobody)


def listed(account, events):
    events.put_rule(Name="third.rule-2", EventPattern=json.dumps(PATTERN))
    pages = events.get_paginator("list_rules").paginate(NamePrefix="third.", PaginationConfig={"PageSize": 1})
    found = [[rule["Name"] for rule in page["Rules"]] for page in pages]
    account.check(found == [[RULE], ["third.rule-2"]], f"rules {found}")
    account.check(events.list_rules(NamePrefix="nope")["Rules"] == [], "rules out of nothing")
    events.delete_rule(Name="third.rule-2")


def targets(account, events):
    _, arn = account.queue("targets")
    _, other = account.queue("targets-2")
    both = [{"Id": "first", "Arn": arn}, {"Id": "second", "Arn": other}]
    answer = events.put_targets(Rule=RULE, Targets=both)
    account.check((answer["FailedEntryCount"], answer["FailedEntries"]) == (0, []), f"targets {answer}")
    account.check(events.list_targets_by_rule(Rule=RULE)["Targets"] == both, "other targets")
    pages = events.get_paginator("list_targets_by_rule").paginate(Rule=RULE, PaginationConfig={"PageSize": 1})
    found = [[target["Id"] for target in page["Targets"]] for page in pages]
    account.check(found == [["first"], ["second"]], f"pages of targets: {found}")
    events.put_targets(Rule=RULE, Targets=[{"Id": "first", "Arn": other}])
    account.check(events.list_targets_by_rule(Rule=RULE)["Targets"][0]["Arn"] == other, "the target stays as it was")
    spot = events.list_rules(NamePrefix="ec2-spot")["Rules"][0]["Name"]
    spot_arn = events.list_targets_by_rule(Rule=spot)["Targets"][0]["Arn"]
    foreign = other.replace("123456789012", "210987654321")
    for target, expected in ((other, [RULE]), (arn, []), (foreign, []), (spot_arn, [spot])):
        found = events.list_rule_names_by_target(TargetArn=target)["RuleNames"]
        account.check(found == expected, f"rules with the target {target}: {found}")
    more = [{"Id": f"t{number}", "Arn": arn} for number in range(4)]
    account.refuses("LimitExceededException", "exceeds", events.put_targets, Rule=RULE, Targets=more)
    account.check(len(events.list_targets_by_rule(Rule=RULE)["Targets"]) == 2, "a part of refused targets was put")


def refusals(account, events):
    call = events.put_rule
    account.refuses(INVALID, "must be specified", call, Name="third.rule-3")
    for pattern in ("{", "[]", "{}", '{"source": "x"}', '{"source": []}', '{"source": [{"prefixed": "x"}]}'):
        given = {"Name": "third.rule-3", "EventPattern": pattern}
        account.refuses("InvalidEventPatternException", "Event pattern is not valid", call, **given)
    good = {"EventPattern": json.dumps(PATTERN)}
    for name in ("with space", "n" * 65):
        account.refuses(INVALID, "", call, Name=name, **good)
    no_bus = ("ResourceNotFoundException", "Event bus nope does not exist")
    account.refuses(*no_bus, call, Name="third.rule-3", **good, EventBusName="nope")
    account.refuses(*no_bus, events.list_rules, EventBusName="nope")
    account.check(events.list_rules(NamePrefix="third.rule-3")["Rules"] == [], "a refused rule was put")
    account.refuses(INVALID, "", events.list_rules, Limit=101)
    account.refuses(*NO_RULE, events.describe_rule, Name="nope")
    account.refuses(*NO_RULE, events.list_targets_by_rule, Rule="nope")
    account.refuses(*NO_RULE, events.put_targets, Rule="nope", Targets=[{"Id": "a", "Arn": "arn:aws:sqs:::x"}])
    account.refuses(*NO_RULE, events.remove_targets, Rule="nope", Ids=["a"])


def deleted(account, events):
    account.refuses(INVALID, "since it has targets", events.delete_rule, Name=RULE)
    ids = [target["Id"] for target in events.list_targets_by_rule(Rule=RULE)["Targets"]]
    answer = events.remove_targets(Rule=RULE, Ids=ids)
    account.check((answer["FailedEntryCount"], answer["FailedEntries"]) == (0, []), f"removed {answer}")
    account.check(events.list_targets_by_rule(Rule=RULE)["Targets"] == [], "targets stay")
    for _ in range(2):
        events.delete_rule(Name=RULE)
    account.refuses(*NO_RULE, events.describe_rule, Name=RULE)
