"""EC2 Auto Scaling: tags of groups, and groups by their tags."""

GROUP = "web-spot-a-asg"
INVALID = "ValidationError"
TAG = {
    "ResourceId": GROUP,
    "ResourceType": "auto-scaling-group",
    "Key": "third",
    "Value": "opinion",
    "PropagateAtLaunch": False,
}


def run(account):
    autoscaling = account.autoscaling
    tagged(account, autoscaling)
    groups(account, autoscaling)
    untagged(account, autoscaling)
    refusals(account, autoscaling)


def tags(autoscaling, name, *values):
    return autoscaling.describe_tags(Filters=[{"Name": name, "Values": list(values)}])["Tags"]


def tagged(account, autoscaling):
    autoscaling.create_or_update_tags(Tags=[{**TAG, "Value": "first"}])
    autoscaling.create_or_update_tags(Tags=[TAG])
    for name, value in (("key", "third"), ("value", "opinion"), ("propagate-at-launch", "false")):
        found = tags(autoscaling, name, value)
        account.check(found == [TAG], f"tags by {name}: {found}")
    account.check(TAG in tags(autoscaling, "auto-scaling-group", GROUP), "tags by group")
    account.check(tags(autoscaling, "value", "first") == [], "a tag keeps its value")
    account.check(TAG in account.group(GROUP)["Tags"], "the group does not show the tag")
    pages = autoscaling.get_paginator("describe_tags").paginate(PaginationConfig={"PageSize": 1})
    sizes = [len(page["Tags"]) for page in pages]
    account.check(max(sizes) == 1 and sum(sizes) >= 3, f"pages of tags: {sizes}")


def groups(account, autoscaling):
    for name, value in (("tag:third", "opinion"), ("tag-key", "third"), ("tag-value", "opinion")):
        filters = [{"Name": name, "Values": [value]}]
        found = autoscaling.describe_auto_scaling_groups(Filters=filters)["AutoScalingGroups"]
        account.check([group["AutoScalingGroupName"] for group in found] == [GROUP], f"groups by {name}: {found}")
    filters = [{"Name": "tag:third", "Values": ["other"]}]
    account.check(autoscaling.describe_auto_scaling_groups(Filters=filters)["AutoScalingGroups"] == [], "another value")


def untagged(account, autoscaling):
    for _ in range(2):
        autoscaling.delete_tags(Tags=[TAG])
        account.check(tags(autoscaling, "key", "third") == [], "a deleted tag stays")


def refusals(account, autoscaling):
    nonsense = [{"Name": "nonsense", "Values": ["x"]}]
    for call in (autoscaling.describe_tags, autoscaling.describe_auto_scaling_groups):
        account.refuses(INVALID, "Filter type", call, Filters=nonsense)
    elsewhere = [{**TAG, "ResourceId": "nope"}]
    account.refuses(INVALID, "not found", autoscaling.create_or_update_tags, Tags=elsewhere)
