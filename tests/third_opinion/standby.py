"""EC2 Auto Scaling: members in Standby."""

GROUP = "web-spot-a-asg"
INVALID = "ValidationError"
NO_GROUP = (INVALID, "name not found")


def run(account):
    autoscaling = account.autoscaling
    there_and_back(account, autoscaling)
    replaced(account, autoscaling)
    refusals(account, autoscaling)


def desired(account):
    return account.group(GROUP)["DesiredCapacity"]


def members(account):
    return {instance["InstanceId"] for instance in account.group(GROUP)["Instances"]}


def there_and_back(account, autoscaling):
    before = desired(account)
    victim = account.undisturbed(GROUP)[0]
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": [victim]}
    account.refuses(INVALID, "is not in Standby", autoscaling.exit_standby, **call)
    [activity] = autoscaling.enter_standby(**call, ShouldDecrementDesiredCapacity=True)["Activities"]
    account.check(activity["Description"].endswith(f"to Standby: {victim}"), f"activity {activity}")
    account.check(account.lifecycle(victim) in ("EnteringStandby", "Standby"), "not on the way to Standby")
    account.check(desired(account) == before - 1, "desired with one in Standby")
    account.becomes(victim, "Standby")
    again = {**call, "ShouldDecrementDesiredCapacity": True}
    account.refuses(INVALID, "is not in InService", autoscaling.enter_standby, **again)
    [activity] = autoscaling.exit_standby(**call)["Activities"]
    account.check(activity["Description"].endswith(f"out of Standby: {victim}"), f"activity {activity}")
    account.check(desired(account) == before, "desired with none in Standby")
    account.becomes(victim, "InService")
    known = {"AutoScalingGroupName": GROUP, "ActivityIds": [activity["ActivityId"]]}
    [activity] = autoscaling.describe_scaling_activities(**known)["Activities"]
    account.check(activity["StatusCode"] == "Successful" and "EndTime" in activity, f"activity {activity}")


def replaced(account, autoscaling):
    """Whoever does not want fewer gets another one; the old one counts no more, whatever becomes of it."""
    before = desired(account)
    victim = account.undisturbed(GROUP)[0]
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": [victim]}
    known = members(account)
    autoscaling.enter_standby(**call, ShouldDecrementDesiredCapacity=False)
    account.check(desired(account) == before, "desired was not to change")
    account.until(lambda: members(account) - known, "nobody stands in")
    account.becomes(victim, "Standby")
    gone = {"InstanceId": victim, "ShouldDecrementDesiredCapacity": False}
    autoscaling.terminate_instance_in_auto_scaling_group(**gone)
    account.check(desired(account) == before, "desired counts one in Standby")
    account.becomes(victim, "Terminating", None)


def refusals(account, autoscaling):
    foreign = {"AutoScalingGroupName": GROUP, "InstanceIds": ["i-0foreign"]}
    decrement = {"ShouldDecrementDesiredCapacity": True}
    account.refuses(INVALID, "is not part of", autoscaling.enter_standby, **foreign, **decrement)
    account.refuses(INVALID, "is not part of", autoscaling.exit_standby, **foreign)
    account.refuses(*NO_GROUP, autoscaling.enter_standby, **{**foreign, "AutoScalingGroupName": "nope"}, **decrement)
    account.refuses(*NO_GROUP, autoscaling.exit_standby, **{**foreign, "AutoScalingGroupName": "nope"})
    bounds = {"AutoScalingGroupName": GROUP, "MinSize": desired(account)}
    low = account.group(GROUP)["MinSize"]
    autoscaling.update_auto_scaling_group(**bounds)
    call = {"AutoScalingGroupName": GROUP, "InstanceIds": account.undisturbed(GROUP)[:1]}
    account.refuses(INVALID, "min-size", autoscaling.enter_standby, **call, **decrement)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=low)
