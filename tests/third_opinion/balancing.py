"""Elastic Load Balancing: target groups, and targets that come and go."""

CLUSTER = "web"
SERVICE = "frontend"


def run(account):
    elb = account.elbv2
    group = described(account, elb)
    attributes(account, elb, group)
    moved(account, elb, group)
    refusals(account, elb, group)


def described(account, elb):
    service = account.ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]
    group = service["loadBalancers"][0]["targetGroupArn"]
    found = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"]
    account.check([seen["TargetGroupArn"] for seen in found] == [group], f"groups {found}")
    account.check(found[0]["TargetType"] == "instance", f"of {found[0]['TargetType']}")
    pages = elb.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 1})
    arns = [seen["TargetGroupArn"] for page in pages for seen in page["TargetGroups"]]
    account.check(len(arns) > 1 and group in arns, f"pages with {arns}")
    return group


def attributes(account, elb, group):
    found = elb.describe_target_group_attributes(TargetGroupArn=group)["Attributes"]
    delay = {seen["Key"]: seen["Value"] for seen in found}.get("deregistration_delay.timeout_seconds")
    account.check(delay == "15", f"the delay is {delay}")


def health(elb, group, **of):
    return elb.describe_target_health(TargetGroupArn=group, **of)["TargetHealthDescriptions"]


def healthy(elb, group):
    return [seen["Target"] for seen in health(elb, group) if seen["TargetHealth"]["State"] == "healthy"]


def moved(account, elb, group):
    """A target of a task that serves drains, and is registered again before it is out."""
    target = account.until(lambda: healthy(elb, group), "nothing is healthy")[-1]
    states = []
    for change in (elb.deregister_targets, elb.deregister_targets, elb.register_targets):
        change(TargetGroupArn=group, Targets=[target])
        states += [seen["TargetHealth"]["State"] for seen in health(elb, group, Targets=[target])]
    # One whose task the service has stopped meanwhile is gone.
    account.check(states == ["draining", "draining", "healthy"] or "unused" in states, f"it is {states}")
    unknown = health(elb, group, Targets=[{"Id": "i-0foreign", "Port": 1}])[0]["TargetHealth"]
    account.check(unknown["State"] == "unused", f"a foreign target is {unknown}")


def refusals(account, elb, group):
    other = group.replace(SERVICE, "nope")
    for call in (elb.describe_target_health, elb.describe_target_group_attributes):
        account.refuses("TargetGroupNotFound", "not found", call, TargetGroupArn=other)
    account.refuses("TargetGroupNotFound", "not found", elb.describe_target_groups, Names=["nope"])
    targets = [{"Id": "i-0foreign"}]
    account.refuses("InvalidTarget", "not in a running state", elb.register_targets, TargetGroupArn=group, Targets=targets)
    account.refuses("InvalidAction", "Could not find operation", elb.describe_listeners, ListenerArns=["arn:x"])
