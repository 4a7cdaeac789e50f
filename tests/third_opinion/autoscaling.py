"""EC2 Auto Scaling: every action that the model has, and its errors."""

GROUP = "web-spot-a-asg"
INVALID = "ValidationError"


def run(account):
    autoscaling = account.autoscaling
    described(account, autoscaling)
    detached(account, autoscaling)
    terminated(account, autoscaling)
    desired(account, autoscaling)
    account.refuses("InvalidAction", "Could not find operation", autoscaling.describe_policies)
    terminated_twice(account, autoscaling)


def described(account, autoscaling):
    pages = autoscaling.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 1})
    groups = [group["AutoScalingGroupName"] for page in pages for group in page["AutoScalingGroups"]]
    account.check(groups == ["web-spot-a-asg", "web-spot-b-asg"], f"groups {groups}")
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP, "nope"])["AutoScalingGroups"][0]
    account.check(len(group["Instances"]) >= 6, f"members {group['Instances']}")
    pages = autoscaling.get_paginator("describe_auto_scaling_instances").paginate(PaginationConfig={"PageSize": 6})
    found = [instance["InstanceId"] for page in pages for instance in page["AutoScalingInstances"]]
    account.check(len(found) == len(set(found)) >= 15, f"instances {found}")
    call = autoscaling.describe_auto_scaling_instances
    account.check(call(InstanceIds=["i-0unknown"])["AutoScalingInstances"] == [], "an unknown instance is described")
    account.refuses(INVALID, "limited to 50", call, InstanceIds=["i-0unknown"] * 51)
    account.refuses(INVALID, "maxRecords", autoscaling.describe_auto_scaling_groups, MaxRecords=101)


def detached(account, autoscaling):
    victim = account.undisturbed(GROUP)[0]
    call = {"AutoScalingGroupName": GROUP, "ShouldDecrementDesiredCapacity": False}
    activity = autoscaling.detach_instances(InstanceIds=[victim], **call)["Activities"][0]
    account.check(victim in activity["Description"], f"activity {activity}")
    of_group = autoscaling.describe_scaling_activities(AutoScalingGroupName=GROUP)["Activities"]
    account.check(activity["ActivityId"] in {known["ActivityId"] for known in of_group}, "the activity is not listed")
    page = autoscaling.describe_scaling_activities(AutoScalingGroupName=GROUP, MaxRecords=1)
    account.check(len(page["Activities"]) == 1 and "NextToken" in page, "there is no second page of activities")
    everywhere = account.answers(autoscaling.describe_scaling_activities) or {"Activities": []}
    everywhere = {known["ActivityId"] for known in everywhere["Activities"]}
    account.check(activity["ActivityId"] in everywhere, "activities of all groups")
    foreign = {"InstanceIds": ["i-0foreign"], **call}
    account.refuses(INVALID, "i-0foreign is not part of Auto Scaling group", autoscaling.detach_instances, **foreign)
    twenty_one = {"InstanceIds": ["i-0foreign"] * 21, **call}
    account.refuses(INVALID, "less than or equal to 20", autoscaling.detach_instances, **twenty_one)
    nowhere = {"InstanceIds": [victim], **call, "AutoScalingGroupName": "nope"}
    account.refuses(INVALID, "AutoScalingGroup name not found", autoscaling.detach_instances, **nowhere)
    missing = {"AutoScalingGroupName": "nope"}
    account.refuses(INVALID, "name not found", autoscaling.describe_scaling_activities, **missing)


def terminated(account, autoscaling):
    call = autoscaling.terminate_instance_in_auto_scaling_group
    victim = account.undisturbed("web-spot-b-asg")[0]
    activity = call(InstanceId=victim, ShouldDecrementDesiredCapacity=False)["Activity"]
    account.check(activity["StatusCode"] == "InProgress" and victim in activity["Description"], f"activity {activity}")
    victims = account.undisturbed("web-spot-b-asg")[:2]
    several = {"AutoScalingGroupName": "web-spot-b-asg", "ShouldDecrementDesiredCapacity": False}
    activities = call(InstanceIds=victims, **several)["Activities"]
    account.check(len(activities) == len(victims) == 2, f"activities {activities}")
    unknown = {"InstanceId": "i-0unknown", "ShouldDecrementDesiredCapacity": False}
    account.refuses(INVALID, "No managed instance found", call, **unknown)


def terminated_twice(account, autoscaling):
    """The second time changes nothing, and is an answer all the same."""
    call = {"InstanceId": account.undisturbed(GROUP)[0], "ShouldDecrementDesiredCapacity": False}
    for _ in range(2):
        account.answers(autoscaling.terminate_instance_in_auto_scaling_group, **call)


def desired(account, autoscaling):
    call = autoscaling.set_desired_capacity
    call(AutoScalingGroupName=GROUP, DesiredCapacity=13)
    group = next(found for found in account.state()["groups"] if found["name"] == GROUP)
    account.check(group["desired"] == 13, f"desired {group['desired']}")
    account.refuses(INVALID, "is above max value 24", call, AutoScalingGroupName=GROUP, DesiredCapacity=25)
    account.refuses(INVALID, "is below min value 6", call, AutoScalingGroupName=GROUP, DesiredCapacity=5)
    account.refuses(INVALID, "name not found", call, AutoScalingGroupName="nope", DesiredCapacity=1)
    # Members of the other group are being terminated.
    patient = {"AutoScalingGroupName": "web-spot-b-asg", "DesiredCapacity": 8, "HonorCooldown": True}
    account.refuses("ScalingActivityInProgress", "in progress", call, **patient)
